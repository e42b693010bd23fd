//! [`AvatarAnimation`]: a character that moves with its voice.

use std::ops::Range;

use brainwrought_core::data::{Mood, Speaker, Word};

use super::acting::{Acting, Gaze};
use super::caption_look::cut;
use super::sprite::Sprite;
use crate::frame::FramePlan;
use crate::picture::{RgbaImage, YuvFrame};

/// The top of a character, from the top of a frame 1,920 high: under the captions, where nothing must be read.
const TOP: f32 = 1248.0;
/// How much lower the one stands who listens, how high a loud word lifts the other, and how high a surprise does, in design
/// pixels.
const LISTENS: f32 = 16.0;
const LIFT: f32 = 18.0;
const HOP: f32 = 26.0;
/// A mouth stays a moment behind a word, in milliseconds.
const TAIL_MS: u64 = 90;
/// Both blink once in so many milliseconds, for so long.
const BLINK_EVERY_MS: u64 = 3_400;
const BLINK_MS: u64 = 130;
/// The loudness, of the loudest frames, from which on a mouth opens by one more step.
const STEPS: [f32; 3] = [0.10, 0.32, 0.62];

/// A character as it is stored.
#[derive(Debug)]
pub(super) struct AvatarSheet {
    pub(super) speaker: Speaker,
    /// The body alone where there is a face, else all poses: a column for each mouth, a row with open eyes and one with closed.
    pub(super) image: RgbaImage,
    pub(super) mouths: usize,
    pub(super) face: Option<FaceSheets>,
}

/// The parts of a face as they are stored: a row for each mood.
#[derive(Debug)]
pub(super) struct FaceSheets {
    pub(super) moods: Vec<Mood>,
    /// Columns: at the viewer, at the picture, at the other character, closed.
    pub(super) eyes: RgbaImage,
    pub(super) eyes_at: (u32, u32),
    /// A column for each mouth.
    pub(super) mouths: RgbaImage,
    pub(super) mouths_at: (u32, u32),
}

/// The columns of eyes: one for each [`Gaze`], and the last one for closed eyes.
const EYES: usize = 4;

/// A character on its place.
#[derive(Debug)]
pub(super) struct AvatarAnimation {
    speaker: Speaker,
    look: Look,
    /// The frames in which it speaks.
    speaks: Vec<Range<u64>>,
    /// Shifts its blinks against the other's.
    phase_ms: u64,
}

/// What is drawn of a character.
#[derive(Debug)]
enum Look {
    /// Whole poses: with open eyes, then with closed.
    Poses([Vec<Sprite>; 2]),
    /// A body with a face over it: eyes and mouths by the place of the mood.
    Face { body: Box<Sprite>, moods: Vec<Mood>, eyes: Vec<Vec<Sprite>>, mouths: Vec<Vec<Sprite>> },
}

impl AvatarAnimation {
    /// Sets a character up; nothing when its sheet has no poses.
    pub(super) fn new(sheet: &AvatarSheet, words: &[Word], plan: &FramePlan) -> Option<Self> {
        let columns = if sheet.face.is_some() { 1 } else { sheet.mouths.max(1) };
        let rows = if sheet.face.is_some() { 1 } else { 2 };
        let (width, height) = (sheet.image.width() / columns, sheet.image.height() / rows);
        if width == 0 || height == 0 {
            return None;
        }
        let left = match sheet.speaker {
            Speaker::Explainer => plan.safe.x,
            Speaker::Asker => plan.safe.right() - width as f32,
        };
        let corner = (left.round() as i32, (TOP * plan.scale) as i32);
        let look = match &sheet.face {
            None => {
                let [awake, asleep] = [0, 1].map(|row| row_of(&sheet.image, row, (columns, rows), corner));
                Look::Poses([awake, asleep])
            }
            Some(face) => {
                let parts = |image: &RgbaImage, columns: usize, at: (u32, u32)| -> Vec<Vec<Sprite>> {
                    let corner = (corner.0 + at.0 as i32, corner.1 + at.1 as i32);
                    let rows = face.moods.len().max(1);
                    (0..rows).map(|row| row_of(image, row, (columns, rows), corner)).collect()
                };
                Look::Face {
                    body: Box::new(Sprite::new(&sheet.image, corner.0, corner.1)),
                    moods: face.moods.clone(),
                    eyes: parts(&face.eyes, EYES, face.eyes_at),
                    mouths: parts(&face.mouths, sheet.mouths.max(1), face.mouths_at),
                }
            }
        };
        let mut speaks: Vec<Range<u64>> = Vec::new();
        for word in words.iter().filter(|word| word.speaker == sheet.speaker) {
            let (from, to) = (plan.frame_at(word.start_ms), plan.frame_at(word.end_ms + TAIL_MS) + 1);
            match speaks.last_mut() {
                Some(last) if last.end >= from => last.end = to,
                _ => speaks.push(from..to),
            }
        }
        let phase_ms = if sheet.speaker == Speaker::Asker { BLINK_EVERY_MS / 2 } else { 0 };
        Some(Self { speaker: sheet.speaker, look, speaks, phase_ms })
    }

    /// Draws it as it is at a frame; `loudness` goes from 0 to 1.
    pub(super) fn draw(
        &self,
        n: u64,
        loudness: f32,
        acting: &Acting,
        plan: &FramePlan,
        frame: &mut YuvFrame,
    ) {
        let speaks = self.speaks.iter().any(|range| range.contains(&n));
        let is_asleep = (plan.ms_of(n) + self.phase_ms) % BLINK_EVERY_MS < BLINK_MS;
        let mouth = if speaks { STEPS.iter().filter(|&&step| loudness > step).count() } else { 0 };
        let expression = acting.of(self.speaker, n);
        let down = if speaks { -LIFT * loudness } else { LISTENS } - HOP * expression.hop;
        let down = (down * plan.scale).round() as i32;
        match &self.look {
            Look::Poses([awake, asleep]) => {
                let poses = if is_asleep { asleep } else { awake };
                if let Some(sprite) = poses.get(mouth).or(poses.last()) {
                    sprite.draw(frame, 0, down, 256);
                }
            }
            Look::Face { body, moods, eyes, mouths } => {
                body.draw(frame, 0, down, 256);
                let mood = moods.iter().position(|mood| *mood == expression.mood).unwrap_or(0);
                let gaze = match expression.gaze {
                    _ if is_asleep => EYES - 1,
                    Gaze::Viewer => 0,
                    Gaze::Picture => 1,
                    Gaze::Partner => 2,
                };
                let eyes = eyes.get(mood).and_then(|eyes| eyes.get(gaze));
                let mouth = mouths.get(mood).and_then(|mouths| mouths.get(mouth).or(mouths.last()));
                for part in eyes.into_iter().chain(mouth) {
                    part.draw(frame, 0, down, 256);
                }
            }
        }
    }
}

/// The pictures of a row of a sheet with some columns and rows, with their top left corner at a place of the frame.
fn row_of(
    image: &RgbaImage,
    row: usize,
    (columns, rows): (usize, usize),
    (left, top): (i32, i32),
) -> Vec<Sprite> {
    let (width, height) = (image.width() / columns, image.height() / rows);
    let part = |column: usize| cut(image, column * width, row * height, width, height);
    (0..columns).filter_map(part).map(|image| Sprite::new(&image, left, top)).collect()
}

/// How loud each frame is, from 0 to 1, where 1 is as loud as the loudest twentieth of those that are not silent.
pub(super) fn loudness(samples: &[f32], per_frame: usize) -> Vec<f32> {
    let power = |frame: &[f32]| {
        let sum: f32 = frame.iter().map(|sample| sample * sample).sum();
        (sum / frame.len().max(1) as f32).sqrt()
    };
    let levels: Vec<f32> = samples.chunks(per_frame.max(1)).map(power).collect();
    let mut heard: Vec<f32> = levels.iter().copied().filter(|level| *level > 1e-3).collect();
    heard.sort_by(f32::total_cmp);
    let Some(&loud) = heard.get(heard.len() * 19 / 20) else { return vec![0.0; levels.len()] };
    let mut smooth = 0.0_f32;
    let fall = |level: f32| {
        // A mouth closes slower than a voice stops.
        smooth = (level / loud).min(1.0).max(smooth * 0.55);
        smooth
    };
    levels.into_iter().map(fall).collect()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Language, Segment};

    use super::*;

    /// Somebody to whom nothing happens.
    fn silent(plan: FramePlan) -> Acting {
        let segment = Segment {
            index: 0,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes: Vec::new(),
        };
        Acting::new(&segment, &[], &[], plan)
    }

    #[test]
    fn a_face_lies_over_its_body() {
        let plan = FramePlan::new(270, 480, 30);
        let plain = |width: usize, height: usize, grey: u8| {
            let pixels = [grey, grey, grey, 255].repeat(width * height);
            RgbaImage::from_premultiplied(width, height, pixels).unwrap()
        };
        let face = FaceSheets {
            moods: vec![Mood::Neutral, Mood::Serious],
            eyes: plain(4 * 10, 2 * 6, 200),
            eyes_at: (20, 10),
            mouths: plain(4 * 8, 2 * 4, 250),
            mouths_at: (22, 30),
        };
        let sheet = AvatarSheet {
            speaker: Speaker::Explainer,
            image: plain(60, 60, 90),
            mouths: 4,
            face: Some(face),
        };
        let mut frame = YuvFrame::black(270, 480);
        let animation = AvatarAnimation::new(&sheet, &[], &plan).unwrap();
        animation.draw(40, 0.0, &silent(plan), &plan, &mut frame);
        let top = (TOP * plan.scale) as usize + (LISTENS * plan.scale).round() as usize / 2 * 2;
        let luma = |x: usize, y: usize| frame.y[(top + y) * 270 + plan.safe.x.round() as usize + x];
        assert!(luma(25, 13) > luma(5, 5) && luma(26, 32) > luma(25, 13));
        assert_eq!(luma(5, 5), luma(50, 50));
    }

    #[test]
    fn a_mouth_follows_the_voice() {
        let mut samples = vec![0.0; 1_600 * 4];
        samples.extend((0..1_600 * 6).map(|n| (n as f32 * 0.3).sin() * 0.4));
        samples.extend(vec![0.0; 1_600 * 6]);
        let levels = loudness(&samples, 1_600);
        assert_eq!(levels.len(), 16);
        assert!(levels[..4].iter().all(|level| *level == 0.0));
        assert!(levels[4..10].iter().all(|level| *level > 0.9), "{levels:?}");
        assert!(levels[10] > levels[12] && levels[15] < 0.1, "{levels:?}");
        assert_eq!(loudness(&[0.0; 3_200], 1_600), [0.0, 0.0]);
    }

    #[test]
    fn only_the_one_who_speaks_opens_the_mouth() {
        let plan = FramePlan::new(270, 480, 30);
        // Eight poses of 20 × 20 pixels, each of one grey.
        let grey = |x: usize, y: usize| 40 + 25 * (x / 20 + 4 * (y / 20)) as u8;
        let pixels =
            (0..40).flat_map(|y| (0..80).flat_map(move |x| [grey(x, y), grey(x, y), grey(x, y), 255]));
        let image = RgbaImage::from_premultiplied(80, 40, pixels.collect()).unwrap();
        let sheet = AvatarSheet { speaker: Speaker::Asker, image, mouths: 4, face: None };
        let word = |speaker| Word {
            text: String::new(),
            start_ms: 1_000,
            end_ms: 1_400,
            scene: 0,
            line: 0,
            speaker,
        };
        let look = |speaker, n| {
            let mut frame = YuvFrame::black(270, 480);
            let animation = AvatarAnimation::new(&sheet, &[word(speaker)], &plan).unwrap();
            animation.draw(n, 0.9, &silent(plan), &plan, &mut frame);
            frame.y.iter().copied().max().unwrap()
        };
        assert!(look(Speaker::Asker, 33) > look(Speaker::Asker, 20));
        assert_eq!(look(Speaker::Explainer, 33), look(Speaker::Asker, 20));
    }
}
