//! [`TypedQuestion`]: a question of the quiz as it stands in the form that edits a script.

use brainwrought_core::data::QuizQuestion;
use brainwrought_stages::script::FileQuestion;

use crate::ApiError;

/// The most choices of a question.
pub(super) const MAX_CHOICES: usize = 4;

/// A question of the quiz as it stands in the form. One without words is no question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedQuestion {
    pub(super) text: String,
    /// Empty ones are no choices.
    pub(super) choices: Vec<String>,
    /// The place of the right one among the choices.
    pub(super) answer: usize,
    /// The page in the file as it was typed.
    pub(super) page: String,
    /// What the page says that the question was made from, and that page; the words of another page are no source.
    pub(super) quote: String,
    pub(super) quoted_page: String,
}

impl TypedQuestion {
    pub(super) fn of(question: &QuizQuestion) -> Self {
        let page = question.citation.page.to_string();
        Self {
            text: question.question.clone(),
            choices: question.choices.clone(),
            answer: question.answer as usize,
            quote: question.citation.quote.clone(),
            quoted_page: page.clone(),
            page,
        }
    }

    /// Takes a field of the form. `choice` stands in it once for each choice.
    pub(super) fn set(&mut self, field: &str, value: String) -> Result<(), ApiError> {
        let wrong = |text: &str| ApiError::wrong_request(text);
        match field {
            "text" => self.text = value,
            "choice" if self.choices.len() < MAX_CHOICES => self.choices.push(value),
            "answer" => {
                self.answer =
                    value.parse().map_err(|_| wrong("the form does not say which choice is right"))?;
            }
            "page" => self.page = value,
            "quote" => self.quote = value,
            "quoted-page" => self.quoted_page = value,
            _ => return Err(wrong("the form has a field that questions do not have")),
        }
        Ok(())
    }

    /// Tells whether nothing was typed.
    pub(super) fn is_blank(&self) -> bool {
        self.choices.iter().chain([&self.text]).all(|typed| typed.trim().is_empty())
    }

    /// What is to be saved; nothing for a question without words.
    ///
    /// # Errors
    ///
    /// Fails when its page is no number.
    pub(super) fn draft(&self, number: usize) -> Result<Option<FileQuestion>, ApiError> {
        let text = self.text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let page = self.page.trim();
        let cited = page.parse().map_err(|_| {
            ApiError::wrong_request(&format!(
                "the page of question {number} of the quiz is no number: `{page}`"
            ))
        })?;
        let choice = |choice: &String| choice.trim().to_owned();
        let choices = self.choices.iter().map(choice).filter(|choice| !choice.is_empty()).collect();
        let answer = self.choices.get(self.answer).map(choice).unwrap_or_default();
        let quote = if page == self.quoted_page.trim() { self.quote.clone() } else { String::new() };
        Ok(Some(FileQuestion::new(text.to_owned(), choices, answer, cited).with_quote(quote)))
    }
}
