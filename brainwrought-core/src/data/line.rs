//! [`Line`]: what is said at a time, what it does in the script, and where it comes from.

use serde::{Deserialize, Serialize};

use super::ShowCue;

/// The place in the document that a sentence comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The page, from 1.
    pub page: u32,
    /// The words of the document that the sentence was made from; empty for a line that states no fact.
    pub quote: String,
}

/// One spoken line: a sentence, or a fragment of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The words as a reader wants to see them ("$45", "CO₂"); the voice finds its own spoken form.
    pub text: String,
    /// What the line does.
    pub role: LineRole,
    /// Where it comes from. A line that states no fact cites the page of the fact that it leads to.
    pub citation: Citation,
    /// Where else it comes from, where it puts together what stands in several places; at most [`Line::MAX_SOURCES`] with
    /// [`citation`](Self::citation).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_sources: Vec<Citation>,
    /// Who says it.
    #[serde(default, skip_serializing_if = "Speaker::is_explainer")]
    pub speaker: Speaker,
    /// The words of the text that carry it, as they stand there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emphasis: Vec<String>,
    /// How it is said.
    #[serde(default, skip_serializing_if = "Mood::is_neutral")]
    pub mood: Mood,
    /// Up to [`Line::MAX_ON_SCREEN_WORDS`] words that stand on the screen while it is said; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_screen: String,
    /// What is drawn while it is said, in the order of time; the scene's picture stands where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<ShowCue>,
    /// How much the script needs it: what is too long loses its least important lines first.
    #[serde(default, skip_serializing_if = "Importance::is_normal")]
    pub importance: Importance,
    /// True when a person gave it its words after the length was planned. How long these take is an estimate until they are
    /// spoken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// True when a person lets it stand although its sources do not bear it out: what it says is then accepted, and listed as
    /// overruled. That its pages exist and hold what it quotes is asked of it all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overruled: bool,
    /// What a language model said that read it beside its sources; `None` where none did, or the line got other words since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Opinion>,
}

/// What a language model says of a line that it compared with its sources. It comes on top of the gate and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Whether the sources bear the line out.
    pub verdict: OpinionVerdict,
    /// The words of the line that they do not bear out; empty where they bear out all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// Whether the sources of a line bear it out. A line of which a model says that they do not is written anew, so that no script
/// has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OpinionVerdict {
    /// They say all of it.
    BorneOut,
    /// They say some of it.
    Partly,
}

impl Line {
    /// The most places that a line may come from.
    pub const MAX_SOURCES: usize = 3;
    /// The most words that a line puts on the screen.
    pub const MAX_ON_SCREEN_WORDS: usize = 4;

    /// A line of the explainer, who says everything in a video without a dialogue.
    pub fn new(text: impl Into<String>, role: LineRole, citation: Citation) -> Self {
        Self {
            text: text.into(),
            role,
            citation,
            more_sources: Vec::new(),
            speaker: Speaker::Explainer,
            emphasis: Vec::new(),
            mood: Mood::Neutral,
            on_screen: String::new(),
            shows: Vec::new(),
            importance: Importance::Normal,
            edited: false,
            overruled: false,
            opinion: None,
        }
    }

    /// All places that the line comes from, the first one first; places without words of the document among them.
    pub fn sources(&self) -> impl Iterator<Item = &Citation> {
        std::iter::once(&self.citation).chain(&self.more_sources)
    }
}

/// How a [`Line`] is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mood {
    /// As a matter of fact.
    #[default]
    Neutral,
    /// Wanting to know.
    Curious,
    /// Not having expected it.
    Surprised,
    /// Glad of it.
    Excited,
    /// Doubting it.
    Doubtful,
    /// With weight, as of harm or risk.
    Serious,
    /// Not meaning it quite so.
    Amused,
}

impl Mood {
    /// Tells whether it is the usual mood.
    pub fn is_neutral(&self) -> bool {
        *self == Self::Neutral
    }
}

/// How much a script needs a [`Line`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Importance {
    /// The story is whole without it.
    Low,
    /// The story is poorer without it.
    #[default]
    Normal,
    /// The story cannot be understood without it.
    High,
}

impl Importance {
    /// Tells whether it is the usual importance.
    pub fn is_normal(&self) -> bool {
        *self == Self::Normal
    }
}

/// Who says a [`Line`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// Knows the document.
    #[default]
    Explainer,
    /// Wants to know; states nothing that the document says.
    Asker,
}

impl Speaker {
    /// Tells whether it is the explainer.
    pub fn is_explainer(&self) -> bool {
        *self == Self::Explainer
    }
}

/// What a [`Line`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LineRole {
    /// Opens the video.
    Hook,
    /// States something that the document says.
    Fact,
    /// Says a term of the document in plain words, or gives an image for it: no number, no name, and not from the document.
    Gloss,
    /// Leads from one fact to the next.
    Transition,
    /// A beat of slang or surprise that states nothing.
    Interjection,
    /// Asks what the next lines answer.
    Question,
    /// What somebody thinks who does not know yet; it may be wrong, and the next lines put it right.
    Guess,
    /// Says again, in short, what facts before it said.
    Recap,
    /// Comes back to something that was said earlier, such as the picture that the video opened with.
    Callback,
    /// Asks the viewer a quiz question.
    Quiz,
    /// Answers the quiz question.
    Answer,
    /// Closes the video.
    Close,
}

impl LineRole {
    /// All roles, in the order in which they are offered.
    pub const ALL: [Self; 12] = [
        Self::Hook,
        Self::Fact,
        Self::Gloss,
        Self::Transition,
        Self::Interjection,
        Self::Question,
        Self::Guess,
        Self::Recap,
        Self::Callback,
        Self::Quiz,
        Self::Answer,
        Self::Close,
    ];

    /// Tells whether the line states something that the document must bear out.
    pub fn states_facts(self) -> bool {
        matches!(self, Self::Fact | Self::Recap | Self::Answer)
    }
}
