//! What a model answers, step by step. The doc comments of the fields are part of what it is told.

use std::borrow::Cow;

use brainwrought_core::data::{Importance, LineRole, Mood, Speaker};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::leniency::{choice, moment, number, numbers, words};
use super::show_reply::ShowReply;
use super::story::{Cited, Story};

/// The form of what is asked with the whole document in the prompt.
///
/// One form for all such steps: what a provider remembers of a prompt begins with the form of its answer.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Answer {
    /// For the step `story` alone; null in all others.
    story: Option<Story>,
    /// For the step `script` alone; null in all others.
    script: Option<ScriptReply>,
}

/// The answer to the step `story`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoryAnswer {
    pub(super) story: Story,
}

/// The answer to the step `script`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ScriptAnswer {
    pub(super) script: ScriptReply,
}

macro_rules! asked_as_answer {
    ($($part:ty),*) => {$(
        impl JsonSchema for $part {
            fn schema_name() -> Cow<'static, str> {
                Answer::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                Answer::json_schema(generator)
            }
        }
    )*};
}

asked_as_answer!(StoryAnswer, ScriptAnswer);

/// What a part of a long document says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Notes {
    /// What this part says, in two to four plain sentences.
    #[serde(default)]
    pub(super) summary: String,
    /// The numbers of the sentences that matter most, in their order.
    #[schemars(length(max = 60))]
    #[serde(default, deserialize_with = "numbers")]
    pub(super) sentences: Vec<u32>,
}

/// The script.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct ScriptReply {
    /// The number of the opening that it starts with.
    #[serde(default, deserialize_with = "number")]
    pub(super) hook: u32,
    /// The mood of the music, in one to three words.
    #[serde(default)]
    pub(super) mood: String,
    /// The scenes, in order.
    #[schemars(length(max = 40))]
    #[serde(default)]
    pub(super) scenes: Vec<SceneReply>,
}

/// A second opinion of the facts of a script.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Review {
    /// One entry for each line.
    #[schemars(length(max = 120))]
    #[serde(default)]
    pub(super) lines: Vec<ReviewedLine>,
}

/// What is said of one line.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct ReviewedLine {
    /// The number of the line.
    #[serde(default, deserialize_with = "number")]
    pub(super) number: u32,
    /// Whether its sentences say it.
    #[serde(default, deserialize_with = "choice")]
    pub(super) verdict: ReviewVerdict,
    /// The words of the line that they do not bear out; empty for `borne-out`.
    #[serde(default)]
    pub(super) words: String,
}

/// Whether sentences bear a line out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReviewVerdict {
    /// They say it.
    #[default]
    BorneOut,
    /// Something in it goes beyond them.
    Partly,
    /// It says something else.
    Not,
}

/// One scene: one thought, one picture.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct SceneReply {
    /// A title of at most five words.
    #[serde(default)]
    pub(super) title: String,
    /// The one to four lines that are said over its picture.
    #[schemars(length(max = 6))]
    #[serde(default)]
    pub(super) lines: Vec<LineReply>,
    /// What is shown.
    #[serde(default)]
    pub(super) picture: PictureReply,
    /// A sound where the scene lands; nothing for most scenes.
    #[serde(default)]
    pub(super) sound: Option<EffectReply>,
}

/// One spoken line.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct LineReply {
    /// What is said: 2 to 18 words.
    #[serde(default)]
    pub(super) text: String,
    /// What it does.
    #[serde(default, deserialize_with = "choice")]
    pub(super) role: Role,
    /// The numbers of the one to three sentences that bear it out; for a line that states nothing, none.
    #[schemars(length(max = 3))]
    #[serde(default, deserialize_with = "numbers")]
    pub(super) sources: Vec<u32>,
    /// Who says it; the explainer where nobody asks.
    #[serde(default, deserialize_with = "choice")]
    pub(super) speaker: SpeakerReply,
    /// How much the story needs it.
    #[serde(default, deserialize_with = "choice")]
    pub(super) importance: ImportanceReply,
    /// The one or two words of the text that carry it.
    #[schemars(length(max = 3))]
    #[serde(default, deserialize_with = "words")]
    pub(super) emphasis: Vec<String>,
    /// How it is said.
    #[serde(default, deserialize_with = "choice")]
    pub(super) mood: MoodReply,
    /// Up to four words that stand on the screen meanwhile, out of the line or its sources; usually none.
    #[serde(default)]
    pub(super) on_screen: String,
    /// What is drawn while it is said: none to two.
    #[schemars(length(max = 2))]
    #[serde(default)]
    pub(super) shows: Vec<ShowReply>,
}

/// What a line does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    /// Says what the document says.
    #[default]
    Fact,
    /// A plain word for a term, or an image for it: no number, no name, nothing of the document.
    Gloss,
    /// Leads from one fact to the next and states nothing.
    Transition,
    /// A reaction of at most six words that states nothing.
    Interjection,
    /// Asks what the next lines answer.
    Question,
    /// What somebody thinks who does not know yet; the next line of the scene puts it right or confirms it.
    Guess,
    /// Says again, in short, what facts before it said.
    Recap,
    /// Comes back to the image or the words of the opening and states nothing new.
    Callback,
}

/// Who says a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SpeakerReply {
    /// Knows the document.
    #[default]
    Explainer,
    /// Wants to know.
    Asker,
}

/// How much the story needs a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ImportanceReply {
    /// It cannot be understood without the line.
    High,
    /// It is poorer without the line.
    #[default]
    Normal,
    /// It is whole without the line.
    Low,
}

/// How a line is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MoodReply {
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

/// What a scene shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct PictureReply {
    /// What to show.
    #[serde(default, deserialize_with = "choice")]
    pub(super) show: Show,
    /// The id of the figure; empty for everything else.
    #[serde(default)]
    pub(super) figure: String,
    /// What the picture or clip shows, in two to six words; empty for everything else.
    #[serde(default)]
    pub(super) query: String,
    /// The meme; nothing for everything else.
    #[serde(default)]
    pub(super) meme: Option<MemeReply>,
}

/// A way to show something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Show {
    /// A figure of the document, by its id.
    Figure,
    /// The page with the cited words.
    #[default]
    Page,
    /// A meme, where the task offers memes.
    Meme,
    /// A picture, where the task offers pictures.
    Picture,
    /// A moving picture, where the task offers pictures.
    Clip,
    /// Motion and captions only.
    Motion,
}

/// A meme.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct MemeReply {
    /// The name of the drawing.
    #[serde(default)]
    pub(super) template: String,
    /// The words above, at most six.
    #[serde(default)]
    pub(super) top: String,
    /// The words below, at most six.
    #[serde(default)]
    pub(super) bottom: String,
}

/// A sound.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct EffectReply {
    /// What it sounds like, in one to four words.
    #[serde(default)]
    pub(super) sound: String,
    /// When it starts, in milliseconds from the start of the scene.
    #[serde(default, deserialize_with = "moment")]
    pub(super) at_ms: u32,
}

/// Lines that were written anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Rewrites {
    /// One entry for each line.
    #[schemars(length(max = 60))]
    #[serde(default)]
    pub(super) lines: Vec<Rewrite>,
}

/// A line that was written anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Rewrite {
    /// The number that the line was shown with.
    #[serde(default, deserialize_with = "number")]
    pub(super) number: u32,
    /// The new line.
    #[serde(default)]
    pub(super) text: String,
    /// The numbers of the one to three sentences that bear it out.
    #[schemars(length(max = 3))]
    #[serde(default, deserialize_with = "numbers")]
    pub(super) sources: Vec<u32>,
    /// A second choice that stays closer to the words of the sentences; empty for none.
    #[serde(default)]
    pub(super) second: String,
}

/// What is changed so that the script fits its time.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Changes {
    /// Lines with other words.
    #[schemars(length(max = 60))]
    #[serde(default)]
    pub(super) change: Vec<Change>,
    /// The numbers of the lines that go.
    #[schemars(length(max = 40))]
    #[serde(default, deserialize_with = "numbers")]
    pub(super) drop: Vec<u32>,
    /// Lines that come in addition.
    #[schemars(length(max = 20))]
    #[serde(default)]
    pub(super) add: Vec<Addition>,
}

/// A line with other words.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Change {
    /// The line's number.
    #[serde(default, deserialize_with = "number")]
    pub(super) number: u32,
    /// Its new words.
    #[serde(default)]
    pub(super) text: String,
}

/// A line that comes in addition.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Addition {
    /// The number of the line that it follows.
    #[serde(default, deserialize_with = "number")]
    pub(super) after: u32,
    /// The line.
    #[serde(default)]
    pub(super) line: LineReply,
}

/// How the video ends.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Ending {
    /// Two questions, best first; none where the task asks for none.
    #[schemars(length(max = 2))]
    #[serde(default)]
    pub(super) questions: Vec<Question>,
    /// The last line.
    #[serde(default)]
    pub(super) close: Cited,
    /// A second choice for the last line; empty for none.
    #[serde(default)]
    pub(super) close_second: String,
}

/// A question of the quiz.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Question {
    /// The question as it is said.
    #[serde(default)]
    pub(super) question: String,
    /// Three choices of one to six words and of the same kind, one of which is right.
    #[schemars(length(max = 4))]
    #[serde(default, deserialize_with = "words")]
    pub(super) choices: Vec<String>,
    /// The place of the right choice: 0, 1 or 2.
    #[serde(default, deserialize_with = "number")]
    pub(super) answer: u32,
    /// What is said when the answer is shown; empty where the task asks for none.
    #[serde(default)]
    pub(super) reply: String,
    /// The numbers of the one to three sentences that give the answer.
    #[schemars(length(max = 3))]
    #[serde(default, deserialize_with = "numbers")]
    pub(super) sources: Vec<u32>,
}

/// One scene of a script that is written scene by scene.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Passage {
    /// One or two sentences of at most 15 words each.
    #[schemars(length(max = 2))]
    #[serde(default)]
    pub(super) lines: Vec<PassageLine>,
}

/// A sentence of such a scene.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct PassageLine {
    /// The sentence.
    #[serde(default)]
    pub(super) text: String,
    /// The number of the sentence that it comes from.
    #[serde(default, deserialize_with = "number")]
    pub(super) source: u32,
}

/// One line.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct OneLine {
    /// At most ten words.
    #[serde(default)]
    pub(super) text: String,
}

impl From<Role> for LineRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Fact => Self::Fact,
            Role::Gloss => Self::Gloss,
            Role::Transition => Self::Transition,
            Role::Interjection => Self::Interjection,
            Role::Question => Self::Question,
            Role::Guess => Self::Guess,
            Role::Recap => Self::Recap,
            Role::Callback => Self::Callback,
        }
    }
}

impl From<SpeakerReply> for Speaker {
    fn from(speaker: SpeakerReply) -> Self {
        match speaker {
            SpeakerReply::Explainer => Self::Explainer,
            SpeakerReply::Asker => Self::Asker,
        }
    }
}

impl From<ImportanceReply> for Importance {
    fn from(importance: ImportanceReply) -> Self {
        match importance {
            ImportanceReply::High => Self::High,
            ImportanceReply::Normal => Self::Normal,
            ImportanceReply::Low => Self::Low,
        }
    }
}

impl From<MoodReply> for Mood {
    fn from(mood: MoodReply) -> Self {
        match mood {
            MoodReply::Neutral => Self::Neutral,
            MoodReply::Curious => Self::Curious,
            MoodReply::Surprised => Self::Surprised,
            MoodReply::Excited => Self::Excited,
            MoodReply::Doubtful => Self::Doubtful,
            MoodReply::Serious => Self::Serious,
            MoodReply::Amused => Self::Amused,
        }
    }
}
