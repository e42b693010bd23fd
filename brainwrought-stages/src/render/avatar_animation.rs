//! [`AvatarAnimation`]: a character that moves with its voice.

use std::ops::Range;

use brainwrought_core::data::{Speaker, Word};

use super::sprite::Sprite;
use crate::frame::FramePlan;
use crate::picture::{RgbaImage, YuvFrame};

/// The top of a character, from the top of a frame 1,920 high: under the captions, where nothing must be read.
const TOP: f32 = 1248.0;
/// How much lower the one stands who listens, and how high a loud word lifts the other, in design pixels.
const LISTENS: f32 = 16.0;
const LIFT: f32 = 18.0;
/// A mouth stays a moment behind a word, in milliseconds.
const TAIL_MS: u64 = 90;
/// Both blink once in so many milliseconds, for so long.
const BLINK_EVERY_MS: u64 = 3_400;
const BLINK_MS: u64 = 130;
/// The loudness, of the loudest frames, from which on a mouth opens by one more step.
const STEPS: [f32; 3] = [0.10, 0.32, 0.62];

/// The poses of a character as they are stored.
#[derive(Debug)]
pub(super) struct AvatarSheet {
    pub(super) speaker: Speaker,
    /// A column for each mouth, a row with open eyes and one with closed.
    pub(super) image: RgbaImage,
    pub(super) mouths: usize,
}

/// A character on its place.
#[derive(Debug)]
pub(super) struct AvatarAnimation {
    /// Open eyes, then closed.
    poses: [Vec<Sprite>; 2],
    /// The frames in which it speaks.
    speaks: Vec<Range<u64>>,
    /// Shifts its blinks against the other's.
    phase_ms: u64,
}

impl AvatarAnimation {
    /// Sets a character up; nothing when its sheet has no poses.
    pub(super) fn new(sheet: &AvatarSheet, words: &[Word], plan: &FramePlan) -> Option<Self> {
        let (width, height) = (sheet.image.width() / sheet.mouths.max(1), sheet.image.height() / 2);
        if width == 0 || height == 0 {
            return None;
        }
        let left = match sheet.speaker {
            Speaker::Explainer => plan.safe.x,
            Speaker::Asker => plan.safe.right() - width as f32,
        };
        let pose = |row: usize| -> Vec<Sprite> {
            let cut = |mouth: usize| cut(&sheet.image, mouth * width, row * height, width, height);
            let sprite =
                |image: RgbaImage| Sprite::new(&image, left.round() as i32, (TOP * plan.scale) as i32);
            (0..sheet.mouths.max(1)).filter_map(cut).map(sprite).collect()
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
        Some(Self { poses: [pose(0), pose(1)], speaks, phase_ms })
    }

    /// Draws it as it is at a frame; `loudness` goes from 0 to 1.
    pub(super) fn draw(&self, n: u64, loudness: f32, plan: &FramePlan, frame: &mut YuvFrame) {
        let speaks = self.speaks.iter().any(|range| range.contains(&n));
        let is_asleep = (plan.ms_of(n) + self.phase_ms) % BLINK_EVERY_MS < BLINK_MS;
        let [awake, asleep] = &self.poses;
        let poses = if is_asleep { asleep } else { awake };
        let mouth = if speaks { STEPS.iter().filter(|&&step| loudness > step).count() } else { 0 };
        let Some(sprite) = poses.get(mouth).or(poses.last()) else { return };
        let down = if speaks { -LIFT * loudness } else { LISTENS };
        sprite.draw(frame, 0, (down * plan.scale).round() as i32, 256);
    }
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

fn cut(image: &RgbaImage, left: usize, top: usize, width: usize, height: usize) -> Option<RgbaImage> {
    let rows = image.pixels.chunks_exact(image.width() * 4).skip(top).take(height);
    let pixels: Option<Vec<&[u8]>> = rows.map(|row| row.get(left * 4..(left + width) * 4)).collect();
    RgbaImage::from_premultiplied(width, height, pixels?.concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let sheet = AvatarSheet { speaker: Speaker::Asker, image, mouths: 4 };
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
            AvatarAnimation::new(&sheet, &[word(speaker)], &plan).unwrap().draw(n, 0.9, &plan, &mut frame);
            frame.y.iter().copied().max().unwrap()
        };
        assert!(look(Speaker::Asker, 33) > look(Speaker::Asker, 20));
        assert_eq!(look(Speaker::Explainer, 33), look(Speaker::Asker, 20));
    }
}
