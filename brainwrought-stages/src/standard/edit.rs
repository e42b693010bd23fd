//! Edits of a finished job's script: judged at once, then made, with everything that stays the same reused.

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::data::{Document, Script};
use brainwrought_core::engine::{Engine, EngineError};
use brainwrought_core::id::{JobId, StageName};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::stage::Stage as _;

use super::options::MakeOptions;
use crate::audio::HostedVoice;
use crate::check::Check;
use crate::frame::CaptionStyle;
use crate::parse::ParsePdf;
use crate::script::{Delivery, EditVerdict, LineEdit, ScriptFileError, WriteScript, WrongEdits, judge_edit};
use crate::text::Fonts;

/// A script was not edited; the job and its video are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The job is not over.
    #[error("job {job} is still {status}; wait until it is over, or cancel it first")]
    StillActive {
        /// The job.
        job: JobId,
        /// Where it stands.
        status: JobStatus,
    },
    /// The job has no script yet, or no longer.
    #[error("job {0} has no script yet; run it again first")]
    NoScript(JobId),
    /// The edits do not say which line gets which words.
    #[error(transparent)]
    WrongEdits(#[from] WrongEdits),
    /// Every line has these words already.
    #[error("nothing would change: every line has these words already")]
    NothingChanged,
    /// The script that somebody sent is none.
    #[error(transparent)]
    WrongScript(#[from] ScriptFileError),
    /// The job makes a video, whose script is changed line by line.
    #[error("job {0} makes a video; edit its lines, or submit the file for a script only")]
    NotScriptOnly(JobId),
    /// Somebody else has changed the script meanwhile.
    #[error(
        "the script was changed meanwhile: version {current} is the current one, and {edited} was edited"
    )]
    OtherVersion {
        /// The version that was edited.
        edited: u32,
        /// The current one.
        current: u32,
    },
    /// The finished video would not pass.
    #[error("the edit was not saved: {}", .0.faults().join("; "))]
    Refused(Box<EditVerdict>),
    /// A store could not do its part.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The judging was broken off.
    #[error("could not judge the edit")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Reads the script of a job, if it is written: the one that can be edited. While another is being written it is that of the
/// last finished version, as it is after an edit that was cancelled. An edit that failed can be mended, so its script stays.
///
/// # Errors
///
/// Fails when a store cannot be reached. A script that is lost or of another form counts as none.
pub async fn script_of(engine: &Engine, view: &JobView) -> Result<Option<Script>, EngineError> {
    known(stored_script(engine, view).await)
}

/// Reads the script as [`script_of`], for whoever has a lost one made again.
///
/// # Errors
///
/// Fails when a store cannot be reached, and when the script is lost or of another form.
pub async fn stored_script(engine: &Engine, view: &JobView) -> Result<Option<Script>, EngineError> {
    let [script, check] = [WriteScript::NAME, Check::NAME].map(StageName::from);
    if view.status == JobStatus::Cancelled {
        engine.output_beside(&view.job, &script, &check).await
    } else {
        engine.output(&view.job, &script, None).await
    }
}

/// The number of the version that the lines of [`stored_script`] belong to: while an edit is made, and when it did not
/// succeed, that of the edit, which no video has yet.
pub fn script_version(view: &JobView) -> Option<u32> {
    if view.status == JobStatus::Cancelled {
        view.job.current_version()
    } else {
        Some(view.job.versions.number())
    }
}

/// Reads the script that the current video of a job was made from: not that of an edit which is being made or did not
/// succeed.
///
/// # Errors
///
/// As [`script_of`].
pub async fn script_of_video(engine: &Engine, job: &Job) -> Result<Option<Script>, EngineError> {
    let [script, check] = [WriteScript::NAME, Check::NAME].map(StageName::from);
    known(engine.output_beside(job, &script, &check).await)
}

/// Judges other words for lines of a job's script, and changes nothing. `fonts` are those that captions are set in.
///
/// # Errors
///
/// Fails when the job has no script, when there is no such line, or when a store cannot be reached.
pub async fn judge_job_edit(
    engine: &Engine,
    view: &JobView,
    edits: Vec<LineEdit>,
    fonts: &Fonts,
) -> Result<EditVerdict, EditError> {
    let Written { document, script, delivery } = Written::of(engine, view, fonts).await?;
    // Reading the words of a long document takes a moment.
    let work = move || judge_edit(&document, &script, &edits, &delivery);
    Ok(tokio::task::spawn_blocking(work).await??)
}

/// A script with what it is judged by.
pub(super) struct Written {
    pub(super) document: Document,
    pub(super) script: Script,
    /// What the video will be shown and said with.
    pub(super) delivery: Delivery,
}

impl Written {
    /// Reads the script of a job.
    ///
    /// # Errors
    ///
    /// Fails when there is none, or a store cannot be reached.
    pub(super) async fn of(engine: &Engine, view: &JobView, fonts: &Fonts) -> Result<Self, EditError> {
        let job = &view.job;
        let none = || EditError::NoScript(job.job_id.clone());
        let script = script_of(engine, view).await?.ok_or_else(none)?;
        let document = engine.output::<Document>(job, &StageName::from(ParsePdf::NAME), None).await;
        let document = known(document)?.ok_or_else(none)?;
        let options: Option<MakeOptions> = serde_json::from_value(job.options.clone()).ok();
        let has_captions = options.as_ref().is_none_or(|options| options.captions != CaptionStyle::Off);
        let is_hosted = options.is_some_and(|options| {
            [&options.voice, &options.voice2].iter().any(|name| HostedVoice::is_meant(name))
        });
        let delivery = Delivery {
            captions: has_captions.then(|| fonts.clone()),
            voice: (!is_hosted).then(|| document.language.clone()),
        };
        Ok(Self { document, script, delivery })
    }
}

/// Gives lines of a finished job's script other words and sets the job going again from there. The video that was finished
/// stays until the new one has passed, and can be brought back by [`Engine::restore_version`].
///
/// # Errors
///
/// Fails when the job is not over or has no script, when there is no such line or nothing would change, when the finished
/// video would not pass, or when a store cannot be reached.
pub async fn edit_job(
    engine: &Engine,
    view: &JobView,
    edits: Vec<LineEdit>,
    fonts: &Fonts,
) -> Result<JobView, EditError> {
    let job = &view.job;
    if !view.status.is_final() {
        return Err(EditError::StillActive { job: job.job_id.clone(), status: view.status });
    }
    let verdict = judge_job_edit(engine, view, edits, fonts).await?;
    if !verdict.is_passed() {
        return Err(EditError::Refused(Box::new(verdict)));
    }
    if verdict.lines.is_empty() {
        return Err(EditError::NothingChanged);
    }
    Ok(engine.replace_output(job, &StageName::from(WriteScript::NAME), verdict.script).await?)
}

/// What cannot be read counts as not there: the stage makes it again.
fn known<T>(output: Result<Option<T>, EngineError>) -> Result<Option<T>, EngineError> {
    match output {
        Err(
            EngineError::Output { .. }
            | EngineError::Artifacts(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_)),
        ) => Ok(None),
        output => output,
    }
}
