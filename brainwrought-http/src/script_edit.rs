//! Edits of the lines of a script, and the versions of a video: what clients send, and what they get back.

use brainwrought_core::data::Script;
use brainwrought_core::job::Job;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::{EditError, edit_job, judge_job_edit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admission::check_room;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::edit_verdict::VerdictBody;
use crate::requeue::queue_again;
use crate::video_options::make_options_of;
use crate::{ApiError, output_files};

/// What to change of a script.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptEdit {
    /// The lines that get other words.
    pub(crate) lines: Vec<LineEdit>,
}

/// Other words for a line.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineEdit {
    /// The line, from 0 in the order they are spoken.
    pub(crate) line: usize,
    /// Its new words, one sentence of at most 400 characters.
    #[schema(max_length = 400)]
    pub(crate) text: String,
}

/// The lines of a script.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScriptBody {
    /// The title of the document.
    title: String,
    /// The lines, in the order they are spoken.
    lines: Vec<LineBody>,
}

/// A line of the script.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineBody {
    /// The line, from 0.
    line: usize,
    /// The part of the video it belongs to, from 0.
    segment: u32,
    /// Its words.
    text: String,
    /// The page that it cites, from 1.
    page: u32,
    /// What people call the page: the number printed on it, else its place in the file.
    page_name: String,
    /// The words of the document that it was made from; empty for a line that states no fact.
    quote: String,
}

/// A finished version of a video.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct VersionBody {
    /// Counts from 1.
    pub(crate) number: u32,
    /// When it was finished.
    pub(crate) completed_at: u64,
    /// True for the one that the links lead to.
    pub(crate) current: bool,
}

impl ScriptBody {
    /// Writes the script of a job.
    pub(crate) async fn read(state: &AppState, view: &JobView) -> Result<Self, ApiError> {
        let script = output_files::script(state, view).await?;
        let script = script.ok_or_else(|| ApiError::NoSuchFile("script".to_owned()))?;
        Ok(Self { lines: lines(&script), title: script.title })
    }
}

impl VersionBody {
    /// Lists the finished versions of a job, the newest first.
    pub(crate) fn all(job: &Job) -> Vec<Self> {
        let current = job.current_version();
        let versions = job.finished_versions().into_iter().rev();
        versions
            .map(|(number, completed_at)| Self {
                number,
                completed_at: completed_at.0,
                current: Some(number) == current,
            })
            .collect()
    }
}

fn lines(script: &Script) -> Vec<LineBody> {
    let lines = script.segments.iter().flat_map(|segment| {
        let lines = segment.scenes.iter().flat_map(|scene| &scene.lines);
        lines.map(move |line| (segment.index, line))
    });
    lines
        .enumerate()
        .map(|(place, (segment, line))| LineBody {
            line: place,
            segment,
            text: line.text.clone(),
            page: line.citation.page,
            page_name: script.page_name(line.citation.page),
            quote: line.citation.quote.clone(),
        })
        .collect()
}

/// Judges an edit without changing anything.
///
/// # Errors
///
/// Fails when the job has no script, or when there is no such line.
pub(crate) async fn judge(
    state: &AppState,
    view: &JobView,
    edits: &[LineEdit],
) -> Result<VerdictBody, ApiError> {
    let verdict = judge_job_edit(&state.engine, view, wanted(edits), &state.settings.fonts).await?;
    Ok(VerdictBody::from_verdict(&verdict))
}

/// Changes lines of a job that is over and sets it going again from there. An edit that changes nothing leaves the job as it
/// is.
///
/// # Errors
///
/// Fails when the job is not over or has no script, when there is no such line, and when the video would not pass.
pub(crate) async fn edit(
    state: &AppState,
    client: ClientId,
    view: &JobView,
    edits: &[LineEdit],
) -> Result<JobView, ApiError> {
    if view.status.is_final() {
        // The new version is made beside the one that is there.
        check_room(state, client, &make_options_of(view)).await?;
    }
    let change = async || match edit_job(&state.engine, view, wanted(edits), &state.settings.fonts).await {
        // Whoever sends an edit again, because its answer was lost, learns that it is made.
        Err(EditError::NothingChanged) => Ok(view.clone()),
        edited => Ok(edited?),
    };
    queue_again(state, client, view, change).await
}

/// Brings a version back; without a number, the one before.
///
/// # Errors
///
/// Fails when the job is not over, or has no such version.
pub(crate) async fn restore(
    state: &AppState,
    client: ClientId,
    view: &JobView,
    number: Option<u32>,
) -> Result<JobView, ApiError> {
    let job = &view.job;
    let none = || ApiError::Conflict("there is no earlier version to bring back".to_owned());
    let number = number.or_else(|| job.previous_version()).ok_or_else(none)?;
    let change = async || Ok(state.engine.restore_version(&job.job_id, number).await?);
    queue_again(state, client, view, change).await
}

fn wanted(edits: &[LineEdit]) -> Vec<brainwrought_stages::script::LineEdit> {
    let edit =
        |edit: &LineEdit| brainwrought_stages::script::LineEdit { line: edit.line, text: edit.text.clone() };
    edits.iter().map(edit).collect()
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::WrongEdits(error) => Self::WrongRequest(error.to_string()),
            EditError::Refused(verdict) => Self::EditRefused {
                message: format!("nothing was saved: {}", verdict.faults().join("; ")),
                verdict: Box::new(VerdictBody::from_verdict(&verdict)),
            },
            EditError::StillActive { status, .. } => {
                Self::Conflict(format!("the job is still {status}; wait, or cancel it first"))
            }
            EditError::NoScript(_) => {
                Self::Conflict("the job has no script yet; try it again first".to_owned())
            }
            EditError::Engine(error) => error.into(),
            error => Self::unavailable("judge the edit", error),
        }
    }
}
