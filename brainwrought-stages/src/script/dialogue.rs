//! A dialogue: what the one who asks says between the facts of the one who explains.

use std::collections::BTreeMap;

use brainwrought_core::data::{Line, LineRole, Script, Speaker};

use super::compress::Tie;
use super::lexicon::has_cue;
use super::seeded::Seeded;
use crate::language::{Dialogue, LanguageData, Phrases};

/// What somebody wants to know before a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next<'a> {
    pub(super) fact: &'a str,
    pub(super) tie: Option<Tie>,
    /// Whether another part of the document begins.
    pub(super) is_new: bool,
}

/// The words of the one who asks: each question is one that the next fact answers.
#[derive(Debug)]
pub(super) struct Asker {
    language: &'static LanguageData,
    opening: Option<String>,
    /// What was said already: each is said once before it comes again.
    said: BTreeMap<String, usize>,
    /// Cues that are asked for once, with the question.
    fitting: Vec<(&'static Phrases, &'static str)>,
    seeded: Seeded,
    /// Whether a question is waiting for its answer, which comes first.
    awaits: bool,
}

impl Asker {
    /// Somebody who asks in `language` after `hook`; nobody where there is no phrase book.
    pub(super) fn new(language: &str, hook: &str, seeded: &mut Seeded) -> Option<Self> {
        let language = LanguageData::of(language);
        let Dialogue { openings, prompts, problem, idea, how, result, .. } = &language.dialogue;
        if prompts.is_empty() {
            return None;
        }
        let mut openings = openings.clone();
        // One opening is no choice, and takes no turn of the generator.
        if openings.len() > 1 {
            seeded.shuffle(&mut openings);
        }
        let cues = &language.cues;
        let fitting =
            [(&cues.problem, problem), (&cues.idea, idea), (&cues.how, how), (&cues.result, result)]
                .into_iter()
                .filter_map(|(cues, prompt)| Some((cues, prompt.as_deref()?)))
                .collect();
        let opening = openings.into_iter().next().filter(|_| !is_question(hook));
        let seeded = seeded.clone();
        Some(Self { language, opening, said: BTreeMap::new(), fitting, seeded, awaits: is_question(hook) })
    }

    /// What leads to the next fact. The first time it opens the conversation.
    pub(super) fn asks(&mut self, next: Next<'_>) -> Option<String> {
        let answers = is_question(next.fact);
        if std::mem::replace(&mut self.awaits, answers) || answers {
            return None;
        }
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        let dialogue = &self.language.dialogue;
        if let Some(question) = dialogue.definition.as_deref().and_then(|words| defined(words, next.fact))
            && !self.said.contains_key(&question)
        {
            return Some(self.say(question));
        }
        let tied = match next.tie {
            Some(Tie::Contrast) => Some(&dialogue.contrast),
            Some(Tie::Consequence) => Some(&dialogue.consequence),
            Some(Tie::Example) => Some(&dialogue.example),
            None => None,
        };
        if let Some(question) = tied.and_then(|questions| self.least_said(questions)) {
            return Some(self.say(question));
        }
        if let Some(place) = self.fitting.iter().position(|(cues, _)| has_cue(next.fact, cues)) {
            return Some(self.fitting.remove(place).1.to_owned());
        }
        let lower = next.fact.to_lowercase();
        let kinds = [
            (self.language.story.reasons.stand_in(&lower), &dialogue.reason),
            (
                next.fact.contains('%') || next.fact.contains(|letter: char| letter.is_ascii_digit()),
                &dialogue.figure,
            ),
            (next.is_new, &dialogue.new),
        ];
        let fitting =
            kinds.into_iter().filter(|(fits, _)| *fits).find_map(|(_, questions)| self.fresh(questions));
        let question = fitting.or_else(|| self.least_said(&dialogue.prompts))?;
        Some(self.say(question))
    }

    fn say(&mut self, question: String) -> String {
        *self.said.entry(question.clone()).or_default() += 1;
        question
    }

    /// One of `questions` that was not said yet.
    fn fresh(&mut self, questions: &[String]) -> Option<String> {
        let left: Vec<&String> =
            questions.iter().filter(|question| !self.said.contains_key(*question)).collect();
        left.get(self.seeded.below(left.len())).map(|question| (*question).clone())
    }

    /// One of the `questions` that were said least.
    fn least_said(&mut self, questions: &[String]) -> Option<String> {
        let times = |question: &String| self.said.get(question).copied().unwrap_or_default();
        let least = questions.iter().map(times).min()?;
        let left: Vec<String> =
            questions.iter().filter(|question| times(question) == least).cloned().collect();
        left.get(self.seeded.below(left.len())).cloned()
    }
}

/// Asks for what a sentence defines: "A queue is a place where …" answers "What is a queue?". None in a language that has no
/// words for it, and where the sentence defines nothing.
pub(super) fn definition_asked(language: &str, fact: &str) -> Option<String> {
    defined(LanguageData::of(language).dialogue.definition.as_deref()?, fact)
}

fn defined(words: &str, fact: &str) -> Option<String> {
    let (name, rest) = fact.split_once(" is ")?;
    let defines = ["a ", "an ", "the "].iter().any(|article| rest.starts_with(article));
    let size = name.split_whitespace().count();
    let plain = name.chars().all(|letter| letter.is_alphanumeric() || " -".contains(letter));
    let article = ["A ", "An ", "The "].iter().find(|article| name.starts_with(**article));
    // Without an article it is a name, or a mass such as "idle time", which may be one of several words.
    let fits = defines && plain && (1..=4).contains(&size) && (article.is_some() || size == 1);
    let name = match article {
        Some(article) => name.replacen(article, &article.to_lowercase(), 1),
        None => name.to_owned(),
    };
    let pronouns = ["it", "this", "that", "he", "she", "there", "one", "what", "here"];
    (fits && !pronouns.contains(&name.to_lowercase().as_str())).then(|| words.replacen("{}", &name, 1))
}

/// Gives the one who asks what is asked and guessed, what states nothing, an opening that is a question, and the answer to the
/// quiz, which the one who explains puts.
pub(super) fn give_parts(script: &mut Script) {
    let scenes = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
    for line in scenes.flat_map(|scene| &mut scene.lines) {
        if asks(line) {
            line.speaker = Speaker::Asker;
        }
    }
}

fn asks(line: &Line) -> bool {
    match line.role {
        LineRole::Transition
        | LineRole::Interjection
        | LineRole::Question
        | LineRole::Guess
        | LineRole::Answer => true,
        LineRole::Hook => is_question(&line.text),
        _ => false,
    }
}

/// Tells whether a line asks something.
pub(super) fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(asker: &mut Asker, fact: &str, tie: Option<Tie>, is_new: bool) -> Option<String> {
        asker.asks(Next { fact, tie, is_new })
    }

    #[test]
    fn a_question_is_answered_by_what_comes_next() {
        let mut asker = Asker::new("en", "It is fast.", &mut Seeded::new(3)).unwrap();
        let english = &LanguageData::english().dialogue;
        let opening = asked(&mut asker, "Raft keeps a log.", None, true).unwrap();
        assert!(english.openings.contains(&opening));
        let mut asks = |fact: &str, tie, is_new| asked(&mut asker, fact, tie, is_new).unwrap();
        assert_eq!(asks("Raft is a consensus algorithm.", None, false), "What is Raft?");
        assert_eq!(asks("A queue is a place where work waits.", None, false), "What is a queue?");
        assert_eq!(asks("The results show that it is fast.", None, false), "And the result?");
        assert!(english.contrast.contains(&asks("It waits at night.", Some(Tie::Contrast), false)));
        assert!(english.figure.contains(&asks("It saves 30% of the calls.", None, false)));
        assert!(english.reason.contains(&asks("It waits because the disk is slow.", None, false)));
        assert!(english.new.contains(&asks("Leaders send messages.", None, true)));
        assert!(english.prompts.contains(&asks("Leaders send messages.", None, false)));
    }

    #[test]
    fn nobody_asks_twice_before_an_answer() {
        let mut asker = Asker::new("en", "What is Raft?", &mut Seeded::new(3)).unwrap();
        assert_eq!(
            asked(&mut asker, "Raft is a consensus algorithm.", None, true),
            None,
            "the hook asked already"
        );
        assert!(asked(&mut asker, "It elects leaders.", None, false).is_some());
        assert_eq!(
            asked(&mut asker, "Why does it elect leaders?", None, false),
            None,
            "the text asks itself"
        );
        assert_eq!(asked(&mut asker, "They order the log.", None, false), None, "and answers");
        assert!(Asker::new("xx", "", &mut Seeded::new(3)).is_none());
        for language in ["de", "es", "fr", "it", "pt"] {
            assert!(
                asked(&mut Asker::new(language, "", &mut Seeded::new(3)).unwrap(), "x", None, true).is_some()
            );
        }
    }

    #[test]
    fn the_same_is_not_asked_again_before_all_was_asked() {
        let mut asker = Asker::new("en", "What is Raft?", &mut Seeded::new(3)).unwrap();
        asked(&mut asker, "x", None, false);
        let prompts = &LanguageData::english().dialogue.prompts;
        let said: std::collections::BTreeSet<String> =
            prompts.iter().filter_map(|_| asked(&mut asker, "It keeps a log.", None, false)).collect();
        assert_eq!(said.len(), prompts.len());
    }
}
