//! The hook and the closing line: a question that the document raises, and the words that pay it off.

use brainwrought_core::data::{Citation, Concept};

use super::compress::capitalised;
use super::seeded::Seeded;
use super::sentences::Sentence;

/// The most words of a hook.
const MOST_WORDS: usize = 11;

/// How the video opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) hook: String,
    pub(super) citation: Citation,
    pub(super) close: String,
}

/// What hooks are made of.
#[derive(Debug)]
pub(super) struct Material<'a> {
    pub(super) title: &'a str,
    /// The section that the video is about, where it is not the whole document.
    pub(super) focus: Option<&'a str>,
    pub(super) concepts: &'a [Concept],
    /// The sentences that are said, in order.
    pub(super) said: &'a [&'a Sentence],
    /// True for English.
    pub(super) english: bool,
}

/// Writes hook and closing line. They promise only what the document is about.
pub(super) fn frame(material: &Material<'_>, seeded: &mut Seeded) -> Frame {
    let first = material.said.first();
    let citation = Citation { page: first.map_or(1, |sentence| sentence.page), quote: String::new() };
    let subject = subject(material);
    if !material.english {
        let hook = ended(material.focus.unwrap_or(material.title));
        return Frame { close: hook.clone(), hook, citation };
    }
    let close = match seeded.below(3) {
        0 => format!("And that is {subject}, in a nutshell."),
        1 => format!("Now you know {subject} a little better."),
        _ => format!("So that was {subject}, page by page."),
    };
    let title = ended(material.title);
    let words = material.title.split_whitespace().count();
    if material.focus.is_none() && (3..=8).contains(&words) {
        if let Some(rest) = material.title.strip_prefix("Why ") {
            let hook = format!("Here is why {}.", rest.to_lowercase().trim_end_matches(['.', '?']));
            return Frame {
                close: format!("And that is why {}.", rest.to_lowercase().trim_end_matches(['.', '?'])),
                hook,
                citation,
            };
        }
        if ["How ", "What ", "When ", "Who ", "Is ", "Are ", "Can ", "Does "]
            .iter()
            .any(|start| material.title.starts_with(start))
        {
            return Frame { hook: title, citation, close };
        }
    }
    let defined = material.said.iter().any(|sentence| {
        let lower = sentence.text.to_lowercase();
        let subject = subject.to_lowercase();
        [" is a ", " is an ", " is the ", " are "]
            .iter()
            .any(|verb| lower.starts_with(&format!("{subject}{verb}")))
    });
    let works = material.said.iter().any(|sentence| sentence.text.to_lowercase().contains("work"));
    let many = subject.ends_with('s') && !subject.ends_with("ss") && !subject.ends_with("us");
    let (is, does) = if many { ("are", "do") } else { ("is", "does") };
    let hook = if defined {
        format!("What exactly {is} {subject}?")
    } else if works && seeded.below(2) == 0 {
        format!("How {does} {subject} actually work?")
    } else {
        match seeded.below(3) {
            0 => format!("What is the deal with {subject}?"),
            1 => format!("What should you know about {subject}?"),
            _ => format!("What is {subject} all about?").replacen("is", is, 1),
        }
    };
    let hook = if hook.split_whitespace().count() > MOST_WORDS {
        format!("{}.", capitalised(&subject))
    } else {
        hook
    };
    Frame { hook, citation, close }
}

/// What the video is about, as it stands inside a sentence.
fn subject(material: &Material<'_>) -> String {
    let head = |title: &str| title.split([':', '–', '—']).next().unwrap_or(title).trim().to_owned();
    let short = |text: &str| {
        let words = text.split_whitespace().count();
        (1..=5).contains(&words) && text.chars().filter(|letter| letter.is_alphabetic()).count() > 3
    };
    let title = head(material.title);
    for start in [
        "An Introduction to ",
        "Introduction to ",
        "A Guide to ",
        "Notes on ",
        "Lecture Notes on ",
        "The Art of ",
    ] {
        if let Some(rest) = title.strip_prefix(start)
            && rest.split_whitespace().count() <= 4
        {
            return if rest.chars().count() <= 3 { rest.to_owned() } else { lowered(rest, material) };
        }
    }
    // What stands alone before a colon is a name.
    if title.len() < material.title.len() && !title.contains(' ') && !title.is_empty() {
        return title;
    }
    let events =
        ["Meeting", "Report", "Guide", "Handbook", "Manual", "Course", "Lecture", "Workshop", "Conference"];
    if short(&title) && !title.starts_with("The ") && events.iter().any(|event| title.ends_with(event)) {
        return format!("the {title}");
    }
    if short(&title) {
        return lowered(&title, material);
    }
    if let Some(focus) = material.focus.map(head)
        && short(&focus)
    {
        return lowered(&focus, material);
    }
    // A name needs no article and a plural takes none; only then comes the best concept as it is.
    let leading = || material.concepts.iter().take(8);
    let named = leading().find(|concept| concept.term.starts_with(char::is_uppercase));
    let many = leading().find(|concept| concept.term.ends_with('s') && !concept.term.ends_with("ss"));
    named.or(many).map_or_else(
        || if title.is_empty() { "it".to_owned() } else { title.clone() },
        |concept| concept.term.clone(),
    )
}

/// Writes a heading as it stands inside a sentence: words that the text writes small are small.
fn lowered(heading: &str, material: &Material<'_>) -> String {
    let text: String = material.said.iter().map(|sentence| format!("{} ", sentence.text)).collect();
    let known: std::collections::BTreeSet<&str> =
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '-').collect();
    let words: Vec<String> = heading
        .split_whitespace()
        .map(|word| {
            let lower = word.to_lowercase();
            let initials = word.chars().skip(1).any(char::is_uppercase) || word.chars().count() == 1;
            let is_name = known.contains(word) && !known.contains(lower.as_str());
            if initials || is_name { word.to_owned() } else { lower }
        })
        .collect();
    words.join(" ")
}

fn ended(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_that_asks_why_is_the_hook() {
        let material =
            Material { title: "Why Queues Explode", focus: None, concepts: &[], said: &[], english: true };
        assert_eq!(frame(&material, &mut Seeded::new(1)).hook, "Here is why queues explode.");
    }

    #[test]
    fn other_languages_open_with_their_title() {
        let material = Material { title: "Topologie", focus: None, concepts: &[], said: &[], english: false };
        assert_eq!(frame(&material, &mut Seeded::new(1)).hook, "Topologie.");
    }
}
