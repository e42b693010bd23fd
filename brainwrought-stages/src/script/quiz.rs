//! [`Quiz`]: a question of the quiz with what is said around it.

use brainwrought_core::data::{Line, LineRole, QuizQuestion, Scene, SceneKind, VisualCue};

use super::duration::{SCENE_GAP_MS, estimate_ms, scene_ms};

/// How long the card of a question stays when the question was said, in milliseconds. The ring on it runs down for longer: it
/// starts while the question is asked.
pub(super) const THINK_MS: u64 = 900;
/// The most spoken words of an answer.
pub(super) const ANSWER_WORDS: usize = 10;

/// A question with the words that ask and answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quiz {
    pub(super) question: QuizQuestion,
    /// What is said after the time to think.
    pub(super) told: String,
}

impl Quiz {
    /// How long it takes to ask and to answer it, in milliseconds.
    pub(super) fn ms(&self) -> u64 {
        self.scenes().map(|scene| scene_ms(&scene) + SCENE_GAP_MS).sum()
    }

    /// The question is asked while its choices are there to be read; after some time to think the answer is told, on the same
    /// card.
    pub(super) fn scenes(&self) -> impl Iterator<Item = Scene> {
        let said = |text: &String, role| Line::new(text.clone(), role, self.question.citation.clone());
        let card = || VisualCue::QuizCard { question: self.question.clone() };
        let asked = &self.question.question;
        [
            Scene::new(
                SceneKind::Quiz,
                vec![said(asked, LineRole::Quiz)],
                card(),
                estimate_ms(asked) + THINK_MS,
            ),
            Scene::new(SceneKind::Content, vec![said(&self.told, LineRole::Answer)], card(), 1_500),
        ]
        .into_iter()
    }
}
