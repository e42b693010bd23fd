//! Scripts that are read and edited before anything is rendered: replaced as a whole, judged, and approved.

use brainwrought_core::data::{BlobRef, Script};
use brainwrought_core::engine::Engine;
use brainwrought_core::id::{Digest, StageName};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::stage::Stage as _;
use bytes::Bytes;

use super::edit::{EditError, Written};
use super::options::MakeOptions;
use super::script_only::SCRIPT_PIPELINE;
use crate::script::{EditVerdict, ScriptFile, WriteScript, judge_script, rewritten};
use crate::text::Fonts;

/// A script that somebody has read and wants a video of.
#[derive(Debug, Clone)]
pub struct Approved {
    /// What the video is to be like: as it was chosen for the script.
    pub options: MakeOptions,
    /// The bytes behind [`MakeOptions::approved_script`], which go with the [submission](MakeOptions::submission).
    pub script: Bytes,
}

/// Tells whether a job ends with its script, for somebody to read and edit.
pub fn is_script_only(job: &Job) -> bool {
    job.pipeline == SCRIPT_PIPELINE
}

/// Judges the script of a job line by line, as the gate will judge that of the video. `fonts` are those that captions are
/// set in.
///
/// # Errors
///
/// Fails when the job has no script, or when a store cannot be reached.
pub async fn judge_job_script(
    engine: &Engine,
    view: &JobView,
    fonts: &Fonts,
) -> Result<EditVerdict, EditError> {
    let Written { document, script, delivery } = Written::of(engine, view, fonts).await?;
    // Reading the words of a long document takes a moment.
    let work = move || judge_script(&document, script, &delivery);
    Ok(tokio::task::spawn_blocking(work).await?)
}

/// Gives a job that ends with its script another one, and says what the gate would find of it: that keeps nobody from
/// saving it. The script that was there can be brought back by [`Engine::restore_version`]. `change` makes the new script of
/// the one that is there; `version` is the one that somebody had before their eyes, and is refused when it is no longer
/// current.
///
/// # Errors
///
/// Fails when the job is not over, has no script or makes a video, when the script was changed meanwhile, when the new one has
/// not the form of a script, or when a store cannot be reached.
pub async fn replace_script(
    engine: &Engine,
    view: &JobView,
    version: Option<u32>,
    change: impl FnOnce(&Script) -> Result<ScriptFile, EditError>,
    fonts: &Fonts,
) -> Result<(JobView, EditVerdict), EditError> {
    let job = &view.job;
    check(view)?;
    let current = job.current_version().unwrap_or(1);
    if let Some(edited) = version.filter(|edited| *edited != current) {
        return Err(EditError::OtherVersion { edited, current });
    }
    let Written { document, script, delivery } = Written::of(engine, view, fonts).await?;
    let file = change(&script)?;
    let is_same = plain(&file) == plain(&ScriptFile::new(&script));
    let work = move || {
        let script = if is_same { script } else { rewritten(&script, &file, &document)? };
        Ok::<_, EditError>(judge_script(&document, script, &delivery))
    };
    let verdict = tokio::task::spawn_blocking(work).await??;
    if is_same {
        return Ok((view.clone(), verdict));
    }
    let stage = StageName::from(WriteScript::NAME);
    let view = engine.replace_output(job, &stage, verdict.script.clone()).await?;
    Ok((view, verdict))
}

/// What a script says, without what is only shown of it.
fn plain(file: &ScriptFile) -> ScriptFile {
    let mut file = file.clone();
    for line in &mut file.lines {
        line.seconds = None;
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    file
}

/// Makes what a job for the video of this job's script is submitted with, if the gate will let the script pass.
///
/// # Errors
///
/// Fails when the job is not over, has no script or makes a video, when a line of the script is doubted that nobody has
/// overruled, when the script is too short or too long, or when a store cannot be reached.
pub async fn approve_script(engine: &Engine, view: &JobView, fonts: &Fonts) -> Result<Approved, EditError> {
    check(view)?;
    let verdict = judge_job_script(engine, view, fonts).await?;
    if !verdict.is_passed() {
        return Err(EditError::Refused(Box::new(verdict)));
    }
    let unwritten = |_| EditError::NoScript(view.job.job_id.clone());
    let script = Bytes::from(serde_json::to_vec(&verdict.script).map_err(unwritten)?);
    let mut options: MakeOptions = serde_json::from_value(view.job.options.clone()).map_err(unwritten)?;
    options.script_only = false;
    options.approved_script = Some(BlobRef {
        digest: Digest::of(&script),
        bytes: script.len() as u64,
        media_type: "application/json".to_owned(),
    });
    Ok(Approved { options, script })
}

/// Refuses a job whose script cannot be replaced or approved as a whole.
fn check(view: &JobView) -> Result<(), EditError> {
    let id = || view.job.job_id.clone();
    if !is_script_only(&view.job) {
        return Err(EditError::NotScriptOnly(id()));
    }
    match view.status {
        JobStatus::Completed => Ok(()),
        status if status.is_final() => Err(EditError::NoScript(id())),
        status => Err(EditError::StillActive { job: id(), status }),
    }
}
