//! [`LineReader`]: what letters a line of text has.

use std::sync::Arc;

use rten::ThreadPool;

use super::network::{Network, OcrError, Scale};
use super::strip::Strip;

/// Reads lines: a recognition network whose answer is a letter, or none, for each eighth of a line's height or so
/// (connectionist temporal classification).
pub(super) struct LineReader {
    network: Network,
    /// The letters by their numbers; the first stands for none.
    alphabet: Vec<char>,
}

/// A letter of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ReadLetter {
    pub(super) letter: char,
    /// Where its middle is, from 0 (the left edge of the line) to 1.
    pub(super) place: f32,
    /// How certain the model is, from 0 to 1.
    pub(super) confidence: f32,
}

/// What the first number stands for.
const BLANK: char = '\0';

impl LineReader {
    pub(super) fn load(weights: Vec<u8>, threads: &Arc<ThreadPool>) -> Result<Self, OcrError> {
        let network = Network::load(weights, "reads lines of text", threads)?;
        let letters = network.note("character")?.split('\n').filter_map(|line| line.chars().next());
        let alphabet = std::iter::once(BLANK).chain(letters).chain(std::iter::once(' ')).collect();
        Ok(Self { network, alphabet })
    }

    /// Reads a line.
    pub(super) fn read(&self, strip: &Strip) -> Result<Vec<ReadLetter>, OcrError> {
        let (shape, values) = self.network.run(&strip.pixels, [Strip::HEIGHT, strip.width], &Scale::EVEN)?;
        let classes = self.alphabet.len();
        if shape.len() != 3 || shape.last() != Some(&classes) {
            return Err(self.network.failed("its answer does not fit its letters"));
        }
        let filled = strip.width as f32 / strip.own_width.max(1) as f32;
        Ok(decoded(&values, &self.alphabet, filled))
    }
}

/// Takes the most likely letter of each step, and each letter of a row of the same once. `filled` is how much wider than the
/// line what was read is.
fn decoded(values: &[f32], alphabet: &[char], filled: f32) -> Vec<ReadLetter> {
    let steps = values.len() / alphabet.len().max(1);
    let mut letters: Vec<ReadLetter> = Vec::new();
    let mut before = 0;
    let mut first = 0;
    for (step, scores) in values.chunks_exact(alphabet.len().max(1)).enumerate() {
        let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let Some((number, &confidence)) = best else { continue };
        let place = |from: usize| (from + step + 1) as f32 / 2.0 / steps as f32 * filled;
        if number == before {
            if number != 0
                && let Some(last) = letters.last_mut()
            {
                last.place = place(first).min(1.0);
                last.confidence = last.confidence.max(confidence);
            }
            continue;
        }
        before = number;
        first = step;
        if let Some(&letter) = alphabet.get(number).filter(|letter| **letter != BLANK) {
            letters.push(ReadLetter { letter, place: place(step).min(1.0), confidence });
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_steps_are_one_letter_and_a_blank_parts_two() {
        let alphabet = [BLANK, 'a', 'b', ' '];
        let steps = [1, 1, 0, 1, 2, 2, 2, 3, 0, 0];
        let scores = |best: usize| (0..4).map(move |number| if number == best { 0.7 } else { 0.1 });
        let values: Vec<f32> = steps.into_iter().flat_map(scores).collect();
        let letters = decoded(&values, &alphabet, 1.0);
        let text: String = letters.iter().map(|letter| letter.letter).collect();
        assert_eq!(text, "aab ");
        let places: Vec<f32> = letters.iter().map(|letter| letter.place).collect();
        assert_eq!(places, [0.1, 0.35, 0.55, 0.75]);
        assert!(letters.iter().all(|letter| letter.confidence == 0.7));
    }
}
