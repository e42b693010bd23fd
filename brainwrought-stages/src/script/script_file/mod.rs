//! [`ScriptFile`]: a script that people read and edit before anything is rendered, as TOML.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::data::{
    Citation, Document, Importance, Line, LineRole, Mood, QuizQuestion, Scene, SceneKind, Script, Speaker,
    VisualCue,
};
use brainwrought_core::id::Digest;
use brainwrought_core::stage::StageContext;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::duration::{LINE_GAP_MS, Pace, estimate_ms};
use super::edit::MAX_LINE_CHARS;
use super::evidence::Evidence;
use super::scenes::{Pictured, SOURCE_MS, segments, source_scene};
use super::segment::segments as sentences;
use super::writer::{Brief, ScriptError, ScriptWriter};

/// The largest file that is read, in bytes: a script of three minutes has some 20 kB.
pub const MAX_SCRIPT_FILE_BYTES: usize = 512 * 1024;
/// The most lines of a script: as many as three minutes hold of single words.
const MAX_LINES: usize = 600;
/// A scene is shown for at most 8 s; what is longer becomes several.
const MAX_SCENE_MS: u64 = 7_800;
/// How long a question of the quiz stands after it was asked, in milliseconds.
const THINK_MS: u64 = 900;
/// The version of the form.
const VERSION: u32 = 1;

/// A script as people edit it: its lines in order, each with what it does and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ScriptFile {
    /// The version of the form; 1.
    pub version: u32,
    /// The title of the document, for people.
    #[serde(default)]
    pub title: String,
    /// The lines, in order.
    #[serde(default, rename = "line")]
    pub lines: Vec<FileLine>,
    /// The questions of the quiz, the one that is asked first.
    #[serde(default, rename = "quiz", skip_serializing_if = "Vec::is_empty")]
    pub quiz: Vec<FileQuestion>,
}

/// One line of a [`ScriptFile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct FileLine {
    /// What it does.
    pub role: LineRole,
    /// What is said.
    pub text: String,
    /// The page that it comes from, counted from 1 in the file; looked up where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// What the page says; looked up where it is left out and the line states a fact.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote: String,
    /// Where else it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_sources: Vec<Citation>,
    /// Who says it.
    #[serde(default, skip_serializing_if = "Speaker::is_explainer")]
    pub speaker: Speaker,
    /// Its words that carry it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emphasis: Vec<String>,
    /// How it is said.
    #[serde(default, skip_serializing_if = "Mood::is_neutral")]
    pub mood: Mood,
    /// Words that stand on the screen meanwhile.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_screen: String,
    /// How much the script needs it.
    #[serde(default, skip_serializing_if = "Importance::is_normal")]
    pub importance: Importance,
    /// Whether a new picture comes with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_scene: bool,
    /// About how long it takes to say; for people, never read.
    #[serde(default, skip_serializing)]
    pub seconds: Option<f64>,
}

/// One question of the quiz of a [`ScriptFile`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct FileQuestion {
    /// The question.
    pub question: String,
    /// Its choices, 2 to 4.
    pub choices: Vec<String>,
    /// The right one, as it stands among the choices.
    pub answer: String,
    /// The page that the answer stands on, counted from 1 in the file.
    pub page: u32,
    /// What the page says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote: String,
}

/// Why a script file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptFileError {
    /// It is larger than [`MAX_SCRIPT_FILE_BYTES`].
    #[error("the script has {bytes} bytes; at most {MAX_SCRIPT_FILE_BYTES} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is no TOML of this form.
    #[error("the script cannot be read: {0}")]
    Form(String),
    /// It is of a version that this program does not know.
    #[error("the script is of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// It has no lines, or too many.
    #[error("the script has {0} lines; it needs 1 to {MAX_LINES}")]
    Lines(usize),
    /// A line has no words, or too many of them.
    #[error("line {line} has {chars} characters; it needs 1 to {MAX_LINE_CHARS}")]
    Length {
        /// The line, from 1.
        line: usize,
        /// Its length.
        chars: usize,
    },
    /// A line has more than its share of sources.
    #[error("line {line} names {sources} sources; at most {} are compared", Line::MAX_SOURCES)]
    Sources {
        /// The line, from 1.
        line: usize,
        /// How many it names.
        sources: usize,
    },
    /// A question has no answer among its choices, or too few or many of them.
    #[error("question {question} of the quiz needs 2 to 4 choices, its answer among them")]
    Question {
        /// The question, from 1.
        question: usize,
    },
    /// A line asks a quiz question, and there is none.
    #[error("line {line} asks a question of the quiz, but the script has none: add one as [[quiz]]")]
    NoQuestion {
        /// The line, from 1.
        line: usize,
    },
}

impl ScriptFile {
    /// The lines of a script, for people to edit.
    pub fn new(script: &Script) -> Self {
        let scenes = script.segments.iter().flat_map(|segment| &segment.scenes);
        let lines = scenes.flat_map(|scene| scene.lines.iter().enumerate()).map(|(nth, line)| FileLine {
            role: line.role,
            text: line.text.clone(),
            page: Some(line.citation.page),
            quote: line.citation.quote.clone(),
            more_sources: line.more_sources.clone(),
            speaker: line.speaker,
            emphasis: line.emphasis.clone(),
            mood: line.mood,
            on_screen: line.on_screen.clone(),
            importance: line.importance,
            new_scene: nth == 0,
            seconds: Some((estimate_ms(&line.text) as f64 / 100.0).round() / 10.0),
        });
        let question = |question: &QuizQuestion| FileQuestion {
            question: question.question.clone(),
            choices: question.choices.clone(),
            answer: question.choices.get(question.answer as usize).cloned().unwrap_or_default(),
            page: question.citation.page,
            quote: question.citation.quote.clone(),
        };
        Self {
            version: VERSION,
            title: script.title.clone(),
            lines: lines.collect(),
            quiz: script.quiz.iter().map(question).collect(),
        }
    }

    /// Reads a script that somebody edited.
    ///
    /// # Errors
    ///
    /// Says which line is wrong and what it needs.
    pub fn parse(text: &str) -> Result<Self, ScriptFileError> {
        if text.len() > MAX_SCRIPT_FILE_BYTES {
            return Err(ScriptFileError::TooLarge { bytes: text.len() });
        }
        let file: Self = toml::from_str(text)
            .map_err(|error| ScriptFileError::Form(error.to_string().trim().to_owned()))?;
        file.check()?;
        Ok(file)
    }

    /// Tells what is wrong with it whatever the document says.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn check(&self) -> Result<(), ScriptFileError> {
        if self.version != VERSION {
            return Err(ScriptFileError::Version(self.version));
        }
        if !(1..=MAX_LINES).contains(&self.lines.len()) {
            return Err(ScriptFileError::Lines(self.lines.len()));
        }
        for (line, number) in self.lines.iter().zip(1..) {
            let chars = line.text.trim().chars().count();
            if !(1..=MAX_LINE_CHARS).contains(&chars) {
                return Err(ScriptFileError::Length { line: number, chars });
            }
            let sources = line.more_sources.len() + 1;
            if sources > Line::MAX_SOURCES {
                return Err(ScriptFileError::Sources { line: number, sources });
            }
            if line.role == LineRole::Quiz && self.quiz.is_empty() {
                return Err(ScriptFileError::NoQuestion { line: number });
            }
        }
        let is_whole = |quiz: &FileQuestion| {
            (2..=4).contains(&quiz.choices.len()) && quiz.choices.contains(&quiz.answer)
        };
        match self.quiz.iter().position(|quiz| !is_whole(quiz)) {
            Some(place) => Err(ScriptFileError::Question { question: place + 1 }),
            None => Ok(()),
        }
    }

    /// Writes it as TOML, with a note on how to go on. `file` is the name of the document's file.
    pub fn to_toml(&self, file: &str) -> String {
        // A JSON string is a TOML string, too.
        let quoted = |text: &str| Value::from(text).to_string();
        let name = |value: Value| value.to_string();
        let mut text = format!(
            "# The script of a video. Change lines, move, drop or add them; then\n\
             #   brainwrought make {} --script THIS-FILE\n\
             # role     hook, fact, gloss, transition, interjection, question, guess, recap, callback, quiz, answer, close\n\
             # page     where it stands in the file, from 1; looked up where you leave it out\n\
             # quote    what the page says; a fact is compared with it, and it is looked up where you leave it out\n\
             # seconds  for you to read\n\
             version = {VERSION}\ntitle = {}\n",
            Value::from(file),
            quoted(&self.title)
        );
        for line in &self.lines {
            let mut put = |key: &str, value: String| {
                // Writing into a string does not fail.
                let _ = writeln!(text, "{key} = {value}");
            };
            let as_name = |value: serde_json::Result<Value>| value.map(name).unwrap_or_default();
            put("\n[[line]]\nrole", as_name(serde_json::to_value(line.role)));
            put("text", quoted(&line.text));
            if let Some(page) = line.page {
                put("page", page.to_string());
            }
            if !line.quote.is_empty() {
                put("quote", quoted(&line.quote));
            }
            if !line.more_sources.is_empty() {
                let each = line.more_sources.iter();
                let each = each
                    .map(|source| format!("{{ page = {}, quote = {} }}", source.page, quoted(&source.quote)));
                put("more-sources", format!("[{}]", each.collect::<Vec<_>>().join(", ")));
            }
            if !line.speaker.is_explainer() {
                put("speaker", as_name(serde_json::to_value(line.speaker)));
            }
            if !line.emphasis.is_empty() {
                put("emphasis", Value::from(line.emphasis.clone()).to_string());
            }
            if !line.mood.is_neutral() {
                put("mood", as_name(serde_json::to_value(line.mood)));
            }
            if !line.on_screen.is_empty() {
                put("on-screen", quoted(&line.on_screen));
            }
            if !line.importance.is_normal() {
                put("importance", as_name(serde_json::to_value(line.importance)));
            }
            if line.new_scene {
                put("new-scene", "true".to_owned());
            }
            if let Some(seconds) = line.seconds {
                put("seconds", format!("{seconds:.1}"));
            }
        }
        for quiz in &self.quiz {
            let _ = writeln!(
                text,
                "\n[[quiz]]\nquestion = {}\nchoices = {}\nanswer = {}\npage = {}\nquote = {}",
                quoted(&quiz.question),
                Value::from(quiz.choices.clone()),
                quoted(&quiz.answer),
                quiz.page,
                quoted(&quiz.quote)
            );
        }
        text
    }
}

/// Writes what a [`ScriptFile`] says.
#[derive(Debug, Clone)]
pub struct WrittenScript {
    file: Arc<ScriptFile>,
}

impl WrittenScript {
    /// The script of `file`.
    pub fn new(file: ScriptFile) -> Self {
        Self { file: Arc::new(file) }
    }
}

#[async_trait]
impl ScriptWriter for WrittenScript {
    fn settings(&self) -> Value {
        let file = serde_json::to_vec(self.file.as_ref()).unwrap_or_default();
        Value::from(format!("file/{}", Digest::of(&file)))
    }

    fn is_written(&self) -> bool {
        true
    }

    async fn write(
        &self,
        document: &Document,
        brief: &Brief,
        _: &StageContext,
    ) -> Result<Script, ScriptError> {
        let (file, document, pace) = (Arc::clone(&self.file), document.clone(), brief.pace.clone());
        let work = tokio::task::spawn_blocking(move || written(&file, &document, &pace));
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| ScriptError::Failed {
            retryable: false,
            source,
        };
        match work.await {
            Ok(script) => script.map_err(|error| failed(error.into())),
            Err(error) => Err(failed(error.into())),
        }
    }
}

fn written(file: &ScriptFile, document: &Document, pace: &Pace) -> Result<Script, ScriptFileError> {
    file.check()?;
    let sources = Sources::new(document);
    let questions: Vec<QuizQuestion> = file.quiz.iter().map(question).collect();
    let mut scenes: Vec<(String, Scene)> = Vec::new();
    let mut pictured = Pictured::new(document);
    for group in groups(&file.lines) {
        let lines: Vec<Line> = group.iter().map(|line| sources.line(line)).collect();
        let (kind, visual, min_ms) = match (group.first().map(|line| line.role), questions.first()) {
            (Some(LineRole::Hook), _) if scenes.is_empty() => (SceneKind::Hook, VisualCue::TitleCard, 2_000),
            (Some(LineRole::Quiz), Some(question)) => {
                let spoken: u64 = lines.iter().map(|line| estimate_ms(&line.text) + LINE_GAP_MS).sum();
                (SceneKind::Quiz, VisualCue::QuizCard { question: question.clone() }, spoken + THINK_MS)
            }
            _ => (SceneKind::Content, pictured.picture(&lines), 0),
        };
        scenes.push((String::new(), Scene::new(kind, lines, visual, min_ms)));
    }
    let mut pages: Vec<u32> =
        scenes.iter().flat_map(|(_, scene)| &scene.lines).map(|line| line.citation.page).collect();
    pages.sort_unstable();
    pages.dedup();
    scenes.push((String::new(), source_scene(&document.title, pages, SOURCE_MS)));
    let mut script = Script::builder(document, "file")
        .segments(segments(scenes, &document.title, &document.language))
        .quiz(questions)
        .build();
    script.target_ms = pace.planned_ms(&script);
    Ok(script)
}

fn question(quiz: &FileQuestion) -> QuizQuestion {
    let answer = quiz.choices.iter().position(|choice| *choice == quiz.answer).unwrap_or_default();
    QuizQuestion {
        question: quiz.question.clone(),
        choices: quiz.choices.clone(),
        answer: u32::try_from(answer).unwrap_or_default(),
        citation: Citation { page: quiz.page, quote: quiz.quote.clone() },
    }
}

/// The lines that share a picture: as the file says, and never for longer than a picture stands.
fn groups(lines: &[FileLine]) -> Vec<&[FileLine]> {
    let mut found = Vec::new();
    let (mut start, mut ms) = (0, 0);
    for (place, line) in lines.iter().enumerate() {
        let takes = estimate_ms(&line.text) + LINE_GAP_MS;
        let before = place.checked_sub(1).and_then(|before| lines.get(before)).map(|before| before.role);
        let is_quiz = |role: Option<LineRole>| role == Some(LineRole::Quiz);
        let turns = before.is_some() && is_quiz(before) != is_quiz(Some(line.role));
        let opens = before == Some(LineRole::Hook) && line.role != LineRole::Hook;
        if place > start && (line.new_scene || turns || opens || ms + takes > MAX_SCENE_MS) {
            found.push(&lines[start..place]);
            (start, ms) = (place, 0);
        }
        ms += takes;
    }
    found.push(&lines[start..]);
    found
}

/// Where lines come from, for those that do not say.
struct Sources<'a> {
    document: &'a Document,
    evidence: Evidence,
    /// The sentences of the document, with their pages.
    sentences: Vec<(u32, &'a str)>,
}

impl<'a> Sources<'a> {
    fn new(document: &'a Document) -> Self {
        let blocks =
            document.pages.iter().flat_map(|page| page.blocks.iter().map(|block| (page.number, block)));
        let sentences = blocks
            .flat_map(|(page, block)| {
                let text = block.text.as_str();
                let ranges = sentences(document.language.as_str(), text);
                ranges.into_iter().filter_map(move |range| Some((page, text.get(range)?)))
            })
            .collect();
        Self { document, evidence: Evidence::new(document), sentences }
    }

    fn line(&self, line: &FileLine) -> Line {
        let text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let citation = match (line.page, line.quote.as_str()) {
            (Some(page), quote) if !quote.is_empty() || !line.role.states_facts() => {
                Citation { page, quote: quote.to_owned() }
            }
            (page, _) if line.role.states_facts() => self.nearest(&text, page),
            (page, _) => Citation { page: page.unwrap_or(1), quote: String::new() },
        };
        let mut made = Line::new(text, line.role, citation);
        made.edited = true;
        made.more_sources.clone_from(&line.more_sources);
        made.speaker = line.speaker;
        made.emphasis.clone_from(&line.emphasis);
        made.mood = line.mood;
        made.on_screen.clone_from(&line.on_screen);
        made.importance = line.importance;
        made
    }

    /// The sentence of the document that shares most words with a line, on its page where it names one.
    fn nearest(&self, text: &str, page: Option<u32>) -> Citation {
        let language = self.document.language.as_str();
        let best = self
            .sentences
            .iter()
            .filter(|(on, sentence)| {
                page.is_none_or(|page| page == *on) && self.evidence.has_quote(*on, sentence)
            })
            .map(|&(on, sentence)| (super::lexicon::shared(language, text, sentence), on, sentence))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        match best {
            Some((_, page, quote)) => Citation { page, quote: quote.to_owned() },
            None => Citation { page: page.unwrap_or(1), quote: String::new() },
        }
    }
}

#[cfg(test)]
mod tests;
