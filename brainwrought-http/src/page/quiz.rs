//! The quiz about a video.

use brainwrought_core::data::{QuizQuestion, Script};
use maud::{Markup, html};
use serde::Deserialize;

use super::script_panel::page_chip;

/// `quiz.json`, as far as it is shown.
#[derive(Debug, Default, Deserialize)]
struct QuizFile {
    questions: Vec<QuizQuestion>,
}

/// Reads the questions of `quiz.json`; none where it cannot be read.
pub(super) fn questions(file: Option<&[u8]>) -> Vec<QuizQuestion> {
    let file: Option<QuizFile> = file.and_then(|bytes| serde_json::from_slice(bytes).ok());
    file.unwrap_or_default().questions
}

/// Draws the questions; nothing where there are none. `script` knows the names of pages, and `pdf` is the address of the document, if it may be opened.
pub(super) fn render(questions: &[QuizQuestion], script: Option<&Script>, pdf: Option<&str>) -> Markup {
    html! {
        @if !questions.is_empty() {
            details.block open {
                summary { h2 { "Quiz" } }
                @for (n, question) in questions.iter().enumerate() {
                    fieldset.quiz {
                        legend { (question.question) }
                        @for (place, choice) in question.choices.iter().enumerate() {
                            @let is_right = place == question.answer as usize;
                            label.choice.right[is_right] { input type="radio" name={ "quiz-" (n) }; span { (choice) } }
                        }
                        details.answer {
                            summary { "Show the answer" }
                            p {
                                (question.choices.get(question.answer as usize).map_or("", String::as_str)) " "
                                (page_chip(pdf, script, question.citation.page))
                            }
                        }
                    }
                }
            }
        }
    }
}
