//! [`WrittenScript`]: the writer of what a [`ScriptFile`] says.

use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::data::{
    Citation, Document, Line, LineRole, QuizQuestion, Scene, SceneKind, Script, VisualCue,
};
use brainwrought_core::id::Digest;
use brainwrought_core::stage::StageContext;
use serde_json::Value;

use super::super::duration::{LINE_GAP_MS, Pace, estimate_ms};
use super::super::evidence::Evidence;
use super::super::lexicon::shared;
use super::super::quiz::THINK_MS;
use super::super::scenes::{Pictured, SOURCE_MS, segments, source_scene};
use super::super::segment::segments as sentences;
use super::super::writer::{Brief, ScriptError, ScriptWriter};
use super::{FileLine, FileQuestion, ScriptFile, ScriptFileError};

/// A scene is shown for at most 8 s; what is longer becomes several.
const MAX_SCENE_MS: u64 = 7_800;
/// How long the title stands at least, in milliseconds.
const HOOK_MS: u64 = 2_000;

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

pub(super) fn written(
    file: &ScriptFile,
    document: &Document,
    pace: &Pace,
) -> Result<Script, ScriptFileError> {
    file.check()?;
    let sources = Sources::new(document);
    let questions: Vec<QuizQuestion> = file.quiz.iter().map(question).collect();
    let mut scenes: Vec<(String, Scene)> = Vec::new();
    let mut pictured = Pictured::new(document);
    for group in groups(&file.lines) {
        let lines: Vec<Line> = group.iter().map(|line| sources.line(line)).collect();
        let scene = scene(lines, scenes.is_empty(), questions.first(), |lines| pictured.picture(lines));
        scenes.push((String::new(), scene));
    }
    scenes.push((String::new(), closing_card(&scenes, document)));
    let mut script = Script::builder(document, "file")
        .segments(segments(scenes, &document.title, &document.language))
        .quiz(questions)
        .build();
    script.target_ms = pace.planned_ms(&script);
    Ok(script)
}

/// A scene of these lines; `picture` chooses what is shown where the lines do not decide it.
pub(super) fn scene(
    lines: Vec<Line>,
    is_first: bool,
    question: Option<&QuizQuestion>,
    picture: impl FnOnce(&[Line]) -> VisualCue,
) -> Scene {
    let (kind, visual, min_ms) = match (lines.first().map(|line| line.role), question) {
        (Some(LineRole::Hook), _) if is_first => (SceneKind::Hook, VisualCue::TitleCard, HOOK_MS),
        (Some(LineRole::Quiz), Some(question)) => {
            let spoken: u64 = lines.iter().map(|line| estimate_ms(&line.text) + LINE_GAP_MS).sum();
            (SceneKind::Quiz, VisualCue::QuizCard { question: question.clone() }, spoken + THINK_MS)
        }
        // The answer is told on the card of its question.
        (Some(LineRole::Answer), Some(question)) => {
            (SceneKind::Content, VisualCue::QuizCard { question: question.clone() }, 0)
        }
        _ => (SceneKind::Content, picture(&lines), 0),
    };
    Scene::new(kind, lines, visual, min_ms)
}

/// The card at the end, with the pages that the scenes cite.
pub(super) fn closing_card(scenes: &[(String, Scene)], document: &Document) -> Scene {
    let lines = scenes.iter().flat_map(|(_, scene)| &scene.lines);
    let mut pages: Vec<u32> = lines.map(|line| line.citation.page).collect();
    pages.sort_unstable();
    pages.dedup();
    source_scene(&document.title, pages, SOURCE_MS)
}

pub(super) fn question(quiz: &FileQuestion) -> QuizQuestion {
    let answer = quiz.choices.iter().position(|choice| *choice == quiz.answer).unwrap_or_default();
    QuizQuestion {
        question: quiz.question.clone(),
        choices: quiz.choices.clone(),
        answer: u32::try_from(answer).unwrap_or_default(),
        citation: Citation { page: quiz.page, quote: quiz.quote.clone() },
    }
}

/// The lines that share a picture: as the file says, and never for longer than a picture stands.
pub(super) fn groups(lines: &[FileLine]) -> Vec<&[FileLine]> {
    let mut found = Vec::new();
    let (mut start, mut ms) = (0, 0);
    for (place, line) in lines.iter().enumerate() {
        let takes = estimate_ms(&line.text) + LINE_GAP_MS;
        let before = place.checked_sub(1).and_then(|before| lines.get(before)).map(|before| before.role);
        let is_quiz = |role: Option<LineRole>| role == Some(LineRole::Quiz);
        let turns = before.is_some() && is_quiz(before) != is_quiz(Some(line.role));
        let opens = before == Some(LineRole::Hook) && line.role != LineRole::Hook;
        let was_told = before == Some(LineRole::Answer) && line.role != LineRole::Answer;
        if place > start && (line.new_scene || turns || opens || was_told || ms + takes > MAX_SCENE_MS) {
            found.push(&lines[start..place]);
            (start, ms) = (place, 0);
        }
        ms += takes;
    }
    found.push(&lines[start..]);
    found
}

/// Where lines come from, for those that do not say.
pub(super) struct Sources<'a> {
    document: &'a Document,
    pub(super) evidence: Evidence,
    /// The sentences of the document, with their pages.
    sentences: Vec<(u32, &'a str)>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
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

    pub(super) fn line(&self, line: &FileLine) -> Line {
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
        // What an edit took out of the line can carry it no longer.
        made.emphasis = line.emphasis.iter().filter(|words| made.text.contains(*words)).cloned().collect();
        made.mood = line.mood;
        made.on_screen.clone_from(&line.on_screen);
        made.importance = line.importance;
        made.overruled = line.overruled;
        made
    }

    /// The sentence of the document that shares most words with a line, on its page where it names one.
    pub(super) fn nearest(&self, text: &str, page: Option<u32>) -> Citation {
        let language = self.document.language.as_str();
        let best = self
            .sentences
            .iter()
            .filter(|(on, sentence)| {
                page.is_none_or(|page| page == *on) && self.evidence.has_quote(*on, sentence)
            })
            .map(|&(on, sentence)| (shared(language, text, sentence), on, sentence))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        match best {
            Some((_, page, quote)) => Citation { page, quote: quote.to_owned() },
            None => Citation { page: page.unwrap_or(1), quote: String::new() },
        }
    }
}
