//! [`show_times`]: when the shows of a segment are on screen.

use std::ops::Range;

use brainwrought_core::data::{Audio, MarkKind, Moment, ShowVisual, Word};

use super::FramePlan;

/// A show appears so many milliseconds before its word, so that the eye is there when the ear is: below the 300 that a picture
/// may be early.
const LEAD_MS: u64 = 120;
/// How long a word takes at the usual pace, in milliseconds: 170 words a minute.
const WORD_MS: u64 = 350;
/// A scene's own picture is not shown for less, in milliseconds: nobody takes it in.
const MIN_PANEL_MS: u64 = 1_500;

/// When a show is on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShowTime {
    /// Its frames, from the start of the segment; none where its line is not said.
    pub(crate) frames: Range<u64>,
    /// When each word of its line starts, in frames.
    words: Vec<u64>,
}

impl ShowTime {
    /// The time of a show that is not part of a segment: it stands for a minute, and its line is spoken at the usual pace.
    pub(crate) fn spoken(plan: &FramePlan) -> Self {
        let words = (0..40).map(|word| plan.frame_at(LEAD_MS + word * WORD_MS)).collect();
        Self { frames: 0..plan.frame_at(60_000), words }
    }

    /// The frame of a moment of the show.
    pub(crate) fn frame_at(&self, moment: &Moment, plan: &FramePlan) -> u64 {
        let word = moment.word.map(|word| self.words.get(word as usize).copied().unwrap_or(self.frames.end));
        word.unwrap_or(self.frames.start).max(self.frames.start) + plan.frame_at(u64::from(moment.after_ms))
    }
}

/// Finds when each show is on screen: from shortly before its word to the next show, or to the end of its line. The shows
/// come in the order of time, each with its scene.
pub(crate) fn show_times(
    shows: &[(usize, &ShowVisual)],
    audio: &Audio,
    frames: u64,
    plan: &FramePlan,
) -> Vec<ShowTime> {
    let scene_starts: Vec<u64> = audio
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Scene)
        .map(|mark| plan.frame_at(mark.at_ms))
        .collect();
    let scene_end = |scene: usize| scene_starts.get(scene + 1).copied().unwrap_or(frames);
    let of_line = |scene: usize, line: u32| -> Vec<&Word> {
        audio.words.iter().filter(|word| word.scene as usize == scene && word.line == line).collect()
    };
    let early = |word: &Word| plan.frame_at(word.start_ms.saturating_sub(LEAD_MS));
    let least = plan.frame_at(MIN_PANEL_MS);
    let mut times: Vec<ShowTime> = Vec::with_capacity(shows.len());
    for &(scene, show) in shows {
        let words = of_line(scene, show.line);
        let Some(word) = words.get(show.at_word as usize).or(words.last()) else {
            times.push(ShowTime { frames: 0..0, words: Vec::new() });
            continue;
        };
        let start = scene_starts.get(scene).copied().unwrap_or(0);
        let from = early(word).clamp(start, scene_end(scene));
        // The show that opens its scene stands from the cut on.
        let is_first = !shows[..times.len()].iter().any(|(of, _)| *of == scene);
        let from = if is_first && from < start + least { start } else { from };
        // It may stay through the pause behind its line.
        let next_line = of_line(scene, show.line + 1);
        let end = next_line.first().map_or(scene_end(scene), |next| early(next));
        if let Some(before) = times.iter_mut().rev().find(|time| !time.frames.is_empty()) {
            before.frames.end = before.frames.end.min(from).max(before.frames.start);
        }
        let words = words.iter().map(|word| plan.frame_at(word.start_ms)).collect();
        times.push(ShowTime { frames: from..end.max(from), words });
    }
    for place in 0..times.len() {
        let end = scene_end(shows[place].0);
        let next = times[place + 1..].iter().find(|time| !time.frames.is_empty());
        let next = next.map_or(end, |next| next.frames.start.min(end));
        // What would be seen between two shows for a moment only is not.
        let time = &mut times[place].frames;
        if !time.is_empty() && next > time.end && next - time.end < least {
            time.end = next;
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{AudioMark, BlobRef, Speaker};
    use brainwrought_core::id::Digest;

    use super::*;

    fn audio(words: &[(u32, u32, u64)], scenes: &[u64]) -> Audio {
        let word = |&(scene, line, start_ms): &(u32, u32, u64)| Word {
            text: "word".to_owned(),
            start_ms,
            end_ms: start_ms + 250,
            scene,
            line,
            speaker: Speaker::Explainer,
        };
        let blob = BlobRef { digest: Digest::of(b""), bytes: 0, media_type: String::new() };
        Audio {
            pcm: blob,
            sample_rate: 48_000,
            samples: 48_000 * 10,
            words: words.iter().map(word).collect(),
            marks: scenes.iter().map(|&at_ms| AudioMark { at_ms, kind: MarkKind::Scene }).collect(),
            voice: String::new(),
            assets: Vec::new(),
            warnings: Vec::new(),
            calls: Vec::new(),
        }
    }

    fn show(line: u32, at_word: u32) -> ShowVisual {
        let sheet = BlobRef { digest: Digest::of(b""), bytes: 0, media_type: String::new() };
        ShowVisual {
            line,
            at_word,
            kind: "icon".to_owned(),
            sheet,
            width: 10,
            height: 10,
            layers: Vec::new(),
            page: None,
            smallest_type: 0.0,
            description: String::new(),
        }
    }

    fn times(shows: &[(usize, u32, u32)], audio: &Audio, frames: u64) -> Vec<Range<u64>> {
        let shows: Vec<(usize, ShowVisual)> =
            shows.iter().map(|&(scene, line, word)| (scene, show(line, word))).collect();
        let shows: Vec<(usize, &ShowVisual)> = shows.iter().map(|(scene, show)| (*scene, show)).collect();
        let plan = FramePlan::new(270, 480, 10);
        show_times(&shows, audio, frames, &plan).into_iter().map(|time| time.frames).collect()
    }

    #[test]
    fn a_show_stands_from_its_word_to_the_next_one_or_the_end_of_its_line() {
        let audio = audio(
            &[(0, 0, 200), (0, 0, 1_000), (0, 0, 2_000), (0, 1, 3_000), (0, 1, 5_000), (1, 0, 8_200)],
            &[0, 8_000],
        );
        let found = times(&[(0, 0, 0), (0, 0, 2), (0, 1, 1), (1, 0, 0)], &audio, 100);
        // 120 ms before its word; the second ends where the next line begins, the third with the scene.
        assert_eq!(found, [0..19, 19..29, 49..80, 80..100]);
    }

    #[test]
    fn the_first_show_of_a_scene_stands_from_the_cut_and_keeps_its_time() {
        let audio = audio(&[(0, 0, 400), (0, 0, 700), (0, 0, 1_200), (0, 0, 2_000)], &[0]);
        assert_eq!(times(&[(0, 0, 0), (0, 0, 2)], &audio, 60), [0..11, 11..60]);
    }

    #[test]
    fn the_picture_of_a_scene_does_not_flash_up_between_shows() {
        let audio = audio(&[(0, 0, 100), (0, 1, 3_000), (0, 1, 3_500), (0, 1, 3_800)], &[0]);
        let found = times(&[(0, 0, 0), (0, 1, 2)], &audio, 60);
        assert_eq!(found, [0..37, 37..60]);
    }
}
