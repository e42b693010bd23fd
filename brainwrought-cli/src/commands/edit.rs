//! `edit`: changes lines of a finished video, and restores earlier versions.

use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::data::Publication;
use brainwrought_core::engine::Engine;
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::script::{EditVerdict, LineEdit, LineFault, WrongEdits};
use brainwrought_stages::standard::Resources;
use brainwrought_stages::standard::{EditError, edit_job, script_of};
use serde_json::json;

use crate::config::{Config, pdf_password};
use crate::context::Context;
use crate::edit_args::EditArgs;
use crate::exit::{Ended, INTERRUPTED, JOB_FAILED, WrongCommand};
use crate::output;
use crate::progress::Progress;
use crate::signals;

/// Changes a finished job as it was asked for, and makes what has changed, here and now.
pub(crate) async fn run(config: &Config, args: EditArgs) -> anyhow::Result<()> {
    let context = Context::open(config)?;
    let view = context.jobs.get(&args.job).await?;
    let progress = Progress::start(args.json || args.show);
    let engine = context.engine(pdf_password(), 2, Duration::from_millis(50), progress.sink())?;
    if args.show {
        return show(&engine, &view, args.json).await;
    }
    let changed = match args.undo {
        Some(number) => {
            let none = || WrongCommand("there is no earlier version to bring back".to_owned());
            let number = number.or_else(|| view.job.previous_version()).ok_or_else(none)?;
            engine.restore_version(&args.job, number).await?
        }
        None => apply(&engine, &view, edits(&args.lines, &args.overrule)?).await?,
    };
    progress.seed(&changed.job);
    let made = engine.run_job(&args.job, signals::shutdown()?).await?;
    progress.finish();
    let delivered = output::delivered(context.artifacts.as_ref(), &made.job).await;
    conclude(&made, &delivered, args.json)
}

/// Edits lines of a finished job's script.
async fn apply(engine: &Engine, view: &JobView, edits: Vec<LineEdit>) -> anyhow::Result<JobView> {
    match edit_job(engine, view, edits, &Resources::find_fonts()).await {
        Err(EditError::Engine(error)) => Err(error.into()),
        Err(EditError::Stopped(error)) => Err(error.into()),
        Err(EditError::WrongEdits(error)) => Err(WrongCommand(counted_from_one(error)).into()),
        Err(EditError::Refused(verdict)) if is_overrulable(&verdict) => Err(WrongCommand(format!(
            "{}; to let a line stand all the same, add --overrule with its number",
            EditError::Refused(verdict)
        ))
        .into()),
        Err(refused) => Err(WrongCommand(refused.to_string()).into()),
        Ok(view) => Ok(view),
    }
}

/// Tells whether a person can let an edit stand that was refused.
fn is_overrulable(verdict: &EditVerdict) -> bool {
    let mut faults = verdict.lines.iter().flat_map(|line| &line.faults);
    verdict.is_length_allowed() && faults.all(LineFault::is_overrulable)
}

/// Says what is wrong with the numbers of lines as they were typed: people count from 1.
fn counted_from_one(error: WrongEdits) -> String {
    match error {
        WrongEdits::NoSuchLine { line, count } => {
            format!("there is no line {}; the script has {count}, which --show lists", line + 1)
        }
        WrongEdits::Ambiguous { line } => format!("line {} is given twice, with different words", line + 1),
        error => error.to_string(),
    }
}

/// Reads pairs of a line's number and its new words. `overruled` are the numbers of lines that are to stand as they are.
fn edits(typed: &[String], overruled: &[usize]) -> Result<Vec<LineEdit>, WrongCommand> {
    let edit = |pair: &[String]| {
        let [number, text] = pair else {
            return Err(WrongCommand("--line takes the number of a line and its new words".to_owned()));
        };
        let line = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let line = line.ok_or_else(|| {
            WrongCommand(format!("--line {number}: lines are counted from 1; --show lists them"))
        })?;
        Ok(LineEdit { line, text: text.clone(), overruled: overruled.contains(&(line + 1)) })
    };
    let edits: Vec<LineEdit> = typed.chunks(2).map(edit).collect::<Result<_, _>>()?;
    match overruled.iter().find(|number| !edits.iter().any(|edit| edit.line + 1 == **number)) {
        Some(number) => Err(WrongCommand(format!(
            "--overrule {number}: that line gets no new text; add --line {number} TEXT"
        ))),
        None => Ok(edits),
    }
}

async fn show(engine: &Engine, view: &JobView, as_json: bool) -> anyhow::Result<()> {
    let script = script_of(engine, view).await?.context("the job has no script yet")?;
    let job = &view.job;
    let (versions, current) = (job.finished_versions(), job.current_version());
    if as_json {
        let lines: Vec<_> = script
            .lines()
            .enumerate()
            .map(
                |(place, line)| json!({ "number": place + 1, "text": line.text, "page": line.citation.page, "page_name": script.page_name(line.citation.page), "overruled": line.overruled }),
            )
            .collect();
        let versions: Vec<_> = versions
            .iter()
            .map(|(number, at)| json!({ "number": number, "completed_at": at, "current": Some(*number) == current }))
            .collect();
        output::json(&json!({ "title": script.title, "lines": lines, "versions": versions }));
        return Ok(());
    }
    for (place, line) in script.lines().enumerate() {
        output::line(format!("{:>3}  {}  ({})", place + 1, line.text, script.cited(line.citation.page)));
    }
    for (number, at) in versions {
        let note = if Some(number) == current { "  current" } else { "" };
        output::line(format!("version {number}  {}{note}", output::date(at)));
    }
    Ok(())
}

fn conclude(view: &JobView, delivered: &Publication, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        output::json(&output::job_json(view, delivered));
    }
    match view.status {
        JobStatus::Completed => {}
        JobStatus::Failed | JobStatus::Cancelled => {
            let error = view.job.error().unwrap_or_else(|| "the job was cancelled".to_owned());
            explain(&format!(
                "error: {error}\nthe video is as it was; edit again, or `brainwrought edit {} --undo`",
                view.job.job_id
            ));
            return Err(Ended(JOB_FAILED).into());
        }
        _ => {
            explain("stopped; the video is as it was until the job has gone on");
            return Err(Ended(INTERRUPTED).into());
        }
    }
    if !as_json {
        let version = view.job.current_version().unwrap_or(1);
        output::line(format!("version  {version}"));
        if let Some(path) = &delivered.output_local_path {
            output::line(format!("video    {path}"));
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{}", crate::exit::repeatable(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let typed = |words: &[&str]| edits(&owned(words), &[]);
        let two = typed(&["1", "One.", "12", "Twelve."]).unwrap();
        assert_eq!(two.iter().map(|edit| edit.line).collect::<Vec<_>>(), [0, 11]);
        assert!(typed(&["0", "None."]).is_err() && typed(&["x", "None."]).is_err());
        let one = edits(&owned(&["3", "Three.", "4", "Four."]), &[4]).unwrap();
        assert_eq!(one.iter().map(|edit| edit.overruled).collect::<Vec<_>>(), [false, true]);
        assert!(edits(&owned(&["3", "Three."]), &[4]).is_err());
    }
}
