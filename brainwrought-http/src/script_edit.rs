//! Edits of the lines of a script, and the versions of a video: what clients send, and what they get back.

use brainwrought_core::job::Job;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::{EditError, edit_job, judge_job_edit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiError;
use crate::admission::check_room;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::edit_verdict::VerdictBody;
use crate::requeue::queue_again;
use crate::video_options::make_options_of;

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
    /// True when the words are to stand although the document does not bear them out. The line is then listed as overruled in
    /// the report and the manifest.
    #[serde(default)]
    pub(crate) overruled: bool,
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
    let edit = |edit: &LineEdit| brainwrought_stages::script::LineEdit {
        line: edit.line,
        text: edit.text.clone(),
        overruled: edit.overruled,
    };
    edits.iter().map(edit).collect()
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::WrongEdits(error) => Self::WrongRequest(error.to_string()),
            EditError::WrongScript(error) => Self::wrong_request(&error.to_string()),
            error @ (EditError::NotScriptOnly(_) | EditError::OtherVersion { .. }) => {
                Self::Conflict(error.to_string())
            }
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
