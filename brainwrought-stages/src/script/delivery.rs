//! [`deliver`]: how lines are said that no model wrote: in which mood, and which of their words carry them.

use brainwrought_core::data::{Concept, Line, LineRole, Mood, Script};

use super::dialogue::is_question;
use super::lexicon::has_cue;
use crate::language::LanguageData;

/// Of so many chief concepts each may carry a line.
const CONCEPTS: usize = 8;
/// The most words of a concept that carries a line.
const MAX_WORDS: usize = 3;

/// Gives each line its mood and its emphasis, by what it does and by simple signs in its words.
pub(super) fn deliver(script: &mut Script) {
    let language = LanguageData::of(script.language.as_str());
    let concepts = script.analysis.concepts.clone();
    let scenes = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
    for line in scenes.flat_map(|scene| &mut scene.lines) {
        line.mood = mood(line, language);
        if line.emphasis.is_empty() && matches!(line.role, LineRole::Hook | LineRole::Fact | LineRole::Answer)
        {
            line.emphasis.extend(emphasis(&line.text, &concepts));
        }
    }
}

fn mood(line: &Line, language: &LanguageData) -> Mood {
    let (text, cues) = (line.text.as_str(), &language.cues);
    match line.role {
        LineRole::Guess => Mood::Doubtful,
        // Harm weighs more than anything else that is said of it.
        _ if has_cue(text, &cues.grave) => Mood::Serious,
        LineRole::Interjection => Mood::Surprised,
        _ if is_question(text) => Mood::Curious,
        LineRole::Gloss => Mood::Amused,
        LineRole::Answer => Mood::Excited,
        _ if text.trim_end().ends_with(['!', '！']) => Mood::Excited,
        _ if has_cue(text, &cues.problem) => Mood::Serious,
        _ if has_cue(text, &cues.surprise) && measures(text) => Mood::Surprised,
        _ if has_cue(text, &cues.result) || has_cue(text, &cues.idea) => Mood::Excited,
        _ if language.story.contrast.as_deref().is_some_and(|but| text.starts_with(but)) => Mood::Doubtful,
        _ => Mood::Neutral,
    }
}

/// Tells whether a text holds a number of two digits or a share.
fn measures(text: &str) -> bool {
    text.contains('%') || text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() >= 2)
}

/// What carries a line: the number in it, else the concept that it is about.
fn emphasis(text: &str, concepts: &[Concept]) -> Option<String> {
    let bare = |word: &str| word.trim_matches(|letter: char| ".,;:!?()“”\"".contains(letter)).to_owned();
    let mut numbers = text.split_whitespace().map(bare).filter(|word| measures(word));
    numbers.next().or_else(|| {
        let lower = text.to_lowercase();
        let fits = |concept: &&Concept| concept.term.split_whitespace().count() <= MAX_WORDS;
        let place = concepts.iter().take(CONCEPTS).filter(fits).find_map(|concept| {
            let term = concept.term.to_lowercase();
            let at = lower.find(&term)?;
            let ends = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
            let is_whole =
                ends(lower[..at].chars().next_back()) && ends(lower[at + term.len()..].chars().next());
            is_whole.then_some(at..at + term.len())
        })?;
        // Small letters of some scripts are longer than large ones; where the places differ, nothing is emphasised.
        text.get(place).filter(|found| lower.contains(&found.to_lowercase())).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_said_as_their_words_are() {
        let english = LanguageData::english();
        let said = |role, text: &str| {
            let citation = brainwrought_core::data::Citation { page: 1, quote: String::new() };
            mood(&Line::new(text, role, citation), english)
        };
        for (role, text, expected) in [
            (LineRole::Question, "What is a queue?", Mood::Curious),
            (LineRole::Guess, "It is the tea.", Mood::Doubtful),
            (LineRole::Interjection, "No way.", Mood::Surprised),
            (LineRole::Fact, "In 1854 cholera killed 616 people.", Mood::Serious),
            (LineRole::Fact, "The problem is that nobody looks.", Mood::Serious),
            (LineRole::Fact, "Nobody waits for more than 10 minutes.", Mood::Surprised),
            (LineRole::Fact, "The results show that it works.", Mood::Excited),
            (LineRole::Fact, "A barista makes coffee.", Mood::Neutral),
            (LineRole::Answer, "The answer: 40%.", Mood::Excited),
        ] {
            assert_eq!(said(role, text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_carries_a_line_and_else_its_concept() {
        let concepts = ["arrival rate", "queue", "a very long concept indeed"];
        let concepts = concepts.map(|term| Concept { term: term.to_owned(), weight: 1.0, page: 1 });
        let of = |text: &str| emphasis(text, &concepts);
        assert_eq!(of("Over 30% of the queue left.").as_deref(), Some("30%"));
        assert_eq!(of("It costs $45, or more.").as_deref(), Some("$45"));
        assert_eq!(of("The Arrival rate grows.").as_deref(), Some("Arrival rate"));
        assert_eq!(of("Queueing is dull.").as_deref(), None, "a part of a word is none");
        assert_eq!(of("Nobody knows.").as_deref(), None);
    }
}
