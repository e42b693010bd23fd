//! The subject: what a video is about, in the few words that stand for it in a sentence.

use std::collections::BTreeSet;

use super::material::Material;
use crate::language::LanguageData;

/// What the video is about, as it stands inside a sentence.
pub(super) fn subject(material: &Material<'_>) -> String {
    let titles = &LanguageData::english().titles;
    let head = |title: &str| title.split([':', '–', '—']).next().unwrap_or(title).trim().to_owned();
    let short = |text: &str| {
        let words = text.split_whitespace().count();
        (1..=6).contains(&words) && text.chars().filter(|letter| letter.is_alphabetic()).count() > 3
    };
    // A part of the document is what the viewer hears about.
    if let Some(focus) = material.focus.map(head)
        && short(&focus)
        && !titles.no_subjects.contains(&focus.to_lowercase())
        && !asks(&focus)
    {
        return lowered(&focus, material.known);
    }
    let mut title = head(material.title);
    let named =
        ["An ", "A ", "The "].iter().find_map(|article| title.strip_prefix(article)).unwrap_or(&title);
    for start in titles.openings.iter() {
        if let Some(rest) = named.strip_prefix(start)
            && rest.split_whitespace().count() <= 5
        {
            return if rest.chars().count() <= 3 { rest.to_owned() } else { lowered(rest, material.known) };
        }
    }
    if asks(&title) {
        title = String::new();
    }
    // What stands alone before a colon is a name, unless it only tells the kind of the paper.
    if title.len() < material.title.len() {
        let is_kind = titles.kinds.iter().any(|kind| title == kind || title.starts_with(&format!("{kind} ")));
        if is_kind {
            title = material.title.split_once(':').map_or(title, |(_, rest)| head(rest));
        } else if !title.contains(' ') && !title.is_empty() {
            return title;
        }
    }
    if short(&title) && !title.starts_with("The ") && titles.events.iter().any(|event| title.ends_with(event))
    {
        return format!("the {title}");
    }
    if short(&title) {
        return lowered(&title, material.known);
    }
    // A name needs no article and a plural takes none; only then comes the title as it is.
    let leading = || material.concepts.iter().take(8);
    let named = leading().find(|concept| concept.term.starts_with(char::is_uppercase));
    let many = leading().find(|concept| concept.term.ends_with('s') && !concept.term.ends_with("ss"));
    named.or(many).map_or_else(
        || if title.is_empty() { "it".to_owned() } else { title.clone() },
        |concept| concept.term.clone(),
    )
}

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
