//! [`guess_words`]: where words lie when nothing but the letters is known.

use std::ops::Range;

use super::super::voice::{Envelope, SpokenWord};
use crate::text::written_words;

/// Gives every word of `line` a share of the sound by its letters: what there is without a voice to compare with.
///
/// Starts are 0.1 to 0.4 s off (measured by the bench `align`), which captions that light up word by word show.
pub fn guess_words(line: &str, samples: &[f32], sample_rate: u32) -> Vec<SpokenWord> {
    let heard = Envelope::from_samples(samples, sample_rate).heard(0..samples.len());
    let written = written_words(line);
    let weight = |range: &Range<usize>| line.get(range.clone()).map_or(1, |word| word.chars().count() + 1);
    let total: usize = written.iter().map(weight).sum();
    let mut done = 0;
    written
        .into_iter()
        .map(|range| {
            let place = |share: usize| heard.start + heard.len() * share / total.max(1);
            let start = place(done);
            done += weight(&range);
            SpokenWord { written: range, samples: start..place(done) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_get_more() {
        let words = guess_words("a generous share", &[0.1; 1_800], 24_000);
        let ranges: Vec<Range<usize>> = words.into_iter().map(|word| word.samples).collect();
        assert_eq!(ranges, [0..211, 211..1164, 1164..1800]);
        assert!(guess_words("", &[0.1; 100], 24_000).is_empty());
    }
}
