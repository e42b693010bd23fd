//! [`Story`]: what a model understood of a document before anything is written.

use brainwrought_core::data::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::leniency::{choice, numbers};

/// What the document is and which story it holds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Story {
    /// What kind of document it is.
    #[serde(default, deserialize_with = "choice")]
    pub(super) kind: Kind,
    /// What it is about, in at most six words.
    #[serde(default)]
    pub(super) subject: String,
    /// The one thing that a listener should take away.
    #[serde(default)]
    pub(super) message: Cited,
    /// What is at stake: the problem, the question or the need.
    #[serde(default)]
    pub(super) stakes: Cited,
    /// How it works, in one sentence of cause and effect; for rules, steps and events: what happens in which order.
    #[serde(default)]
    pub(super) mechanism: Cited,
    /// What follows from it.
    #[serde(default)]
    pub(super) consequence: Cited,
    /// Up to three numbers that carry the story, each in a sentence that says what it measures.
    #[schemars(length(max = 3))]
    #[serde(default)]
    pub(super) numbers: Vec<Cited>,
    /// One image from everyday life that makes the idea visible; no number, no name.
    #[serde(default)]
    pub(super) image: String,
    /// Abbreviations and terms that a listener does not know, each in plain words.
    #[schemars(length(max = 8))]
    #[serde(default)]
    pub(super) terms: Vec<Term>,
    /// The 5 to 15 key concepts, most important first, as the document writes them.
    #[schemars(length(max = 15))]
    #[serde(default)]
    pub(super) concepts: Vec<String>,
    /// Who will watch.
    #[serde(default)]
    pub(super) audience: String,
    /// Who tells it, such as "the friend who actually read the paper".
    #[serde(default)]
    pub(super) persona: String,
    /// The tone, in a few words.
    #[serde(default)]
    pub(super) tone: String,
    /// The voice that fits, described for a voice designer.
    #[serde(default)]
    pub(super) voice: String,
    /// Five openings, best first.
    #[schemars(length(max = 5))]
    #[serde(default)]
    pub(super) hooks: Vec<Cited>,
}

/// A kind of document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// Research: a paper or a report.
    #[default]
    Paper,
    /// Somebody's argument or account.
    Essay,
    /// A chapter of a textbook, or lecture notes.
    Textbook,
    /// Instructions.
    Manual,
    /// Slides, a notice or an announcement.
    Announcement,
    /// An article of an encyclopedia, a biography, history.
    Reference,
    /// A law, a form, a table.
    Law,
}

/// A sentence with where it comes from.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Cited {
    /// The sentence.
    #[serde(default)]
    pub(super) text: String,
    /// The numbers of the one to three sentences of the document that bear it out.
    #[schemars(length(max = 3))]
    #[serde(default, deserialize_with = "numbers")]
    pub(super) sources: Vec<u32>,
}

/// A term in plain words.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Term {
    /// The term as the document writes it.
    #[serde(default)]
    pub(super) term: String,
    /// What it means, in at most ten plain words; for an abbreviation, what it is short for.
    #[serde(default)]
    pub(super) meaning: String,
}

/// The longest text of a profile that is kept, in characters.
const MAX_PROFILE_CHARS: usize = 200;

impl Story {
    /// Who the video is for and how it speaks, without what a model overdid; nothing where it says nothing.
    pub(super) fn profile(&self) -> Option<Profile> {
        let cut = |text: &String| -> String { text.trim().chars().take(MAX_PROFILE_CHARS).collect() };
        let profile = Profile {
            audience: cut(&self.audience),
            persona: cut(&self.persona),
            tone: cut(&self.tone),
            voice: cut(&self.voice),
            ..Profile::default()
        };
        (profile != Profile::default()).then_some(profile)
    }
}
