//! [`phrase_lists`]: what is needed to count in which documents a phrase fires.

use brainwrought_core::data::{BlockKind, Page};
use regex::Regex;

use super::{LanguageData, Phrases};

/// Where a phrase is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// At the start of a heading.
    HeadingStart,
    /// Anywhere in a heading.
    Heading,
    /// Anywhere in running text.
    Text,
    /// As whole words of running text.
    Words,
}

/// The phrases of one language for one purpose.
#[derive(Debug, Clone)]
pub struct PhraseList {
    /// The code of the language.
    pub language: &'static str,
    /// The name of the list in the file of the language.
    pub name: &'static str,
    /// Where its phrases are looked for.
    pub place: Place,
    /// The phrases.
    pub entries: Vec<&'static str>,
}

/// Lists the phrases of all languages that somebody chose because documents have them.
///
/// Two kinds are not among them. Words of a language, such as stop words and verbs, tell nothing by standing in a
/// document. Names, such as what a language calls the parts and kinds of documents ("Lemma", "Foreword", "Survey"), its
/// labels and the adverbs that open sentences, are closed sets taken from grammars and style manuals; which of them the
/// next document has, a few dozen documents cannot tell.
pub fn phrase_lists() -> Vec<PhraseList> {
    let of = |data: &'static LanguageData| {
        let list = |name, place, phrases: &'static Phrases| PhraseList {
            language: data.code,
            name,
            place,
            entries: phrases.iter().collect(),
        };
        [
            list("headings.skipped", Place::HeadingStart, &data.headings.skipped),
            list("headings.licences", Place::Heading, &data.headings.licences),
            list("text.small-print", Place::Text, &data.text.small_print),
            list("text.pointers", Place::Words, &data.text.pointers),
            list("text.back-stage", Place::Text, &data.text.back_stage),
            list("text.leaning-parts", Place::Text, &data.text.leaning_parts),
            list("cues.problem", Place::Text, &data.cues.problem),
            list("cues.idea", Place::Text, &data.cues.idea),
            list("cues.how", Place::Text, &data.cues.how),
            list("cues.result", Place::Text, &data.cues.result),
            list("cues.surprise", Place::Text, &data.cues.surprise),
            list("cues.strong", Place::Words, &data.cues.strong),
            list("cues.mild", Place::Words, &data.cues.mild),
            list("story.self-talk", Place::Text, &data.story.self_talk),
        ]
    };
    LanguageData::all().iter().flat_map(of).filter(|list| !list.entries.is_empty()).collect()
}

impl PhraseList {
    /// Tells for each entry whether it fires on `pages`.
    pub fn fires(&self, pages: &[Page]) -> Vec<bool> {
        let is_heading = matches!(self.place, Place::Heading | Place::HeadingStart);
        let texts: Vec<String> = pages
            .iter()
            .flat_map(|page| &page.blocks)
            .filter(|block| !is_heading || block.kind == BlockKind::Heading)
            .map(|block| block.text.to_lowercase())
            .collect();
        let text = texts.join("\n");
        self.entries.iter().map(|entry| self.place.fires(&entry.to_lowercase(), &text)).collect()
    }
}

impl Place {
    /// Tells whether `phrase` stands here in `text`, whose paragraphs are lines; both are in small letters.
    fn fires(self, phrase: &str, text: &str) -> bool {
        let phrase = match self {
            Self::Heading | Self::Text => return text.contains(phrase),
            // A number may stand before the words of a heading.
            Self::HeadingStart => format!(r"(?m)^[\d.§ivx ]*\b{}", regex::escape(phrase.trim_end())),
            Self::Words => {
                let end = if phrase.ends_with(char::is_alphanumeric) { r"\b" } else { "" };
                format!(r"\b{}{end}", regex::escape(phrase))
            }
        };
        Regex::new(&phrase).is_ok_and(|pattern| pattern.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_told_from_the_others() {
        let text = "2.1 related work\nthe proof is short. first, a lemma";
        for (place, phrase, fires) in [
            (Place::HeadingStart, "related work", true),
            (Place::HeadingStart, "work", false),
            (Place::Heading, "work", true),
            (Place::Text, "roof", true),
            (Place::Words, "roof", false),
            (Place::Words, "proof", true),
        ] {
            assert_eq!(place.fires(phrase, text), fires, "{place:?} {phrase}");
        }
    }
}
