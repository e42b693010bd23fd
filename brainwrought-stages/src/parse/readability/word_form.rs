//! [`WordForm`]: whether a run of letters without spaces is formed like a word or a number.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use super::trigrams::Trigrams;

/// How something between two spaces is formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordForm {
    /// Like a word or a number, with the usual marks around it.
    Whole,
    /// Like nothing that is written.
    Broken,
    /// A letter that stands alone and is no word.
    Letter,
    /// Of marks that do not stand alone in running text: a drawing made of them, a sign of a formula, or dirt.
    Marks,
}

/// Marks that stand between the parts of a word: "well-known", "it’s", "and/or", "e.g", "foo.bar", "snake_case".
const JOINTS: [char; 12] = ['-', '‐', '‑', '–', '—', '\'', '’', '/', '.', '·', '_', ':'];
/// Marks that stand alone in any text.
const ALONE: [char; 14] = ['.', ',', ';', ':', '–', '—', '-', '•', '&', '*', '§', '=', '+', '%'];
/// What numbers consist of beside digits.
const NUMERIC: [char; 21] = [
    '.', ',', ':', '/', '%', '‰', '°', '′', '″', '\'', '’', '×', 'x', 'e', 'E', '+', '-', '–', '−', '±', '^',
];

impl WordForm {
    /// Judges one; `None` for a mark that stands alone, which tells nothing.
    pub(super) fn of(word: &str) -> Option<Self> {
        let body = word.trim_matches(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
        if body.is_empty() {
            return (!word.chars().all(|c| ALONE.contains(&c))).then_some(Self::Marks);
        }
        let mut letters = body.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && letter.is_alphabetic()
        {
            return Some(if Trigrams::get().is_word(letter) { Self::Whole } else { Self::Letter });
        }
        let is_whole = if body.contains(is_unspaced) {
            // Sentences without spaces, with their punctuation between the words.
            body.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).all(is_part)
        } else if body.contains(char::is_alphabetic) {
            body.split(JOINTS).all(is_part)
        } else {
            body.chars().all(|c| c.is_numeric() || NUMERIC.contains(&c))
        };
        Some(if is_whole { Self::Whole } else { Self::Broken })
    }
}

/// Tells whether a letter is of a script that is written without spaces between words.
fn is_unspaced(letter: char) -> bool {
    matches!(
        letter.script(),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
}

/// Tells whether this is letters of one script with capitals where a word has them, or a number with its unit.
fn is_part(part: &str) -> bool {
    let name = part.trim_start_matches(char::is_numeric);
    let name = name.trim_end_matches(char::is_numeric);
    let mut script = None;
    let mut after_small = false;
    for letter in name.chars() {
        if is_combining_mark(letter) || matches!(letter, '\u{200C}' | '\u{200D}' | 'ー') {
            continue;
        }
        if !letter.is_alphabetic() || (after_small && letter.is_uppercase()) {
            return false;
        }
        after_small = letter.is_lowercase();
        let own = letter.script();
        // Ideographs stand beside letters of other scripts, and Greek ones beside Latin ones in sciences.
        let is_free = matches!(
            own,
            Script::Common
                | Script::Inherited
                | Script::Greek
                | Script::Han
                | Script::Hiragana
                | Script::Katakana
                | Script::Hangul
        );
        if !is_free && *script.get_or_insert(own) != own {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_whole() {
        let whole = [
            "Word,",
            "well-known",
            "“it’s”",
            "U.S.",
            "(1.7)%",
            "1,204.50",
            "H2",
            "10−5",
            "état",
            "भाषा",
            "自由,在尊严和权利上(一律)平等。",
            "学习",
            "a",
            "I",
            "мир",
            "e.g.",
            "100km",
            "β-carotene",
            "12:30",
            "और",
            "foo.bar()",
        ];
        for word in whole {
            assert_eq!(WordForm::of(word), Some(WordForm::Whole), "{word}");
        }
        assert_eq!(WordForm::of("—"), None);
    }

    #[test]
    fn what_nobody_writes_is_broken() {
        assert_eq!(WordForm::of("&»“«■'"), Some(WordForm::Marks));
        assert_eq!(WordForm::of("f,"), Some(WordForm::Letter));
        for word in ["wOrd", "h^nd", "qj6^lk", "раgе", "t>d", "a1b"] {
            assert_eq!(WordForm::of(word), Some(WordForm::Broken), "{word}");
        }
    }
}
