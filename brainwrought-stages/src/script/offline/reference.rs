//! What a sentence points back to by name, and whether a listener has heard of it: "These elections are quick."

use std::collections::BTreeSet;

use super::super::sentences::Sentence;
use super::super::verbs::is_verb;
use crate::language::LanguageData;

/// So many sentences back a listener remembers what was named.
const HEARD: usize = 3;
/// The most words of a name that is pointed at, adjectives included.
const MAX_NAME_WORDS: usize = 4;

/// Which sentences name something again that none of the [`HEARD`] sentences before them named.
pub(super) fn unheard(
    sentences: &[Sentence],
    bags: &[Vec<String>],
    language: &str,
    stem: &dyn Fn(&String) -> String,
) -> Vec<bool> {
    sentences
        .iter()
        .enumerate()
        .map(|(index, sentence)| {
            let Some(name) = named_again(&sentence.text, language) else { return false };
            let name: Vec<String> = name.iter().map(stem).collect();
            let before: Vec<BTreeSet<String>> = (index.saturating_sub(HEARD)..index)
                .filter(|&before| sentences[before].section == sentence.section)
                .map(|before| bags[before].iter().cloned().collect())
                .collect();
            !was_heard(&name, &before)
        })
        .collect()
}

/// The words by which an English sentence names what was spoken of before it, from its first word on: "elections" of "These
/// elections are quick."; none where it names nothing, or only sums up what was said ("This problem …").
fn named_again(text: &str, language: &str) -> Option<Vec<String>> {
    // What follows "this" is a name in English only by the order of the words.
    let words = text.strip_prefix("This ").or_else(|| text.strip_prefix("These "))?;
    if language != "en" {
        return None;
    }
    let name: Vec<String> = words
        .split_whitespace()
        .take_while(|word| !is_verb(word) && !BEHIND_NAMES.contains(word))
        .take(MAX_NAME_WORDS)
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let sums_up = &LanguageData::of(language).story.sums_up;
    let is_summary = name.iter().any(|word| {
        sums_up.contains(word) || word.strip_suffix('s').is_some_and(|single| sums_up.contains(single))
    });
    (!name.is_empty() && !is_summary).then_some(name)
}

/// What ends a name: what comes behind belongs to it, but is not what it is called.
const BEHIND_NAMES: [&str; 14] =
    ["of", "in", "on", "for", "with", "by", "at", "from", "to", "that", "which", "who", "also", "then"];

/// Tells whether one of the words of a name was heard in one of the sentences before.
fn was_heard(name: &[String], before: &[BTreeSet<String>]) -> bool {
    name.iter().any(|word| before.iter().any(|heard| heard.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_before_what_is_said_of_it() {
        let name = |text| named_again(text, "en").map(|words| words.join(" "));
        assert_eq!(name("These elections are quick.").as_deref(), Some("elections"));
        assert_eq!(name("This vector clock is sent along.").as_deref(), Some("vector clock"));
        assert_eq!(name("These drawbacks of trees matter.").as_deref(), Some("drawbacks"));
        for text in [
            "This is quick.",
            "This problem is old.",
            "These results hold.",
            "Queues grow.",
            "This makes it slow.",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
        assert_eq!(named_again("This Wort ist ein Wort.", "de"), None);
    }

    #[test]
    fn a_name_is_heard_in_any_of_its_words() {
        let heard = |text: &str| -> BTreeSet<String> { text.split(' ').map(str::to_owned).collect() };
        let name = ["vector".to_owned(), "clock".to_owned()];
        assert!(was_heard(&name, &[heard("servers wait"), heard("a clock ticks")]));
        assert!(!was_heard(&name, &[heard("servers wait")]));
        assert!(!was_heard(&name, &[]));
    }
}
