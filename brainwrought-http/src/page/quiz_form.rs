//! The questions of the quiz in the form that edits a script.

use brainwrought_stages::script::MAX_LINE_CHARS;
use maud::{Markup, html};

use super::typed_question::{MAX_CHOICES, TypedQuestion};

/// Draws the fields of the questions, and those of one more.
pub(super) fn render(questions: &[TypedQuestion]) -> Markup {
    let empty = TypedQuestion::default();
    html! {
        h3 { "Quiz" }
        p.hint { "The video asks the first question where a line is its quiz question, and the page asks all of them. A question without words is left out." }
        ol.sources {
            @for (n, question) in questions.iter().enumerate() { li { (fields(n, question)) } }
            li {
                details.another-question open[questions.is_empty()] {
                    summary { "Add a question" }
                    (fields(questions.len(), &empty))
                }
            }
        }
    }
}

fn fields(n: usize, question: &TypedQuestion) -> Markup {
    let number = n + 1;
    let id = |field: &str| format!("quiz-{n}-{field}");
    html! {
        div.fields {
            div.field.words {
                label for=(id("text")) { "Question " (number) }
                input id=(id("text")) name=(id("text")) maxlength=(MAX_LINE_CHARS) value=(question.text);
            }
            fieldset.quiz-choices {
                legend { "Choices, with the right one marked" }
                @for place in 0..MAX_CHOICES {
                    div.quiz-choice {
                        input type="radio" name=(id("answer")) value=(place) checked[place == question.answer]
                            aria-label={ "Choice " (place + 1) " of question " (number) " is right" };
                        input name=(id("choice")) maxlength=(MAX_LINE_CHARS) value=(question.choices.get(place).map_or("", String::as_str))
                            aria-label={ "Choice " (place + 1) " of question " (number) };
                    }
                }
            }
            div.field {
                label for=(id("page")) { "Page in the file" }
                input id=(id("page")) name=(id("page")) type="number" min="1" step="1" inputmode="numeric" value=(question.page);
            }
        }
        @if !question.quote.is_empty() {
            input type="hidden" name=(id("quote")) value=(question.quote);
            input type="hidden" name=(id("quoted-page")) value=(question.quoted_page);
            blockquote { (question.quote) }
        }
    }
}
