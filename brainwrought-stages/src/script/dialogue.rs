//! A dialogue: what the one who asks says between the facts of the one who explains.

use brainwrought_core::data::{Line, LineRole, Script, Speaker};

use super::lexicon::{HOW_CUES, IDEA_CUES, PROBLEM_CUES, RESULT_CUES, has_cue};
use super::seeded::Seeded;

/// What opens the conversation in English, after the hook.
const OPENINGS: [&str; 4] = ["Wait, what?", "Hold on, what?", "Okay, I'm listening.", "Go on, convince me."];
/// What leads to any fact in English. They claim nothing, and whatever comes next answers them.
const PROMPTS: [&str; 12] = [
    "Okay, and then?",
    "Wait, really?",
    "So what does that mean?",
    "Go on.",
    "What else?",
    "Explain it like I'm five.",
    "Says who?",
    "Okay, but why should I care?",
    "And that's not all, right?",
    "Hold on. Say more.",
    "So what's the deal?",
    "You lost me. Again?",
];
/// The same in other languages: an opening first.
const PROMPTS_DE: [&str; 7] = [
    "Moment, was?",
    "Okay, und dann?",
    "Echt jetzt?",
    "Was heißt das?",
    "Was noch?",
    "Erzähl weiter.",
    "Wer sagt das?",
];
const PROMPTS_ES: [&str; 7] = [
    "Espera, ¿qué?",
    "¿Y luego?",
    "¿En serio?",
    "¿Y eso qué significa?",
    "¿Qué más?",
    "Sigue.",
    "¿Quién lo dice?",
];
const PROMPTS_FR: [&str; 7] = [
    "Attends, quoi ?",
    "Et ensuite ?",
    "Sérieusement ?",
    "Ça veut dire quoi ?",
    "Quoi d'autre ?",
    "Continue.",
    "Qui dit ça ?",
];
const PROMPTS_IT: [&str; 7] = [
    "Aspetta, cosa?",
    "E poi?",
    "Davvero?",
    "E cosa significa?",
    "Che altro?",
    "Vai avanti.",
    "Chi lo dice?",
];
const PROMPTS_PT: [&str; 7] = [
    "Espera, o quê?",
    "E depois?",
    "Sério?",
    "E o que isso significa?",
    "O que mais?",
    "Continua.",
    "Quem disse isso?",
];

/// The words of the one who asks.
#[derive(Debug)]
pub(super) struct Asker {
    opening: Option<&'static str>,
    prompts: Vec<&'static str>,
    /// Prompts that fit only what has one of these words, each said once.
    fitting: Vec<(&'static [&'static str], &'static str)>,
    next: usize,
}

impl Asker {
    /// Somebody who asks in `language`; nobody where there is no phrase book.
    pub(super) fn new(language: &str, seeded: &mut Seeded) -> Option<Self> {
        let (opening, mut prompts, fitting) = match language {
            "en" => {
                let mut openings = OPENINGS.to_vec();
                seeded.shuffle(&mut openings);
                let fitting: [(&'static [&'static str], &'static str); 4] = [
                    (&PROBLEM_CUES, "So what's the problem?"),
                    (&IDEA_CUES, "So what's the idea?"),
                    (&HOW_CUES, "And how does that work?"),
                    (&RESULT_CUES, "And the result?"),
                ];
                (openings.first().copied(), PROMPTS.to_vec(), fitting.to_vec())
            }
            "de" | "es" | "fr" | "it" | "pt" => {
                let all = match language {
                    "de" => PROMPTS_DE,
                    "es" => PROMPTS_ES,
                    "fr" => PROMPTS_FR,
                    "it" => PROMPTS_IT,
                    _ => PROMPTS_PT,
                };
                (Some(all[0]), all[1..].to_vec(), Vec::new())
            }
            _ => return None,
        };
        seeded.shuffle(&mut prompts);
        Some(Self { opening, prompts, fitting, next: 0 })
    }

    /// What leads to the next fact. The first time it opens the conversation.
    pub(super) fn asks(&mut self, fact: &str) -> Option<&'static str> {
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

/// Gives the one who asks what states nothing: transitions and interjections.
pub(super) fn give_parts(script: &mut Script) {
    let scenes = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
    for line in scenes.flat_map(|scene| &mut scene.lines) {
        if asks(line) {
            line.speaker = Speaker::Asker;
        }
    }
}

fn asks(line: &Line) -> bool {
    matches!(line.role, LineRole::Transition | LineRole::Interjection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_fits_what_it_leads_to_and_is_not_said_twice_in_a_row() {
        let mut asker = Asker::new("en", &mut Seeded::new(3)).unwrap();
        assert!(OPENINGS.contains(&asker.asks("Raft is a consensus algorithm.").unwrap()));
        assert_eq!(asker.asks("The results show that it is fast."), Some("And the result?"));
        let said: Vec<&str> = (0..PROMPTS.len()).filter_map(|_| asker.asks("It shows a log.")).collect();
        let distinct: std::collections::BTreeSet<&str> = said.iter().copied().collect();
        assert_eq!(distinct.len(), PROMPTS.len());
        assert!(Asker::new("xx", &mut Seeded::new(3)).is_none());
        for language in ["de", "es", "fr", "it", "pt"] {
            assert!(Asker::new(language, &mut Seeded::new(3)).unwrap().asks("x").is_some());
        }
    }
}
