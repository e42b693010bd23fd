//! [`ShowTrack`]: the shows of a segment, each opened when its time comes and let go when it is over.

use std::ops::Range;

use brainwrought_core::data::{Audio, ShowVisual};
use bytes::Bytes;

use super::show_art::ShowArt;
use crate::frame::{FramePlan, ShowTime, show_times};
use crate::picture::RgbaImageError;

/// A show with its sheet, before it is opened.
#[derive(Debug, Clone)]
pub(super) struct StoredShow {
    pub(super) visual: ShowVisual,
    pub(super) sheet: Bytes,
    /// The scene, from 0.
    pub(super) scene: usize,
}

/// A show with its time.
#[derive(Debug)]
struct Planned {
    stored: StoredShow,
    time: ShowTime,
}

/// The shows of a segment in the order of time. Only those of one moment are kept as pictures.
#[derive(Debug)]
pub(super) struct ShowTrack {
    rest: std::iter::Peekable<std::vec::IntoIter<Planned>>,
    shown: Option<ShowArt>,
    plan: FramePlan,
    /// The middle of a show, in pixels from the top of the frame.
    centre: f32,
    ranges: Vec<Range<u64>>,
}

impl ShowTrack {
    /// Places shows in time. `centre` is where their middle stands, from the top of a frame 1,920 high.
    pub(super) fn new(
        shows: Vec<StoredShow>,
        audio: &Audio,
        frames: u64,
        plan: FramePlan,
        centre: f32,
    ) -> Self {
        let places: Vec<(usize, &ShowVisual)> = shows.iter().map(|show| (show.scene, &show.visual)).collect();
        let times = show_times(&places, audio, frames, &plan);
        let planned: Vec<Planned> = shows
            .into_iter()
            .zip(times)
            .filter(|(_, time)| !time.frames.is_empty())
            .map(|(stored, time)| Planned { stored, time })
            .collect();
        let ranges = planned.iter().map(|show| show.time.frames.clone()).collect();
        Self { rest: planned.into_iter().peekable(), shown: None, plan, centre: centre * plan.scale, ranges }
    }

    /// The frames in which a show is on screen, in the order of time.
    pub(super) fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// Opens what is on screen at a frame; frames come in their order.
    pub(super) fn at(&mut self, n: u64) -> Result<Option<&ShowArt>, RgbaImageError> {
        while self.rest.next_if(|next| next.time.frames.end <= n).is_some() {}
        if let Some(next) = self.rest.next_if(|next| next.time.frames.contains(&n)) {
            self.shown = None;
            self.shown = Some(ShowArt::new(&next.stored, &next.time, &self.plan, self.centre)?);
        }
        Ok(self.shown.as_ref().filter(|shown| shown.frames().contains(&n)))
    }
}
