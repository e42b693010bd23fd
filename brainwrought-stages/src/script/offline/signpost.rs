//! [`Signposts`]: short questions before the turns of a story, so that a listener knows where it stands.

use std::sync::LazyLock;

use regex::Regex;

use super::super::compress::Tie;
use super::super::dialogue::is_question;
use crate::language::LanguageData;

/// So many facts are said between two questions: more would be a cross-examination.
const BETWEEN: usize = 2;
/// The most questions of a minute.
const PER_MINUTE: usize = 2;

/// What authors bring: "The authors propose a protocol".
static BRINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:Therefore, |So |Here, )?[Tt]he authors? (?:(?:then|therefore|thus) )?(?:propose|introduce|present|develop|design|devise|suggest|built|build|offer)(?:e?s|ed)? (?:an?|the|two|three|new) ",
    )
    .expect("the pattern is a constant that tests compile")
});

/// What came out: "A user study with 43 students shows that", "The authors found that".
static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)^(?:Our|The|A|An|Their|Such|These|All)?\s?(?:[\w-]+\s){0,5}
        (?:study|studies|experiments?|results?|evaluation|measurements?|trials?|simulations?|benchmarks?|authors?|tests|analysis|survey)\s
        (?:[\w-]+\s){0,8}?(?:shows?|showed|finds?|found|demonstrates?|demonstrated|reveals?|revealed|confirms?|confirmed|indicates?|suggests?)\s
        (?:that|how|no|an?|the)\s",
    )
    .expect("the pattern is a constant that tests compile")
});

/// A turn of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Idea,
    Result,
}

/// Tells whether a sentence says what came out of the work.
pub(super) fn tells_result(text: &str) -> bool {
    FOUND.is_match(text)
}

/// The questions of a narrator who is alone. Each is one that the next fact answers, and is asked once.
#[derive(Debug)]
pub(super) struct Signposts {
    language: &'static LanguageData,
    left: usize,
    asked: Vec<Turn>,
    /// How many facts were said since the last question, or since the start.
    since: usize,
}

impl Signposts {
    /// None in a language whose sentences are not known well enough to tell its turns.
    pub(super) fn new(language: &str, length_ms: u64) -> Option<Self> {
        (language == "en").then(|| Self {
            language: LanguageData::english(),
            left: (length_ms as usize * PER_MINUTE / 60_000).max(1),
            asked: Vec::new(),
            since: 0,
        })
    }

    /// The question before a fact, where it is a turn of the story that no word tells.
    pub(super) fn before(&mut self, fact: &str, tie: Option<Tie>) -> Option<String> {
        let waited = self.since;
        self.since += 1;
        if tie.is_some() || is_question(fact) || waited < BETWEEN || self.left == 0 {
            return None;
        }
        let dialogue = &self.language.dialogue;
        let (turn, words) = if BRINGS.is_match(fact) {
            (Turn::Idea, dialogue.idea.as_deref()?)
        } else if FOUND.is_match(fact) {
            (Turn::Result, dialogue.result.as_deref()?)
        } else {
            return None;
        };
        // Nobody asks for the idea after the result.
        if self.asked.iter().any(|asked| *asked >= turn) {
            return None;
        }
        self.asked.push(turn);
        self.left -= 1;
        self.since = 1;
        Some(words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDEA: &str = "The authors propose a solution using a peer-to-peer network.";
    const RESULT: &str = "A user study with 43 students at two universities shows that Raft is easier.";

    #[test]
    fn the_turns_of_a_story_are_asked_for_once_and_in_their_order() {
        let mut signposts = Signposts::new("en", 60_000).unwrap();
        assert_eq!(signposts.before(IDEA, None), None, "the first fact answers the opening");
        assert_eq!(signposts.before("Servers wait.", None), None);
        assert_eq!(signposts.before(IDEA, None).unwrap(), "So what's the idea?");
        assert_eq!(signposts.before(RESULT, None), None, "too soon");
        assert_eq!(signposts.before("The study took a year.", None), None);
        assert_eq!(signposts.before(RESULT, Some(Tie::Contrast)), None, "“But” tells it");
        assert_eq!(signposts.before(RESULT, None).unwrap(), "And the result?");
        for fact in ["Servers wait.", "Leaders rest.", IDEA, RESULT] {
            assert_eq!(signposts.before(fact, None), None, "{fact}");
        }
        assert!(Signposts::new("de", 60_000).is_none());
    }

    #[test]
    fn results_are_told_from_what_shows_something_else() {
        let found = |fact: &str| FOUND.is_match(fact);
        for result in [
            RESULT,
            "The authors found that queues explode.",
            "Experiments on two data sets show that it halves the error.",
            "The results suggest a link.",
        ] {
            assert!(found(result), "{result}");
        }
        for other in [
            "The study was conducted in 2019.",
            "A map shows the way to the harbour.",
            "Their leaders show no interest in tests.",
        ] {
            assert!(!found(other), "{other}");
        }
    }
}
