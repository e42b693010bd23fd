//! [`edit`]: other words for a line of the script; what depends on it is made again, everything else is reused.

use std::time::Duration;

use brainwrought_core::data::Script;
use brainwrought_core::fingerprint::canonical_json;
use brainwrought_core::id::{StageName, WorkerId};
use brainwrought_core::job::{Outcome, TaskStatus};
use brainwrought_core::job_store::{ClaimRequest, JobStoreError, JobView};
use brainwrought_core::stage::{Fan as _, StageData as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::ApiError;
use crate::output_files;
use crate::site::Site;

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
    /// The words of the document that it was made from; empty for a line that states no fact.
    quote: String,
}

/// The longest line, in characters.
const MAX_LINE: usize = 400;

/// How often the task is asked for. Any worker may take it first; it is done in no time then, for its output is known.
const TRIES: u32 = 20;

/// The script takes no longer than this to write down.
const LEASE: Duration = Duration::from_secs(30);

/// Lists the lines of a script.
pub(crate) fn lines(script: &Script) -> Vec<LineBody> {
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
            quote: line.citation.quote.clone(),
        })
        .collect()
}

/// Changes lines of a job that is over and sets it going again from there.
///
/// The stage `script` is sent back to NEW, and its task is claimed and ended here with the edited script as its output,
/// under a fencing token like any worker's. Segments whose lines are the same have the same fingerprints as before.
/// Running `script` or an earlier stage again brings the words of the writer back.
///
/// # Errors
///
/// Fails when the job is not over or has no script, when there is no such line, or when others take the task each time.
pub(crate) async fn edit(site: &Site, view: &JobView, edits: &[LineEdit]) -> Result<JobView, ApiError> {
    if !view.status.is_final() {
        return Err(ApiError::Conflict(format!(
            "the job is still {}; wait, or cancel it first",
            view.status
        )));
    }
    let none = || ApiError::Conflict("the job has no script yet; try it again first".to_owned());
    let mut script = output_files::script(site, &view.job).await?.ok_or_else(none)?;
    for edit in edits {
        apply(&mut script, edit)?;
    }
    let items = u32::try_from(script.items().len()).unwrap_or(u32::MAX);
    let stored = json!({ "schema": Script::SCHEMA, "value": script });
    let output = site.engine.put_for(&view.job.job_id, canonical_json(&stored).into()).await?;
    let (jobs, id, stage) = (site.engine.jobs(), &view.job.job_id, StageName::from("script"));
    let request = ClaimRequest {
        stages: Some(vec![stage.clone()]),
        job: Some(id.clone()),
        worker: WorkerId("editor".to_owned()),
        lease: LEASE,
        limit: 1,
    };
    for _ in 0..TRIES {
        site.retry(id, Some(&stage)).await?;
        jobs.advance().await?;
        if let Some(claim) = jobs.claim(&request).await?.into_iter().next() {
            let outcome =
                Outcome::Done { output: output.clone(), items: Some(items), cached: false, delivery: None };
            match jobs.commit(&claim.id, claim.token, outcome).await {
                Ok(_) => return Ok(jobs.get(id).await?),
                // Somebody cancelled the job or took the lease; the next try shows.
                Err(JobStoreError::LeaseLost { .. }) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        // A worker was quicker. It must be through before the task can be sent back again.
        for _ in 0..TRIES {
            let task_runs =
                jobs.get(id).await?.job.tasks_of(&stage).any(|task| task.status == TaskStatus::Running);
            if !task_runs {
                break;
            }
            jobs.wait_for_work(Duration::from_millis(100)).await;
        }
    }
    Err(ApiError::Conflict("workers took the script each time; nothing was changed, try again".to_owned()))
}

fn apply(script: &mut Script, edit: &LineEdit) -> Result<(), ApiError> {
    let text = edit.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > MAX_LINE || text.chars().any(char::is_control) {
        return Err(ApiError::WrongRequest(format!("a line has 1 to {MAX_LINE} characters")));
    }
    let count = script.lines().count();
    let scenes = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
    let line = scenes.flat_map(|scene| &mut scene.lines).nth(edit.line);
    let none =
        || ApiError::WrongRequest(format!("there is no line {}; there are {count}, from 0", edit.line));
    line.ok_or_else(none)?.text = text;
    Ok(())
}
