//! [`spoken_form`]: how a line is said, written word by written word.

/// Declares a pattern that is compiled once.
macro_rules! pattern {
    ($visible:vis $name:ident, $text:expr) => {
        $visible static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("the pattern is well formed"));
    };
}

mod abbreviation;
mod currency;
mod date;
mod english;
mod formula;
mod locale;
mod mixture;
mod number;
mod numeral;
mod phone;
mod piece;
mod symbol;
mod unit;
mod variant;

use std::ops::Range;

use brainwrought_core::data::Language;

use crate::text::written_words;
use english::english;
use locale::Locale;

/// A written word and what the voice says for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenToken {
    /// The place of the written word in the line, in bytes.
    pub written: Range<usize>,
    /// Plain words and the punctuation that shapes the melody; empty for what is not said.
    pub spoken: String,
}

/// Says how `line` is read aloud in `language`: "$45" is "forty five dollars", "1,5 kg" in German "1 Komma 5 Kilogramm".
///
/// English is written out in words, and so is what no language is known of. In German, French, Spanish, Italian and
/// Portuguese plain numbers stay digits, which voices read right, and what stands between and behind them becomes words.
/// In all others the words stay as they are written.
///
/// It is guaranteed that there is one token for each of [`written_words`], in order, and, in the six languages, that what
/// is said holds only letters, digits (not in English), apostrophes, hyphens (not in English), spaces and the punctuation
/// `, . ; : ! ? … —`. It is not guaranteed that a guess is right: "2000" may be a year or a count.
///
/// ```
/// use brainwrought_core::data::Language;
/// use brainwrought_stages::audio::spoken_form;
///
/// let tokens = spoken_form("It cost $4.2 billion in 1999.", &Language::english());
/// let said: Vec<&str> = tokens.iter().map(|token| token.spoken.as_str()).collect();
/// assert_eq!(said, ["It", "cost", "four point two", "billion dollars", "in", "nineteen ninety nine."]);
/// ```
pub fn spoken_form(line: &str, language: &Language) -> Vec<SpokenToken> {
    if matches!(language.as_str(), "en" | "und") {
        return english(line);
    }
    if let Some(locale) = Locale::of(language.as_str()) {
        return locale.say(line);
    }
    let as_written =
        |written: Range<usize>| SpokenToken { spoken: line[written.clone()].to_owned(), written };
    written_words(line).into_iter().map(as_written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str, language: &str) -> String {
        let tokens = spoken_form(line, &Language::new(language)).into_iter();
        tokens.map(|token| token.spoken).filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" ")
    }

    const CASES: [(&str, &str); 6] = [
        ("de", include_str!("cases/de.txt")),
        ("en", include_str!("cases/en.txt")),
        ("es", include_str!("cases/es.txt")),
        ("fr", include_str!("cases/fr.txt")),
        ("it", include_str!("cases/it.txt")),
        ("pt", include_str!("cases/pt.txt")),
    ];

    #[test]
    fn written_forms_are_said_as_people_say_them() {
        let mut wrong = Vec::new();
        for (language, cases) in CASES {
            for line in cases.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
                let (written, expected) = line.split_once(" => ").expect("each line holds an arrow");
                let said = said(written, language);
                if said != expected {
                    wrong.push(format!("{language}: {written}\n   said {said}\n   want {expected}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn every_written_word_has_one_token() {
        for (language, cases) in CASES {
            for line in CASES.iter().flat_map(|(_, cases)| cases.lines()).chain(cases.lines()) {
                let tokens = spoken_form(line, &Language::new(language));
                let written: Vec<Range<usize>> = tokens.into_iter().map(|token| token.written).collect();
                assert_eq!(written, written_words(line), "{language}: {line}");
            }
        }
    }

    #[test]
    fn other_languages_keep_their_words() {
        assert_eq!(said("Het kost 1,5 miljoen.", "nl"), "Het kost 1,5 miljoen.");
    }

    #[test]
    fn only_plain_letters_and_pauses_are_said() {
        let odd = "∮ 日本 🙂 x₁²⁺ß [a](b) <tag> a|b \u{200b} $ % — … ١٢ 1e-5 0x1F 3..5 ''' ) #tag @you --- 1/0 ½ ﬁ €( -(1,5) % 5(";
        for (language, _) in CASES {
            for token in spoken_form(odd, &Language::new(language)) {
                let is_plain = |c: char| c.is_alphanumeric() || "'’- ,.;:!?…—".contains(c);
                assert!(token.spoken.chars().all(is_plain), "{language}: {:?}", token.spoken);
            }
        }
        for token in spoken_form(odd, &Language::english()) {
            let plain = |c: char| c.is_alphabetic() || "' ,.;:!?…—".contains(c);
            assert!(token.spoken.chars().all(plain), "{:?}", token.spoken);
        }
    }
}
