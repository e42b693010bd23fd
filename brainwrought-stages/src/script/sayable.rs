//! [`Delivery`]: what limits the words of a line besides what they say, and what speaks against words for it.

use brainwrought_core::data::Language;
use unicode_script::{Script as Writing, UnicodeScript as _};

use super::edit_verdict::LineFault;
use crate::frame::{MIN_CAPTION_SIZE, SAFE_BOX};
use crate::language::LanguageData;
use crate::text::{Fonts, Weight, named};

/// Shorter words fit on a line in any font.
const SHORT_WORD: usize = 20;

/// What the lines of a video are shown with and said by.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// The fonts of captions that are drawn into the picture; none where there are no captions.
    pub captions: Option<Fonts>,
    /// The language that the voice reads; none for a voice that reads any.
    pub voice: Option<Language>,
}

impl Delivery {
    /// What keeps a line from being said and shown. `known` are words that were taken before.
    pub(super) fn faults(&self, text: &str, known: &str) -> Vec<LineFault> {
        let unsaid = self.voice.as_ref().and_then(|language| unsaid(text, language));
        let fonts = self.captions.as_ref();
        let missing = fonts.map(|fonts| fonts.missing_in(text)).filter(|missing| !missing.is_empty());
        let wide = fonts.and_then(|fonts| too_wide(text, known, fonts));
        let missing = missing.map(|missing| LineFault::MissingGlyphs(named(&missing)));
        missing.into_iter().chain(unsaid).chain(wide).collect()
    }
}

/// A line of which a voice passes over half of the words or more, since they are written in letters that its language is not:
/// the video would be silent where the line should be said.
fn unsaid(text: &str, language: &Language) -> Option<LineFault> {
    let data = match language.as_str() {
        // A language that is not known is read as English.
        "und" => LanguageData::english(),
        code => LanguageData::of(code),
    };
    if data.writing.is_empty() {
        return None;
    }
    let reads = |letter: char| {
        let writing = letter.script();
        matches!(writing, Writing::Latin | Writing::Common | Writing::Inherited | Writing::Unknown)
            || data.writing.iter().any(|own| own == writing.short_name())
    };
    let letters = |word: &str| word.chars().filter(|letter| letter.is_alphanumeric()).collect::<Vec<char>>();
    let words: Vec<(&str, Vec<char>)> = text.split_whitespace().map(|word| (word, letters(word))).collect();
    // A single letter, such as that of a formula, is said by its name.
    let is_unsaid = |letters: &[char]| letters.len() > 1 && !letters.iter().any(|letter| reads(*letter));
    let silent: Vec<String> =
        words.iter().filter(|(_, letters)| is_unsaid(letters)).map(|(word, _)| (*word).to_owned()).collect();
    let count = words.iter().filter(|(_, letters)| !letters.is_empty()).count();
    let is_silent = !silent.is_empty() && 2 * silent.len() >= count;
    is_silent.then(|| LineFault::Unsaid { words: named(&silent), language: data.name.clone() })
}

/// A word that captions would have to cut even in the smallest letters that can be read.
fn too_wide(text: &str, known: &str, fonts: &Fonts) -> Option<LineFault> {
    let [left, _, right, _] = SAFE_BOX;
    let is_wide = |word: &&str| fonts.set(word, Weight::Black, MIN_CAPTION_SIZE).width() >= right - left;
    // Where nobody writes spaces, lines break anywhere.
    let is_spaced = |letter: char| {
        matches!(
            letter.script(),
            Writing::Latin
                | Writing::Greek
                | Writing::Cyrillic
                | Writing::Arabic
                | Writing::Hebrew
                | Writing::Common
        )
    };
    let mut words = text.split_whitespace().filter(|word| {
        word.chars().count() > SHORT_WORD && word.chars().all(is_spaced) && !known.contains(*word)
    });
    words.find(is_wide).map(|word| LineFault::TooWide(word.chars().take(SHORT_WORD).chain(['…']).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str, language: &str) -> Vec<String> {
        let delivery = Delivery { captions: Some(Fonts::embedded()), voice: Some(Language::new(language)) };
        let faults =
            delivery.faults(text, "https://example.org/a/very/long/address/of/a/page/of/the/document");
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_that_no_voice_of_the_language_says_is_told() {
        let said = |text: &str, language: &str| {
            Delivery { captions: None, voice: Some(Language::new(language)) }.faults(text, "")
        };
        for (text, language) in [
            ("שלום לכולם וברוכים הבאים", "en"),
            ("𒀀𒈾 𒁹𒂗𒍪 𒆠𒁍", "en"),
            ("Нечто новое о пчёлах", "de"),
            ("蜜蜂 生活 在 大家庭 中", "und"),
            ("שלום לכולם", "ru"),
            ("مرحبا بكم", "ja"),
        ] {
            let told: Vec<String> = said(text, language).iter().map(ToString::to_string).collect();
            assert!(matches!(&told[..], [one] if one.starts_with("the voice reads ")), "{text}: {told:?}");
        }
        for (text, language) in [
            ("The word שלום means peace.", "en"),
            ("π is 3.14, and 42% is 42%.", "en"),
            ("x² + y² = z²", "en"),
            ("Пчёлы живут в улье, say the English.", "ru"),
            ("ミツバチは花の蜜を集める", "ja"),
            ("꿀벌은 꽃의 꿀을 모은다", "ko"),
            ("蜜蜂生活在大家庭中", "zh"),
            ("שלום לכולם", "he"),
            ("42 … 43", "en"),
        ] {
            assert_eq!(said(text, language), [], "{text}");
        }
        let hosted = Delivery { captions: None, voice: None };
        assert_eq!(hosted.faults("שלום לכולם", ""), [], "such a voice reads any language");
    }

    #[test]
    fn a_word_that_no_caption_shows_whole_is_told() {
        let told = faults(&format!("So {}?", "a".repeat(200)), "en");
        assert_eq!(told, ["“aaaaaaaaaaaaaaaaaaaa…” is too long a word for the captions"]);
        for text in [
            "Rindfleischetikettierungsgesetz",
            "It is called hexakosioihexekontahexaphobia.",
            "See https://example.org/a/very/long/address/of/a/page/of/the/document for more.",
        ] {
            assert_eq!(faults(text, "en"), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_way_of_writing_is_known() {
        for data in LanguageData::all() {
            assert!(!data.writing.is_empty(), "{}", data.code);
            for name in &data.writing {
                assert!(Writing::from_short_name(name).is_some(), "{name}");
            }
        }
    }
}
