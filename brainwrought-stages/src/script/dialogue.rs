//! A dialogue: what the one who asks says between the facts of the one who explains.

use brainwrought_core::data::{Line, LineRole, Script, Speaker};

use super::lexicon::has_cue;
use super::seeded::Seeded;
use crate::language::{Dialogue, LanguageData, Phrases};

/// The words of the one who asks.
#[derive(Debug)]
pub(super) struct Asker {
    opening: Option<&'static str>,
    prompts: Vec<&'static str>,
    /// Prompts that fit only what has one of these words, each said once.
    fitting: Vec<(&'static Phrases, &'static str)>,
    next: usize,
    /// Whether a question is waiting for its answer, which comes first.
    awaits: bool,
}

impl Asker {
    /// Somebody who asks in `language` after `hook`; nobody where there is no phrase book.
    pub(super) fn new(language: &str, hook: &str, seeded: &mut Seeded) -> Option<Self> {
        let data = LanguageData::of(language);
        let Dialogue { openings, prompts, problem, idea, how, result } = &data.dialogue;
        if prompts.is_empty() {
            return None;
        }
        let mut openings: Vec<&str> = openings.iter().map(String::as_str).collect();
        // One opening is no choice, and takes no turn of the generator.
        if openings.len() > 1 {
            seeded.shuffle(&mut openings);
        }
        let mut prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        let cues = &data.cues;
        let fitting =
            [(&cues.problem, problem), (&cues.idea, idea), (&cues.how, how), (&cues.result, result)]
                .into_iter()
                .filter_map(|(cues, prompt)| Some((cues, prompt.as_deref()?)))
                .collect();
        seeded.shuffle(&mut prompts);
        let opening = openings.first().copied().filter(|_| !is_question(hook));
        Some(Self { opening, prompts, fitting, next: 0, awaits: is_question(hook) })
    }

    /// What leads to the next fact. The first time it opens the conversation.
    pub(super) fn asks(&mut self, fact: &str) -> Option<&'static str> {
        if std::mem::take(&mut self.awaits) {
            return None;
        }
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        if let Some(place) = self.fitting.iter().position(|(cues, _)| has_cue(fact, cues)) {
            return Some(self.fitting.remove(place).1);
        }
        // Each is said once before the first one comes again.
        let prompt = self.prompts.get(self.next % self.prompts.len().max(1)).copied();
        self.next += 1;
        prompt
    }
}

/// Gives the one who asks what is asked, guessed and said again, what states nothing, and an opening that is a question.
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
        | LineRole::Recap => true,
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

    #[test]
    fn a_prompt_fits_what_it_leads_to_and_is_not_said_twice_in_a_row() {
        let mut asker = Asker::new("en", "It is fast.", &mut Seeded::new(3)).unwrap();
        let english = &LanguageData::english().dialogue;
        let opens = |prompt: &str| english.openings.iter().any(|opening| opening == prompt);
        assert!(opens(asker.asks("Raft is a consensus algorithm.").unwrap()));
        assert_eq!(asker.asks("The results show that it is fast."), Some("And the result?"));
        let said: Vec<&str> =
            (0..english.prompts.len()).filter_map(|_| asker.asks("It shows a log.")).collect();
        let distinct: std::collections::BTreeSet<&str> = said.iter().copied().collect();
        assert_eq!(distinct.len(), english.prompts.len());
        assert!(Asker::new("xx", "", &mut Seeded::new(3)).is_none());
        let mut asker = Asker::new("en", "What is Raft?", &mut Seeded::new(3)).unwrap();
        assert_eq!(asker.asks("Raft is a consensus algorithm."), None, "the hook asked already");
        assert!(asker.asks("It elects leaders.").is_some_and(|prompt| !opens(prompt)));
        for language in ["de", "es", "fr", "it", "pt"] {
            assert!(Asker::new(language, "", &mut Seeded::new(3)).unwrap().asks("x").is_some());
        }
    }
}
