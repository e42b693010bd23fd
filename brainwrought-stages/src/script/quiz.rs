//! [`Quiz`]: a question of the quiz with what is said around it.

use brainwrought_core::data::{Citation, Line, LineRole, QuizQuestion, Scene, SceneKind, VisualCue};

use super::duration::{SCENE_GAP_MS, estimate_ms, scene_ms};

/// A question with the words that ask and answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quiz {
    pub(super) question: QuizQuestion,
    /// What is said while the card is shown.
    pub(super) asked: Vec<String>,
    /// What is said after it.
    pub(super) told: String,
}

impl Quiz {
    /// How long it takes to ask and to answer it, in milliseconds.
    pub(super) fn ms(&self) -> u64 {
        self.scenes().map(|scene| scene_ms(&scene) + SCENE_GAP_MS).sum()
    }

    /// The question is asked with its choices, so that the time to think is not silent; then the answer is told.
    pub(super) fn scenes(&self) -> impl Iterator<Item = Scene> {
        let Citation { page, quote } = self.question.citation.clone();
        let quoted =
            |text: &String| Line::new(text.clone(), LineRole::Quiz, Citation { page, quote: quote.clone() });
        let spoken: u64 = self.asked.iter().map(|line| estimate_ms(line)).sum();
        [
            Scene::new(
                SceneKind::Quiz,
                self.asked.iter().map(quoted).collect(),
                VisualCue::QuizCard { question: self.question.clone() },
                spoken + 900,
            ),
            Scene::new(
                SceneKind::Content,
                vec![Line { role: LineRole::Answer, ..quoted(&self.told) }],
                VisualCue::PageCrop { page, quote: quote.clone() },
                2_000,
            ),
        ]
        .into_iter()
    }
}
