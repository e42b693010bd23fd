//! Measures of the narration: pauses, pace and whether words start where the voice does.

use brainwrought_core::data::{Rule, SceneKind};

use crate::assemble::Timeline;
use crate::audio::{Silence, silences};
use crate::gate::{Limits, SILENCE_DB, rules};
use crate::media::SAMPLE_RATE;

/// A pause before a word must be this long for the voice's start to be seen, in milliseconds.
const PAUSE_MS: u64 = 120;
/// A word further than this from the end of a pause does not belong to it, in milliseconds.
const REACH_MS: u64 = 400;
/// The pace is also taken over this long, in milliseconds.
const PACE_WINDOW_MS: u64 = 10_000;

/// What was measured of a narration.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Speech {
    /// The longest silence between the first and the last word, outside of quiz and source scenes, in milliseconds.
    pub(super) longest_silence_ms: u64,
    /// When the voice is first heard, in milliseconds; `None` for a narration without sound.
    pub(super) first_ms: Option<u64>,
    /// How far words after a pause are from the voice, in milliseconds, sorted.
    pub(super) onsets_ms: Vec<u64>,
    /// Words a minute over the whole narration, without long pauses.
    pub(super) pace: f64,
    /// Words a minute in the fastest ten seconds.
    pub(super) fastest_pace: f64,
}

/// The longest closure of a stop consonant, in milliseconds; slow speech has such.
const CLOSURE_MS: u64 = 150;

impl Speech {
    /// Measures a narration, mono at 48 kHz.
    pub(super) fn new(narration: &[f32], timeline: &Timeline, long_pause_ms: u64) -> Self {
        let silences = silences(narration, SAMPLE_RATE, SILENCE_DB, PAUSE_MS);
        let end_ms = narration.len() as u64 * 1000 / u64::from(SAMPLE_RATE);
        let first_ms = match silences.first() {
            Some(first) if first.start_ms == 0 && first.end_ms >= end_ms => None,
            Some(first) if first.start_ms == 0 => Some(first.end_ms),
            _ if narration.is_empty() => None,
            _ => Some(0),
        };
        let inside: Vec<Silence> = inside_speech(&silences, timeline);
        let longest_silence_ms = inside.iter().map(|silence| silence.duration_ms()).max().unwrap_or(0);
        Self {
            longest_silence_ms,
            first_ms,
            onsets_ms: onsets(&silences, timeline),
            pace: pace(timeline, long_pause_ms),
            fastest_pace: fastest_pace(timeline),
        }
    }

    /// The rules on speech, where sound and pictures are `lag_ms` apart.
    pub(super) fn rules(&self, lag_ms: f64, limits: &Limits) -> [Rule; 4] {
        let first = self.first_ms.map(|first| (first as f64 + lag_ms).max(0.0));
        [
            rules::word_timing(&self.onsets_ms, self.onset_p90_ms(), limits),
            rules::silence(self.longest_silence_ms, limits),
            rules::first_speech(first, limits),
            rules::pace(self.pace, limits),
        ]
    }

    /// How far nine words of ten are from the voice at most, in milliseconds; `None` where there was no pause to measure.
    ///
    /// One word of three or more may always be off: the closure of a `t` can be as long as a pause, and looks like one.
    pub(super) fn onset_p90_ms(&self) -> Option<u64> {
        let count = self.onsets_ms.len();
        let off = (count / 10).max(usize::from(count >= 3));
        self.onsets_ms.get(count.checked_sub(off + 1)?).copied()
    }
}

/// Cuts silences to where somebody should be speaking: after a question the viewer gets time to think.
fn inside_speech(silences: &[Silence], timeline: &Timeline) -> Vec<Silence> {
    let (Some(first), Some(last)) = (timeline.words.first(), timeline.words.last()) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    for silence in silences {
        let mut start = silence.start_ms.max(first.start_ms);
        let end = silence.end_ms.min(last.end_ms);
        for scene in &timeline.scenes {
            if matches!(scene.kind, SceneKind::Quiz | SceneKind::Source)
                && scene.start_ms < end
                && scene.end_ms > start
            {
                if scene.start_ms > start {
                    parts.push(Silence { start_ms: start, end_ms: scene.start_ms });
                }
                start = scene.end_ms;
            }
        }
        if start < end {
            parts.push(Silence { start_ms: start, end_ms: end });
        }
    }
    parts
}

/// Measures how far each word after a pause is from the end of the pause.
fn onsets(silences: &[Silence], timeline: &Timeline) -> Vec<u64> {
    let mut distances = Vec::new();
    // The closure of a `t` inside a word is no pause between words; the pauses between lines are longer.
    let is_closure = |silence: &Silence| {
        silence.duration_ms() < CLOSURE_MS
            && timeline
                .words
                .iter()
                .any(|word| word.start_ms < silence.start_ms && silence.end_ms < word.end_ms)
    };
    for silence in silences.iter().filter(|silence| !is_closure(silence)) {
        let nearest = timeline.words.iter().map(|word| word.start_ms.abs_diff(silence.end_ms)).min();
        distances.extend(nearest.filter(|distance| *distance <= REACH_MS));
    }
    distances.sort_unstable();
    distances
}

/// Words a minute between the first and the last, where pauses to think do not count as time.
fn pace(timeline: &Timeline, long_pause_ms: u64) -> f64 {
    let (Some(first), Some(last)) = (timeline.words.first(), timeline.words.last()) else { return 0.0 };
    let (start, end) = (first.start_ms, last.end_ms);
    let next = timeline.words.iter().skip(1);
    let pauses = timeline.words.iter().zip(next).map(|(one, next)| next.start_ms.saturating_sub(one.end_ms));
    let idle: u64 = pauses.filter(|pause| *pause > long_pause_ms).sum();
    let span = end.saturating_sub(start).saturating_sub(idle).max(1);
    words(timeline, start, end) * 60_000.0 / span as f64
}

fn fastest_pace(timeline: &Timeline) -> f64 {
    let length = timeline.words.last().map_or(0, |last| last.end_ms);
    let window = PACE_WINDOW_MS.min(length.max(1));
    let starts = timeline.words.iter().map(|word| word.start_ms).filter(|start| start + window <= length);
    let most = starts.map(|start| words(timeline, start, start + window)).fold(0.0, f64::max);
    most * 60_000.0 / window as f64
}

/// The words that start within a stretch; one caption word may be several ("New York").
fn words(timeline: &Timeline, start: u64, end: u64) -> f64 {
    let inside = timeline.words.iter().filter(|word| (start..end).contains(&word.start_ms));
    inside.map(|word| weight(&word.text)).sum()
}

/// How many words a caption word counts as. In scripts without spaces two characters are about one word.
fn weight(text: &str) -> f64 {
    let square = text.chars().filter(|&letter| is_square(letter)).count();
    if square > 0 { square as f64 / 2.0 } else { text.split_whitespace().count() as f64 }
}

fn is_square(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_characters_are_a_word_where_nobody_writes_spaces() {
        assert!((super::weight("ミツ") - 1.0).abs() < 1e-9 && (super::weight("New York") - 2.0).abs() < 1e-9);
    }

    use super::*;

    #[test]
    fn one_odd_onset_of_a_few_is_forgiven_and_two_are_not() {
        let p90 = |onsets: &[u64]| {
            let onsets_ms = onsets.to_vec();
            Speech { longest_silence_ms: 0, first_ms: None, onsets_ms, pace: 0.0, fastest_pace: 0.0 }
                .onset_p90_ms()
        };
        assert_eq!(p90(&[]), None);
        assert_eq!(p90(&[105]), Some(105));
        assert_eq!(p90(&[5, 10, 12, 20, 105]), Some(20));
        assert_eq!(p90(&[5, 10, 12, 95, 105]), Some(95));
        let twenty: Vec<u64> = (1..=20).map(|n| n * 10).collect();
        assert_eq!(p90(&twenty), Some(180));
    }
}
