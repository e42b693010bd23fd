//! [`Wording`]: the few words that panels add to what the document says.

use brainwrought_core::data::Language;

use crate::language::{LanguageData, Panels};

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording(&'static Panels);

impl Wording {
    /// The words of a language, or the English ones.
    pub(crate) fn new(language: &Language) -> Self {
        let own = LanguageData::of(language.as_str()).panels.as_ref();
        let panels = own.or(LanguageData::english().panels.as_ref());
        Self(panels.expect("a test finds the words of English"))
    }

    /// Stands over the pages that a video cites.
    pub(crate) fn made_from(self) -> &'static str {
        &self.0.made_from
    }

    /// Stands over a question.
    pub(crate) fn quiz(self) -> &'static str {
        &self.0.quiz
    }

    /// Stands over the title of the source at the end.
    pub(crate) fn source(self) -> &'static str {
        &self.0.source
    }

    /// Stands over the title at the beginning.
    pub(crate) fn document(self) -> &'static str {
        &self.0.document
    }

    /// Names a page, as in "p. 7" or "p. xii".
    pub(crate) fn page(self, name: &str) -> String {
        format!("{} {name}", self.0.page)
    }

    /// Counts pages, as in "12 pages".
    pub(crate) fn page_count(self, count: usize) -> String {
        format!("{count} {}", if count == 1 { &self.0.pages.0 } else { &self.0.pages.1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_in_the_language_of_the_video() {
        assert_eq!(Wording::new(&Language::new("de")).page("7"), "S. 7");
        assert_eq!(Wording::new(&Language::new("xx")).page_count(1), "1 page");
    }
}
