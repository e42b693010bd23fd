//! [`ModelStep`]: what a model will be asked for a script, estimated before it is called.

use brainwrought_core::budget::Cost;
use brainwrought_core::data::Document;

use super::super::writer::Brief;
use super::assembly::language_of;
use super::passages::{MOST_TOKENS as PASSAGE_MATERIAL, TRIES, scenes_in};
use super::prompt::{
    ENDING_TOKENS, LINE_TOKENS, NOTES_TOKENS, OPINION_TOKENS, PASSAGE_TOKENS, Prompts, REWRITE_TOKENS,
    SENTENCE_TOKENS, STORY_TOKENS, THOUGHT_TOKENS,
};
use super::room::Room;
use super::sources::Sources;
use super::{ANSWER_SHARE, SMALL_CONTEXT, document_tokens};
use crate::provider::Price;

/// What a prompt has beside its own text and the document, in tokens: the form of the answer, and what earlier steps found.
const KNOWN_TOKENS: u32 = 3_000;
/// What goes back to a model with a request to repair its answer, in tokens.
const RETURNED_TOKENS: u32 = 8_000;
/// What a line is shown with when it goes back, in tokens: the reasons, and sentences with their neighbours.
const SHOWN_TOKENS: u32 = 200;
/// What the rules of a small model's prompt take, in tokens.
const SMALL_RULES: u32 = 600;

/// One step of a script: a question to the model, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelStep {
    /// What is sent.
    pub prompt_tokens: u32,
    /// What an answer has that is as it should be.
    pub answer_tokens: u32,
    /// The most that an answer may have.
    pub most_tokens: u32,
}

impl ModelStep {
    /// What the step costs when the first answer is as it should be.
    pub fn usually(&self, price: &Price) -> Cost {
        price.tokens(self.prompt_tokens.into(), 0, self.answer_tokens.into())
    }

    /// What the step costs when the model fills its room, has to be asked again with twice the room, and then to repair
    /// what it wrote.
    pub fn at_most(&self, price: &Price) -> Cost {
        let (asked, room) = (u64::from(self.prompt_tokens), u64::from(self.most_tokens));
        price.tokens(asked, 0, room)
            + price.tokens(asked, 0, room * 2)
            + price.tokens(asked + u64::from(RETURNED_TOKENS), 0, room * 2)
    }
}

/// Lists what a model with so much context, which is sent at most `at_once` tokens of the document, will be asked for a script: each step once, though lines that do not pass the gate and a
/// script that does not fit its time go back twice. Calls that fail on the way are not counted.
pub fn model_steps(
    document: &Document,
    brief: &Brief,
    context: Option<u32>,
    at_once: Option<u32>,
) -> Vec<ModelStep> {
    let language = language_of(document);
    let sources = Sources::new(document, language.as_str());
    let prompts = Prompts::new(document, &language, brief);
    let room = Room::of(brief, &sources);
    let step = |asked: u32, answer: u32, thought: u32| {
        let most = answer.saturating_add(thought);
        let most_tokens = context.map_or(most, |context| most.min(context / ANSWER_SHARE));
        ModelStep { prompt_tokens: asked, answer_tokens: (answer / 2).min(most_tokens), most_tokens }
    };
    if context.is_some_and(|context| context < SMALL_CONTEXT) {
        let scenes = (scenes_in(room.story_ms) * TRIES) as u32;
        let asked = SMALL_RULES + PASSAGE_MATERIAL;
        let passages = (0..scenes).map(|_| step(asked, PASSAGE_TOKENS, 0));
        return passages.chain([step(asked, SENTENCE_TOKENS, 0), step(asked, SENTENCE_TOKENS, 0)]).collect();
    }
    let at_once = document_tokens(at_once, context);
    let mut steps = Vec::new();
    let mut material = sources.tokens();
    if material > at_once {
        let parts = sources.parts(at_once);
        steps.extend(parts.iter().map(|part| {
            let notes = prompts.notes(&sources.shown(part), 1, parts.len(), 1);
            step(notes.tokens() + KNOWN_TOKENS, NOTES_TOKENS, THOUGHT_TOKENS)
        }));
        material = at_once;
    }
    let reading = prompts.story("", &[]).tokens().saturating_add(material).saturating_add(KNOWN_TOKENS);
    let lines = room.lines() as u32;
    let script = (lines * LINE_TOKENS).clamp(1_500, 16_000);
    let shown = KNOWN_TOKENS + lines * SHOWN_TOKENS;
    steps.extend([
        step(reading, STORY_TOKENS, THOUGHT_TOKENS),
        step(reading, script, THOUGHT_TOKENS),
        step(shown, lines * REWRITE_TOKENS, THOUGHT_TOKENS),
        step(shown, lines * OPINION_TOKENS, THOUGHT_TOKENS),
        step(shown, lines * LINE_TOKENS / 2, THOUGHT_TOKENS),
        step(shown, ENDING_TOKENS, THOUGHT_TOKENS),
        step(shown, lines * LINE_TOKENS / 2, THOUGHT_TOKENS),
    ]);
    steps
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::super::offline::tests::{block, document};
    use super::*;

    fn long(sentences: usize) -> Document {
        let sentence =
            |n: usize| format!("The {n}th line at the barista grows faster than most managers expect. ");
        let text: String = (0..sentences).map(sentence).collect();
        document(vec![vec![block(BlockKind::Paragraph, &text)]])
    }

    fn tokens(steps: &[ModelStep]) -> u64 {
        steps.iter().map(|step| u64::from(step.prompt_tokens)).sum()
    }

    #[test]
    fn a_longer_document_costs_more_until_it_is_read_in_parts() {
        let brief = Brief { length_ms: 55_000, seed: 1, slang: 1, ..Brief::default() };
        let steps = |sentences, context| model_steps(&long(sentences), &brief, context, None);
        let (short, longer) = (steps(20, None), steps(200, None));
        assert_eq!((short.len(), longer.len()), (7, 7));
        assert!(tokens(&longer) > tokens(&short));
        let whole = steps(600, Some(400_000));
        let parts = steps(600, Some(9_000));
        assert_eq!(whole.len(), 7);
        assert!(model_steps(&long(600), &brief, Some(400_000), Some(3_000)).len() > 8, "as was asked for");
        assert!(parts.len() > 8, "{}", parts.len());
        assert!(parts.iter().all(|step| step.most_tokens <= 9_000 / ANSWER_SHARE));
        let small = steps(600, Some(2_048));
        assert!(small.len() > 6 && small.iter().all(|step| step.prompt_tokens < 2_048), "scene by scene");
        assert!(tokens(&small) < tokens(&whole));
    }

    #[test]
    fn the_most_is_no_less_than_the_usual() {
        let price = Price { input_tokens: 1.0, output_tokens: 10.0, call: 0.01, ..Price::default() };
        let brief = Brief { length_ms: 15_000, ..Brief::default() };
        for step in model_steps(&long(50), &brief, Some(8_192), None) {
            assert!(step.at_most(&price) > step.usually(&price) + step.usually(&price));
        }
    }
}
