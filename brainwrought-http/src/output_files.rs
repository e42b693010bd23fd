//! [`OutputFile`]: the files of a job that a client can fetch, and where their bytes are.

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::data::{BlobRef, Report, Script, SourcePdf};
use brainwrought_core::engine::EngineError;
use brainwrought_core::id::{Digest, JobId, StageName};
use brainwrought_core::job::Job;
use brainwrought_core::job_store::JobView;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{Stage as _, StageData};
use brainwrought_stages::check::Check;
use brainwrought_stages::standard::stored_script;
use bytes::Bytes;

use crate::ApiError;
use crate::app_state::AppState;

/// A file that every finished job has. The list is closed, so that no address becomes a path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutputFile {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// What it is, for people.
    pub(crate) label: &'static str,
}

const fn file(name: &'static str, media_type: &'static str, label: &'static str) -> OutputFile {
    OutputFile { name, media_type, label }
}

/// The file that a job began with; it is served under this name whatever it is.
pub(crate) const INPUT: &str = "input.pdf";

/// The media type of PDFs, the only files sent in that browsers may show.
pub(crate) const PDF: &str = "application/pdf";

/// Every file of a finished job.
pub(crate) const FILES: [OutputFile; 10] = [
    file("video.mp4", "video/mp4", "Video"),
    file("captions.vtt", "text/vtt; charset=utf-8", "Captions (VTT)"),
    file("captions.srt", "application/x-subrip; charset=utf-8", "Captions (SRT)"),
    file("captions.ass", "text/x-ssa; charset=utf-8", "Captions (ASS)"),
    file("poster.png", "image/png", "Poster"),
    file("transcript.md", "text/markdown; charset=utf-8", "Transcript"),
    file("chapters.txt", "text/plain; charset=utf-8", "Chapters"),
    file("quiz.json", "application/json", "Quiz"),
    file("report.json", "application/json", "Report"),
    file("manifest.json", "application/json", "Manifest"),
];

/// Finds the bytes of a file of a job: that of the last version that passed the check.
///
/// # Errors
///
/// Fails when there is no such file, or not yet.
pub(crate) async fn locate(
    state: &AppState,
    job: &Job,
    name: &str,
) -> Result<(BlobRef, &'static str), ApiError> {
    let none = || ApiError::NoSuchFile(shown(name));
    if name == INPUT {
        let input: Option<SourcePdf> = job.input.get();
        let file = input.ok_or_else(none)?.pdf;
        // A page of the web that was sent in must not speak for this server.
        let media_type = if file.media_type == PDF { PDF } else { "application/octet-stream" };
        return Ok((file, media_type));
    }
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(none)?;
    let report: Report = output(state, job, Check::NAME).await?.ok_or_else(none)?;
    let blob = match name {
        "video.mp4" => Some(&report.video.video),
        _ => report.video.sidecars.get(name),
    };
    Ok((blob.cloned().ok_or_else(none)?, file.media_type))
}

/// Reads the bytes of a small file of a job, if it has it.
pub(crate) async fn small(state: &AppState, job: &Job, name: &str) -> Result<Option<Bytes>, ApiError> {
    match locate(state, job, name).await {
        Ok((blob, _)) => match fetch(state, &job.job_id, &blob).await {
            Err(ApiError::BeingRemade) => Ok(None),
            fetched => fetched,
        },
        Err(ApiError::NoSuchFile(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the script of a job that can be edited, if it is written. A lost one is made again.
pub(crate) async fn script(state: &AppState, view: &JobView) -> Result<Option<Script>, ApiError> {
    or_repair(state, &view.job, stored_script(&state.engine, view).await).await
}

/// Reads the current output of a stage that runs once; `None` when it has none, or one of another form. What is lost is made
/// again.
async fn output<T: StageData>(state: &AppState, job: &Job, stage: &str) -> Result<Option<T>, ApiError> {
    or_repair(state, job, state.engine.output(job, &StageName::from(stage), None).await).await
}

/// What was read of a job; what of it is lost is made again from now on.
async fn or_repair<T>(
    state: &AppState,
    job: &Job,
    output: Result<Option<T>, EngineError>,
) -> Result<Option<T>, ApiError> {
    match output {
        Err(EngineError::Output { .. }) => Ok(None),
        Err(EngineError::Artifacts(
            ArtifactStoreError::NotFound(lost) | ArtifactStoreError::Damaged(lost),
        )) => {
            repair(state, &job.job_id, &lost).await?;
            Ok(None)
        }
        output => Ok(output?),
    }
}

/// Fetches bytes of a job from the artifact store; `None` when they are no longer there and cannot be made again.
///
/// # Errors
///
/// [`ApiError::BeingRemade`] when the job makes them again from now on.
pub(crate) async fn fetch(state: &AppState, id: &JobId, blob: &BlobRef) -> Result<Option<Bytes>, ApiError> {
    match state.engine.artifacts().get(&blob.digest).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_)) => {
            if repair(state, id, &blob.digest).await? { Err(ApiError::BeingRemade) } else { Ok(None) }
        }
        Err(error) => Err(error.into()),
    }
}

/// Has something made again that a finished job has lost. True when that begins now.
async fn repair(state: &AppState, id: &JobId, lost: &Digest) -> Result<bool, ApiError> {
    match state.engine.repair_job(id, lost).await {
        Ok(has_begun) => Ok(has_begun),
        Err(error @ EngineError::Unrepairable { .. }) => {
            tracing::warn!(error = chain(&error), "a file is lost");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).take(40).collect()
}
