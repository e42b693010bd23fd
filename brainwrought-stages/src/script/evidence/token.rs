//! [`Token`]: a word of a sentence, as the checks compare it.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};

use super::numeral::{in_ascii, opened, parts};

/// A word or a number of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word as it is written, without what stands around it.
    pub(super) text: String,
    /// Lower case, ligatures opened, quotes made plain, numbers in ASCII, without the ending of possession.
    pub(super) key: String,
    /// The key without its inflection.
    pub(super) stem: String,
    /// True for the first word of a sentence, which is written with a capital whatever it is.
    pub(super) starts: bool,
    /// The number of marks of punctuation that stand before it in the text.
    pub(super) clause: usize,
    /// True for digits with a minus sign before them.
    pub(super) is_negative: bool,
}

impl Token {
    /// Tells whether the word is written like a name: with a capital where none is due, with capitals inside, or with letters
    /// that only look like those of its script.
    pub(super) fn is_name(&self) -> bool {
        if is_disguised(&self.text) {
            return true;
        }
        // Roman numerals have capitals too.
        let letters = || self.text.chars().filter(|letter| letter.is_alphabetic() && !letter.is_numeric());
        let capitals = letters().filter(|letter| letter.is_uppercase()).count();
        let first = self.text.chars().next().is_some_and(char::is_uppercase);
        letters().count() > 1 && (capitals > 1 || (capitals == 1 && (!self.starts || !first)))
    }
}

/// Splits `text` into words, and reads their stems with `stem`. Parts that hyphens, dashes, slashes and other signs join are
/// words of their own, as are numbers beside letters of scripts that put no space between. A word that `is_number` knows is
/// read as one whatever signs or accents stand in it: "bil-lion", "f.o.r.t.y", "fórty".
pub(super) fn tokens(
    text: &str,
    stem: impl Fn(&str) -> String,
    is_number: impl Fn(&str) -> bool,
) -> Vec<Token> {
    let number =
        |word: &str| is_signed(word).then(|| plain_letters(word)).filter(|letters| is_number(letters));
    let mut found = Vec::new();
    let mut starts = true;
    let mut clause = 0;
    for raw in text.split_whitespace() {
        let raw = opened(raw);
        clause += usize::from(raw.starts_with(['(', '–', '—']));
        let whole = trimmed(&raw);
        let mut is_negative = is_negative(&raw);
        let words: Vec<&str> = if number(whole).is_some() {
            vec![whole]
        } else {
            let joined = raw.split(JOINS).flat_map(|joined| joined_by_points(trimmed(joined)));
            joined.flat_map(parts).collect()
        };
        for part in words {
            let part = trimmed(part);
            let word = part.strip_suffix("'s").unwrap_or(part);
            if word.is_empty() {
                continue;
            }
            let key = number(word).unwrap_or_else(|| in_ascii(word).to_lowercase());
            found.push(Token { text: word.to_owned(), stem: stem(&key), key, starts, clause, is_negative });
            starts = false;
            is_negative = false;
        }
        let bare = raw.trim_end_matches(['"', '”', '\'', ')']);
        starts = starts || bare.ends_with(['.', '!', '?', ':', '“', '"']);
        clause += usize::from(bare.ends_with(['.', '!', '?', ':', ',', ';', '–', '—']) || raw.ends_with(')'));
    }
    found
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| !(letter.is_alphanumeric() || "%$€£°".contains(letter)))
}

/// Tells whether a word is digits with a minus sign before them, which is often printed as a hyphen or a dash.
fn is_negative(raw: &str) -> bool {
    let behind = raw.trim_start_matches(['(', '[', '"', '“']).strip_prefix(['−', '-', '–']);
    behind.is_some_and(|behind| behind.trim_start_matches(['$', '€', '£', '.']).starts_with(char::is_numeric))
}

/// Signs that join words to one.
const JOINS: [char; 24] = [
    '-', '‐', '‑', '–', '—', '/', '⁄', '∕', '\u{ad}', ' ', '_', '+', '&', '|', '·', '‧', '・', '•', '~', '=',
    '*', '\\', ';', '@',
];

/// Parts a word at points and commas between letters, such as where a space is missing. Abbreviations ("U.S.", "e.g.") and
/// numbers stay whole.
fn joined_by_points(word: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, sign) in word.char_indices().filter(|(_, sign)| matches!(sign, '.' | ',' | ':')) {
        let (before, behind) = (&word[start..at], &word[at + sign.len_utf8()..]);
        let letters =
            |text: &mut dyn Iterator<Item = char>| text.take(2).filter(|c| c.is_alphabetic()).count() == 2;
        if letters(&mut before.chars().rev()) && letters(&mut behind.chars()) {
            found.push(before);
            start = at + sign.len_utf8();
        }
    }
    found.push(&word[start..]);
    found
}

/// Tells whether a word has signs or letters beyond ASCII in it.
fn is_signed(word: &str) -> bool {
    word.chars().any(|letter| !letter.is_ascii_alphanumeric() && letter != '\'')
}

/// The small letters of a word without accents and signs.
fn plain_letters(word: &str) -> String {
    word.nfkd()
        .filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Tells whether a word mixes Latin letters with those of another alphabet that look like them, or has letters that only
/// phonetic writing uses, so that it reads as another word than it is.
fn is_disguised(word: &str) -> bool {
    let mut has_latin = false;
    let mut has_other = false;
    for letter in word.chars().filter(|letter| letter.is_alphabetic() && !letter.is_numeric()) {
        match letter.script() {
            Script::Latin if letter.is_ascii() => has_latin = true,
            Script::Latin => {
                has_other |= matches!(letter, '\u{250}'..='\u{2af}' | '\u{1d00}'..='\u{1dbf}' | '\u{a720}'..='\u{a7ff}');
            }
            Script::Cyrillic
            | Script::Greek
            | Script::Armenian
            | Script::Cherokee
            | Script::Canadian_Aboriginal
            | Script::Coptic
            | Script::Lisu
            | Script::Deseret => has_other = true,
            _ => {}
        }
    }
    has_latin && has_other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let read = tokens(text, str::to_owned, |word| ["forty", "billion"].contains(&word));
        read.into_iter().map(|token| token.key).collect()
    }

    #[test]
    fn signs_and_accents_hide_no_number() {
        for (text, read) in [
            ("forty,two", vec!["forty", "two"]),
            ("twenty.five", vec!["twenty", "five"]),
            ("bil-lion", vec!["billion"]),
            ("f.o.r.t.y", vec!["forty"]),
            ("fórty", vec!["forty"]),
            ("fo\u{336}rty_two", vec!["forty", "two"]),
            ("e.g. U.S. 1,000.5 25°C", vec!["e.g", "u.s", "1,000.5", "25°c"]),
            ("naïve search.Microsoft", vec!["naïve", "search", "microsoft"]),
        ] {
            assert_eq!(keys(text), read, "{text}");
        }
    }

    #[test]
    fn letters_of_another_alphabet_are_no_spelling() {
        for word in ["f\u{43e}rty", "t\u{435}n", "\u{1d0d}icrosoft", "\u{a730}orty"] {
            assert!(is_disguised(word), "{word}");
        }
        for word in ["forty", "naïve", "μ", "москва", "größe", "Tシャツ"] {
            assert!(!is_disguised(word), "{word}");
        }
    }
}
