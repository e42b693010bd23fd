//! One large word at a time.

use std::iter::once;

use std::ops::Range;

use brainwrought_core::data::Word;

use super::line::SetLine;
use super::piece::Piece;

/// The least time that a word stands alone, in milliseconds: five words a second are about as many as people follow when words
/// come one after the other in one place (300 words a minute). A shorter one shares the screen with the next.
const MIN_MS: u64 = 200;
/// The word's scale in the first frames after it is said; it keeps the last.
const POP: [f32; 4] = [0.9, 1.06, 1.03, 1.0];
/// The same for a word that carries the line.
const STRONG_POP: [f32; 4] = [0.95, 1.16, 1.13, 1.1];

/// Splits a caption into what stands on the screen alone, in places among its words.
pub(super) fn beats(words: &[Word], end_ms: u64) -> Vec<Range<usize>> {
    let mut beats: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for place in 0..words.len() {
        let until = words.get(place + 1).map_or(end_ms, |next| next.start_ms);
        let letters = words[from..=place].iter().flat_map(|word| word.text.chars());
        let is_alone = until.saturating_sub(words[from].start_ms) >= MIN_MS
            && letters.filter(|letter| letter.is_alphanumeric()).count() > 1;
        if is_alone {
            beats.push(from..place + 1);
            from = place + 1;
        }
    }
    if from < words.len() {
        match beats.last_mut() {
            Some(last) => last.end = words.len(),
            None => beats.push(from..words.len()),
        }
    }
    beats
}

/// Each word from when it is said, with a pop. What a caption opens with is there before.
pub(super) fn pieces(line: &SetLine<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (place, word) in line.each() {
        let colour = if word.emphasised { line.colours.lit } else { line.colours.words };
        if place == 0 && line.frames.start < word.from {
            let early = line.word(place, colour, 1.0);
            pieces.extend(early.map(|ink| Piece::new(ink, once(line.frames.start..word.from))));
        }
        let scales = if word.emphasised { STRONG_POP } else { POP };
        for (step, scale) in (0..).zip(scales) {
            let from = word.from + step;
            let until = if step + 1 == scales.len() as u64 { line.frames.end.max(from) } else { from + 1 };
            pieces.extend(line.word(place, colour, scale).map(|ink| Piece::new(ink, once(from..until))));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Speaker;

    use super::*;

    #[test]
    fn a_word_that_is_over_at_once_shares_the_screen() {
        let mut at = 0;
        let mut word = |text: &str, ms: u64| {
            at += ms;
            let (start_ms, end_ms) = (at - ms, at);
            Word { text: text.to_owned(), start_ms, end_ms, scene: 0, line: 0, speaker: Speaker::Explainer }
        };
        let words =
            [word("Half", 300), word("of", 110), word("queues", 400), word("5", 450), word("is", 120)];
        assert_eq!(beats(&words, 1_380), [0..1, 1..3, 3..5]);
        assert_eq!(
            beats(&words[1..2], 500).first(),
            Some(&(0..1)),
            "a caption of one word is alone however short it is"
        );
        assert_eq!(
            beats(&words[..2], 420).first(),
            Some(&(0..2)),
            "the last one goes with the one before it"
        );
        assert!(beats(&[], 100).is_empty());
    }
}
