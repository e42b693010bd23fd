//! [`ModelStep`]: what a model will be asked for a script, estimated before it is called.

use brainwrought_core::budget::Cost;
use brainwrought_core::data::Document;

use super::super::writer::Brief;
use super::prompt::Prompts;
use super::sources::Sources;
use super::{ANSWER_SHARE, OVERHEAD_TOKENS, SMALL_CONTEXT, USUAL_TOKENS, prompt};
use crate::provider::Price;

/// What a prompt has beside its own text and the document, in tokens: the form of the answer, and what earlier steps found.
const KNOWN_TOKENS: u32 = 3_000;
/// What goes back to a model with a request to repair its answer, in tokens.
const RETURNED_TOKENS: u32 = 8_000;
/// The steps that read the document, and those that read what others wrote; each with the room that its answer needs.
const READING: [u32; 3] = [1_500, 1_000, 1_000];
const THINKING: [u32; 3] = [800, 8_000, 1_500];
/// The room that the script itself needs at most.
const SCRIPT_TOKENS: u32 = 16_000;

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

/// Lists what a model with so much context will be asked for a script. Calls that fail on the way are not counted.
pub fn model_steps(document: &Document, brief: &Brief, context: Option<u32>) -> Vec<ModelStep> {
    let sources = Sources::new(document, document.language.as_str());
    let room = context.map_or(USUAL_TOKENS, |context| (context.saturating_sub(OVERHEAD_TOKENS) / 2).max(200));
    let (mut steps, mut material) = (Vec::new(), sources.shown(&sources.all()));
    let step = |asked: u32, answer: u32, thought: u32| {
        let most = answer.saturating_add(thought);
        let most_tokens = context.map_or(most, |context| most.min(context / ANSWER_SHARE));
        let answer_tokens = (answer / 2).min(most_tokens);
        ModelStep { prompt_tokens: asked.saturating_add(KNOWN_TOKENS), answer_tokens, most_tokens }
    };
    if sources.tokens() > room {
        let mut most = room;
        if context.is_none_or(|context| context >= SMALL_CONTEXT) {
            let parts = sources.parts(room);
            steps.extend(parts.iter().map(|part| {
                let notes = prompt::notes(&sources.shown(part), 1, parts.len(), 1, brief.seed);
                step(notes.tokens(), 1_000, prompt::THOUGHT_TOKENS)
            }));
            most /= 2;
        }
        // Which sentences are chosen is not known yet; how many, is.
        let chosen: Vec<usize> = sources.all().into_iter().take(sources.count_within(most)).collect();
        material = sources.shown(&chosen);
    }
    let prompts =
        Prompts { title: &document.title, language: &document.language, material: &material, brief };
    let reading = prompts.analysis().tokens();
    let words = u32::try_from(brief.length_ms * prompt::PACE / 60_000).unwrap_or(u32::MAX);
    let script = words.saturating_mul(8).clamp(1_500, SCRIPT_TOKENS);
    let thought = prompt::THOUGHT_TOKENS;
    steps.extend(READING.into_iter().chain([script]).map(|answer| step(reading, answer, thought)));
    steps.extend(THINKING.map(|answer| step(script, answer, thought)));
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
        let steps = |sentences, context| model_steps(&long(sentences), &brief, context);
        let (short, longer) = (steps(20, None), steps(200, None));
        assert_eq!((short.len(), longer.len()), (7, 7));
        assert!(tokens(&longer) > tokens(&short));
        let whole = steps(600, Some(400_000));
        let parts = steps(600, Some(8_192));
        assert_eq!(whole.len(), 7);
        assert!(parts.len() > 8, "{}", parts.len());
        assert!(parts.iter().all(|step| step.most_tokens <= 8_192 / ANSWER_SHARE));
        assert_eq!(steps(600, Some(2_048)).len(), 7, "the best sentences only");
    }

    #[test]
    fn the_most_is_no_less_than_the_usual() {
        let price = Price { input_tokens: 1.0, output_tokens: 10.0, call: 0.01, ..Price::default() };
        let brief = Brief { length_ms: 15_000, ..Brief::default() };
        for step in model_steps(&long(50), &brief, Some(8_192)) {
            assert!(step.at_most(&price) > step.usually(&price) + step.usually(&price));
        }
    }
}
