//! Measures of what is shown: time without a picture, how often it changes, and how small its letters are.

use brainwrought_core::data::{Motion, PanelKind, Rule};

use crate::assemble::Part;
use crate::frame::{FramePlan, show_times};
use crate::gate::{Limits, rules};

/// A picture that moves all the time counts as changed so often, in milliseconds.
const MOVING_MS: u64 = 1_000;

/// What was measured of the pictures.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Pictures {
    /// The length of the video without title, quiz and source, in milliseconds.
    pub(super) told_ms: u64,
    /// The part of it in which nothing but background is seen.
    pub(super) bare_ms: u64,
    /// The times between two changes, in milliseconds, sorted.
    pub(super) intervals_ms: Vec<u64>,
    /// The smallest letters of a show, in pixels of a frame 1,080 wide; 0 without shows.
    pub(super) smallest_type: f32,
}

impl Pictures {
    /// Measures the pictures of a video.
    pub(super) fn new(parts: &[Part<'_>]) -> Self {
        let mut measured = Self::default();
        for part in parts {
            measured.add(part);
        }
        measured.intervals_ms.sort_unstable();
        measured
    }

    fn add(&mut self, part: &Part<'_>) {
        let clip = part.clip;
        let plan = FramePlan::new(clip.width, clip.height, clip.fps);
        let marks =
            part.audio.marks.iter().filter(|mark| mark.kind == brainwrought_core::data::MarkKind::Scene);
        let starts: Vec<u64> = marks.map(|mark| plan.frame_at(mark.at_ms)).collect();
        let shows: Vec<_> = part
            .visuals
            .scenes
            .iter()
            .enumerate()
            .flat_map(|(scene, visual)| visual.shows.iter().map(move |show| (scene, show)))
            .collect();
        let times = show_times(&shows, part.audio, clip.frames, &plan);
        let moving = plan.frame_at(MOVING_MS).max(1);
        for (scene, visual) in part.visuals.scenes.iter().enumerate() {
            let from = starts.get(scene).copied().unwrap_or(0);
            let to = starts.get(scene + 1).copied().unwrap_or(clip.frames).max(from);
            let card = visual.panel.as_ref().map(|panel| panel.kind);
            if matches!(card, Some(PanelKind::Title | PanelKind::Quiz | PanelKind::Source))
                && visual.shows.is_empty()
            {
                continue;
            }
            let mut changes = vec![from, to];
            let mut shown = 0;
            for ((_, show), time) in shows.iter().zip(&times).filter(|((of, _), _)| *of == scene) {
                let frames = &time.frames;
                shown += frames.end.saturating_sub(frames.start);
                changes.extend([frames.start, frames.end]);
                self.smallest_type = match show.smallest_type {
                    0.0 => self.smallest_type,
                    size if self.smallest_type == 0.0 => size,
                    size => self.smallest_type.min(size),
                };
                for layer in &show.layers {
                    let enters = time.frame_at(&layer.enters, &plan);
                    changes.push(enters);
                    if matches!(layer.motion, Motion::Push { .. } | Motion::Travel { .. }) {
                        changes.extend((enters..frames.end).step_by(moving as usize));
                    }
                }
            }
            changes.retain(|at| (from..=to).contains(at));
            changes.sort_unstable();
            changes.dedup();
            self.told_ms += plan.ms_of(to - from);
            if card.is_none() {
                self.bare_ms += plan.ms_of((to - from).saturating_sub(shown));
            }
            // What comes in within a few frames comes in as one.
            changes.dedup_by(|next, before| plan.ms_of(*next - *before) < 200);
            self.intervals_ms.extend(changes.windows(2).map(|pair| plan.ms_of(pair[1] - pair[0])));
        }
    }

    /// The rules with their verdicts.
    pub(super) fn rules(&self, limits: &Limits) -> Vec<Rule> {
        let share = self.bare_ms as f64 / self.told_ms.max(1) as f64 * 100.0;
        let median = self.intervals_ms.get(self.intervals_ms.len() / 2).copied().unwrap_or(0);
        let longest = self.intervals_ms.last().copied().unwrap_or(0);
        vec![
            rules::bare(share, limits),
            rules::changes(median, longest, limits),
            rules::smallest_type(self.smallest_type, limits),
        ]
    }
}
