//! The forms of words: those that an English word takes, and the words that one of another language may be a form of.
//!
//! Made forms that no text holds do no harm. Stems would: "policy" and "police", "university" and "universe" have one.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use crate::language::LanguageData;

/// What a form is left with at least, in letters.
const MIN_LETTERS: usize = 3;

/// The forms of an English noun.
pub(super) fn noun_forms(noun: &str) -> Vec<String> {
    let mut forms = irregular(noun);
    if forms.is_empty() {
        let is_plural = noun.ends_with('s') && !["ss", "us", "is"].iter().any(|end| noun.ends_with(end));
        forms.extend((!is_plural).then(|| with_s(noun)));
    }
    forms.push(noun.to_owned());
    forms
}

/// The forms of an English verb.
pub(super) fn verb_forms(verb: &str) -> Vec<String> {
    let mut forms = irregular(verb);
    forms.extend([verb.to_owned(), with_s(verb)]);
    if let Some(stem) = verb.strip_suffix("ie") {
        forms.extend([format!("{verb}d"), format!("{stem}ying")]);
    } else if let Some(stem) = verb.strip_suffix('e').filter(|stem| !stem.ends_with('e')) {
        forms.extend([format!("{verb}d"), format!("{stem}ing")]);
    } else if let Some(stem) = verb.strip_suffix('y').filter(|stem| !stem.ends_with(is_vowel)) {
        forms.extend([format!("{stem}ied"), format!("{verb}ing")]);
    } else {
        forms.extend([format!("{verb}ed"), format!("{verb}ing")]);
        let mut end = verb.chars().rev();
        if let (Some(last), Some(vowel)) = (end.next(), end.next())
            && !is_vowel(last)
            && !"wxyh".contains(last)
            && is_vowel(vowel)
        {
            forms.extend([format!("{verb}{last}ed"), format!("{verb}{last}ing")]);
        }
    }
    forms
}

/// Forms that no regular ending makes, by their base.
static IRREGULAR: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut forms: HashMap<&str, Vec<&str>> = HashMap::new();
    let pairs = LanguageData::english().meaning.forms.iter().filter_map(|pair| pair.split_once('/'));
    for (form, base) in pairs {
        forms.entry(base).or_default().push(form);
    }
    forms
});

fn irregular(word: &str) -> Vec<String> {
    const PLURALS: [(&str, &str); 5] =
        [("man", "men"), ("leaf", "leaves"), ("wolf", "wolves"), ("loaf", "loaves"), ("knife", "knives")];
    let listed = IRREGULAR.get(word).into_iter().flatten().map(|form| (*form).to_owned());
    let made = PLURALS.iter().filter_map(|(one, many)| {
        // "Human" and "German" are no men.
        let stem = word.strip_suffix(one).filter(|stem| !["hu", "ger", "ro"].contains(stem))?;
        Some(format!("{stem}{many}"))
    });
    listed.chain(made).collect()
}

fn with_s(word: &str) -> String {
    const HISSING: [&str; 5] = ["s", "x", "z", "ch", "sh"];
    match word.strip_suffix('y').filter(|stem| !stem.ends_with(is_vowel)) {
        Some(stem) => format!("{stem}ies"),
        None if HISSING.iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        None => format!("{word}s"),
    }
}

fn is_vowel(letter: char) -> bool {
    "aeiou".contains(letter)
}

/// How the words of a language are found again in another form.
pub(super) enum Inflection {
    /// English: every form is in the table.
    Listed,
    /// The endings of a language, each with what stands in its place in the word itself.
    Endings(&'static [(&'static str, &'static str)], &'static str),
    /// Words and what they are looked up by have one stem.
    Stemmer(Stemmer),
    Polish,
    Arabic,
    /// Written without spaces, or without forms.
    None,
}

const GERMAN: &[(&str, &str)] = &[
    ("s", ""),
    ("es", ""),
    ("e", ""),
    ("en", ""),
    ("n", ""),
    ("er", ""),
    ("ern", ""),
    ("innen", "in"),
    ("se", ""),
];
const FRENCH: &[(&str, &str)] = &[("s", ""), ("x", ""), ("aux", "al")];
const SPANISH: &[(&str, &str)] =
    &[("s", ""), ("es", ""), ("ces", "z"), ("ones", "ón"), ("ines", "ín"), ("anes", "án")];
const ITALIAN: &[(&str, &str)] = &[
    ("i", "o"),
    ("i", "e"),
    ("e", "a"),
    ("chi", "co"),
    ("ghi", "go"),
    ("che", "ca"),
    ("ghe", "ga"),
    ("ii", "io"),
    ("i", "io"),
    ("i", "a"),
];
const PORTUGUESE: &[(&str, &str)] = &[
    ("s", ""),
    ("es", ""),
    ("ões", "ão"),
    ("ães", "ão"),
    ("ais", "al"),
    ("eis", "el"),
    ("óis", "ol"),
    ("ns", "m"),
    ("is", "il"),
];
const DUTCH: &[(&str, &str)] =
    &[("s", ""), ("en", ""), ("n", ""), ("e", ""), ("ven", "f"), ("zen", "s"), ("eren", "")];
/// Particles; those of two syllables first.
const KOREAN: &[(&str, &str)] = &[
    ("에서는", ""),
    ("으로써", ""),
    ("에서", ""),
    ("으로", ""),
    ("에게", ""),
    ("까지", ""),
    ("부터", ""),
    ("들은", ""),
    ("들이", ""),
    ("들을", ""),
    ("들의", ""),
    ("과의", ""),
    ("와의", ""),
    ("에는", ""),
    ("이나", ""),
    ("이며", ""),
    ("이다", ""),
    ("처럼", ""),
    ("보다", ""),
    ("마다", ""),
    ("은", ""),
    ("는", ""),
    ("이", ""),
    ("가", ""),
    ("을", ""),
    ("를", ""),
    ("의", ""),
    ("에", ""),
    ("로", ""),
    ("와", ""),
    ("과", ""),
    ("도", ""),
    ("만", ""),
    ("들", ""),
];
const POLISH: [&str; 22] = [
    "owych", "owego", "iami", "ami", "ach", "owi", "ów", "om", "em", "ie", "ia", "ią", "ię", "ii", "a", "e",
    "i", "o", "u", "y", "ą", "ę",
];
const ARABIC: [&str; 10] = ["وبال", "وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل"];

impl Inflection {
    pub(super) fn of(language: &str) -> Self {
        match language {
            "en" => Self::Listed,
            "de" => Self::Endings(GERMAN, "äöü"),
            "fr" => Self::Endings(FRENCH, ""),
            "es" => Self::Endings(SPANISH, ""),
            "it" => Self::Endings(ITALIAN, ""),
            "pt" => Self::Endings(PORTUGUESE, ""),
            "nl" => Self::Endings(DUTCH, "aeou"),
            "ko" => Self::Endings(KOREAN, ""),
            "pl" => Self::Polish,
            "ar" => Self::Arabic,
            "ru" => Self::Stemmer(Stemmer::create(Algorithm::Russian)),
            "tr" => Self::Stemmer(Stemmer::create(Algorithm::Turkish)),
            _ => Self::None,
        }
    }

    /// What a word of the table is looked up by.
    pub(super) fn key(&self, word: &str) -> String {
        match self {
            Self::Stemmer(_) | Self::Polish | Self::Arabic => self.bases(word).pop().unwrap_or_default(),
            _ => word.to_owned(),
        }
    }

    /// What a word of a text, in small letters, may be in the table, the likeliest first.
    pub(super) fn bases(&self, word: &str) -> Vec<String> {
        match self {
            Self::Listed | Self::None => vec![word.to_owned()],
            Self::Endings(endings, vowels) => {
                let mut bases = vec![word.to_owned()];
                for (ending, instead) in *endings {
                    if let Some(stem) = word.strip_suffix(ending).filter(|stem| has_letters(stem, ending)) {
                        // An ending without "e" changes no vowel: "kühn" is no "Kuh".
                        let changes = vowels.starts_with('a') || ending.starts_with('e');
                        let vowels = if changes { *vowels } else { "" };
                        bases.extend(respelled(&format!("{stem}{instead}"), vowels));
                    }
                }
                bases
            }
            Self::Stemmer(stemmer) => {
                let plain = word.replace('ё', "е");
                vec![stemmer.stem(&plain).into_owned()]
            }
            Self::Polish => {
                let cut =
                    POLISH.iter().find_map(|end| word.strip_suffix(end).filter(|stem| has_letters(stem, "")));
                vec![cut.unwrap_or(word).to_owned()]
            }
            Self::Arabic => {
                let cut = ARABIC.iter().find_map(|start| {
                    // A single letter is as likely part of the word.
                    let least = if start.chars().count() == 1 { MIN_LETTERS + 2 } else { MIN_LETTERS };
                    word.strip_prefix(start).filter(|stem| stem.chars().count() >= least)
                });
                let cut = cut.unwrap_or(word);
                let ends = ["ات", "ية", "ة", "ين", "ون"];
                let bare =
                    ends.iter().find_map(|end| cut.strip_suffix(end).filter(|stem| has_letters(stem, "")));
                vec![bare.unwrap_or(cut).replace(['أ', 'إ', 'آ'], "ا")]
            }
        }
    }
}

fn has_letters(stem: &str, ending: &str) -> bool {
    // A syllable of Korean is a whole block.
    let least = if ending.is_ascii() { MIN_LETTERS } else { 1 };
    stem.chars().count() >= least
}

/// A word without its ending, and as it is written without one: "häus", "haus"; "schol", "school"; "katt", "kat".
fn respelled(stem: &str, vowels: &str) -> Vec<String> {
    let mut found = vec![stem.to_owned()];
    if vowels == "äöü" && stem.contains(['ä', 'ö', 'ü']) {
        found.push(stem.replace('ä', "a").replace('ö', "o").replace('ü', "u"));
    }
    if vowels == "aeou" {
        let letters: Vec<char> = stem.chars().collect();
        if let [.., one, two] = letters[..] {
            if one == two && !is_vowel(one) {
                found.push(stem[..stem.len() - two.len_utf8()].to_owned());
            } else if vowels.contains(one) && !is_vowel(two) {
                let (head, tail) = stem.split_at(stem.len() - two.len_utf8());
                found.push(format!("{head}{one}{tail}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_take_their_forms() {
        assert!(noun_forms("city").contains(&"cities".to_owned()));
        assert!(noun_forms("mouse").contains(&"mice".to_owned()));
        assert!(noun_forms("policeman").contains(&"policemen".to_owned()));
        assert_eq!(noun_forms("glasses"), ["glasses"]);
        let forms = verb_forms("plan");
        assert!(forms.contains(&"planning".to_owned()) && forms.contains(&"plans".to_owned()));
        assert!(verb_forms("write").contains(&"wrote".to_owned()));
        assert!(verb_forms("carry").contains(&"carried".to_owned()));
    }

    #[test]
    fn forms_of_other_languages_lead_to_the_word() {
        let leads = |language: &str, form: &str, word: &str| {
            let inflection = Inflection::of(language);
            inflection.bases(form).contains(&inflection.key(word))
        };
        for (language, form, word) in [
            ("de", "häuser", "haus"),
            ("de", "krankenhäusern", "krankenhaus"),
            ("fr", "hôpitaux", "hôpital"),
            ("es", "canciones", "canción"),
            ("it", "banche", "banca"),
            ("it", "ospedali", "ospedale"),
            ("pt", "corações", "coração"),
            ("nl", "scholen", "school"),
            ("nl", "katten", "kat"),
            ("pl", "szpitalu", "szpital"),
            ("ru", "больницы", "больница"),
            ("tr", "hastanede", "hastane"),
            ("ar", "والمستشفى", "مستشفى"),
            ("ko", "병원에서", "병원"),
        ] {
            assert!(leads(language, form, word), "{language}: {form} is no form of {word}");
        }
    }
}
