//! Headings and titles as they stand inside a sentence.

use std::collections::BTreeSet;

/// Writes a heading as it stands inside a sentence: words that the text writes small are small.
pub(super) fn lowered(heading: &str, known: &BTreeSet<&str>) -> String {
    let words: Vec<String> = heading
        .split_whitespace()
        .map(|word| {
            let lower = word.to_lowercase();
            let initials = word.chars().count() == 1
                || word.split('-').any(|part| part.chars().skip(1).any(char::is_uppercase));
            // "Buridan’s" is a name where the text knows "Buridan".
            let bare = word.split(['’', '\'']).next().unwrap_or(word);
            let is_name = known.contains(bare) && !known.contains(bare.to_lowercase().as_str());
            if initials || is_name { word.to_owned() } else { lower }
        })
        .collect();
    words.join(" ")
}

/// Tells whether a heading is a question, with or without its mark.
pub(super) fn asks(heading: &str) -> bool {
    let mut words = heading.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    heading.ends_with('?')
        || ["What", "How", "Why", "When", "Who", "Where"].contains(&first)
            && ["is", "are", "do", "does", "can", "should", "did", "was", "were"].contains(&second)
}
