//! [`align`]: finds the words of a line in sound that came without timings.
//!
//! The same line is spoken by a voice that tells its timings, and time is warped until both sound alike. This needs no
//! model of the language and no words it knows: what one voice says, another says in the same order.

mod cepstrum;
mod guess;
mod path;

use std::ops::Range;

pub use guess::guess_words;

use self::cepstrum::{HOP, RATE, cepstra};
use self::path::TimePath;
use super::resample::{ResampleError, resample};
use super::voice::{Envelope, Speech, SpokenWord};

/// How far around its warped place the onset of a word after a pause is looked for, in milliseconds.
const REACH_MS: usize = 90;
/// A gap between two words of the reference that is at least this long is a pause, in milliseconds.
const PAUSE_MS: usize = 70;

/// Finds the words of `reference` in `samples`, which say the same line in another voice or at another pace.
///
/// It is guaranteed that there is one entry for each word of the reference, in order, inside `samples`, with times that never
/// run backwards. It is not guaranteed that they are right: sound that says something else gets words as well.
/// Memory grows with the length of the line, not with its square.
///
/// # Errors
///
/// Fails when a sample rate is 0.
pub fn align(reference: &Speech, samples: &[f32], sample_rate: u32) -> Result<Vec<SpokenWord>, AlignError> {
    let known = Sound::from_samples(&reference.samples, reference.sample_rate)?;
    let heard = Sound::from_samples(samples, sample_rate)?;
    let path = TimePath::between(&known.features, &heard.features);
    // From a place in the reference to one in the sound.
    let place = |at: usize| heard.place(path.at(known.frame(at)));
    let gap = |ms: usize| ms * sample_rate as usize / 1000;
    let pause = PAUSE_MS * reference.sample_rate as usize / 1000;
    let mut words: Vec<SpokenWord> = Vec::with_capacity(reference.words.len());
    let mut known_end = None;
    for (number, word) in reference.words.iter().enumerate() {
        let last = words.last().map_or(heard.range.start, |last: &SpokenWord| last.samples.end);
        let Range { start, end } = word.samples.clone();
        if start >= end {
            // What the reference does not say is not looked for.
            words.push(SpokenWord { written: word.written.clone(), samples: last..last });
            continue;
        }
        let after_pause = known_end.is_none_or(|known_end| start >= known_end + pause);
        let mut from = place(start).max(last);
        if after_pause && let Some(onset) = heard.onset(from, gap(REACH_MS), last) {
            from = onset;
        }
        let next = reference.words[number + 1..].iter().find(|word| !word.samples.is_empty());
        let before_pause = next.is_none_or(|next| next.samples.start >= end + pause);
        let mut to = place(end).max(from);
        if before_pause {
            let until = next.map_or(heard.range.end, |next| place(next.samples.start)).max(from);
            let sounding = heard.envelope.heard(from..until.min(to + gap(REACH_MS)).max(from));
            to = if sounding.is_empty() { to } else { sounding.end };
        }
        known_end = Some(end);
        words.push(SpokenWord { written: word.written.clone(), samples: from..to });
    }
    // A word may have been drawn over the one after it.
    for place in (1..words.len()).rev() {
        let start = words[place].samples.start;
        let before = &mut words[place - 1].samples;
        before.end = before.end.min(start).max(before.start);
    }
    Ok(words)
}

/// Why words could not be found.
#[derive(Debug, thiserror::Error)]
#[error("the words could not be found in the sound")]
pub struct AlignError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl From<ResampleError> for AlignError {
    fn from(error: ResampleError) -> Self {
        Self(error.into())
    }
}

/// A line as it is compared: without the silence at its ends.
struct Sound {
    envelope: Envelope,
    /// What is heard, in samples.
    range: Range<usize>,
    sample_rate: u32,
    features: Vec<cepstrum::Frame>,
}

impl Sound {
    fn from_samples(samples: &[f32], sample_rate: u32) -> Result<Self, ResampleError> {
        let envelope = Envelope::from_samples(samples, sample_rate);
        let range = envelope.heard(0..samples.len());
        let low = resample(samples.get(range.clone()).unwrap_or_default(), 1, sample_rate, RATE)?;
        Ok(Self { envelope, range, sample_rate, features: cepstra(&low) })
    }

    /// The frame of a sample, with its fraction.
    fn frame(&self, at: usize) -> f32 {
        let seconds = at.saturating_sub(self.range.start) as f32 / self.sample_rate as f32;
        seconds * RATE as f32 / HOP as f32
    }

    /// The sample of a frame.
    fn place(&self, frame: f32) -> usize {
        let at = (frame * HOP as f32 / RATE as f32 * self.sample_rate as f32).round() as usize;
        (self.range.start + at).min(self.range.end)
    }

    /// The onset nearest to `at`, not before `earliest`.
    fn onset(&self, at: usize, reach: usize, earliest: usize) -> Option<usize> {
        let from = at.saturating_sub(reach).max(earliest);
        let to = (at + reach).min(self.range.end);
        if from == self.range.start {
            return Some(from);
        }
        self.envelope.onset(from..to.max(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three "words" of different colour with a pause before the last.
    fn speech(speed: f32) -> Speech {
        let mut samples = Vec::new();
        let mut words = Vec::new();
        for (number, (ms, hertz)) in [(220, 300.0), (350, 900.0), (0, 0.0), (280, 1_900.0)].iter().enumerate()
        {
            let length = if *ms == 0 { 200.0 } else { *ms as f32 } / speed;
            let start = samples.len();
            let count = (length * 16.0) as usize;
            samples.extend((0..count).map(|n| {
                let t = n as f32 / 16_000.0;
                if *ms == 0 { 0.0 } else { ((t * hertz * 6.3).sin() + (t * hertz * 15.7).sin() * 0.5) * 0.2 }
            }));
            if *ms > 0 {
                words.push(SpokenWord { written: number..number + 1, samples: start..samples.len() });
            }
        }
        Speech { samples, sample_rate: 16_000, words }
    }

    #[test]
    fn words_are_found_in_slower_speech_with_silence_around_it() {
        let slow = speech(0.8);
        let lead = vec![0.0; 4_000];
        let samples: Vec<f32> = lead.iter().chain(&slow.samples).chain(&lead).copied().collect();
        let words = align(&speech(1.0), &samples, 16_000).unwrap();
        assert_eq!(words.len(), 3);
        for (found, known) in words.iter().zip(&slow.words) {
            assert_eq!(found.written, known.written);
            for (found, known) in [
                (found.samples.start, known.samples.start + 4_000),
                (found.samples.end, known.samples.end + 4_000),
            ] {
                assert!(found.abs_diff(known) <= 16 * 30, "{words:?}");
            }
        }
    }

    #[test]
    fn silence_and_nothing_are_no_trouble() {
        let reference = speech(1.0);
        for samples in [Vec::new(), vec![0.0; 100], vec![0.0; 16_000], vec![0.1; 300]] {
            let words = align(&reference, &samples, 22_050).unwrap();
            assert_eq!(words.len(), 3);
            assert!(words.iter().all(|word| word.samples.end <= samples.len()), "{words:?}");
        }
        let nothing = Speech::silent();
        assert!(align(&nothing, &reference.samples, 16_000).unwrap().is_empty());
        assert!(align(&reference, &[0.1, 0.2], 0).is_err());
    }
}
