//! The hook and the closing line: what the document claims, asks or explains, and the words that pay it off.

use std::collections::BTreeSet;

use brainwrought_core::data::Citation;

use super::compress::capitalised;
use super::duration::estimate_ms;
use super::lexicon::words;
use super::material::Material;
use super::sentences::Sentence;
use super::subject::{asks, lowered, subject};
use crate::language::LanguageData;

/// The most words of a hook.
const MAX_WORDS: usize = 12;
/// What it must be worth where the video could also open with a definition.
const BETTER_CLAIM: f32 = 2.3;
/// A video shorter than this, in milliseconds, has no time to say anything twice.
const SHORT_MS: u64 = 25_000;
/// The most words of the sentence that the closing line repeats.
const TAKEAWAY_WORDS: usize = 17;

/// How the video opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) hook: String,
    pub(super) citation: Citation,
    pub(super) close: String,
    /// Where the closing line's words stand.
    pub(super) close_citation: Citation,
}

/// What stands before the one sentence to remember.
const TAKEAWAY: &str = "If you remember one thing: ";

impl Frame {
    /// The words of the document behind the sentence that is kept for the end, if one is.
    pub(super) fn kept(&self) -> Option<&str> {
        self.close.starts_with(TAKEAWAY).then_some(self.close_citation.quote.as_str())
    }
}

/// Writes hook and closing line; the line is empty where there is none. They promise only what the document is about.
pub(super) fn frame(material: &Material<'_>) -> Frame {
    let frame = full_frame(material);
    // A short video says one thing more rather than close.
    if material.length_ms < SHORT_MS && !frame.close.starts_with("And that is ") {
        return Frame { close: String::new(), ..frame };
    }
    frame
}

fn full_frame(material: &Material<'_>) -> Frame {
    let page = material.said.first().map_or(1, |sentence| sentence.page);
    let citation = Citation { page, quote: String::new() };
    if material.language != "en" {
        let hook = asked(material);
        return Frame { close: String::new(), hook, close_citation: citation.clone(), citation };
    }
    let subject = subject(material);
    if let Some(hook) = stated(material) {
        let (close, close_citation) =
            takeaway(material, None).unwrap_or_else(|| (format!("So, remember: {hook}"), citation.clone()));
        return Frame { hook, citation, close, close_citation };
    }
    if let Some(hook) = named(material)
        && material.claim.is_none_or(|(worth, _)| worth < BETTER_CLAIM)
    {
        let (close, close_citation) = takeaway(material, None)
            .unwrap_or_else(|| (format!("And that was {subject}, in a nutshell."), citation.clone()));
        return Frame { hook, citation, close, close_citation };
    }
    let definition = definition(material.said, &subject);
    if let Some((worth, claim)) = material.claim
        && (definition.is_none() || worth >= BETTER_CLAIM)
    {
        let (close, close_citation) = takeaway(material, Some(claim))
            .unwrap_or_else(|| (format!("And that was {subject}, in a nutshell."), citation.clone()));
        let citation = Citation { page: claim.page, quote: claim.source.clone() };
        return Frame { hook: claim.text.clone(), citation, close, close_citation };
    }
    let (close, close_citation) = takeaway(material, None)
        .unwrap_or_else(|| (format!("And that was {subject}, in a nutshell."), citation.clone()));
    // A heading that asks is a hook as it stands.
    if let Some(focus) = material.focus
        && (3..=9).contains(&focus.split_whitespace().count())
        && asks(focus)
    {
        let hook = format!("{}?", focus.trim_end_matches(['.', '?', '!', ':']));
        return Frame { hook, citation, close, close_citation };
    }
    let size = material.title.split_whitespace().count();
    if material.focus.is_none() && (3..=13).contains(&size) {
        let bare = material.title.trim_end_matches(['.', '?', '!']);
        if material.title.ends_with('?') {
            return Frame { hook: material.title.to_owned(), citation, close, close_citation };
        }
        for (start, word) in [("Why ", "why"), ("How ", "how")] {
            if let Some(rest) = bare.strip_prefix(start)
                && !rest.starts_with("to ")
                && !rest.contains(':')
            {
                let rest = lowered(rest, material.known);
                return Frame {
                    hook: format!("Here is {word} {rest}."),
                    close: format!("And that is {word} {rest}."),
                    close_citation: citation.clone(),
                    citation,
                };
            }
        }
        if bare.starts_with("How to ") {
            let hook = format!("Here is {}.", lowered(bare, material.known));
            return Frame { hook, citation, close, close_citation };
        }
    }
    if let Some(definition) = definition {
        let is = if definition.text.to_lowercase().contains(&format!("{} are ", subject.to_lowercase())) {
            "are"
        } else {
            "is"
        };
        let close = format!("So, remember: {}", definition.text);
        let close_citation = Citation { page: definition.page, quote: definition.source.clone() };
        // The sentence may write a name of several words in capitals.
        let written = definition.text.get(..subject.len()).unwrap_or_default();
        let is_name = written.split_whitespace().skip(1).any(|word| word.starts_with(char::is_uppercase));
        let subject = if is_name { written } else { subject.as_str() };
        return Frame { hook: format!("What exactly {is} {subject}?"), citation, close, close_citation };
    }
    let time = match material.length_ms {
        0..=20_000 => "in fifteen seconds",
        20_001..=40_000 => "in half a minute",
        40_001..=75_000 => "in under a minute",
        75_001..=120_000 => "in two minutes",
        _ => "in three minutes",
    };
    let hook = format!("{}, explained {time}.", capitalised(&subject));
    let hook = if hook.split_whitespace().count() > MAX_WORDS {
        format!("{}.", capitalised(&subject))
    } else {
        hook
    };
    Frame { hook, citation, close, close_citation }
}

/// The title as a claim, where it states something: "Simple Testing Can Prevent Most Critical Failures: …".
fn stated(material: &Material<'_>) -> Option<String> {
    const STATES: [&str; 12] = [
        "Can",
        "Is",
        "Are",
        "Should",
        "Will",
        "Must",
        "Cannot",
        "Matters",
        "Matter",
        "Considered",
        "Makes",
        "Beats",
    ];
    if material.focus.is_some() {
        return None;
    }
    let head = material.title.split(": ").next().unwrap_or_default();
    let words: Vec<&str> = head.split_whitespace().collect();
    let states = words.iter().skip(1).take(words.len().saturating_sub(2)).any(|word| STATES.contains(word));
    ((4..=10).contains(&words.len()) && states && !asks(head))
        .then(|| format!("{}.", capitalised(&lowered(head, material.known)).trim_end_matches(['.', '!'])))
}

/// The title as a question and its answer, where it says what a name stands for: "Bitcoin: A Peer-to-Peer … System".
fn named(material: &Material<'_>) -> Option<String> {
    let (name, what) = material.title.split_once(": ")?;
    let size = |text: &str| text.split_whitespace().count();
    let is_name = size(name) == 1
        && name.starts_with(char::is_uppercase)
        && name.chars().all(char::is_alphabetic)
        && !LanguageData::english().titles.kinds.contains(name);
    if material.focus.is_some() || !is_name || !(2..=8).contains(&size(what)) || what.contains(['?', ':']) {
        return None;
    }
    let is = if name.ends_with('s') && !name.ends_with("ss") { "are" } else { "is" };
    let what = capitalised(&lowered(what, material.known));
    Some(format!("What {is} {name}? {}.", what.trim_end_matches(['.', '!'])))
}

/// Finds the sentence that says what `subject` is.
fn definition<'a>(said: &[&'a Sentence], subject: &str) -> Option<&'a Sentence> {
    let subject = subject.to_lowercase();
    said.iter().copied().find(|sentence| {
        let lower = sentence.text.to_lowercase();
        !sentence.dangles
            && sentence.text.split_whitespace().count() <= TAKEAWAY_WORDS
            && [" is a ", " is an ", " is the ", " are "]
                .iter()
                .any(|verb| lower.starts_with(&format!("{subject}{verb}")))
    })
}

/// Finds the one sentence to remember: short, understood alone, and close to what the video opened with. It is said at
/// the end and nowhere else.
fn takeaway(material: &Material<'_>, claim: Option<&Sentence>) -> Option<(String, Citation)> {
    let sized = |words, ms| takeaway_of(material, claim, words, ms);
    sized(TAKEAWAY_WORDS, 5_800).or_else(|| sized(TAKEAWAY_WORDS + 5, 6_800))
}

fn takeaway_of(
    material: &Material<'_>,
    claim: Option<&Sentence>,
    most_words: usize,
    most_ms: u64,
) -> Option<(String, Citation)> {
    let opened: BTreeSet<String> = claim
        .map(|claim| words(&claim.text))
        .unwrap_or_else(|| words(material.title))
        .into_iter()
        .filter(|word| word.chars().count() > 3)
        .collect();
    let count = material.said.len();
    let best = material
        .said
        .iter()
        .enumerate()
        .filter(|&(index, sentence)| {
            let size = sentence.text.split_whitespace().count();
            material.movable.get(index).copied().unwrap_or(false)
                && !sentence.dangles
                && !sentence.text.to_lowercase().contains("authors")
                && size <= most_words
                && sentence.text.ends_with('.')
                && !sentence.text.contains(':')
                && estimate_ms(&sentence.text) <= most_ms
                && claim.is_none_or(|claim| claim.text != sentence.text)
        })
        .map(|(index, sentence)| {
            let heard: BTreeSet<String> = words(&sentence.text).into_iter().collect();
            let shared = heard.intersection(&opened).count().min(3) as f32;
            let worth = material.worth.get(index).copied().unwrap_or(0.0);
            let is_own = sentence.text.starts_with("We ");
            let late = index as f32 / count.max(1) as f32;
            (0.3 * shared + 2.5 * worth + 0.3 * late - if is_own { 1.0 } else { 0.0 }, *sentence)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.place.cmp(&a.1.place)))?;
    let (_, sentence) = best;
    let citation = Citation { page: sentence.page, quote: sentence.source.clone() };
    Some((format!("{TAKEAWAY}{}", sentence.text), citation))
}

/// The hook in another language than English: a question, and the title.
fn asked(material: &Material<'_>) -> String {
    let title = ended(material.focus.unwrap_or(material.title));
    match &LanguageData::of(material.language).hook {
        Some(question) => format!("{question} {title}"),
        None => title,
    }
}

fn ended(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    fn sentence(text: &str, place: usize) -> Sentence {
        Sentence {
            text: text.into(),
            source: text.into(),
            page: 2,
            section: 0,
            passage: 0,
            place,
            dangles: false,
        }
    }

    static KNOWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| BTreeSet::from(["Raft"]));

    fn material<'a>(title: &'a str, said: &'a [&'a Sentence], language: &'a str) -> Material<'a> {
        Material {
            title,
            focus: None,
            concepts: &[],
            said,
            worth: &[],
            movable: &[true; 8],
            claim: None,
            known: &KNOWN,
            language,
            length_ms: 55_000,
        }
    }

    #[test]
    fn title_that_asks_why_is_the_hook() {
        let frame = frame(&material("Why Queues Explode", &[], "en"));
        assert_eq!(frame.hook, "Here is why queues explode.");
        assert_eq!(frame.close, "And that is why queues explode.");
    }

    #[test]
    fn other_languages_open_with_a_question_and_their_title() {
        assert_eq!(frame(&material("Topologie", &[], "de")).hook, "Worum geht es hier? Topologie.");
        assert_eq!(frame(&material("Topoloji", &[], "tr")).hook, "Topoloji.");
    }

    #[test]
    fn title_that_explains_its_name_asks_for_it() {
        let hook = |title: &str| frame(&material(title, &[], "en")).hook;
        assert_eq!(hook("Raft: A Second-Rate Way to Agree"), "What is Raft? A second-rate way to agree.");
        assert_eq!(hook("SoK: Eternal War in Memory"), "Eternal war in memory, explained in under a minute.");
    }

    #[test]
    fn title_that_states_is_the_hook() {
        let frame = frame(&material("Simple Testing Can Prevent Failures: An Analysis", &[], "en"));
        assert_eq!(frame.hook, "Simple testing can prevent failures.");
    }

    #[test]
    fn definition_answers_the_hook_at_the_end() {
        let said =
            [sentence("Raft is a consensus algorithm for managing a log.", 0), sentence("It is used.", 1)];
        let said: Vec<&Sentence> = said.iter().collect();
        let frame = frame(&material("Raft", &said, "en"));
        assert_eq!(frame.hook, "What exactly is Raft?");
        assert_eq!(frame.close, "So, remember: Raft is a consensus algorithm for managing a log.");
        assert_eq!(frame.close_citation.page, 2);
    }
}
