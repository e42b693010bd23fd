//! [`Narration`]: spoken lines laid out in time, with pauses, marks and a length of whole frames.

use brainwrought_core::data::{AudioMark, Line, MarkKind, SceneKind, Segment, VisualCue, Word};
use serde::{Deserialize, Serialize};

use super::voice::Speech;
use crate::gate::STILL_MS;

/// Samples per second of a narration.
pub(super) const SAMPLE_RATE: u32 = 48_000;
/// Samples of one millisecond.
const PER_MS: u64 = SAMPLE_RATE as u64 / 1000;

/// The pauses of a narration, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pauses {
    /// Before the first word of the video.
    pub hook_lead: u64,
    /// Between a change of scene and the first word after it.
    pub scene_lead: u64,
    /// Between the last word of a scene and the change to the next.
    pub scene_tail: u64,
    /// Between two lines of a scene.
    pub line: u64,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { hook_lead: 100, scene_lead: 90, scene_tail: 160, line: 180 }
    }
}

/// A segment's sound.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Narration {
    /// Mono samples at [`SAMPLE_RATE`].
    pub(super) samples: Vec<f32>,
    pub(super) words: Vec<Word>,
    pub(super) marks: Vec<AudioMark>,
}

impl Narration {
    /// Lays out `speeches`, one for every line of every scene in order and all at [`SAMPLE_RATE`].
    pub(super) fn lay_out(segment: &Segment, speeches: &[Speech], pauses: &Pauses, fps: u32) -> Self {
        let mut narration = Self { samples: Vec::new(), words: Vec::new(), marks: Vec::new() };
        let mut speeches = speeches.iter();
        for (index, scene) in (0_u32..).zip(&segment.scenes) {
            let start = narration.samples.len() as u64;
            let opens_video = index == 0 && segment.index == 0;
            narration.mark(start, MarkKind::Scene);
            if !opens_video && scene.visual != VisualCue::Motion {
                narration.mark(start, MarkKind::Whoosh);
            }
            if scene.kind == SceneKind::Quiz {
                narration.mark(start, MarkKind::Ding);
            }
            for (number, (line, speech)) in (0_u32..).zip(scene.lines.iter().zip(&mut speeches)) {
                narration.pause(match number {
                    0 if opens_video => pauses.hook_lead,
                    0 => pauses.scene_lead,
                    _ => pauses.line,
                });
                narration.say(speech, line, index, number);
            }
            if scene.kind == SceneKind::Hook && !scene.lines.is_empty() {
                narration.mark(narration.samples.len() as u64, MarkKind::Impact);
            }
            let spoken = narration.samples.len();
            if !scene.lines.is_empty() {
                narration.pause(pauses.scene_tail);
            }
            let mut least = (start + scene.min_ms * PER_MS) as usize;
            if !matches!(scene.kind, SceneKind::Quiz | SceneKind::Source) {
                // Nowhere else is it silent for long.
                least = least.min(spoken + (STILL_MS * PER_MS) as usize);
            }
            let end = narration.samples.len().max(least);
            narration.samples.resize(end, 0.0);
        }
        let frame = (SAMPLE_RATE / fps.max(1)).max(1) as usize;
        let whole = narration.samples.len().div_ceil(frame).max(1) * frame;
        narration.samples.resize(whole, 0.0);
        narration.marks.sort_by_key(|mark| mark.at_ms);
        narration
    }

    fn mark(&mut self, sample: u64, kind: MarkKind) {
        self.marks.push(AudioMark { at_ms: sample / PER_MS, kind });
    }

    fn pause(&mut self, ms: u64) {
        self.samples.resize(self.samples.len() + (ms * PER_MS) as usize, 0.0);
    }

    fn say(&mut self, speech: &Speech, line: &Line, scene: u32, number: u32) {
        let offset = self.samples.len();
        for word in &speech.words {
            let start = (offset + word.samples.start) as u64;
            let end = (offset + word.samples.end) as u64;
            self.words.push(Word {
                text: line.text.get(word.written.clone()).unwrap_or_default().to_owned(),
                start_ms: start / PER_MS,
                end_ms: end.div_ceil(PER_MS),
                scene,
                line: number,
                speaker: line.speaker,
            });
        }
        self.samples.extend_from_slice(&speech.samples);
    }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, Language, LineRole, Scene};

    use super::super::voice::SpokenWord;
    use super::*;

    fn scene(kind: SceneKind, lines: &[&str], min_ms: u64) -> Scene {
        let line = |text: &&str| {
            Line::new((*text).to_owned(), LineRole::Fact, Citation { page: 1, quote: String::new() })
        };
        Scene::new(kind, lines.iter().map(line).collect(), VisualCue::TitleCard, min_ms)
    }

    fn segment(index: u32, scenes: Vec<Scene>) -> Segment {
        Segment {
            index,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes,
        }
    }

    /// Half a second with one word over all of it.
    fn speech() -> Speech {
        let words = vec![SpokenWord { written: 0..2, samples: 480..23_520 }];
        Speech { samples: vec![0.25; 24_000], sample_rate: SAMPLE_RATE, words }
    }

    #[test]
    fn the_first_word_of_the_video_comes_at_once() {
        let segment = segment(0, vec![scene(SceneKind::Hook, &["Hi"], 0)]);
        let narration = Narration::lay_out(&segment, &[speech()], &Pauses::default(), 30);
        assert_eq!(narration.words[0].start_ms, 110);
        assert_eq!(narration.samples.len() % 1_600, 0);
        assert!(narration.marks.contains(&AudioMark { at_ms: 600, kind: MarkKind::Impact }));
        assert!(!narration.marks.iter().any(|mark| mark.kind == MarkKind::Whoosh));
    }

    #[test]
    fn scenes_last_as_long_as_they_must() {
        let scenes = vec![scene(SceneKind::Quiz, &["Hi", "Ho"], 3_000), scene(SceneKind::Source, &[], 2_000)];
        let narration =
            Narration::lay_out(&segment(2, scenes), &[speech(), speech()], &Pauses::default(), 30);
        assert_eq!(narration.samples.len(), 5 * 48_000);
        let scenes: Vec<u64> =
            narration.marks.iter().filter(|m| m.kind == MarkKind::Scene).map(|m| m.at_ms).collect();
        assert_eq!(scenes, [0, 3_000]);
        assert_eq!((narration.words[1].scene, narration.words[1].line), (0, 1));
        let gap = narration.words[1].start_ms - narration.words[0].end_ms;
        assert!((180..=220).contains(&gap), "{gap}");
    }

    #[test]
    fn a_scene_does_not_wait_in_silence_for_its_least_time() {
        let scenes = vec![scene(SceneKind::Content, &["Hi"], 4_000), scene(SceneKind::Content, &["Ho"], 0)];
        let narration =
            Narration::lay_out(&segment(1, scenes), &[speech(), speech()], &Pauses::default(), 30);
        let gap = narration.words[1].start_ms - narration.words[0].end_ms;
        assert!((600..=800).contains(&gap), "{gap}");
    }

    #[test]
    fn a_segment_without_words_is_still_a_frame_long() {
        let narration = Narration::lay_out(
            &segment(1, vec![scene(SceneKind::Source, &[], 0)]),
            &[],
            &Pauses::default(),
            30,
        );
        assert_eq!(narration.samples.len(), 1_600);
    }
}
