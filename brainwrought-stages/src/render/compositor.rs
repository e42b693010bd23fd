//! [`Compositor`]: composes each frame from background, panel, page badge and captions.

use brainwrought_core::data::{
    Audio, CaptionRecord, MarkKind, PanelKind, Segment, ShowVisual, Visuals, Word,
};

use super::acting::Acting;
use super::avatar_animation::{AvatarAnimation, AvatarSheet, loudness};
use super::caption_track::CaptionTrack;
use super::error::RenderError;
use super::page_badge::page_badge;
use super::quiz_animation::{QuizAnimation, QuizArt};
use super::show_art::ShowArt;
use super::show_track::{ShowTrack, StoredShow};
use super::sprite::Sprite;
use crate::frame::{FramePlan, Layout, ShowTime, Wording};
use crate::picture::{Area, RgbaImage, YuvFrame};
use crate::text::Fonts;

/// Something that draws what lies behind everything, frame after frame.
pub(super) trait BackgroundSource: Send {
    /// Draws the next frame over all of `frame`, but perhaps not what lies inside `covered`.
    fn next(
        &mut self,
        frame: &mut YuvFrame,
        covered: &Area,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// A panel while its scene lasts.
pub(super) struct PanelArt {
    pub(super) image: RgbaImage,
    pub(super) kind: PanelKind,
    pub(super) scene: usize,
    /// What moves on it, where it is a question of the quiz.
    pub(super) quiz: Option<QuizArt>,
}

/// Puts frames together in pooled memory; frame *n* is a function of *n* alone.
pub(super) struct Compositor {
    background: Box<dyn BackgroundSource>,
    layout: Layout,
    panels: Vec<Placed>,
    /// Stand in the place of panels while they last.
    shows: Option<ShowTrack>,
    badges: Vec<Placed>,
    captions: CaptionTrack,
    avatars: Vec<AvatarAnimation>,
    /// When a picture comes, and of which kind.
    pictures: Vec<(u64, PanelKind)>,
    /// What the characters react to.
    acting: Option<Acting>,
    /// How loud each frame is.
    loudness: Vec<f32>,
    plan: FramePlan,
}

struct Placed {
    sprite: Sprite,
    frames: std::ops::Range<u64>,
    enters: bool,
    /// The frame since which the same picture stands there.
    since: u64,
    quiz: Option<QuizAnimation>,
}

impl Placed {
    /// How far down it is moved in a frame, and its opacity, of 256.
    fn pose(&self, n: u64, plan: &FramePlan) -> (i32, u16) {
        let age = n - self.since;
        if !self.enters || age >= ENTRANCE {
            return (bob(age, plan), 256);
        }
        let left = 1.0 - (age + 1) as f32 / (ENTRANCE + 1) as f32;
        ((left * left * 90.0 * plan.scale) as i32, ((1.0 - left * left) * 256.0) as u16)
    }
}

/// The middle of the panel's area, from the top of a frame 1,920 high: between the safe area's top and the captions.
const PANEL_CENTRE: f32 = 640.0;
/// The middle of the upper half's readable part.
const SPLIT_CENTRE: f32 = 615.0;
/// The colour behind pictures in the upper half: a deep blue, in BT.709.
const SPLIT_YUV: (u8, u8, u8) = (34, 138, 122);
/// How long a panel takes to come in, in frames at 30 a second.
const ENTRANCE: u64 = 7;

impl Compositor {
    pub(super) fn new(
        plan: FramePlan,
        layout: Layout,
        background: Box<dyn BackgroundSource>,
        captions: CaptionTrack,
    ) -> Self {
        Self {
            background,
            layout,
            panels: Vec::new(),
            shows: None,
            badges: Vec::new(),
            captions,
            avatars: Vec::new(),
            pictures: Vec::new(),
            acting: None,
            loudness: Vec::new(),
            plan,
        }
    }

    /// Adds the characters, which move with `samples` and react to what is said and to the pictures that were added.
    pub(super) fn add_avatars(
        &mut self,
        sheets: &[AvatarSheet],
        segment: &Segment,
        audio: &Audio,
        samples: &[f32],
    ) {
        let avatars = sheets.iter().filter_map(|sheet| AvatarAnimation::new(sheet, &audio.words, &self.plan));
        self.avatars = avatars.collect();
        self.acting = Some(Acting::new(segment, &audio.words, &self.pictures, self.plan));
        self.loudness = loudness(samples, (audio.sample_rate / self.plan.fps) as usize);
    }

    /// Adds the panels, each for as long as its scene lasts.
    pub(super) fn add_panels(&mut self, panels: &[PanelArt], audio: &Audio, fonts: &Fonts, frames: u64) {
        let starts = scene_starts(audio, &self.plan);
        let centre = self.centre();
        for panel in panels {
            let from = starts.get(panel.scene).copied().unwrap_or(0);
            let to = starts.get(panel.scene + 1).copied().unwrap_or(frames);
            let middle = self.plan.safe.x + self.plan.safe.width / 2.0;
            let left = (middle - panel.image.width() as f32 / 2.0).round() as i32;
            let top = (centre * self.plan.scale - panel.image.height() as f32 / 2.0).round() as i32;
            let top = top.max(self.plan.safe.y.ceil() as i32);
            let sprite = Sprite::new(&panel.image, left, top);
            let before = self.panels.last().filter(|before| before.frames.end == from);
            let asked = before.filter(|_| matches!(panel.quiz, Some(QuizArt::Answered(..))));
            let since = asked.filter(|before| before.quiz.is_some()).map_or(from, |before| before.since);
            // The title stands from the first frame: the promise must be readable at once. So does an answer, whose card
            // was there.
            let stands = matches!(panel.quiz, Some(QuizArt::Answered(..)))
                || panel.kind == PanelKind::Title && from == 0;
            if since == from {
                self.pictures.push((from, panel.kind));
            }
            let said: Vec<&Word> =
                audio.words.iter().filter(|word| word.scene as usize == panel.scene).collect();
            let quiz = panel
                .quiz
                .as_ref()
                .and_then(|art| QuizAnimation::new(art, (left, top), &(from..to), &said, fonts, &self.plan));
            // What a show stands over comes in again behind it.
            let shows = self.shows.iter().flat_map(|shows| shows.ranges());
            let left = without(from..to, shows);
            let mut quiz = quiz;
            for frames in left {
                let enters = !stands || frames.start > from;
                let since = if frames.start == from { since } else { frames.start };
                self.panels.push(Placed { sprite: sprite.clone(), frames, enters, since, quiz: quiz.take() });
            }
        }
    }

    fn centre(&self) -> f32 {
        centre(self.layout)
    }

    /// Adds the shows, which panels make room for: before these are added.
    pub(super) fn add_shows(&mut self, shows: Vec<StoredShow>, audio: &Audio, frames: u64) {
        self.shows = Some(ShowTrack::new(shows, audio, frames, self.plan, self.centre()));
    }

    /// Adds the page badges, each for as long as its line is spoken.
    pub(super) fn add_badges(
        &mut self,
        visuals: &Visuals,
        audio: &Audio,
        wording: Wording,
        fonts: &Fonts,
        frames: u64,
    ) {
        let starts = scene_starts(audio, &self.plan);
        let names = |page: u32| visuals.page_labels.get(&page).cloned().unwrap_or_else(|| page.to_string());
        for (scene, lines) in visuals.scenes.iter().map(|scene| &scene.badges).enumerate() {
            let scene_end = starts.get(scene + 1).copied().unwrap_or(frames);
            for (line, page) in lines.iter().enumerate() {
                let Some(page) = page else { continue };
                let of_line = |line: usize| {
                    audio.words.iter().find(|word| (word.scene as usize, word.line as usize) == (scene, line))
                };
                let Some(first) = of_line(line) else { continue };
                let from = self.plan.frame_at(first.start_ms);
                let to = of_line(line + 1).map_or(scene_end, |next| self.plan.frame_at(next.start_ms));
                // The same page goes on without a break.
                let same = line > 0 && lines[line - 1] == Some(*page);
                if let (true, Some(last)) = (same, self.badges.last_mut()) {
                    last.frames.end = to;
                    continue;
                }
                if let Some((image, left, top)) = page_badge(&wording.page(&names(*page)), fonts, &self.plan)
                {
                    let sprite = Sprite::new(&image, left, top);
                    let frames = from..to;
                    self.badges.push(Placed { sprite, frames, enters: false, since: from, quiz: None });
                }
            }
        }
    }

    /// What the gate measures of the captions, once all frames are drawn.
    pub(super) fn finish(&mut self) -> Vec<CaptionRecord> {
        self.captions.finish()
    }

    /// Draws the next frame.
    ///
    /// # Errors
    ///
    /// Fails when the background or the sheet of a show cannot be read.
    pub(super) fn draw(&mut self, n: u64, frame: &mut YuvFrame) -> Result<(), RenderError> {
        let panels = self.panels.iter().filter(|panel| panel.frames.contains(&n));
        let show = match &mut self.shows {
            Some(shows) => shows.at(n)?,
            None => None,
        };
        let covered = match (self.layout, show) {
            (Layout::Split, _) => upper_half(frame),
            (Layout::Card, Some(show)) => show.covers(n, frame).unwrap_or_default(),
            (Layout::Card, None) => {
                // The largest of them, when there are several.
                let solid = panels.clone().filter_map(|panel| {
                    let (dy, opacity) = panel.pose(n, &self.plan);
                    (opacity == 256).then(|| panel.sprite.covers(frame, 0, dy))
                });
                solid.max_by_key(|area| area.rows.len() * area.columns.len()).unwrap_or_default()
            }
        };
        self.background.next(frame, &covered).map_err(RenderError::BackgroundFrame)?;
        if self.layout == Layout::Split {
            fill_upper_half(frame);
        }
        for panel in panels {
            let (dy, opacity) = panel.pose(n, &self.plan);
            panel.sprite.draw(frame, 0, dy, opacity);
            // What moves on a card waits until the card stands.
            if let Some(quiz) = panel.quiz.as_ref().filter(|_| opacity == 256) {
                quiz.draw(n, dy, frame);
            }
        }
        if let Some(show) = show {
            show.draw(n, frame);
        }
        for badge in self.badges.iter().filter(|badge| badge.frames.contains(&n)) {
            badge.sprite.draw(frame, 0, 0, 256);
        }
        let loudness = self.loudness.get(n as usize).copied().unwrap_or_default();
        if let Some(acting) = &self.acting {
            self.avatars.iter().for_each(|avatar| avatar.draw(n, loudness, acting, &self.plan, frame));
        }
        self.captions.draw(n, frame);
        Ok(())
    }
}

/// A slow breath of a few pixels, so that no scene stands quite still.
fn bob(age: u64, plan: &FramePlan) -> i32 {
    let seconds = age as f32 / plan.fps as f32;
    let swing = (seconds * std::f32::consts::TAU / 5.0).sin();
    (swing * 6.0 * plan.scale).round() as i32
}

fn upper_half(frame: &YuvFrame) -> Area {
    Area { columns: 0..frame.width(), rows: 0..frame.height() / 4 * 2 }
}

fn fill_upper_half(frame: &mut YuvFrame) {
    let (width, rows) = (frame.width(), upper_half(frame).rows.len());
    let (y, u, v) = SPLIT_YUV;
    frame.y[..rows * width].fill(y);
    frame.u[..rows / 2 * (width / 2)].fill(u);
    frame.v[..rows / 2 * (width / 2)].fill(v);
}

/// Draws a show onto a frame as it is so many milliseconds after it appeared, its line spoken at the usual pace.
pub(crate) fn draw_show_at(
    visual: &ShowVisual,
    sheet: &RgbaImage,
    layout: Layout,
    fps: u32,
    at_ms: u64,
    frame: &mut YuvFrame,
) {
    let plan = FramePlan::new(frame.width() as u32, frame.height() as u32, fps);
    let time = ShowTime::spoken(&plan);
    let art = ShowArt::from_sheet(visual, sheet, &time, &plan, centre(layout) * plan.scale);
    art.draw(plan.frame_at(at_ms), frame);
}

/// The middle of panels and shows, from the top of a frame 1,920 high.
fn centre(layout: Layout) -> f32 {
    if layout == Layout::Split { SPLIT_CENTRE } else { PANEL_CENTRE }
}

/// What is left of some frames without others, which are in the order of time.
fn without<'a>(
    frames: std::ops::Range<u64>,
    others: impl Iterator<Item = &'a std::ops::Range<u64>>,
) -> Vec<std::ops::Range<u64>> {
    let mut left = Vec::new();
    let mut from = frames.start;
    for other in others.filter(|other| other.end > frames.start && other.start < frames.end) {
        left.push(from..other.start.max(from));
        from = from.max(other.end);
    }
    left.push(from..frames.end.max(from));
    left.retain(|range| !range.is_empty());
    left
}

fn scene_starts(audio: &Audio, plan: &FramePlan) -> Vec<u64> {
    let scenes = audio.marks.iter().filter(|mark| mark.kind == MarkKind::Scene);
    scenes.map(|mark| plan.frame_at(mark.at_ms)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_has_the_frames_that_shows_leave() {
        assert_eq!(without(10..50, [0..12, 20..30, 30..35, 45..60].iter()), [12..20, 35..45]);
        assert_eq!(without(10..50, [].iter()).first(), Some(&(10..50)));
        assert!(without(10..50, std::iter::once(&(0..90))).is_empty());
    }
}
