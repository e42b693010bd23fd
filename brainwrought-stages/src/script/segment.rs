//! [`segments`]: where sentences begin and end.
//!
//! `sentencex` knows the abbreviations of many languages. What it cannot know is mended here by signs that hold in any of
//! them: nothing ends before a small letter, inside brackets, behind the initial of a name or behind a bare number.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::language::LanguageData;

/// Brackets that are not closed within so many bytes were never meant to be.
const MAX_BRACKETED: usize = 400;
/// A number with a full stop that stands in a sentence ("am 23. März") has at most so many digits.
const MAX_ORDINAL_DIGITS: usize = 2;

/// Abbreviations before a name or a number, which never end a sentence.
const BEFORE_NAMES: [&str; 22] = [
    "Ms.", "Mr.", "Mrs.", "Dr.", "Prof.", "St.", "vs.", "al.", "No.", "Nos.", "Art.", "Nr.", "Sec.", "Fig.",
    "Figs.", "Eq.", "cf.", "vgl.", "pp.", "Mme.", "Sr.", "Sra.",
];

/// Cuts `text` into its sentences, in order, as ranges of bytes without the spaces around them.
pub(super) fn segments(language: &str, text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for raw in sentencex::segment(language, text) {
        let rest = text.get(from..).unwrap_or_default();
        let start = rest.find(raw).map_or(from, |at| from + at);
        from = (start + raw.len()).min(text.len());
        let own = text.get(start..from).unwrap_or_default();
        let (before, after) = (own.len() - own.trim_start().len(), own.len() - own.trim_end().len());
        if before == own.len() {
            continue;
        }
        let own = start + before..from - after;
        match found.last_mut() {
            Some(last) if goes_on(language, text, last, &own) => last.end = own.end,
            _ => found.push(own),
        }
    }
    found
        .into_iter()
        .flat_map(|range| without_note_marks(text, range))
        .flat_map(|range| without_remark_before(text, range))
        .collect()
}

/// Cuts a sentence behind one in brackets that stands before it: "(They serve no tea.) The next shop does."
fn without_remark_before(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    static REMARK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\([^()]{12,}[.!?]\)\s+\p{Lu}").expect("the pattern is a constant that tests compile")
    });
    let own = text.get(range.clone()).unwrap_or_default();
    let Some(end) = REMARK.find(own).and_then(|_| own.find(')')) else { return vec![range] };
    let behind = range.start + end + 1;
    let gap = own[end + 1..].len() - own[end + 1..].trim_start().len();
    vec![range.start..behind, behind + gap..range.end]
}

/// Cuts a sentence where the marks of notes hide a full stop, and takes the marks out: "… after TIA.22–25 One study …".
fn without_note_marks(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\p{L}{2}[)”]?\.(?P<marks>\d{1,3}(?:\s?[–,-]\s?\d{1,3})*,?\s+)\p{Lu}\p{L}*")
            .expect("the pattern is a constant that tests compile")
    });
    let mut found = Vec::new();
    let mut start = range.start;
    for marks in MARKS.captures_iter(text.get(range.clone()).unwrap_or_default()) {
        let Some(marks) = marks.name("marks") else { continue };
        found.push(start..range.start + marks.start());
        start = range.start + marks.end();
    }
    found.push(start..range.end);
    found
}

/// Tells whether what `sentencex` cut belongs together.
fn goes_on(language: &str, text: &str, before: &Range<usize>, after: &Range<usize>) -> bool {
    let (before, after) =
        (text.get(before.clone()).unwrap_or_default(), text.get(after.clone()).unwrap_or_default());
    let first = after.chars().find(|letter| letter.is_alphanumeric());
    let closes = |text: &str| text.ends_with(['!', '?', '。', '！', '？', '…', ':']);
    if first.is_some_and(char::is_lowercase) && !closes(before) {
        return true;
    }
    if is_open(before)
        && before.len() < MAX_BRACKETED
        && after.len() < MAX_BRACKETED
        && after.contains([')', ']'])
    {
        return true;
    }
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let last = last.trim_start_matches(['(', '[', '"', '“', '‘', '„', '«']);
    if !last.ends_with('.') {
        return false;
    }
    if BEFORE_NAMES.contains(&last) {
        return true;
    }
    let next = after.split_whitespace().next().unwrap_or_default();
    let next = next.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    let opens = LanguageData::of(language).words.stop.contains(&next);
    if is_initials(last) {
        // "J. Smith" goes on; "in the U.S. The court" does not.
        return !opens || next.chars().count() == 1;
    }
    let digits = last.trim_end_matches('.');
    let is_ordinal =
        (1..=MAX_ORDINAL_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_ordinal {
        // A number alone opens a paragraph of a law or an item of a list. Elsewhere it counts a day of a month.
        let mut months = LanguageData::all().iter().flat_map(|data| data.layout.months.iter());
        return before.len() == last.len() || months.any(|month| month == next);
    }
    false
}

/// Tells whether a bracket is open at the end of a text.
fn is_open(text: &str) -> bool {
    let count = |letter: char| text.chars().filter(|other| *other == letter).count();
    count('(') > count(')') || count('[') > count(']')
}

/// Tells whether a word is the initials of a name or of a state: "J.", "U.S.", "z.B.".
fn is_initials(word: &str) -> bool {
    let mut parts = word.trim_end_matches('.').split('.');
    let is_letter = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    };
    let first = parts.next().unwrap_or_default();
    // "I." may be the last word of a sentence, and a small letter is a variable.
    let is_single = parts.clone().next().is_none();
    is_letter(first) && parts.all(is_letter) && (!is_single || first.chars().all(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(language: &str, text: &str) -> Vec<String> {
        segments(language, text).into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn marks_of_notes_hide_no_full_stop() {
        let text = "Scores predict early risk after TIA.22–25 One study was left out of care.58, 59, 61 In the review it stays.";
        let found: Vec<&str> = segments("en", text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(
            found,
            [
                "Scores predict early risk after TIA.",
                "One study was left out of care.",
                "In the review it stays."
            ]
        );
    }

    #[test]
    fn names_and_states_are_not_cut() {
        assert_eq!(
            cut("en", "The case went to the U.S. Supreme Court in May. It was lost."),
            ["The case went to the U.S. Supreme Court in May.", "It was lost."]
        );
        assert_eq!(
            cut("en", "Sales fell in the U.S. The rest of the world bought more."),
            ["Sales fell in the U.S.", "The rest of the world bought more."]
        );
        assert_eq!(
            cut("fr", "Le rapport de M. Dupont est clair. Il a raison."),
            ["Le rapport de M. Dupont est clair.", "Il a raison."]
        );
        assert_eq!(cut("en", "As J. R. Smith showed, it works."), ["As J. R. Smith showed, it works."]);
    }

    #[test]
    fn numbers_and_brackets_are_not_cut() {
        assert_eq!(
            cut("de", "Am 23. März begann es. Danach kam der Regen."),
            ["Am 23. März begann es.", "Danach kam der Regen."]
        );
        assert_eq!(cut("en", "23. The appeal is dismissed."), ["23. The appeal is dismissed."]);
        assert_eq!(
            cut("fr", "Ce modèle (voir biblio. Chapitre 3) est ancien. Il reste utile."),
            ["Ce modèle (voir biblio. Chapitre 3) est ancien.", "Il reste utile."]
        );
        assert_eq!(
            cut("en", "We waited in line 3. The barista smiled."),
            ["We waited in line 3.", "The barista smiled."]
        );
    }

    #[test]
    fn a_remark_in_brackets_is_a_sentence_of_its_own() {
        assert_eq!(
            cut("en", "(They serve no tea in the morning.) The next shop opens at nine."),
            ["(They serve no tea in the morning.)", "The next shop opens at nine."]
        );
        assert_eq!(cut("en", "(See below.) It is open."), ["(See below.) It is open."]);
    }

    #[test]
    fn what_starts_small_goes_on() {
        assert_eq!(
            cut("en", "It took approx. two hours. Nobody left."),
            ["It took approx. two hours.", "Nobody left."]
        );
        assert_eq!(cut("zh", "蜜蜂很小。它们住在一起。"), ["蜜蜂很小。", "它们住在一起。"]);
    }
}
