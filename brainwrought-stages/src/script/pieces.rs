//! Pieces: a long sentence said in several lines, cut where a speaker takes a breath. No word changes.

use super::duration::{estimate_ms, is_ideograph};
use super::lexicon::stop_words;
use crate::language::LanguageData;

/// What is shorter than this, in words, is said in one breath.
const BREATH_WORDS: usize = 18;
/// What is longer than this, in words, is cut even where no clause ends.
const LONG_BREATH_WORDS: usize = 24;
/// A pause as good as this stands between clauses.
const CLAUSE: f32 = 0.5;
/// No piece takes longer than this, in milliseconds: a scene is shown for at most 8 s.
pub(super) const MAX_PIECE_MS: u64 = 7_400;
/// The fewest words of a piece: less is no thought of its own.
const MIN_WORDS: usize = 4;
/// The fewest characters of a piece in a script without spaces.
const MIN_IDEOGRAPHS: usize = 6;

/// Cuts `text` into lines of up to some 18 words. One word is never cut, so a piece may be longer where nothing invites a
/// pause; the caller decides whether it can be said.
pub(super) fn pieces(text: &str, language: &str) -> Vec<String> {
    let ideographs = text.chars().filter(|&letter| is_ideograph(letter)).count();
    // Korean divides its words by spaces, so it is cut like other languages that do.
    if ideographs * 2 > text.chars().count() && language != "ko" {
        return clauses(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    cut(&words, language, &mut found);
    found
}

fn cut(words: &[&str], language: &str, found: &mut Vec<String>) {
    let text = words.join(" ");
    if words.len() <= BREATH_WORDS && estimate_ms(&text) <= MAX_PIECE_MS {
        found.push(text);
        return;
    }
    let is_long = words.len() > LONG_BREATH_WORDS || estimate_ms(&text) > MAX_PIECE_MS;
    let count = words.len() as f32;
    let best = (MIN_WORDS..=words.len().saturating_sub(MIN_WORDS))
        .filter_map(|at| {
            let (before, after) = (words.get(at - 1)?, words.get(at)?);
            let pause = pause(words, at, before, after, language);
            (pause > if is_long { 0.0 } else { CLAUSE })
                .then(|| (pause - 0.9 * (at as f32 / count - 0.5).abs(), at))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    match best {
        Some((_, at)) => {
            let (left, right) = words.split_at(at);
            cut(left, language, found);
            cut(right, language, found);
        }
        None => found.push(text),
    }
}

/// How well a speaker can pause before the word at `at`, from 0 to 1.
fn pause(words: &[&str], at: usize, before: &str, after: &str, language: &str) -> f32 {
    let data = LanguageData::of(language);
    let after = after.trim_start_matches(['“', '"', '(', '«', '„']).to_lowercase();
    let opens_clause = data.story.clause_openers.contains(&after);
    if before.ends_with([';', ':', '?', '!']) || before == "—" || before == "–" {
        return 1.0;
    }
    if before.ends_with(',') {
        // The commas of a list stand close together: a pause there tears the list.
        let near = |word: Option<&&str>| word.is_some_and(|word| word.ends_with(','));
        let is_list = (2..=4).any(|back| near(at.checked_sub(1 + back).and_then(|at| words.get(at))))
            || (0..=3).any(|ahead| near(words.get(at + ahead)));
        return match (opens_clause, is_list) {
            (true, false) => 0.95,
            (true, true) => 0.6,
            (false, false) => 0.7,
            (false, true) => 0.35,
        };
    }
    // "And" without a comma joins words more often than clauses.
    if opens_clause && !data.words.conjunctions.contains(&after) {
        return 0.55;
    }
    // A number belongs to what it counts, and the day to its month.
    if before.ends_with(|letter: char| letter.is_ascii_digit()) {
        return 0.0;
    }
    // What belongs to the word before it is not torn off: "thousands of servers".
    if data.story.bound.contains(&after) {
        return 0.0;
    }
    // Before a preposition or an article rather than inside a phrase.
    let stop = stop_words(language);
    let lower = before.to_lowercase();
    if stop.contains(after.as_str()) && !stop.contains(lower.as_str()) { 0.2 } else { 0.0 }
}

/// Cuts text of a script without spaces behind its commas.
fn clauses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for clause in text.split_inclusive(['，', '、', '；', '：', ',']) {
        match found.last_mut() {
            Some(last)
                if last.chars().count() < MIN_IDEOGRAPHS
                    || clause.chars().count() < MIN_IDEOGRAPHS
                    || estimate_ms(last) + estimate_ms(clause) <= MAX_PIECE_MS / 2 =>
            {
                last.push_str(clause);
            }
            _ => found.push(clause.to_owned()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_cut_where_it_breathes_and_loses_no_word() {
        let text = "The network timestamps transactions by hashing them into an ongoing chain of hash-based \
                    proof-of-work, forming a record that cannot be changed without redoing the proof-of-work.";
        let found = pieces(text, "en");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("proof-of-work,") && found[1].starts_with("forming"));
        assert_eq!(found.join(" "), text);
        assert_eq!(pieces("A short one stays whole.", "en"), ["A short one stays whole."]);
    }

    #[test]
    fn a_list_is_not_torn_where_a_clause_ends_elsewhere() {
        let text = "Raft separates leader election, log replication, safety and membership from each other, because a \
                    problem in parts is easier to understand than one in a single piece.";
        let found = pieces(text, "en");
        assert!(found[1].starts_with("because"), "{found:?}");
    }

    #[test]
    fn chinese_is_cut_behind_commas() {
        let text =
            "神经网络是一类按照层次结构搭建起来的模型，常用于图像识别，也常用于语音识别和机器翻译等任务。";
        assert_eq!(pieces(text, "zh").concat(), text);
        assert!(pieces(text, "zh").len() > 1);
    }
}
