//! [`Wording`]: the few words that panels add to what the document says.

use brainwrought_core::data::{Language, PageUnit};

use crate::language::{LanguageData, Panels, UnitWords};

/// The words of one language, for documents with pages of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording {
    panels: &'static Panels,
    unit: PageUnit,
}

impl Wording {
    /// The words of a language, or the English ones.
    pub(crate) fn new(language: &Language, unit: PageUnit) -> Self {
        let own = LanguageData::of(language.as_str()).panels.as_ref();
        let panels = own.or(LanguageData::english().panels.as_ref());
        Self { panels: panels.expect("a test finds the words of English"), unit }
    }

    /// Stands over the pages that a video cites.
    pub(crate) fn made_from(self) -> &'static str {
        self.unit_words().map_or(&self.panels.made_from, |words| &words.made_from)
    }

    /// Stands over a question.
    pub(crate) fn quiz(self) -> &'static str {
        &self.panels.quiz
    }

    /// Stands over the title of the source at the end.
    pub(crate) fn source(self) -> &'static str {
        &self.panels.source
    }

    /// Stands over the title at the beginning.
    pub(crate) fn document(self) -> &'static str {
        self.unit_words().map_or(&self.panels.document, |words| &words.document)
    }

    /// Names a page, as in "p. 7", "p. xii" or "slide 7".
    pub(crate) fn page(self, name: &str) -> String {
        let before = self.unit_words().map_or(&self.panels.page, |words| &words.before);
        format!("{before} {name}")
    }

    /// Counts pages, as in "12 pages".
    pub(crate) fn page_count(self, count: usize) -> String {
        let (one, several) = self.unit_words().map_or(&self.panels.pages, |words| &words.count);
        format!("{count} {}", if count == 1 { one } else { several })
    }

    /// The words for pages that are none.
    fn unit_words(self) -> Option<&'static UnitWords> {
        match self.unit {
            PageUnit::Slide => Some(&self.panels.slide),
            PageUnit::Section => Some(&self.panels.section),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_in_the_language_of_the_video() {
        let wording = |language: &str, unit| Wording::new(&Language::new(language), unit);
        assert_eq!(wording("de", PageUnit::Page).page("7"), "S. 7");
        assert_eq!(wording("xx", PageUnit::Page).page_count(1), "1 page");
        assert_eq!(wording("de", PageUnit::Slide).page("7"), "Folie 7");
        assert_eq!(wording("fr", PageUnit::Section).page_count(2), "2 sections");
        assert_eq!(wording("en", PageUnit::Section).made_from(), "Made from sections");
        assert_eq!(wording("en", PageUnit::Section).document(), "FROM THE TEXT");
    }
}
