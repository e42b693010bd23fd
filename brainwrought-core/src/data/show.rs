//! [`Show`]: what is drawn while a line is said.

use serde::{Deserialize, Serialize};

/// A picture about the words that are heard, and the word at which it appears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShowCue {
    /// The word of the line at which it appears, from 0. Words are counted as captions show them.
    pub at_word: u32,
    /// The picture.
    pub show: Show,
    /// Why it was chosen, for reports.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What is drawn while a line is said. All words and numbers in it stand in the line or in what the line cites:
/// see [`Show::labels`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Show {
    /// A number that counts up.
    Number {
        /// The number with its unit, as it is written: `42 %`.
        value: String,
        /// What it counts, in at most [`Show::MAX_LABEL_WORDS`] words; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        label: String,
        /// The number that it changed from, if it is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// Two amounts of one kind, by their size.
    Compare {
        /// The one that is named first.
        a: Amount,
        /// The other one.
        b: Amount,
    },
    /// Up to [`Show::MAX_POINTS`] amounts of one kind, as bars.
    Bars {
        /// The amounts, in the order in which they are drawn.
        points: Vec<Amount>,
    },
    /// Up to [`Show::MAX_POINTS`] amounts that follow one another, as a line.
    Trend {
        /// The amounts, from the earliest to the latest.
        points: Vec<Amount>,
    },
    /// What is done one after the other: up to [`Show::MAX_STEPS`] steps.
    Steps {
        /// The steps, in order.
        steps: Vec<ShowItem>,
    },
    /// Things that act on one another.
    Flow {
        /// How they are laid out.
        shape: FlowShape,
        /// The things, at most [`Show::MAX_STEPS`]; of a hub or a tree the first is the middle or the root.
        nodes: Vec<ShowItem>,
    },
    /// Up to [`Show::MAX_STEPS`] moments in time.
    Timeline {
        /// The moments, from the earliest to the latest.
        events: Vec<TimelineEvent>,
    },
    /// What a term means.
    Define {
        /// The term.
        term: String,
        /// Its meaning, in at most [`Show::MAX_MEANING_WORDS`] words.
        meaning: String,
        /// The name of an icon for the term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icon: Option<String>,
    },
    /// Up to [`Show::MAX_ITEMS`] things of equal rank.
    List {
        /// The things.
        items: Vec<ShowItem>,
    },
    /// Those who take part, up to [`Show::MAX_ITEMS`], as they are named.
    Cast {
        /// The participants; each has an icon.
        members: Vec<ShowItem>,
        /// Whether something passes from each to the next.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        passes: bool,
    },
    /// Up to [`Show::MAX_QUOTE_WORDS`] words of the line, in large letters that light up as they are said.
    Quote {
        /// The words.
        text: String,
        /// Those that carry it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        marked: Vec<String>,
        /// The name of an icon beside them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icon: Option<String>,
    },
    /// The cited sentence, set anew in large letters, with its page.
    Receipt {
        /// The page, from 1.
        page: u32,
        /// The words of the page.
        quote: String,
    },
    /// A figure of the document.
    Figure {
        /// The figure's id in [`super::Document::figures`].
        figure: String,
        /// The part of the figure that is spoken of, in shares of its width and height from its top left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<Region>,
    },
    /// A part of a page as it is printed.
    Page {
        /// The page, from 1.
        page: u32,
        /// The words to show and mark.
        quote: String,
    },
    /// A picture of one thing that is named.
    Icon {
        /// The name of the icon.
        icon: String,
        /// The thing, in the words of the line.
        label: String,
    },
}

/// A part of a show that comes in when its words are said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowItem {
    /// What stands there, in at most [`Show::MAX_LABEL_WORDS`] words.
    pub label: String,
    /// The name of an icon for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The word of the line at which it comes in, from 0.
    pub at_word: u32,
}

/// An amount with its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// What is measured, in at most [`Show::MAX_LABEL_WORDS`] words.
    pub label: String,
    /// The amount as it is written: `42 %`.
    pub shown: String,
    /// What it is worth; amounts of one show have one unit.
    pub value: f64,
    /// The word of the line at which it comes in, from 0.
    pub at_word: u32,
}

impl Amount {
    fn labels(&self) -> [&str; 2] {
        [&self.label, &self.shown]
    }
}

/// A moment of a [`Show::Timeline`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// When: a year or a date, as it is written.
    pub when: String,
    /// What happened, in at most [`Show::MAX_LABEL_WORDS`] words; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// The word of the line at which it comes in, from 0.
    pub at_word: u32,
}

/// A rectangle within a picture, in shares of its width and height from its top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// From the left, from 0 to 1.
    pub x: f32,
    /// From the top, from 0 to 1.
    pub y: f32,
    /// The width, from 0 to 1.
    pub width: f32,
    /// The height, from 0 to 1.
    pub height: f32,
}

/// How the things of a [`Show::Flow`] are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FlowShape {
    /// Each leads to the next.
    Chain,
    /// Each leads to the next, and the last to the first.
    Ring,
    /// The first has the others below it.
    Tree,
    /// The first is in the middle of the others.
    Hub,
}

impl Show {
    /// The most words of a label: what is read at a glance.
    pub const MAX_LABEL_WORDS: usize = 7;
    /// The most words of a meaning.
    pub const MAX_MEANING_WORDS: usize = 10;
    /// The most words of a quote.
    pub const MAX_QUOTE_WORDS: usize = 12;
    /// The most items of a list, and members of a cast.
    pub const MAX_ITEMS: usize = 4;
    /// The most steps, nodes and events.
    pub const MAX_STEPS: usize = 5;
    /// The most bars, and points of a trend.
    pub const MAX_POINTS: usize = 6;

    /// The name of its kind.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Number { .. } => "number",
            Self::Compare { .. } => "compare",
            Self::Bars { .. } => "bars",
            Self::Trend { .. } => "trend",
            Self::Steps { .. } => "steps",
            Self::Flow { .. } => "flow",
            Self::Timeline { .. } => "timeline",
            Self::Define { .. } => "define",
            Self::List { .. } => "list",
            Self::Cast { .. } => "cast",
            Self::Quote { .. } => "quote",
            Self::Receipt { .. } => "receipt",
            Self::Figure { .. } => "figure",
            Self::Page { .. } => "page",
            Self::Icon { .. } => "icon",
        }
    }

    /// Everything in words and numbers that it puts on the screen. A figure and a page show what is printed, and say nothing of
    /// their own.
    pub fn labels(&self) -> Vec<&str> {
        let mut labels = match self {
            Self::Number { value, label, from } => {
                let mut labels = vec![value.as_str(), label.as_str()];
                labels.extend(from.as_deref());
                labels
            }
            Self::Compare { a, b } => a.labels().into_iter().chain(b.labels()).collect(),
            Self::Bars { points } | Self::Trend { points } => {
                points.iter().flat_map(Amount::labels).collect()
            }
            Self::Steps { steps: all } | Self::Flow { nodes: all, .. } | Self::List { items: all } => {
                all.iter().map(|item| item.label.as_str()).collect()
            }
            Self::Cast { members, .. } => members.iter().map(|item| item.label.as_str()).collect(),
            Self::Timeline { events } => {
                events.iter().flat_map(|event| [event.when.as_str(), event.what.as_str()]).collect()
            }
            Self::Define { term, meaning, .. } => vec![term.as_str(), meaning.as_str()],
            Self::Quote { text, .. } => vec![text.as_str()],
            Self::Receipt { quote, .. } => vec![quote.as_str()],
            Self::Icon { label, .. } => vec![label.as_str()],
            Self::Figure { .. } | Self::Page { .. } => Vec::new(),
        };
        labels.retain(|label| !label.is_empty());
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_stands_on_the_screen_is_a_label() {
        let item = |label: &str| ShowItem { label: label.to_owned(), icon: None, at_word: 0 };
        let amount = |label: &str, shown: &str| Amount {
            label: label.to_owned(),
            shown: shown.to_owned(),
            value: 1.0,
            at_word: 0,
        };
        let number =
            Show::Number { value: "42 %".to_owned(), label: String::new(), from: Some("7 %".to_owned()) };
        assert_eq!(number.labels(), ["42 %", "7 %"]);
        let compare = Show::Compare { a: amount("tea", "3 €"), b: amount("coffee", "4 €") };
        assert_eq!(compare.labels(), ["tea", "3 €", "coffee", "4 €"]);
        let list = Show::List { items: vec![item("tea"), item("coffee")] };
        assert_eq!(list.labels(), ["tea", "coffee"]);
        assert!(Show::Figure { figure: "f1".to_owned(), region: None }.labels().is_empty());
    }

    #[test]
    fn a_show_is_stored_by_its_kind() {
        let show = Show::Icon { icon: "beaker".to_owned(), label: "tests".to_owned() };
        let json = serde_json::to_value(&show).unwrap();
        assert_eq!(json["kind"], show.name());
        assert_eq!(serde_json::from_value::<Show>(json).unwrap(), show);
    }
}
