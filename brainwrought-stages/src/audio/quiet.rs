//! [`tightened`]: a line without silences that a viewer would take for the end.

use std::ops::Range;

use super::loudness::silences;
use super::pace::moved;
use super::voice::Speech;
use crate::gate::SILENCE_DB;

/// The longest pause inside a line, in milliseconds. Slowed down as far as lines are, it stays below what the gate allows.
const PAUSE_MS: u64 = 700;
/// The longest silence before the first and after the last sound of a line, in milliseconds.
const EDGE_MS: u64 = 120;

/// The longest silence inside a word, in milliseconds: the closure of a consonant, which the gate takes for a pause where it
/// is longer.
const CLOSURE_MS: u64 = 100;

/// Cuts silences out of the middle of what is longer than a pause should be; the words move along.
pub(super) fn tightened(speech: Speech) -> Speech {
    let rate = u64::from(speech.sample_rate);
    let length = speech.samples.len();
    let place = |ms: u64| ((ms * rate / 1000) as usize).min(length);
    let end_ms = length as u64 * 1000 / rate.max(1);
    let is_inside = |silence: &Range<usize>| {
        let words = speech.words.iter().map(|word| &word.samples);
        words.into_iter().any(|word| word.start < silence.start && silence.end < word.end)
    };
    let found = silences(&speech.samples, speech.sample_rate, SILENCE_DB, CLOSURE_MS + 10);
    let cuts: Vec<Range<usize>> = found
        .into_iter()
        .filter_map(|silence| {
            let (opens, ends) = (silence.start_ms == 0, silence.end_ms >= end_ms);
            let until = if ends { length } else { place(silence.end_ms) };
            let (before, after) = match (opens, ends) {
                (true, false) => (0, EDGE_MS),
                (false, true) => (EDGE_MS, 0),
                _ if is_inside(&(place(silence.start_ms)..until)) => (CLOSURE_MS / 2, CLOSURE_MS / 2),
                _ => (PAUSE_MS / 2, PAUSE_MS / 2),
            };
            let cut = place(silence.start_ms + before)..until.saturating_sub(place(after));
            (cut.start < cut.end).then_some(cut)
        })
        .collect();
    if cuts.is_empty() {
        return speech;
    }
    let mut samples = Vec::with_capacity(length);
    let mut from = 0;
    for cut in &cuts {
        samples.extend_from_slice(&speech.samples[from..cut.start]);
        from = cut.end;
    }
    samples.extend_from_slice(&speech.samples[from..]);
    let gone = |at: usize| -> usize { cuts.iter().map(|cut| at.clamp(cut.start, cut.end) - cut.start).sum() };
    moved(&speech, samples, speech.sample_rate, |at| at - gone(at))
}

#[cfg(test)]
mod tests {
    use super::super::narration::SAMPLE_RATE;
    use super::super::voice::SpokenWord;
    use super::*;

    /// A second of sound, so much silence, a second of sound.
    fn broken_by(ms: usize) -> Speech {
        let tone = |n: usize| (n as f32 * 0.05).sin() * 0.3;
        let mut samples: Vec<f32> = (0..48_000).map(tone).collect();
        samples.resize(48_000 + ms * 48, 0.0);
        samples.extend((0..48_000).map(tone));
        let second = 48_000 + ms * 48;
        let words = [0..48_000, second..second + 48_000];
        let words = words.map(|samples| SpokenWord { written: 0..1, samples }).to_vec();
        Speech { samples, sample_rate: SAMPLE_RATE, words }
    }

    #[test]
    fn a_long_pause_is_shortened_and_the_words_move_along() {
        let speech = tightened(broken_by(2_000));
        assert_eq!(speech.samples.len(), 48_000 * 2 + 700 * 48);
        assert_eq!(speech.words[0].samples, 0..48_000);
        assert_eq!(speech.words[1].samples.start, 48_000 + 700 * 48);
        assert_eq!(speech.words[1].samples.end, speech.samples.len());
    }

    #[test]
    fn a_pause_as_people_make_it_stays() {
        assert_eq!(tightened(broken_by(600)), broken_by(600));
    }

    #[test]
    fn the_closure_of_a_consonant_is_no_pause() {
        let mut speech = broken_by(200);
        speech.words = vec![SpokenWord { written: 0..1, samples: 0..speech.samples.len() }];
        let speech = tightened(speech);
        assert_eq!(speech.samples.len(), (1_000 + 100 + 1_000) * 48);
        assert_eq!(speech.words[0].samples, 0..speech.samples.len());
    }

    #[test]
    fn silence_around_a_line_goes() {
        let mut speech = broken_by(300);
        let mut samples = vec![0.0; 48_000];
        samples.append(&mut speech.samples);
        samples.resize(samples.len() + 48_000, 0.0);
        for word in &mut speech.words {
            word.samples = word.samples.start + 48_000..word.samples.end + 48_000;
        }
        let speech = tightened(Speech { samples, ..speech });
        assert_eq!(speech.samples.len(), (1_000 + 300 + 1_000 + 240) * 48);
        assert_eq!(speech.words[0].samples.start, 120 * 48);
        let silent = Speech { samples: vec![0.0; 48_000 * 3], ..broken_by(0) };
        assert_eq!(tightened(silent).samples.len(), 700 * 48, "a line of which nothing is heard");
    }
}
