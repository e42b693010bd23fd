//! [`QuotePlace`]: where on a page quoted words stand.

use std::ops::Range;

use brainwrought_core::data::{BlockKind, Page};

use super::word_match::QuotedWords;
use crate::text::is_read_from_right;

/// The block that holds a quote, and the part of its text that is quoted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuotePlace {
    /// The block's place in the page.
    pub(super) block: usize,
    /// Where the quote starts, of the width of the block's text set on one line: 0 to 1.
    pub(super) from: f32,
    /// Where it ends.
    pub(super) to: f32,
    /// The words of the block, where its script puts spaces between them.
    pub(super) words: Option<QuotedWords>,
    /// How many of the quoted words were found: 0 to 1.
    pub(super) share: f32,
}

/// A word without case and punctuation, with the bytes it stands on.
struct Token {
    word: String,
    start: usize,
    end: usize,
}

/// The least share of a quote's words that must stand together.
const MIN_SHARE: f32 = 0.5;

/// Finds the block that holds most of `quote`; the first of several that hold the same.
///
/// Scripts may have dropped citations and brackets from the words they quote, so the words need not stand side by side.
pub(super) fn find(page: &Page, quote: &str) -> Option<QuotePlace> {
    let wanted = tokens(quote);
    if wanted.is_empty() {
        return None;
    }
    let mut best: Option<QuotePlace> = None;
    let read = page.blocks.iter().enumerate().filter(|(_, block)| block.kind != BlockKind::Furniture);
    for (block, held) in read {
        let words = tokens(&held.text);
        let Some((first, last, hits)) = best_window(&words, &wanted) else { continue };
        let share = hits as f32 / wanted.len() as f32;
        if share < MIN_SHARE || best.as_ref().is_some_and(|best| best.share >= share) {
            continue;
        }
        let whole = set_width(&held.text).max(f32::MIN_POSITIVE);
        let from = set_width(&held.text[..words[first].start]) / whole;
        let to = set_width(&held.text[..words[last].end]) / whole;
        let words = quoted_words(&held.text, words[first].start..words[last].end);
        best = Some(QuotePlace { block, from, to, words, share });
    }
    best
}

/// The words of `text`, and those of them that the bytes `quoted` touch; nothing where spaces do not tell words.
fn quoted_words(text: &str, quoted: Range<usize>) -> Option<QuotedWords> {
    // `split_whitespace` lends from `text`, so the distance of the pointers is the place.
    let ranges: Vec<Range<usize>> = text
        .split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        })
        .collect();
    if text.contains(is_wide) {
        return None;
    }
    let first = ranges.iter().position(|word| word.end > quoted.start)?;
    let last = ranges.iter().rposition(|word| word.start < quoted.end)?;
    let widths = ranges.iter().map(|word| set_width(&text[word.clone()])).collect();
    Some(QuotedWords { widths, quoted: first..last + 1, from_right: is_read_from_right(text) })
}

/// The stretch of `words` with the most of `wanted` in order, and of those the shortest: its first and last word and how
/// many matched.
fn best_window(words: &[Token], wanted: &[Token]) -> Option<(usize, usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    for start in 0..words.len() {
        // A window starts at one of the first words of the quote: anything else has a better start.
        let Some(mut at) = wanted.iter().take(4).position(|token| token.word == words[start].word) else {
            continue;
        };
        let (mut hits, mut last) = (1, start);
        let reach = (start + wanted.len() * 2 + 8).min(words.len());
        for (n, word) in words.iter().enumerate().take(reach).skip(start + 1) {
            let ahead = wanted.get(at + 1..).unwrap_or_default();
            if let Some(skip) = ahead.iter().take(4).position(|token| token.word == word.word) {
                at += skip + 1;
                hits += 1;
                last = n;
            }
        }
        let is_better =
            |(from, to, most): (usize, usize, usize)| hits > most || hits == most && last - start < to - from;
        if best.is_none_or(is_better) {
            best = Some((start, last, hits));
        }
    }
    best
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open = false;
    for (start, letter) in text.char_indices() {
        if !letter.is_alphanumeric() {
            open = open && matches!(letter, '\'' | '’');
            continue;
        }
        let end = start + letter.len_utf8();
        match tokens.last_mut() {
            // Scripts that put no space between words get one token a letter.
            Some(token) if open && !is_wide(letter) => {
                token.word.extend(letter.to_lowercase());
                token.end = end;
            }
            _ => tokens.push(Token { word: letter.to_lowercase().collect(), start, end }),
        }
        open = !is_wide(letter);
    }
    tokens
}

/// The width that text takes on one line, in units of a usual small letter.
fn set_width(text: &str) -> f32 {
    text.chars().map(letter_width).sum()
}

fn letter_width(letter: char) -> f32 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '’' => 0.55,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 0.72,
        'm' | 'w' | 'M' | 'W' | '—' => 1.6,
        letter if is_wide(letter) => 2.0,
        letter if letter.is_uppercase() => 1.35,
        _ => 1.0,
    }
}

/// True for the square letters of Chinese, Japanese and Korean.
fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0xFF00..=0xFF60)
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Block, Rect};

    use super::*;

    fn page(texts: &[&str]) -> Page {
        let blocks = texts.iter().map(|text| Block {
            kind: BlockKind::Paragraph,
            text: (*text).to_owned(),
            bbox: Rect { x: 0.0, y: 0.0, width: 100.0, height: 100.0 },
            font_size: 10.0,
            ..Block::default()
        });
        Page { number: 1, width: 600.0, height: 800.0, blocks: blocks.collect(), ..Page::default() }
    }

    #[test]
    fn words_are_found_in_the_right_block() {
        let page = page(&[
            "A network needs nodes.",
            "We propose a solution to the double-spending problem using a peer-to-peer network. It works.",
        ]);
        let place = find(&page, "a solution to the double-spending problem").unwrap();
        assert_eq!(place.block, 1);
        assert!(place.from > 0.05 && place.from < 0.2, "{place:?}");
        assert!(place.to > 0.45 && place.to < 0.65, "{place:?}");
        assert!(place.share > 0.99);
    }

    #[test]
    fn a_quote_begins_at_its_own_first_word() {
        let text = "Bees break the sugar down. The honey is ripe below 18 % of water. The rest is wax.";
        let page = page(&[text]);
        let place = find(&page, "The honey is ripe below 18 % of water.").unwrap();
        let words = place.words.unwrap();
        assert_eq!((words.quoted, words.widths.len(), words.from_right), (5..14, 18, false));
    }

    #[test]
    fn dropped_citations_do_not_matter() {
        let page =
            page(&["Raft [12, 13] is a consensus algorithm (see below) for managing a replicated log."]);
        let place = find(&page, "Raft is a consensus algorithm for managing a replicated log.").unwrap();
        assert!(place.share > 0.9 && place.from < 0.01 && place.to > 0.95, "{place:?}");
    }

    #[test]
    fn a_missing_quote_is_not_found() {
        let page = page(&["Cats sleep most of the day."]);
        assert_eq!(find(&page, "Quantum computers factor integers quickly"), None);
        assert_eq!(find(&page, ""), None);
    }
}
