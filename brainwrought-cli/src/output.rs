//! What commands print on standard output: people's lines, or one JSON value.

use std::io::{self, ErrorKind, Write as _};
use std::sync::{Mutex, PoisonError};

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::clock::Timestamp;
use brainwrought_core::data::Publication;
use brainwrought_core::job::{Job, Task};
use brainwrought_core::job_store::JobView;
use brainwrought_stages::publish::publication;
use brainwrought_stages::standard::{PIPELINE_NAMES, input_name};
use serde_json::Value;

/// The first write to standard output that failed.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Writes one line to standard output. The work goes on when that fails; [`finish`] tells of it at the end.
/// What would be a command for a terminal, such as in the name of a file, is shown as what it is.
pub(crate) fn line(text: impl AsRef<str>) {
    for_programs(&visible(text.as_ref()));
}

/// Writes a line as it is.
pub(crate) fn for_programs(text: &str) {
    // In one piece, so that a reader who has what it wants after the first line of several is no failure.
    note(io::stdout().lock().write_all(format!("{text}\n").as_bytes()));
}

/// A text in which control characters, and those that turn its direction around, are escaped, but for tabs and the ends of
/// lines.
pub(crate) fn visible(text: &str) -> String {
    let is_command = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_command(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

/// Notes that something could not be written to standard output.
pub(crate) fn note(written: io::Result<()>) {
    if let Err(error) = written {
        FAILED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Tells whether nobody reads standard output any more.
pub(crate) fn is_closed() -> bool {
    let failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    failed.as_ref().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Writes what is left in memory, and returns the first error of all writes.
pub(crate) fn finish() -> io::Result<()> {
    note(io::stdout().lock().flush());
    FAILED.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
}

/// Writes one JSON value to standard output.
pub(crate) fn json(value: &Value) {
    for_programs(&format!("{value:#}"));
}

/// Where the video of a job went, for showing: a job can be looked at while its artifacts cannot.
pub(crate) async fn delivered(artifacts: &dyn ArtifactStore, job: &Job) -> Publication {
    publication(artifacts, job).await.ok().flatten().unwrap_or_default()
}

/// A job as JSON: everything that is stored, and what is derived from it.
pub(crate) fn job_json(view: &JobView, delivered: &Publication) -> Value {
    let mut value = serde_json::to_value(view).unwrap_or_default();
    value["output_local_path"] = delivered.output_local_path.clone().into();
    value["output_hf_url"] = delivered.output_hf_url.clone().into();
    value["waits_for"] = waits_for(&view.job).into();
    value["spent"] = crate::money::spent_json(&view.job.ledger);
    value
}

/// What a job waits for that workers of this program cannot go on with now.
pub(crate) fn waits_for(job: &Job) -> Option<String> {
    job.waits_for(Some(&PIPELINE_NAMES.map(str::to_owned)))
}

/// A job in one line.
pub(crate) fn job_line(view: &JobView) -> String {
    let job = &view.job;
    format!("{}  {:<11}  {}  {}", job.job_id, view.status, date(job.created_at), input_name(job))
}

/// A job with its stage table.
pub(crate) fn job_page(view: &JobView, delivered: &Publication) -> String {
    let job = &view.job;
    let mut page = format!("job      {}\nstatus   {}\ninput    {}", job.job_id, view.status, input_name(job));
    page += &format!("\ncreated  {}\nchanged  {}\n", date(job.created_at), date(job.updated_at));
    for task in &job.stages {
        page += &format!("\n  {:<14} {:<9} {}", task.key.to_string(), task.status, task_note(task));
    }
    page.push('\n');
    let spent = crate::money::spent_lines(&job.ledger);
    if !spent.is_empty() {
        page += &format!("\n{spent}");
    }
    if let Some(path) = &delivered.output_local_path {
        page += &format!("\nvideo    {path}");
    }
    if let Some(reason) = waits_for(job) {
        page += &format!("\nwaits    for {reason}");
    }
    if let Some(error) = job.error() {
        page += &format!("\nerror    {error}\nadvice   {}", crate::advice::on_job(job));
    }
    page
}

fn task_note(task: &Task) -> String {
    let mut notes = Vec::new();
    if task.attempt > 1 {
        notes.push(format!("attempt {}", task.attempt));
    }
    if let Some(progress) = task.progress {
        notes.push(format!("{} of {}", progress.done, progress.total));
    }
    if let Some(lease) = &task.lease {
        notes.push(format!("by {}", lease.worker));
    }
    if task.cached {
        notes.push("known already".to_owned());
    } else if let (Some(start), Some(end)) = (task.started_at, task.finished_at) {
        notes.push(format!("{:.1} s", end.0.saturating_sub(start.0) as f64 / 1000.0));
    }
    notes.join(", ")
}

/// A moment in UTC, as RFC 3339 to the second.
pub(crate) fn date(at: Timestamp) -> String {
    let second = i64::try_from(at.0 / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(second)
        .unwrap_or(jiff::Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("a\tb\nÜ 日 🙂 שלום"), "a\tb\nÜ 日 🙂 שלום");
        assert_eq!(visible("\u{1b}[2J\r\u{9b}3m\u{202e}x"), "\\u{1b}[2J\\u{d}\\u{9b}3m\\u{202e}x");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(Timestamp(0)), "1970-01-01T00:00:00Z");
        assert_eq!(date(Timestamp(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(date(Timestamp(1_795_305_599_999)), "2026-11-21T23:59:59Z");
        assert_eq!(&date(Timestamp(u64::MAX))[..5], "9999-");
    }
}
