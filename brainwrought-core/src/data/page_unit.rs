//! [`PageUnit`]: what the pages of a document are to its readers.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

/// What a [`Page`](super::Page) of a document is to its readers, and what a citation therefore calls it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PageUnit {
    /// A page as printed: "p. 3".
    #[default]
    Page,
    /// A slide of a presentation: "slide 3".
    Slide,
    /// A section of a text that flows, as those of web pages and books for screens do: "section 3".
    Section,
}

impl PageUnit {
    /// Tells whether it is a page, which is what stored data mean that do not say.
    pub fn is_page(&self) -> bool {
        *self == Self::Page
    }

    /// Names one of them in English, as in "p. 3" and "slide 3".
    pub fn cited(self, page: impl Display) -> String {
        match self {
            Self::Page => format!("p. {page}"),
            Self::Slide => format!("slide {page}"),
            Self::Section => format!("section {page}"),
        }
    }

    /// The English word for several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Slide => "slides",
            Self::Section => "sections",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_data_without_a_unit_are_of_pages() {
        assert_eq!(PageUnit::default(), PageUnit::Page);
        assert_eq!(serde_json::to_string(&PageUnit::Slide).unwrap(), "\"slide\"");
        assert_eq!(PageUnit::Section.cited(3), "section 3");
    }
}
