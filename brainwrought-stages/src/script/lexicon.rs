//! How the writer looks words up: stop words, stems and cues.

use std::collections::BTreeSet;

use rust_stemmers::{Algorithm, Stemmer};

use crate::language::{LanguageData, Phrases};

/// Tells the stop words of a language, or of English when it has none here.
pub(super) fn stop_words(language: &str) -> BTreeSet<&'static str> {
    let own = &LanguageData::of(language).words.stop;
    let list = if own.is_empty() { &LanguageData::english().words.stop } else { own };
    list.iter().collect()
}

/// The stemmer of a language, if there is one.
pub(super) fn stemmer(language: &str) -> Option<Stemmer> {
    let algorithm = match language {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "tr" => Algorithm::Turkish,
        _ => return None,
    };
    Some(Stemmer::create(algorithm))
}

/// Splits `text` into lower-case words of letters and digits, hyphens and apostrophes inside.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '\'' | '’')))
        .map(|word| word.trim_matches(['-', '\'', '’']).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Tells whether one of `cues` stands in `text`.
pub(super) fn has_cue(text: &str, cues: &Phrases) -> bool {
    cues.stand_in(&text.to_lowercase())
}

/// How alike two texts are by the words that carry content, from 0 to 1.
pub(super) fn shared(language: &str, one: &str, other: &str) -> f32 {
    let (stop, stemmer) = (stop_words(language), stemmer(language));
    let stems = |text: &str| -> BTreeSet<String> {
        let words = words(text).into_iter().filter(|word| !stop.contains(word.as_str()));
        words
            .map(|word| stemmer.as_ref().map_or(word.clone(), |stemmer| stemmer.stem(&word).into_owned()))
            .collect()
    };
    let (one, other) = (stems(one), stems(other));
    let common = one.intersection(&other).count() as f32;
    common / (one.len().max(1) as f32 * other.len().max(1) as f32).sqrt()
}
