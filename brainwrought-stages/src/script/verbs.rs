//! English verbs: what makes a statement of a row of words.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::language::LanguageData;

/// Tells whether `word` may be a verb.
pub(super) fn is_verb(word: &str) -> bool {
    VERB_FORMS.contains(&word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
}

/// Tells whether a word among `words` may be the verb of a statement; a caption or a heading has none.
pub(super) fn has_verb(words: &[&str]) -> bool {
    // What comes behind one of these is a noun, or no verb of its own.
    const BEFORE_NOUNS: [&str; 26] = [
        "the", "a", "an", "of", "in", "on", "for", "with", "by", "at", "from", "to", "its", "their", "our",
        "his", "her", "this", "these", "each", "every", "some", "any", "all", "as", "than",
    ];
    // What stands before one of these, behind a noun, does something: "schools hope to", "games excel at".
    const BEHIND_VERBS: [&str; 22] = [
        "to",
        "the",
        "a",
        "an",
        "that",
        "it",
        "them",
        "its",
        "their",
        "at",
        "no",
        "us",
        "you",
        "our",
        "his",
        "her",
        "how",
        "what",
        "more",
        "less",
        "itself",
        "themselves",
    ];
    const BEHIND_NOUNS: [&str; 18] = [
        "of", "for", "in", "on", "at", "and", "or", "with", "from", "by", "to", "as", "per", "during",
        "between", "under", "over", "within",
    ];
    const SUBJECTS: [&str; 5] = ["this", "these", "each", "some", "all"];
    let mut before = String::new();
    for (place, written) in words.iter().enumerate() {
        let is_followed = words.get(place + 1).is_some_and(|next| BEHIND_VERBS.contains(next));
        let is_plain = written.chars().all(char::is_lowercase) && written.chars().count() > 3;
        let is_thing = before.chars().count() > 3 && !BEFORE_NOUNS.contains(&before.as_str());
        if is_plain && is_followed && is_thing && !LanguageData::english().words.stop.contains(written) {
            return true;
        }
        let word = written.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        // An order starts with its verb: "Choose one style."
        // In the middle of a sentence a verb is written small: "Financial Statements and Exhibits" has none.
        let is_small = place == 0 || !written.starts_with(char::is_uppercase);
        // "This" and its like may be the subject themselves: "This leads to a loop."
        let stands_alone = place == 1 && SUBJECTS.contains(&before.as_str());
        let behind_noun = stands_alone || !BEFORE_NOUNS.contains(&before.as_str());
        let free = is_small && behind_noun && (place > 0 || !word.ends_with("ed"));
        let next = words.get(place + 1).map_or("", |next| next.trim_end_matches([',', '.', ';']));
        // A verb is followed by what it does something to; the plural of a noun by what belongs to it, or by nothing.
        let does =
            place > 0 && VERB_OR_NOUN.contains(&word) && !next.is_empty() && !BEHIND_NOUNS.contains(&next);
        if free && (does || VERB_FORMS.contains(&word)) {
            return true;
        }
        before = word;
    }
    false
}

/// The forms of English verbs: regular endings are made up, wrong ones among them, which no text holds.
static VERB_FORMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let english = &LanguageData::english().words;
    let mut forms: BTreeSet<String> = english.verb_forms.iter().map(str::to_owned).collect();
    for stem in english.verb_stems.iter() {
        forms.insert(stem.to_owned());
        forms.extend(third_person(stem));
        forms.extend(past(stem));
    }
    forms.extend(english.verb_nouns.iter().flat_map(past));
    forms
});

/// Forms that may be those of a verb or the plural of a noun: "sacrifices".
static VERB_OR_NOUN: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| LanguageData::english().words.verb_nouns.iter().flat_map(third_person).collect());

fn third_person(stem: &str) -> Vec<String> {
    let mut forms = vec![format!("{stem}s"), format!("{stem}es")];
    // "rely" becomes "relies".
    forms.extend(stem.strip_suffix('y').map(|start| format!("{start}ies")));
    forms
}

fn past(stem: &str) -> Vec<String> {
    let mut forms = vec![format!("{}ed", stem.strip_suffix('e').unwrap_or(stem))];
    forms.extend(stem.strip_suffix('y').map(|start| format!("{start}ied")));
    // "stop" becomes "stopped".
    forms.extend(stem.chars().last().map(|last| format!("{stem}{last}ed")));
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_have_no_verb() {
        let has = |text: &str| has_verb(&text.split_whitespace().collect::<Vec<_>>());
        assert!(has("The queue grows.") && has("Choose one style guide.") && has("It stopped at night."));
        assert!(!has("Transformation of the Energy of Light Rays.") && !has("At the start of the play."));
        assert!(
            has("This leads to a loop.")
                && has("To stay open, shops sacrifice sleep.")
                && has("The shop relies on it.")
        );
        assert!(is_verb("crawls,") && !is_verb("barista"));
    }
}
