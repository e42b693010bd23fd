//! [`ScriptBody`]: a script as it is written in an answer, line by line.

use brainwrought_core::data::{Citation, Importance, LineRole, Mood, Script, Speaker};
use brainwrought_core::job_store::JobView;
use brainwrought_stages::script::{EditVerdict, FileQuestion, ScriptFile, estimate_ms};
use brainwrought_stages::standard::{is_script_only, judge_job_script, script_version};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app_state::AppState;
use crate::edit_verdict::{VerdictBody, seconds};
use crate::{ApiError, output_files};

/// The lines of a script.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScriptBody {
    /// The title of the document.
    title: String,
    /// The version that these lines belong to. While an edit is rendered, and when it did not succeed, it is that of the edit,
    /// and the video is still an earlier one.
    version: Option<u32>,
    /// How long the video is planned to be, in seconds; an estimate.
    seconds: f64,
    /// The lines, in the order they are spoken.
    lines: Vec<LineBody>,
    /// The questions of the quiz, the one that is asked first.
    #[schema(value_type = Vec<QuestionBody>)]
    quiz: Vec<FileQuestion>,
    /// What the checks find of each line; only of a job that ends with its script.
    verdict: Option<VerdictBody>,
}

/// A line of the script.
#[derive(Debug, Serialize, ToSchema)]
struct LineBody {
    /// The line, from 0.
    line: usize,
    /// The part of the video it belongs to, from 0.
    segment: u32,
    /// What it does: `hook`, `fact`, `gloss`, `transition`, `interjection`, `question`, `guess`, `recap`, `callback`, `quiz`,
    /// `answer` or `close`.
    #[schema(value_type = String)]
    role: LineRole,
    /// Its words.
    text: String,
    /// How long they take to say, in seconds; an estimate.
    seconds: f64,
    /// The page that it cites, from 1.
    page: u32,
    /// What people call the page: the number printed on it, else its place in the file.
    page_name: String,
    /// The words of the document that it was made from; empty for a line that states no fact.
    quote: String,
    /// Where else it comes from.
    #[schema(value_type = Vec<SourceBody>)]
    more_sources: Vec<Citation>,
    /// Who says it: `explainer` or `asker`.
    #[schema(value_type = String)]
    speaker: Speaker,
    /// Its words that carry it.
    emphasis: Vec<String>,
    /// How it is said, such as `neutral` or `curious`.
    #[schema(value_type = String)]
    mood: Mood,
    /// Up to four words that stand on the screen meanwhile, in the words of the line or of what it cites.
    on_screen: String,
    /// How much the script needs it: `low`, `normal` or `high`.
    #[schema(value_type = String)]
    importance: Importance,
    /// Whether a new picture comes with it.
    new_scene: bool,
    /// Whether a person lets it stand although the document does not bear it out.
    overruled: bool,
}

/// A place in the document.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the form that a citation has in JSON")]
pub(crate) struct SourceBody {
    /// The page, from 1.
    page: u32,
    /// What the page says.
    quote: String,
}

/// A question of the quiz.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the form that a question has in JSON")]
pub(crate) struct QuestionBody {
    /// The question.
    question: String,
    /// Its choices, 2 to 4.
    choices: Vec<String>,
    /// The right one, as it stands among the choices.
    answer: String,
    /// The page that the answer stands on, from 1.
    page: u32,
    /// What the page says.
    #[schema(required = false)]
    quote: String,
}

impl ScriptBody {
    /// Writes the script of a job.
    ///
    /// # Errors
    ///
    /// Fails when it has none yet, or a store cannot be reached.
    pub(crate) async fn read(state: &AppState, view: &JobView) -> Result<Self, ApiError> {
        let script = script_of(state, view).await?;
        if is_script_only(&view.job) {
            let verdict = judge_job_script(&state.engine, view, &state.settings.fonts).await?;
            return Ok(Self::judged(view, &verdict));
        }
        Ok(Self::new(view, &script, None))
    }

    /// Writes a script that was just judged.
    pub(crate) fn judged(view: &JobView, verdict: &EditVerdict) -> Self {
        Self::new(view, &verdict.script, Some(VerdictBody::from_verdict(verdict)))
    }

    fn new(view: &JobView, script: &Script, verdict: Option<VerdictBody>) -> Self {
        Self {
            title: script.title.clone(),
            version: script_version(view),
            seconds: seconds(script.target_ms),
            lines: lines(script),
            quiz: ScriptFile::new(script).quiz,
            verdict,
        }
    }
}

/// Reads the script of a job.
///
/// # Errors
///
/// Fails when it has none yet, or a store cannot be reached.
pub(crate) async fn script_of(state: &AppState, view: &JobView) -> Result<Script, ApiError> {
    let script = output_files::script(state, view).await?;
    script.ok_or_else(|| ApiError::NoSuchFile("script".to_owned()))
}

fn lines(script: &Script) -> Vec<LineBody> {
    let lines = script.segments.iter().flat_map(|segment| {
        let lines = segment.scenes.iter().flat_map(|scene| scene.lines.iter().enumerate());
        lines.map(move |(nth, line)| (segment.index, nth == 0, line))
    });
    lines
        .enumerate()
        .map(|(place, (segment, new_scene, line))| LineBody {
            line: place,
            segment,
            role: line.role,
            text: line.text.clone(),
            seconds: seconds(estimate_ms(&line.text)),
            page: line.citation.page,
            page_name: script.page_name(line.citation.page),
            quote: line.citation.quote.clone(),
            more_sources: line.more_sources.clone(),
            speaker: line.speaker,
            emphasis: line.emphasis.clone(),
            mood: line.mood,
            on_screen: line.on_screen.clone(),
            importance: line.importance,
            new_scene,
            overruled: line.overruled,
        })
        .collect()
}
