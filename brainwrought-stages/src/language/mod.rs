//! `LanguageData`: the words that the program knows of a language, one file of `assets/language` each.
//!
//! A new language is one such file and a line in `FILES`; whatever a file leaves out is done without, or in English
//! where something must be said. What is grammar rather than words (how an English sentence is cut, which questions
//! can be made of it) stays in the code that does it.
//!
//! A list holds `Words`, the words of a language, or `Phrases`; the comment above a list in its file says which class
//! of documents needs it. Of phrases that somebody chose it is counted in how many documents each one fires
//! ([`phrase_lists`]): one that fires in a single document out of many was written for that document.

mod lists;
mod meaning;
mod measure;

use std::sync::LazyLock;

use serde::Deserialize;

pub(crate) use lists::alternatives;
pub(crate) use lists::{Phrases, Words};
pub(crate) use meaning::Meaning;
pub use measure::{PhraseList, Place, phrase_lists};

/// The languages that have a file, by their codes.
const FILES: [(&str, &str); 14] = [
    ("ar", include_str!("../../assets/language/ar.toml")),
    ("de", include_str!("../../assets/language/de.toml")),
    ("en", include_str!("../../assets/language/en.toml")),
    ("es", include_str!("../../assets/language/es.toml")),
    ("fr", include_str!("../../assets/language/fr.toml")),
    ("it", include_str!("../../assets/language/it.toml")),
    ("ja", include_str!("../../assets/language/ja.toml")),
    ("ko", include_str!("../../assets/language/ko.toml")),
    ("nl", include_str!("../../assets/language/nl.toml")),
    ("pl", include_str!("../../assets/language/pl.toml")),
    ("pt", include_str!("../../assets/language/pt.toml")),
    ("ru", include_str!("../../assets/language/ru.toml")),
    ("tr", include_str!("../../assets/language/tr.toml")),
    ("zh", include_str!("../../assets/language/zh.toml")),
];

static LANGUAGES: LazyLock<Vec<LanguageData>> = LazyLock::new(|| {
    let read = |&(code, text): &(&'static str, &str)| LanguageData {
        code,
        ..toml::from_str(text).expect("the file is a constant that a test reads")
    };
    FILES.iter().map(read).collect()
});

/// What is known of a language that has no file.
static UNKNOWN: LazyLock<LanguageData> = LazyLock::new(LanguageData::default);

/// The words of one language.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LanguageData {
    /// ISO 639-1.
    #[serde(skip)]
    pub(crate) code: &'static str,
    /// Its English name, for prompts.
    pub(crate) name: String,
    /// What it is written in, besides Latin letters, as codes of ISO 15924.
    pub(crate) writing: Vec<String>,
    /// The question that opens a video whose title answers it.
    pub(crate) hook: Option<String>,
    /// What joins the last item of a list, with its spaces.
    pub(crate) and: Option<String>,
    /// Short beats of slang by level, from 1.
    pub(crate) slang: Vec<Vec<String>>,
    pub(crate) trends: Vec<Expression>,
    pub(crate) panels: Option<Panels>,
    pub(crate) words: FunctionWords,
    pub(crate) layout: LayoutWords,
    pub(crate) headings: Headings,
    pub(crate) sections: SectionWords,
    pub(crate) titles: Titles,
    pub(crate) text: TextPhrases,
    pub(crate) cues: Cues,
    pub(crate) dialogue: Dialogue,
    pub(crate) story: Story,
    pub(crate) shows: ShowWords,
    pub(crate) meaning: Meaning,
}

/// An expression of the day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expression {
    /// The level of slang, 1 to 3, from which it is used.
    pub(crate) level: u8,
    pub(crate) phrase: String,
    pub(crate) meaning: String,
}

/// What panels add to what the document says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Panels {
    /// Stands before the number of a page.
    pub(crate) page: String,
    /// One page and several.
    pub(crate) pages: (String, String),
    /// Stands over the pages that a video cites.
    pub(crate) made_from: String,
    /// Stands over a question.
    pub(crate) quiz: String,
    /// Stands over the title of the source at the end.
    pub(crate) source: String,
    /// Stands over the title at the beginning.
    pub(crate) document: String,
    /// The same words for documents whose pages are slides, and sections.
    pub(crate) slide: UnitWords,
    pub(crate) section: UnitWords,
}

/// What panels call the pages of documents that have none.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct UnitWords {
    /// Stands before the number of one.
    pub(crate) before: String,
    /// One and several.
    pub(crate) count: (String, String),
    /// Stands over those that a video cites.
    pub(crate) made_from: String,
    /// Stands over the title at the beginning.
    pub(crate) document: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct FunctionWords {
    pub(crate) stop: Words,
    /// Words beside the stop words that are no key concepts.
    pub(crate) not_terms: Words,
    /// Words that no caption ends with.
    pub(crate) leaning: Words,
    pub(crate) negations: Words,
    /// What names who did it, behind what was done.
    pub(crate) agents: Words,
    pub(crate) conjunctions: Words,
    pub(crate) hyphenated_prefixes: Words,
    pub(crate) verb_stems: Words,
    /// Verbs that are nouns or adjectives about as often.
    pub(crate) verb_nouns: Words,
    pub(crate) verb_forms: Words,
}

/// What the layout of a page is told by. The language is not known yet, so those of all languages are looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LayoutWords {
    pub(crate) captions: Phrases,
    pub(crate) bibliographies: Phrases,
    pub(crate) first_headings: Phrases,
    pub(crate) numbering: Phrases,
    pub(crate) page_words: Words,
    pub(crate) of_words: Words,
    pub(crate) months: Words,
    pub(crate) no_titles: Phrases,
    /// Stand before a title, with a colon.
    pub(crate) title_labels: Phrases,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Headings {
    /// Openings of headings whose text is left out.
    pub(crate) skipped: Phrases,
    /// Openings of headings of the parts of a book that are left out, too.
    pub(crate) parts: Phrases,
    /// Headings of the table of contents.
    pub(crate) contents: Phrases,
    /// Parts of headings under which a licence stands.
    pub(crate) licences: Phrases,
    /// First words of headings that divide nothing.
    pub(crate) remarks: Phrases,
    /// Openings of the heading of an abstract.
    pub(crate) abstracts: Phrases,
}

/// Openings of the headings of parts of documents, whatever the language of the rest is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SectionWords {
    pub(crate) abstracts: Phrases,
    pub(crate) introductions: Phrases,
    pub(crate) contributions: Phrases,
    pub(crate) methods: Phrases,
    pub(crate) conclusions: Phrases,
    pub(crate) author_notes: Phrases,
    pub(crate) appendices: Phrases,
    pub(crate) legal: Phrases,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Titles {
    /// What tells the kind of a document before a colon.
    pub(crate) kinds: Phrases,
    /// What stands before the subject, without an article and with the space behind it.
    pub(crate) openings: Phrases,
    /// Last words of titles that take an article.
    pub(crate) events: Phrases,
    /// Headings that name no subject.
    pub(crate) no_subjects: Phrases,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct TextPhrases {
    /// Marks of blocks that nobody would read aloud.
    pub(crate) small_print: Phrases,
    /// As they are written at the start of an abstract.
    pub(crate) abstract_labels: Phrases,
    /// Words before a colon that announce a remark.
    pub(crate) remark_labels: Phrases,
    /// As they are written at the start of a sentence.
    pub(crate) connectives: Phrases,
    /// What points away with a number or a capital behind it.
    pub(crate) numbered: Phrases,
    /// What a document calls itself and its parts.
    pub(crate) selves: Words,
    /// What points away by itself.
    pub(crate) pointers: Phrases,
    /// Parts of sentences about the text, its authors or its licence.
    pub(crate) back_stage: Phrases,
    /// First words of such sentences.
    pub(crate) back_stage_openings: Words,
    /// First words of sentences that lean on the one before.
    pub(crate) leaning_openings: Words,
    /// Parts of such sentences, with the spaces around them.
    pub(crate) leaning_parts: Phrases,
}

/// What a sentence tells of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Cues {
    pub(crate) problem: Phrases,
    pub(crate) idea: Phrases,
    pub(crate) how: Phrases,
    pub(crate) result: Phrases,
    /// Say that something matters most, or is so instead of otherwise.
    pub(crate) key: Phrases,
    pub(crate) surprise: Phrases,
    /// Parts of words that stand where nobody jokes.
    pub(crate) grave: Phrases,
    /// Whole words that make an opening strong.
    pub(crate) strong: Phrases,
    /// Whole words that help it.
    pub(crate) mild: Phrases,
}

/// What the one who asks says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Dialogue {
    pub(crate) openings: Vec<String>,
    pub(crate) prompts: Vec<String>,
    pub(crate) new: Vec<String>,
    pub(crate) contrast: Vec<String>,
    pub(crate) consequence: Vec<String>,
    pub(crate) example: Vec<String>,
    pub(crate) reason: Vec<String>,
    pub(crate) figure: Vec<String>,
    /// `{}` stands for what is defined.
    pub(crate) definition: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) idea: Option<String>,
    pub(crate) how: Option<String>,
    pub(crate) result: Option<String>,
}

/// How a story hangs together.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Story {
    /// First words of clauses: a speaker takes a breath before them.
    pub(crate) clause_openers: Words,
    /// Words that nobody pauses before: they belong to the word before them.
    pub(crate) bound: Words,
    /// Parts of sentences in which a writer talks of what the text has done or will do.
    pub(crate) self_talk: Phrases,
    /// What leads from one slide to another, around `{}`, its heading.
    pub(crate) next_slide: Option<String>,
    /// Openings of sentences that set a scene or a problem, which the next one goes on with.
    pub(crate) setups: Vec<String>,
    /// Openings of sentences that say the contrary of the one before, and the one that is said for them all.
    pub(crate) contrasts: Vec<String>,
    pub(crate) contrast: Option<String>,
    /// The same for sentences that follow from the one before.
    pub(crate) consequences: Vec<String>,
    pub(crate) consequence: Option<String>,
    /// The same for sentences that give an example of the one before.
    pub(crate) examples: Vec<String>,
    pub(crate) example: Option<String>,
    /// Parts of sentences that give a reason.
    pub(crate) reasons: Phrases,
    /// Nouns that sum up what was said rather than name it again.
    pub(crate) sums_up: Words,
}

/// What tells how a line can be drawn.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ShowWords {
    /// Stand before the last of several things.
    pub(crate) joins: Words,
    /// Stand between a term and what it is.
    pub(crate) is: Words,
    /// Stand before what a term is.
    pub(crate) articles: Words,
    /// Pairs of words around two amounts, the earlier one first.
    pub(crate) ranges: Phrases,
    /// Tell that two amounts are set against each other.
    pub(crate) compares: Words,
    /// Stand between a cause and its effect.
    pub(crate) causes: Phrases,
    /// Open the steps of what is done, the first one among them.
    pub(crate) order: Words,
    /// Open the first of several steps.
    pub(crate) first: Words,
    /// Carry no meaning of their own on a label; the stop words where there are none.
    pub(crate) function: Words,
}

impl LanguageData {
    /// The words of a language, by its ISO 639-1 code; none where it has no file.
    pub(crate) fn of(code: &str) -> &'static Self {
        Self::all().iter().find(|language| language.code == code).unwrap_or(&UNKNOWN)
    }

    /// The words of English.
    pub(crate) fn english() -> &'static Self {
        Self::of("en")
    }

    /// All languages that have a file.
    pub(crate) fn all() -> &'static [Self] {
        &LANGUAGES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_registered() {
        for (code, text) in FILES {
            let data: Result<LanguageData, _> = toml::from_str(text);
            assert!(data.is_ok(), "assets/language/{code}.toml: {}", data.unwrap_err());
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/language");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        assert_eq!(files, FILES.map(|(code, _)| format!("{code}.toml")));
    }

    #[test]
    fn a_language_without_a_file_has_no_words() {
        let unknown = LanguageData::of("xx");
        assert!(unknown.code.is_empty() && unknown.panels.is_none() && unknown.words.stop.is_empty());
        assert!(LanguageData::english().panels.is_some(), "others fall back on these");
    }

    #[test]
    fn lists_hold_each_entry_once() {
        for list in phrase_lists() {
            let mut seen = std::collections::BTreeSet::new();
            for entry in &list.entries {
                assert!(seen.insert(entry), "{} {}: `{entry}` stands twice", list.language, list.name);
            }
        }
    }
}
