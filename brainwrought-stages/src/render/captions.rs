//! Captions as words on a time line: which words share the screen, and when.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use brainwrought_core::data::Word;

use crate::language::LanguageData;
use crate::text::{is_unspaced, is_wide, needs_space};

/// The most words that share the screen.
const MAX_WORDS: usize = 4;

/// The most characters on the line, spaces included; a longer word stands alone.
const MAX_CHARACTERS: usize = 20;

/// The most characters when words are too short to stand alone; the letters then shrink.
const WIDEST: usize = 30;

/// A caption stays through a pause up to this long, in milliseconds.
const HELD_MS: u64 = 400;

/// The least time on screen, in milliseconds.
const MIN_MS: u64 = 300;

/// Words that lean on the next one, in any language.
static LEANING: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| LanguageData::all().iter().flat_map(|language| language.words.leaning.iter()).collect());

/// The words that share the screen, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Their places among the words.
    pub words: Range<usize>,
    /// When they appear, in milliseconds from the start of the segment.
    pub start_ms: u64,
    /// When they go.
    pub end_ms: u64,
}

/// True for a word of one character of those scripts.
fn is_small(word: &Word) -> bool {
    word.text.starts_with(is_unspaced)
        && word.text.chars().filter(|letter| letter.is_alphanumeric()).count() == 1
}

/// The room that a word takes, in letters.
fn room(word: &Word) -> usize {
    word.text.chars().map(|letter| if is_wide(letter) { 2 } else { 1 }).sum()
}

/// The most words of a line that share the screen: characters of scripts without spaces are small words.
fn most_words(words: &[Word]) -> usize {
    let small = words.iter().filter(|word| is_small(word)).count();
    if small * 2 > words.len() { 2 * MAX_WORDS } else { MAX_WORDS }
}

/// Groups words into captions of one to four words that never cross a line of the script.
///
/// The first caption of a segment stands from its first frame; a caption stays until the next one when the pause is
/// short, so that nothing blinks.
pub fn lay_out(words: &[Word], end_ms: u64) -> Vec<Chunk> {
    let mut groups = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let line = (words[from].scene, words[from].line);
        let length = words[from..].iter().take_while(|word| (word.scene, word.line) == line).count();
        groups.extend(split(words, from..from + length));
        from += length;
    }
    let mut chunks: Vec<Chunk> = groups
        .into_iter()
        .map(|range| Chunk {
            start_ms: words[range.start].start_ms,
            end_ms: words[range.end - 1].end_ms,
            words: range,
        })
        .collect();
    if let Some(first) = chunks.first_mut()
        && first.start_ms <= HELD_MS
    {
        first.start_ms = 0;
    }
    for place in 0..chunks.len() {
        let next = chunks.get(place + 1).map_or(end_ms.max(chunks[place].end_ms), |next| next.start_ms);
        let chunk = &mut chunks[place];
        let wanted = (chunk.end_ms + HELD_MS).max(chunk.start_ms + MIN_MS);
        chunk.end_ms = if next <= wanted { next } else { wanted }.max(chunk.start_ms);
    }
    lend_time(&mut chunks);
    chunks
}

/// Lets a caption that is too short appear a little before its first word, where the one before it can spare the time.
fn lend_time(chunks: &mut [Chunk]) {
    for place in (1..chunks.len()).rev() {
        let lacking = MIN_MS.saturating_sub(chunks[place].end_ms - chunks[place].start_ms);
        let before = &chunks[place - 1];
        let spare = (before.end_ms - before.start_ms).saturating_sub(MIN_MS);
        let gap = chunks[place].start_ms.saturating_sub(before.end_ms);
        let lent = lacking.min(spare + gap);
        chunks[place].start_ms -= lent;
        chunks[place - 1].end_ms = chunks[place - 1].end_ms.min(chunks[place].start_ms);
    }
}

/// Splits one line of the script so that breaks fall where a reader would breathe: the cheapest of all ways.
fn split(words: &[Word], line: Range<usize>) -> Vec<Range<usize>> {
    let count = line.len();
    let most = most_words(&words[line.clone()]);
    // best[n]: the cost of the first n words, and where their last caption begins.
    let mut best: Vec<(u32, usize)> = vec![(0, 0)];
    for end in 1..=count {
        let choice = (end.saturating_sub(most)..end)
            .filter_map(|start| {
                let range = line.start + start..line.start + end;
                Some((best[start].0 + cost(words, &range, line.end)?, start))
            })
            .min();
        // A single word always fits, so there is a choice.
        best.push(choice.unwrap_or((best[end - 1].0 + 1000, end - 1)));
    }
    let mut ranges = Vec::new();
    let mut end = count;
    while end > 0 {
        let start = best[end].1;
        ranges.push(line.start + start..line.start + end);
        end = start;
    }
    ranges.reverse();
    ranges
}

/// What it costs to show these words together; `None` when they do not fit.
fn cost(words: &[Word], range: &Range<usize>, line_end: usize) -> Option<u32> {
    let shown = &words[range.clone()];
    let spaces = shown.windows(2).filter(|pair| needs_space(&pair[0].text, &pair[1].text)).count();
    let characters: usize = shown.iter().map(room).sum::<usize>() + spaces;
    if shown.len() > 1 && characters > WIDEST {
        return None;
    }
    let small = shown.iter().filter(|word| is_small(word)).count();
    let mut cost: u32 = match shown.len() - small / 2 {
        1 if characters < 8 => 60,
        1 => 35,
        2 => 12,
        3 => 10,
        _ => 22,
    };
    if shown.len() > 1 && characters > MAX_CHARACTERS {
        // Smaller letters are worse than any break but one that leaves a word too short on screen.
        cost += 150;
    }
    let last = shown.last()?;
    let next = words.get(range.end).filter(|_| range.end < line_end);
    let until = next.map_or(last.end_ms + MIN_MS, |next| next.start_ms);
    if until.saturating_sub(shown[0].start_ms) < MIN_MS + 40 {
        cost += 400;
    }
    if next.is_some() {
        let bare = last.text.to_lowercase();
        if bare.ends_with([',', ';', ':', '.', '!', '?', '—', '、', '。']) {
            cost = cost.saturating_sub(8);
        } else if LEANING.contains(bare.as_str()) {
            cost += 30;
        } else if last.text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
            cost += 25;
        }
    }
    for pair in shown.windows(2) {
        // A comma inside a caption makes two thoughts share the screen.
        if pair[0].text.ends_with([',', ';', ':', '.', '!', '?', '、', '。']) {
            cost += 25;
        }
        if pair[1].start_ms.saturating_sub(pair[0].end_ms) > HELD_MS {
            cost += 120;
        }
    }
    Some(cost)
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Speaker;

    use super::*;

    fn words(lines: &[&str]) -> Vec<Word> {
        let mut at = 120;
        let mut words = Vec::new();
        for (line, text) in (0..).zip(lines) {
            for text in text.split(' ') {
                let end = at + 60 + 40 * text.len() as u64;
                words.push(Word {
                    text: text.to_owned(),
                    start_ms: at,
                    end_ms: end,
                    scene: 0,
                    line,
                    speaker: Speaker::Explainer,
                });
                at = end + 10;
            }
            at += 200;
        }
        words
    }

    fn texts(words: &[Word], chunks: &[Chunk]) -> Vec<String> {
        let text = |chunk: &Chunk| {
            let texts: Vec<&str> = words[chunk.words.clone()].iter().map(|word| word.text.as_str()).collect();
            texts.join(" ")
        };
        chunks.iter().map(text).collect()
    }

    #[test]
    fn breaks_fall_where_a_reader_breathes() {
        let words = words(&[
            "Every queue explodes at the same point, and nobody tells you.",
            "It costs $45 a month.",
        ]);
        let chunks = lay_out(&words, 9_000);
        let texts = texts(&words, &chunks);
        assert!(texts.iter().all(|text| text.chars().count() <= MAX_CHARACTERS), "{texts:?}");
        assert!(
            texts.contains(&"the same point,".to_owned()) || texts.iter().any(|t| t.ends_with("point,")),
            "{texts:?}"
        );
        assert!(!texts.iter().any(|text| text.ends_with(" the") || text.ends_with(" a")), "{texts:?}");
    }

    #[test]
    fn japanese_captions_hold_what_fits_and_end_where_a_thought_does() {
        let words = words(&["待ち 行列理論は、 到着率と データの 関係を 扱います。"]);
        let chunks = lay_out(&words, 9_000);
        let texts: Vec<String> = texts(&words, &chunks).iter().map(|text| text.replace(' ', "")).collect();
        assert!(texts.contains(&"待ち行列理論は、".to_owned()), "{texts:?}");
        assert!(texts.iter().all(|text| text.chars().count() <= MAX_CHARACTERS / 2), "{texts:?}");
    }

    #[test]
    fn nothing_blinks_and_everything_is_long_enough() {
        let words = words(&[
            "One two three four five six seven eight.",
            "Incomprehensibilities notwithstanding, no.",
            "A b c d e f.",
        ]);
        let chunks = lay_out(&words, 20_000);
        assert_eq!(chunks[0].start_ms, 0);
        assert_eq!(chunks.iter().map(|chunk| chunk.words.len()).sum::<usize>(), words.len());
        for pair in chunks.windows(2) {
            assert_eq!(pair[0].end_ms, pair[1].start_ms, "pauses here are short");
            assert_eq!(pair[0].words.end, pair[1].words.start);
        }
        assert!(chunks.iter().all(|chunk| chunk.end_ms - chunk.start_ms >= MIN_MS), "{chunks:?}");
    }

    #[test]
    fn a_word_that_is_over_at_once_borrows_time() {
        let word = |text: &str, start_ms, end_ms, line| Word {
            text: text.to_owned(),
            start_ms,
            end_ms,
            scene: 0,
            line,
            speaker: Speaker::Explainer,
        };
        let words = [
            word("Consistency", 100, 900, 0),
            word("matters.", 910, 1_500, 0),
            word("So.", 1_600, 1_700, 1),
            word("Incomprehensibilities", 1_720, 2_900, 2),
        ];
        let chunks = lay_out(&words, 3_000);
        assert!(chunks.iter().all(|chunk| chunk.end_ms - chunk.start_ms >= MIN_MS), "{chunks:?}");
        assert!(chunks.iter().all(|chunk| chunk.start_ms <= words[chunk.words.start].start_ms));
    }

    #[test]
    fn a_long_pause_clears_the_screen() {
        let mut words = words(&["Ready."]);
        words.push(Word {
            text: "Go.".to_owned(),
            start_ms: 5_000,
            end_ms: 5_300,
            scene: 1,
            line: 0,
            speaker: Speaker::Explainer,
        });
        let chunks = lay_out(&words, 8_000);
        assert_eq!(chunks[0].end_ms, words[0].end_ms + HELD_MS);
        assert_eq!(chunks[1].start_ms, 5_000);
        assert_eq!(chunks[1].end_ms, 5_700);
        assert!(lay_out(&[], 1_000).is_empty());
    }
}
