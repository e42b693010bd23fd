//! What a model answers, step by step. The doc comments of the fields are part of what it is told.

use brainwrought_core::data::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What stands where a model should have written a number and did not: no sentence, line or scene has it.
const NONE: u32 = u32::MAX;

/// Reads a number however a model writes it: as `7.0`, `"7"` or `"[7]"`. One that is none names nothing; what leans on it is
/// then left out, and the rest of the reply stands.
fn number<'de, D: Deserializer<'de>>(reply: D) -> Result<u32, D::Error> {
    Ok(number_in(&Value::deserialize(reply)?))
}

/// Reads a time; one that is none is the start.
fn moment<'de, D: Deserializer<'de>>(reply: D) -> Result<u32, D::Error> {
    Ok(Some(number(reply)?).filter(|ms| *ms != NONE).unwrap_or_default())
}

fn numbers<'de, D: Deserializer<'de>>(reply: D) -> Result<Vec<u32>, D::Error> {
    Ok(Vec::<Value>::deserialize(reply)?.iter().map(number_in).filter(|number| *number != NONE).collect())
}

fn number_in(value: &Value) -> u32 {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim_matches(|c: char| !c.is_ascii_digit() && c != '-').to_owned(),
        _ => return NONE,
    };
    let whole = text.split_once('.').map_or(text.as_str(), |(whole, _)| whole);
    whole.parse().unwrap_or(NONE)
}

/// What is worth telling of a part of the document.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Notes {
    /// The numbers of the sentences that matter most, in their order.
    #[schemars(length(max = 60))]
    #[serde(deserialize_with = "numbers")]
    pub(super) sentences: Vec<u32>,
}

/// What the document says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Analysis {
    /// What the document is about, in at most six words.
    pub(super) subject: String,
    /// The 5 to 15 key concepts, most important first, as the document writes them.
    #[schemars(length(max = 15))]
    pub(super) concepts: Vec<String>,
    /// The numbers of the 3 to 6 sentences that sum the document up.
    #[schemars(length(max = 6))]
    #[serde(deserialize_with = "numbers")]
    pub(super) summary: Vec<u32>,
    /// What a viewer will find surprising or useful in it, in one sentence.
    pub(super) angle: String,
}

/// A short quiz.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Questions {
    /// Three questions, best first.
    #[schemars(length(max = 3))]
    pub(super) questions: Vec<Question>,
}

/// A question of the quiz.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Question {
    /// The question, at most 16 words.
    pub(super) question: String,
    /// Three choices of at most six words, one of which is right.
    #[schemars(length(max = 4))]
    pub(super) choices: Vec<String>,
    /// The place of the right choice: 0, 1 or 2.
    #[serde(deserialize_with = "number")]
    pub(super) answer: u32,
    /// The number of the sentence that gives the answer.
    #[serde(deserialize_with = "number")]
    pub(super) source: u32,
}

/// Who the video is for, and how it speaks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct ProfileReply {
    /// Who will watch it.
    pub(super) audience: String,
    /// Who tells it, such as "the friend who actually read the paper".
    pub(super) persona: String,
    /// The tone, in a few words.
    pub(super) tone: String,
    /// The pacing, in a few words.
    pub(super) pacing: String,
    /// What the viewer is asked to do at the end, in at most eight words.
    pub(super) call_to_action: String,
    /// Three to six hashtags.
    #[schemars(length(max = 6))]
    pub(super) hashtags: Vec<String>,
    /// The voice that fits, described for a voice designer.
    pub(super) voice: String,
}

/// How the video opens and closes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Hooks {
    /// Three openings of at most eight words, best first: true, specific, without greetings.
    #[schemars(length(max = 3))]
    pub(super) hooks: Vec<Cited>,
    /// The one thing to remember, in one sentence.
    pub(super) takeaway: Cited,
}

/// A sentence with where it comes from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Cited {
    /// The sentence.
    pub(super) text: String,
    /// The number of the sentence of the document that it comes from.
    #[serde(deserialize_with = "number")]
    pub(super) source: u32,
}

/// The script.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Scenes {
    /// The scenes, in order.
    #[schemars(length(max = 16))]
    pub(super) scenes: Vec<SceneReply>,
}

/// One scene: one thought, one picture.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct SceneReply {
    /// A title of at most five words.
    pub(super) title: String,
    /// One or two lines.
    #[schemars(length(max = 3))]
    pub(super) lines: Vec<LineReply>,
}

/// One spoken sentence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct LineReply {
    /// The sentence, at most 18 words.
    pub(super) text: String,
    /// What it does.
    pub(super) role: Role,
    /// The number of the sentence of the document that it comes from, or that it leads to.
    #[serde(deserialize_with = "number")]
    pub(super) source: u32,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    /// Says what the document says.
    Fact,
    /// Leads from one fact to the next and states nothing.
    Transition,
    /// A beat of slang or surprise that states nothing.
    Interjection,
}

/// Lines that were written anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Rewrites {
    /// The lines.
    #[schemars(length(max = 40))]
    pub(super) lines: Vec<Rewrite>,
}

/// A line that was written anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Rewrite {
    /// The number that the line was shown with.
    #[serde(deserialize_with = "number")]
    pub(super) number: u32,
    /// The new sentence.
    pub(super) text: String,
}

/// What is shown in the scenes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Plan {
    /// One entry for each scene that needs more than its page.
    #[schemars(length(max = 16))]
    pub(super) scenes: Vec<ScenePlan>,
    /// The mood of the music, in one to three words.
    #[serde(default)]
    pub(super) mood: String,
}

/// What is shown in a scene.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct ScenePlan {
    /// The number of the scene, from 1.
    #[serde(deserialize_with = "number")]
    pub(super) scene: u32,
    /// What to show.
    pub(super) show: Show,
    /// The id of the figure to show; empty for everything else.
    pub(super) figure: String,
    /// What the picture or clip shows, in two to six words; empty for everything else.
    #[serde(default)]
    pub(super) query: String,
    /// The meme to show; nothing for everything else.
    #[serde(default)]
    pub(super) meme: Option<MemeReply>,
    /// The sounds of the scene, usually none.
    #[serde(default)]
    #[schemars(length(max = 2))]
    pub(super) effects: Vec<EffectReply>,
}

/// A meme.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct MemeReply {
    /// The name of the drawing.
    pub(super) template: String,
    /// The words above, at most six.
    pub(super) top: String,
    /// The words below, at most six.
    pub(super) bottom: String,
}

/// A sound.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct EffectReply {
    /// What it sounds like, in one to four words.
    pub(super) sound: String,
    /// When it starts, in milliseconds from the start of the scene.
    #[serde(deserialize_with = "moment")]
    pub(super) at_ms: u32,
}

/// What a scene shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Show {
    /// A figure of the document.
    Figure,
    /// The page with the cited words.
    Page,
    /// A meme about what the scene says.
    Meme,
    /// A picture, where the task offers pictures.
    Picture,
    /// A moving picture, where the task offers pictures.
    Clip,
    /// Motion and captions only.
    Motion,
}

/// The longest text of a profile that is kept, in characters.
const MAX_PROFILE_CHARS: usize = 200;

impl ProfileReply {
    /// Cuts what a model overdid.
    pub(super) fn checked(self) -> Profile {
        let cut = |text: String| -> String { text.trim().chars().take(MAX_PROFILE_CHARS).collect() };
        let tag = |tag: String| -> String {
            tag.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').take(40).collect()
        };
        Profile {
            audience: cut(self.audience),
            persona: cut(self.persona),
            tone: cut(self.tone),
            pacing: cut(self.pacing),
            call_to_action: cut(self.call_to_action),
            hashtags: self.hashtags.into_iter().map(tag).filter(|tag| !tag.is_empty()).take(6).collect(),
            voice: cut(self.voice),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let line = |source: Value| {
            let line = json!({ "text": "It is so.", "role": "fact", "source": source });
            serde_json::from_value::<LineReply>(line).unwrap().source
        };
        for written in [json!(7), json!(7.0), json!("7"), json!(" [7] "), json!("#7")] {
            assert_eq!(line(written.clone()), 7, "{written}");
        }
        for none in [json!(-3), json!("-3"), json!(1e20), json!("seven"), json!(null), json!([1])] {
            assert_eq!(line(none.clone()), NONE, "{none}");
        }
        let notes: Notes = serde_json::from_value(json!({ "sentences": [3, -1, "4", 5.0] })).unwrap();
        assert_eq!(notes.sentences, [3, 4, 5]);
        let at = |ms: Value| serde_json::from_value::<EffectReply>(json!({ "sound": "ding", "at_ms": ms }));
        assert_eq!((at(json!("250 ms")).unwrap().at_ms, at(json!(-1)).unwrap().at_ms), (250, 0));
    }
}
