//! [`JobBody`]: how a job is written in an answer. The names are those of the stored job.

use std::collections::BTreeMap;

use brainwrought_core::clock::wall_time;
use brainwrought_core::id::{StageName, TaskKey, ViewId};
use brainwrought_core::job::{Callback, CallbackState, Job, LogEntry, Task, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::stage::Stage as _;
use brainwrought_stages::check::Check;
use brainwrought_stages::publish::publication;
use brainwrought_stages::standard::{ProgressEstimate, input_name, is_script_only, stage_label};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app_state::AppState;
use crate::client_text::for_clients;
use crate::links::Base;
use crate::output_files::{FILES, INPUT};
use crate::queue_positions::ordinal;
use crate::script_edit::VersionBody;
use crate::spent_body::SpentBody;
use crate::video_options::VideoOptions;
use crate::view::file_link;

/// A job. Times are in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct JobBody {
    /// The job ID: 32 hexadecimal digits. Anyone who knows it can view and control the job.
    pub(crate) job_id: String,
    /// `PENDING`, `RUNNING`, `INTERRUPTED`, `COMPLETED`, `FAILED` or `CANCELLED`.
    pub(crate) status: String,
    /// The name of the uploaded file.
    pub(crate) file_name: String,
    /// When the job was created.
    pub(crate) created_at: u64,
    /// When the job last changed.
    pub(crate) updated_at: u64,
    /// The progress of the job.
    pub(crate) progress: ProgressBody,
    /// The position in the queue while the job is `PENDING`; 1 is next.
    pub(crate) queue_position: Option<usize>,
    /// What the job is waiting for if no worker can continue it now: a worker that has its pipeline, or the next attempt after
    /// a failure.
    pub(crate) waits_for: Option<String>,
    /// The tasks of the job, in order.
    pub(crate) stages: Vec<TaskBody>,
    /// The options of the video.
    #[schema(value_type = Object)]
    pub(crate) options: Value,
    /// What the job has spent on paid services.
    pub(crate) spent: SpentBody,
    /// The state of the callback, if one was requested.
    pub(crate) callback: Option<CallbackBody>,
    /// Why the job failed, if it did.
    pub(crate) error: Option<String>,
    /// The finished versions of the video, newest first. While an edit is in progress, and if it fails, the links point to the
    /// previous version.
    pub(crate) versions: Vec<VersionBody>,
    /// The URL of the published video, if it was published.
    pub(crate) output_hf_url: Option<String>,
    /// The log, oldest entry first.
    pub(crate) logs: Vec<LogBody>,
    /// Related URLs: `self`, `page`, `view` (a page for sharing, which shows the video but cannot control the job), `events`,
    /// `cancel`, `retry`, `script`, `script.toml`, `restore`, `variants`, `video` (makes the video of a job that was submitted
    /// with `script-only`), and each file by its name.
    pub(crate) links: BTreeMap<String, String>,
}

/// The state of a callback. Its URL is not returned, as it may contain a token of the receiver.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CallbackBody {
    /// `pending` until the receiver has accepted the message about the end of the job, then `delivered`; `abandoned` once the
    /// last attempt has failed.
    #[schema(value_type = String)]
    state: CallbackState,
    /// The number of delivery attempts so far.
    attempts: u32,
    /// Why the last attempt failed, if it did.
    error: Option<String>,
}

impl CallbackBody {
    fn from_callback(callback: &Callback) -> Self {
        Self { state: callback.state, attempts: callback.attempts, error: callback.error.clone() }
    }
}

/// The response to a new job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubmittedBody {
    /// The job ID.
    pub(crate) job_id: String,
    /// `PENDING`, unless the idempotency key matched an existing job.
    pub(crate) status: String,
    /// Related URLs.
    pub(crate) links: BTreeMap<String, String>,
}

/// The progress of a job.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProgressBody {
    /// The completed fraction, from 0 to 1.
    pub(crate) share: f64,
    /// A description of the current work.
    pub(crate) doing: String,
    /// The estimated time remaining in seconds, as soon as it can be estimated.
    pub(crate) seconds_left: Option<u64>,
}

/// One task of a job.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TaskBody {
    /// The stage of the task.
    pub(crate) stage: String,
    /// The part of the video, counted from 0, if the stage works on parts.
    pub(crate) segment: Option<u32>,
    /// `NEW`, `READY`, `RUNNING`, `DONE`, `ERROR` or `CANCELLED`.
    pub(crate) status: String,
    /// A description of the task.
    pub(crate) label: String,
    /// The number of the current attempt.
    pub(crate) attempt: u32,
    /// Completed and total steps, while the task is running.
    pub(crate) steps: Option<[u64; 2]>,
    /// How long the task took, in seconds.
    pub(crate) seconds: Option<f64>,
    /// Whether an earlier result was reused.
    pub(crate) cached: bool,
    /// The errors of failed attempts.
    pub(crate) errors: Vec<String>,
}

/// A log entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LogBody {
    /// When the entry was written.
    pub(crate) at: u64,
    /// The task that wrote the entry.
    pub(crate) task: String,
    /// `info`, `warn` or `error`.
    #[schema(value_type = String)]
    pub(crate) level: brainwrought_core::event::LogLevel,
    /// The message.
    pub(crate) message: String,
}

/// A summary of a job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobSummary {
    /// The job ID.
    pub(crate) job_id: String,
    /// The status of the job.
    pub(crate) status: String,
    /// The name of the job's pipeline.
    pub(crate) pipeline: String,
    /// The name of the uploaded file.
    pub(crate) file_name: String,
    /// When the job was created.
    pub(crate) created_at: u64,
    /// When the job last changed.
    pub(crate) updated_at: u64,
    /// The completed fraction, from 0 to 1.
    pub(crate) share: f64,
    /// Why the job failed, if it did.
    pub(crate) error: Option<String>,
    /// Related URLs.
    pub(crate) links: BTreeMap<String, String>,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobList {
    /// The jobs, newest first.
    pub(crate) jobs: Vec<JobSummary>,
}

impl JobBody {
    /// Writes a job as clients see it, with its position while it waits.
    pub(crate) async fn read(state: &AppState, view: &JobView, base: &Base) -> Self {
        let position = state.positions.position(state.engine.jobs().as_ref(), view).await;
        // The position is a courtesy; a store that cannot be read is told of by whatever needs it.
        let waits_for = view.job.waits_for(state.engine.pipeline_names().as_deref());
        let lacks_room = !view.status.is_final() && state.engine.lacks_room();
        let waits_for = waits_for.or_else(|| lacks_room.then(|| "free space on the server".to_owned()));
        // So is the address of a publication that cannot be read just now.
        let published = publication(state.engine.artifacts().as_ref(), &view.job).await.unwrap_or_default();
        Self::new(view, base)
            .at_position(position.ok().flatten())
            .waiting_for(waits_for)
            .published_as(published.and_then(|publication| publication.output_hf_url))
    }

    /// Writes what the job itself tells.
    fn new(view: &JobView, base: &Base) -> Self {
        let job = &view.job;
        let progress_estimate = ProgressEstimate::new(view, wall_time());
        Self {
            job_id: job.job_id.to_string(),
            status: view.status.to_string(),
            file_name: input_name(job),
            created_at: job.created_at.0,
            updated_at: job.updated_at.0,
            progress: ProgressBody {
                share: (progress_estimate.share * 1000.0).round() / 1000.0,
                doing: doing(view),
                seconds_left: progress_estimate.seconds_left,
            },
            queue_position: None,
            waits_for: None,
            stages: job.stages.iter().map(TaskBody::from_task).collect(),
            options: options(job),
            spent: SpentBody::from_ledger(&job.ledger),
            callback: job.callback.as_ref().map(CallbackBody::from_callback),
            error: job.error().map(|error| for_clients(&error)),
            versions: VersionBody::all(job),
            output_hf_url: None,
            logs: job.logs.iter().map(LogBody::from_entry).collect(),
            links: links(job, base),
        }
    }
}

impl JobBody {
    /// Adds the position in the queue of a job that waits.
    pub(crate) fn at_position(mut self, position: Option<usize>) -> Self {
        if let Some(position) = position {
            let place = if position == 1 { "next".to_owned() } else { ordinal(position) };
            self.progress.doing = format!("Waiting: {place} in the queue");
        }
        self.queue_position = position;
        self
    }

    /// Adds where the video was published.
    pub(crate) fn published_as(mut self, url: Option<String>) -> Self {
        self.output_hf_url = url;
        self
    }

    /// Adds what a job waits for that nobody can go on with now.
    pub(crate) fn waiting_for(mut self, reason: Option<String>) -> Self {
        self.waits_for = reason.map(|reason| for_clients(&reason));
        if let Some(reason) = &self.waits_for {
            self.progress.doing = format!("Waiting for {reason}");
        }
        self
    }
}

/// The options of a job, of those that a client can choose.
fn options(job: &Job) -> Value {
    serde_json::to_value(VideoOptions::of_job(&job.options, job.ledger.max_cost)).unwrap_or_default()
}

impl SubmittedBody {
    /// Writes a new job.
    pub(crate) fn new(view: &JobView, base: &Base) -> Self {
        let mut links = links(&view.job, base);
        links.retain(|name, _| !FILES.iter().any(|file| file.name == name));
        Self { job_id: view.job.job_id.to_string(), status: view.status.to_string(), links }
    }
}

impl JobSummary {
    /// Writes a job in short.
    pub(crate) fn new(view: &JobView, base: &Base) -> Self {
        let job = &view.job;
        Self {
            job_id: job.job_id.to_string(),
            status: view.status.to_string(),
            pipeline: job.pipeline.clone(),
            file_name: input_name(job),
            created_at: job.created_at.0,
            updated_at: job.updated_at.0,
            share: ProgressEstimate::new(view, wall_time()).share,
            error: job.error().map(|error| for_clients(&error)),
            links: BTreeMap::from([
                ("self".to_owned(), base.api(&job.job_id)),
                ("page".to_owned(), base.page(&job.job_id)),
            ]),
        }
    }
}

impl TaskBody {
    fn from_task(task: &Task) -> Self {
        let seconds = match (task.started_at, task.finished_at) {
            (Some(start), Some(end)) if !task.cached => Some(end.0.saturating_sub(start.0) as f64 / 1000.0),
            _ => None,
        };
        Self {
            stage: task.key.stage.to_string(),
            segment: task.key.segment,
            status: task.status.to_string(),
            label: label(task),
            attempt: task.attempt,
            steps: task.progress.map(|progress| [progress.done, progress.total]),
            seconds,
            cached: task.cached,
            errors: task.history.iter().map(|attempt| for_clients(&attempt.error)).collect(),
        }
    }
}

impl LogBody {
    /// Writes a line.
    pub(crate) fn from_entry(entry: &LogEntry) -> Self {
        Self {
            at: entry.at.0,
            task: entry.task.to_string(),
            level: entry.level,
            message: for_clients(&entry.message),
        }
    }
}

/// The absolute links of a job, by name.
pub(crate) fn links(job: &Job, base: &Base) -> BTreeMap<String, String> {
    let (id, api) = (&job.job_id, base.api(&job.job_id));
    let mut links = BTreeMap::from([
        ("self".to_owned(), api.clone()),
        ("page".to_owned(), base.page(id)),
        ("view".to_owned(), base.view(&ViewId::from_job(id))),
        (INPUT.to_owned(), base.file(id, INPUT)),
    ]);
    for action in ["events", "cancel", "retry", "script", "script.toml", "restore", "variants"] {
        links.insert(action.to_owned(), format!("{api}/{action}"));
    }
    if is_script_only(job) {
        links.insert("video".to_owned(), format!("{api}/video"));
    }
    let check = TaskKey { stage: StageName::from(Check::NAME), segment: None };
    if job.output(&check).is_some() {
        links.extend(FILES.iter().map(|file| (file.name.to_owned(), file_link(base, id, file.name))));
    }
    links
}

/// Says what a job is doing.
pub(crate) fn doing(view: &JobView) -> String {
    use brainwrought_core::job::JobStatus;
    let running = running(view.job.stages.iter().filter(|task| task.status == TaskStatus::Running));
    match view.status {
        JobStatus::Completed => "Done".to_owned(),
        JobStatus::Failed => "Failed".to_owned(),
        JobStatus::Cancelled => "Cancelled".to_owned(),
        JobStatus::Interrupted => "Interrupted; another worker will continue".to_owned(),
        JobStatus::Pending => "Waiting for its turn".to_owned(),
        JobStatus::Running if running.is_empty() => "Waiting for a free worker".to_owned(),
        JobStatus::Running => running,
    }
}

/// Says what tasks do, those of one stage in one breath.
fn running<'a>(tasks: impl Iterator<Item = &'a Task>) -> String {
    let mut stages: Vec<(&str, Vec<String>)> = Vec::new();
    for task in tasks {
        let name = stage_label(&task.key.stage.0);
        let part = task.key.segment.map(|segment| (segment + 1).to_string());
        match stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, parts)) => parts.extend(part),
            None => stages.push((name, part.into_iter().collect())),
        }
    }
    let said = stages.into_iter().map(|(name, parts)| match parts.len() {
        0 => name.to_owned(),
        1 => format!("{name} part {}", parts.concat()),
        _ => format!("{name} parts {}", parts.join(", ")),
    });
    said.collect::<Vec<_>>().join(" · ")
}

fn label(task: &Task) -> String {
    let label = stage_label(&task.key.stage.0);
    match task.key.segment {
        Some(segment) => format!("{label} part {}", segment + 1),
        None => label.to_owned(),
    }
}
