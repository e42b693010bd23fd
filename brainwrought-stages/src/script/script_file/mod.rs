//! [`ScriptFile`]: a script that people read and edit before anything is rendered, as TOML.

mod approved;
mod changes;
mod rewritten;
mod text;
mod written;

use brainwrought_core::data::{Citation, Importance, Line, LineRole, Mood, QuizQuestion, Script, Speaker};
use serde::{Deserialize, Serialize};

pub use self::approved::ApprovedScript;
pub use self::changes::LineChange;
pub use self::rewritten::rewritten;
pub use self::written::WrittenScript;
use super::duration::estimate_ms;
use super::edit::MAX_LINE_CHARS;
use crate::text::has_invisible;

/// The largest file that is read, in bytes: a script of three minutes has some 20 kB.
pub const MAX_SCRIPT_FILE_BYTES: usize = 512 * 1024;
/// The most lines of a script: as many as three minutes hold of single words.
const MAX_LINES: usize = 600;
/// The most characters that stand on the screen beside a line: four long words.
const MAX_ON_SCREEN_CHARS: usize = 120;
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
    /// Up to [`Line::MAX_ON_SCREEN_WORDS`] words that stand on the screen meanwhile, in the words of the line or of what it
    /// cites.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_screen: String,
    /// How much the script needs it.
    #[serde(default, skip_serializing_if = "Importance::is_normal")]
    pub importance: Importance,
    /// Whether a new picture comes with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_scene: bool,
    /// Whether a person lets it stand although the document does not bear it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overruled: bool,
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

impl FileQuestion {
    /// A question with its choices, the right one of them, and the page that it stands on.
    pub fn new(question: String, choices: Vec<String>, answer: String, page: u32) -> Self {
        Self { question, choices, answer, page, quote: String::new() }
    }

    /// Says what the page says of it.
    pub fn with_quote(mut self, quote: String) -> Self {
        self.quote = quote;
        self
    }
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
    /// A line has more words for the screen than can be read at a glance.
    #[error("`on-screen` of line {line} has {words} words; at most {max} are shown", max = Line::MAX_ON_SCREEN_WORDS)]
    OnScreen {
        /// Which line, counted from 1.
        line: usize,
        /// How many words there are.
        words: usize,
    },
    /// A line has no words, or too many of them.
    #[error("line {line} has {chars} characters; it needs 1 to {MAX_LINE_CHARS}")]
    Length {
        /// The line, from 1.
        line: usize,
        /// Its length.
        chars: usize,
    },
    /// Words for the screen or of the quiz are too many.
    #[error("{what} has {chars} characters; it may have {most}")]
    TooLong {
        /// Where, such as `question 1 of the quiz`.
        what: String,
        /// How many characters it has.
        chars: usize,
        /// How many it may have.
        most: usize,
    },
    /// A line or a question holds characters that are no text.
    #[error("{what} contains invisible characters; type it again")]
    Invisible {
        /// Where, such as `line 3`.
        what: String,
    },
    /// A change names a line that the script does not have.
    #[error("there is no line {line}; there are {count}, counted from 0")]
    NoSuchLine {
        /// What was named, from 0.
        line: usize,
        /// How many lines there are.
        count: usize,
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
            overruled: line.overruled,
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
            if has_invisible(&line.text) || has_invisible(&line.on_screen) {
                return Err(ScriptFileError::Invisible { what: format!("line {number}") });
            }
            no_longer_than(MAX_ON_SCREEN_CHARS, &line.on_screen, || format!("`on-screen` of line {number}"))?;
            let words = line.on_screen.split_whitespace().count();
            if words > Line::MAX_ON_SCREEN_WORDS {
                return Err(ScriptFileError::OnScreen { line: number, words });
            }
            let sources = line.more_sources.len() + 1;
            if sources > Line::MAX_SOURCES {
                return Err(ScriptFileError::Sources { line: number, sources });
            }
            if line.role == LineRole::Quiz && self.quiz.is_empty() {
                return Err(ScriptFileError::NoQuestion { line: number });
            }
        }
        for (quiz, number) in self.quiz.iter().zip(1..) {
            if quiz.choices.iter().chain([&quiz.question]).any(|text| has_invisible(text)) {
                return Err(ScriptFileError::Invisible { what: format!("question {number} of the quiz") });
            }
            for text in quiz.choices.iter().chain([&quiz.question]) {
                no_longer_than(MAX_LINE_CHARS, text, || format!("question {number} of the quiz"))?;
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
}

fn no_longer_than(most: usize, text: &str, what: impl FnOnce() -> String) -> Result<(), ScriptFileError> {
    let chars = text.chars().count();
    if chars > most { Err(ScriptFileError::TooLong { what: what(), chars, most }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
