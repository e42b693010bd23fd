//! [`QuizAnimation`]: the time to think that runs down on the card of a question, and the card that turns to its answer.

use std::f32::consts::TAU;
use std::ops::Range;

use brainwrought_core::data::{Rect, Word};
use tiny_skia::{Color, FillRule, LineCap, Paint, PathBuilder, Pixmap, PixmapPaint, Stroke, Transform};

use super::sprite::Sprite;
use crate::frame::FramePlan;
use crate::picture::{RgbaImage, YuvFrame};
use crate::text::{Fonts, Ink, Weight};

/// How long the answer takes to come over the card, in frames.
const TURN: u64 = 8;
/// The answer comes so long before its word, in milliseconds: the eye is there when the ear is.
const EARLY_MS: u64 = 120;
/// How long the ring runs down, in milliseconds: it may start while the question is still asked.
const RUNS_MS: u64 = 2_000;
/// A shorter silence than this, in milliseconds, is a pause and no time to think.
const LEAST_MS: u64 = 700;
/// The radius of the ring and the width of its line, of the side of its place.
const RADIUS: f32 = 0.39;
const LINE: f32 = 0.13;
/// The size of the number in it, of the same.
const NUMBER: f32 = 0.46;
/// The colours of the disc and of the ring on it: the gold of what is lit, and its track.
const DISC: [u8; 4] = [12, 14, 34, 255];
const RING: [u8; 4] = [255, 215, 0, 255];
const TRACK: [u8; 4] = [70, 66, 120, 255];

/// What moves on a card, as it is stored.
#[derive(Debug)]
pub(super) enum QuizArt {
    /// The place where the time to think runs down, in pixels of the card.
    Asked(Rect),
    /// The card that tells the answer, and the words of the right choice.
    Answered(RgbaImage, String),
}

/// What moves on a card, as a function of the frame.
#[derive(Debug)]
pub(super) enum QuizAnimation {
    /// A ring that runs down.
    Countdown(Countdown),
    /// The card that takes the place of the first one from a frame on.
    Answer { card: Box<Sprite>, from: u64 },
}

/// A ring with the seconds that are left.
#[derive(Debug)]
pub(super) struct Countdown {
    /// The frames in which it runs down; before, it stands.
    runs: Range<u64>,
    fps: u64,
    /// Where its place begins on the frame, and how long its side is.
    left: i32,
    top: i32,
    side: f32,
    /// The numbers, from 1.
    numbers: Vec<Option<Ink>>,
}

impl QuizAnimation {
    /// Sets it up for a card whose top left corner lies at `corner` of the frame while `frames` last; `words` are those that are
    /// said meanwhile. Nothing moves where there is no time to think.
    pub(super) fn new(
        art: &QuizArt,
        corner: (i32, i32),
        frames: &Range<u64>,
        words: &[&Word],
        fonts: &Fonts,
        plan: &FramePlan,
    ) -> Option<Self> {
        match art {
            QuizArt::Asked(place) => {
                let heard = words.last().map_or(frames.start, |word| plan.frame_at(word.end_ms));
                let fps = u64::from(plan.fps);
                if frames.end.saturating_sub(heard) * 1000 < LEAST_MS * fps {
                    return None;
                }
                let starts = heard.min(frames.end.saturating_sub(plan.frame_at(RUNS_MS)));
                let runs = starts.max(frames.start)..frames.end;
                let lasts = runs.end.saturating_sub(runs.start);
                let side = place.width;
                let number = |seconds: u64| {
                    let text = seconds.to_string();
                    let letters = fonts.set(&text, Weight::Black, side * NUMBER);
                    let mut ink = letters.draw(&(0..text.len()), [255; 4], None, 1.0, (0.0, 0.0))?;
                    ink.left += ((side - letters.width()) / 2.0).round() as i32;
                    ink.top += (side / 2.0 + side * NUMBER * 0.35).round() as i32;
                    Some(ink)
                };
                Some(Self::Countdown(Countdown {
                    numbers: (1..=lasts.div_ceil(fps)).map(number).collect(),
                    runs,
                    fps,
                    left: corner.0 + place.x.round() as i32,
                    top: corner.1 + place.y.round() as i32,
                    side,
                }))
            }
            QuizArt::Answered(image, right) => {
                let card = Box::new(Sprite::new(image, corner.0, corner.1));
                let told = told(words, right).map_or(frames.start, |word| {
                    plan.frame_at(word.start_ms.saturating_sub(EARLY_MS)).max(frames.start)
                });
                Some(Self::Answer { card, from: told })
            }
        }
    }

    /// Draws it over its card, which is moved down by some pixels.
    pub(super) fn draw(&self, n: u64, down: i32, frame: &mut YuvFrame) {
        match self {
            Self::Countdown(countdown) => {
                if let Some(image) = countdown.picture(n) {
                    Sprite::new(&image, countdown.left, countdown.top).draw(frame, 0, down, 256);
                }
            }
            Self::Answer { card, from } if n >= *from => {
                let opacity = ((n - from + 1) * 256 / TURN).min(256);
                card.draw(frame, 0, down, opacity as u16);
            }
            Self::Answer { .. } => {}
        }
    }
}

impl Countdown {
    /// The ring as it is at a frame.
    fn picture(&self, n: u64) -> Option<RgbaImage> {
        let lasts = self.runs.end - self.runs.start;
        let left = self.runs.end.saturating_sub(n.max(self.runs.start));
        let share = left as f32 / lasts as f32;
        let side = self.side.ceil() as u32;
        let mut pixmap = Pixmap::new(side, side)?;
        let centre = self.side / 2.0;
        let mut disc = PathBuilder::new();
        disc.push_circle(centre, centre, centre - 0.5);
        let paint = |[r, g, b, a]: [u8; 4]| {
            let mut paint = Paint { anti_alias: true, ..Paint::default() };
            paint.set_color(Color::from_rgba8(r, g, b, a));
            paint
        };
        pixmap.fill_path(&disc.finish()?, &paint(DISC), FillRule::Winding, Transform::identity(), None);
        let line = Stroke { width: self.side * LINE, line_cap: LineCap::Round, ..Stroke::default() };
        for (share, colour) in [(1.0, TRACK), (share, RING)] {
            if let Some(arc) = arc(centre, self.side * RADIUS, share) {
                pixmap.stroke_path(&arc, &paint(colour), &line, Transform::identity(), None);
            }
        }
        let number = left.div_ceil(self.fps).max(1) as usize - 1;
        if let Some(Some(ink)) = self.numbers.get(number) {
            let size = tiny_skia::IntSize::from_wh(ink.image.width() as u32, ink.image.height() as u32)?;
            let letters = Pixmap::from_vec(ink.image.pixels.clone(), size)?;
            let plain = PixmapPaint::default();
            pixmap.draw_pixmap(ink.left, ink.top, letters.as_ref(), &plain, Transform::identity(), None);
        }
        RgbaImage::from_premultiplied(side as usize, side as usize, pixmap.take()).ok()
    }
}

/// What is left of a circle that loses from its top on, the way a clock goes.
fn arc(centre: f32, radius: f32, share: f32) -> Option<tiny_skia::Path> {
    const STEPS: u16 = 72;
    if share <= 0.0 {
        return None;
    }
    let mut path = PathBuilder::new();
    for step in 0..=STEPS {
        let turn = (1.0 - share) + share * f32::from(step) / f32::from(STEPS);
        let (sin, cos) = (turn * TAU).sin_cos();
        let (x, y) = (centre + radius * sin, centre - radius * cos);
        if step == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path.finish()
}

/// The word with which the right choice is heard; the first word where it is said in other words.
fn told<'a>(words: &[&'a Word], right: &str) -> Option<&'a Word> {
    let bare = |text: &str| {
        text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let wanted: Vec<String> = right.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    let heard: Vec<String> = words.iter().map(|word| bare(&word.text)).collect();
    let at = heard.windows(wanted.len().max(1)).position(|window| window == wanted);
    words.get(at.unwrap_or(0)).copied()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Speaker;

    use super::*;

    fn word(text: &str, start_ms: u64, end_ms: u64) -> Word {
        Word { text: text.to_owned(), start_ms, end_ms, scene: 0, line: 0, speaker: Speaker::Explainer }
    }

    fn gold(animation: &QuizAnimation, n: u64) -> usize {
        let mut frame = YuvFrame::black(200, 200);
        animation.draw(n, 0, &mut frame);
        frame.u.iter().filter(|u| **u < 70).count()
    }

    #[test]
    fn the_time_to_think_runs_down_once_the_question_was_heard() {
        let plan = FramePlan::new(1080, 1920, 30);
        let place = Rect { x: 20.0, y: 20.0, width: 80.0, height: 80.0 };
        let words = [word("How", 100, 300), word("many?", 300, 1_000)];
        let words: Vec<&Word> = words.iter().collect();
        let fonts = Fonts::embedded();
        let set = |frames: Range<u64>| {
            QuizAnimation::new(&QuizArt::Asked(place), (10, 10), &frames, &words, &fonts, &plan)
        };
        let animation = set(0..90).unwrap();
        let seen: Vec<usize> = [0, 29, 40, 60, 80, 89].map(|n| gold(&animation, n)).to_vec();
        assert_eq!(seen[0], seen[1], "it stands while the question is asked");
        assert!(seen.windows(2).skip(1).all(|pair| pair[0] > pair[1]), "{seen:?}");
        assert!(seen[5] < seen[0] / 8, "{seen:?}");
        assert!((seen[3] as f32 / seen[0] as f32 - 0.5).abs() < 0.1, "half of the time is half of the ring");
        assert!(set(0..45).is_none(), "half a second is no time to think");
    }

    #[test]
    fn the_answer_comes_with_its_word() {
        let plan = FramePlan::new(1080, 1920, 30);
        let white = RgbaImage::from_premultiplied(40, 40, vec![255; 40 * 40 * 4]).unwrap();
        let words = [
            word("The", 100, 300),
            word("answer:", 300, 900),
            word("Ten", 1_000, 1_200),
            word("minutes.", 1_200, 2_000),
        ];
        let words: Vec<&Word> = words.iter().collect();
        let first = |right: &str| {
            let art = QuizArt::Answered(white.clone(), right.to_owned());
            let answer =
                QuizAnimation::new(&art, (0, 0), &(0..90), &words, &Fonts::embedded(), &plan).unwrap();
            let bright = |n: u64| {
                let mut frame = YuvFrame::black(40, 40);
                answer.draw(n, 0, &mut frame);
                frame.y[0]
            };
            let seen = (0..90).find(|n| bright(*n) > 16).unwrap();
            assert_eq!(bright(seen + TURN), 235, "it stays");
            seen
        };
        assert_eq!(first("ten minutes"), plan.frame_at(1_000 - EARLY_MS));
        assert_eq!(first("An hour"), 0, "in other words it comes with the first of them");
    }
}
