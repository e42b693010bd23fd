//! [`written_words`]: the words of a line as a caption shows them.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Splits a line into the words that captions show, as byte ranges.
///
/// Words keep their punctuation ("$45,"). A sign that stands alone ("—", "=") belongs to the word before it, or after it
/// at the start of the line. Scripts without spaces between words are split by the Unicode rules for word boundaries, and in
/// Japanese a word takes along the kana that end it and its particles, as readers take it in.
pub fn written_words(line: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    // Where a sign that opens the line began.
    let mut opening: Option<usize> = None;
    for piece in line.split_whitespace() {
        // `split_whitespace` lends from `line`, so the distance of the pointers is the place.
        let start = piece.as_ptr() as usize - line.as_ptr() as usize;
        let end = start + piece.len();
        if !is_said(piece) {
            match words.last_mut() {
                Some(last) => last.end = end,
                None => opening = opening.or(Some(start)),
            }
            continue;
        }
        let start = opening.take().unwrap_or(start);
        if piece.chars().any(has_no_spaces) {
            split_unspaced(line, start..end, &mut words);
        } else {
            words.push(start..end);
        }
    }
    words
}

/// Tells whether a piece of text holds anything that a voice would say.
fn is_said(piece: &str) -> bool {
    piece.chars().any(|c| c.is_alphanumeric() || "&%+$€£¥#@°".contains(c))
}

/// Tells whether a letter belongs to a script that is written without spaces: Han, kana, Thai, Lao, Khmer, Burmese.
fn has_no_spaces(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

fn split_unspaced(line: &str, range: Range<usize>, words: &mut Vec<Range<usize>>) {
    let first = words.len();
    let mut start = range.start;
    // Han without kana is Chinese, which nothing but a dictionary splits better.
    let is_japanese = line.chars().any(is_hiragana);
    for (offset, piece) in line[range.clone()].split_word_bound_indices() {
        let end = range.start + offset + piece.len();
        if is_said(piece) {
            match words[first..].last_mut() {
                Some(last) if is_japanese && goes_on(&line[last.clone()], piece) => last.end = end,
                _ => words.push(start..end),
            }
            start = end;
        } else if words.len() > first
            && let Some(last) = words.last_mut()
        {
            last.end = end;
            start = end;
        }
    }
}

/// The most characters of a Japanese word with all that it takes along.
const MAX_WORD_CHARS: usize = 9;

/// From how many characters on a word in kana ends with a particle.
const ALONE: usize = 4;
/// The particles that end a word in kana.
const PARTICLES: &str = "はがにでとのもへ";

/// Tells whether a piece of Japanese goes on with the word before it: kana that follow it, or Han that follow Han
/// or a number.
fn goes_on(word: &str, piece: &str) -> bool {
    let (Some(last), Some(next)) = (word.chars().next_back(), piece.chars().next()) else { return false };
    let length = word.chars().count();
    let fits = length + piece.chars().count() <= MAX_WORD_CHARS;
    // A particle ends what is long enough to stand alone, unless a second one follows it, as in には.
    let is_twin = matches!(last, 'に' | 'で' | 'と') && matches!(next, 'は' | 'も');
    let is_over = last == 'を' || length >= ALONE && PARTICLES.contains(last) && !is_twin;
    let is_compound = (is_han(last) || last.is_ascii_digit()) && is_han(next);
    fits && !is_over && last.is_alphanumeric() && (is_hiragana(next) || is_compound)
}

fn is_hiragana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{309F}')
}

pub(crate) fn is_han(letter: char) -> bool {
    matches!(letter, '々' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        let words: Vec<&str> = written_words(line).into_iter().map(|range| &line[range]).collect();
        assert_eq!(words, expected, "{line}");
    }

    #[test]
    fn words_keep_their_punctuation() {
        check("It costs $45, roughly.", &["It", "costs", "$45,", "roughly."]);
        check("  spaced \t out\n", &["spaced", "out"]);
        check("", &[]);
    }

    #[test]
    fn lone_signs_join_a_neighbour() {
        check("fast — and small", &["fast —", "and", "small"]);
        check("— so it is", &["— so", "it", "is"]);
        check("a = b", &["a =", "b"]);
        check("salt & pepper", &["salt", "&", "pepper"]);
    }

    #[test]
    fn unspaced_scripts_are_split() {
        let line = "机器学习很有趣。";
        let words = written_words(line);
        assert!(words.len() > 1);
        assert_eq!(words.first().map(|w| w.start), Some(0));
        assert_eq!(words.last().map(|w| w.end), Some(line.len()));
    }

    #[test]
    fn japanese_words_take_their_kana_along() {
        check(
            "待ち行列理論は、到着率とデータの関係を扱います。",
            &["待ち", "行列理論は、", "到着率と", "データの", "関係を", "扱います。"],
        );
        check("2024年にAIが広まった。", &["2024年に", "AIが", "広まった。"]);
        check(
            "ミツバチのはなしには、はちみつをあつめるむれがいます。",
            &["ミツバチの", "はなしには、", "はちみつを", "あつめるむれが", "います。"],
        );
        let long = written_words("それでもやはりそういうことになってしまうのでしょうか。");
        assert!(long.len() > 2 && long.iter().all(|word| word.len() <= 3 * (MAX_WORD_CHARS + 1)), "{long:?}");
    }
}
