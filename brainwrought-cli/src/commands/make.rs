//! `make`: files become videos, here and now.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::data::{Publication, Reader, Report};
use brainwrought_core::engine::Engine;
use brainwrought_core::id::{Digest, StageName};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::stage::Stage as _;
use brainwrought_stages::audio::{HostedVoice, NoSuchHostedVoice};
use brainwrought_stages::check::{Check, ReportFile, table};
use brainwrought_stages::publish::{OutputTarget, fetch_job};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::batch::{self, Named};
use super::intake::{self, Request};
use super::target;
use crate::args::MakeArgs;
use crate::config::{Config, VideoConfig};
use crate::context::Context;
use crate::exit::{Ended, INTERRUPTED, JOB_FAILED, WrongCommand};
use crate::local_model;
use crate::model_wish::ModelWish;
use crate::money::MaxCost;
use crate::output;
use crate::progress::Progress;
use crate::signing;

/// Makes a video of each file that is named.
pub(crate) async fn run(config: &Config, args: MakeArgs) -> anyhow::Result<()> {
    if args.video.voice == "list" {
        return super::voices::run(config, args.json).await;
    }
    let missing = if args.estimate {
        "name the file that would become a video"
    } else {
        "name the file that becomes a video"
    };
    match batch::files(&args.pdfs)? {
        Named::Nothing => Err(WrongCommand(missing.to_owned()).into()),
        Named::One(pdf) if args.estimate => {
            let estimate = super::estimate::of_file(config, &args.video, &pdf).await?;
            super::estimate::print(&estimate, args.json);
            Ok(())
        }
        Named::One(pdf) => {
            let output = args.output.clone().unwrap_or_else(|| target::default(&pdf));
            let made = one(config, &args, &pdf, &output, args.max_cost, &crate::signals::shutdown()?).await?;
            made.print(args.json);
            made.end()
        }
        Named::Several(pdfs) => batch::run(config, &args, pdfs).await,
    }
}

/// Makes the video of one file. The same PDF with the same options is the same job, so a command that was stopped goes on when
/// it is typed again.
pub(super) async fn one(
    config: &Config,
    args: &MakeArgs,
    named: &Path,
    output: &Path,
    limit: Option<MaxCost>,
    shutdown: &CancellationToken,
) -> anyhow::Result<Outcome> {
    let video = VideoConfig::new(&args.video, config)?;
    if video.wants_local_model {
        local_model::check_network(config)?;
    }
    if args.c2pa {
        signing::check()?;
    }
    let max_cost = limit.unwrap_or(config.max_cost).0;
    // The work is done here, so here is where a key must be; whoever submits leaves that to the workers.
    if let Some(llm) = &video.options.llm {
        config.check_llm(llm)?;
    }
    if let Some(pictures) = &video.options.pictures {
        config.check_pictures(pictures)?;
    }
    config.check_memes(video.options.memes_by)?;
    for name in [&video.options.voice, &video.options.voice2] {
        if HostedVoice::is_meant(name) {
            let voice: HostedVoice =
                name.parse().map_err(|error: NoSuchHostedVoice| WrongCommand(format!("--voice: {error}")))?;
            voice
                .check(&config.providers)
                .map_err(|error| WrongCommand(format!("--voice {voice}: {error}")))?;
        }
    }
    let pdf = tokio::select! {
        read = intake::read_pdf(named) => read?,
        () = shutdown.cancelled() => return Err(Ended(INTERRUPTED).into()),
    };
    let target = target::check(output, &intake::files(named, &video), args.force)?;
    let context = Context::open(config)?.allowing(&video.options);
    intake::check_apart(named, &context.outputs_folder())?;
    context.kept_folders().try_for_each(|folder| target::check_outside(&target, &folder))?;
    let progress = Progress::start(args.json);
    let engine = context.engine(video.password.clone(), 2, Duration::from_millis(50), progress.sink())?;

    let (password, wants_local_model) = (video.password.clone(), video.wants_local_model);
    let mut options = intake::load(&engine, video, &pdf).await?;
    let mut chosen = serde_json::to_value(&options)?;
    if wants_local_model {
        chosen["llm"] = json!(ModelWish::Auto.to_string());
    }
    let key = json!({ "make": Digest::of(&pdf).as_str(), "name": named.file_name().map(|n| n.to_string_lossy()), "options": chosen });
    let key = Digest::of(&brainwrought_core::fingerprint::canonical_json(&key)).to_string();
    if wants_local_model {
        // A job that goes on keeps its model, whatever there is by now.
        let known = local_model::of_job(context.jobs.as_ref(), &key).await?;
        options.llm = Some(match known {
            Some(llm) => llm,
            None => local_model::find(config).await?,
        });
    }
    let request =
        Request { pdf: pdf.clone(), options: options.clone(), key: Some(key), priority: 10, max_cost };
    let created = intake::submit(&engine, named, request).await?;
    let mut view = created.view;
    if view.status != JobStatus::Completed {
        super::estimate::announce(&context, (named, &pdf), &options, password, max_cost).await;
    }
    // The same job under another limit. What the config file says is for new jobs: a limit that was raised stays so.
    if let Some(MaxCost(limit)) = limit {
        view = context.jobs.limit_cost(&view.job.job_id, limit).await?;
    }
    engine.recover().await?;
    let view = revive(&engine, view).await?;
    progress.seed(&view.job);

    let ended = engine.run_job(&view.job.job_id, shutdown.clone()).await;
    progress.finish();
    let view = ended?;
    let mut delivered = output::delivered(context.artifacts.as_ref(), &view.job).await;
    if view.status == JobStatus::Completed && !is_delivered(&engine, &view.job, &delivered).await {
        // A worker on another machine did the last stage, or somebody removed or changed what it delivered.
        let video = fetch_job(&engine, &view.job.job_id, &context.outputs_folder()).await?;
        delivered.output_local_path = Some(video.display().to_string());
    }
    let signing = args.c2pa.then(|| (&config.c2pa, context.credentials_folder()));
    let sign = |video: Bytes, manifest: &Path| match &signing {
        Some((section, folder)) => signing::signed(section, folder, &video, manifest),
        None => Ok(video),
    };
    let mut outcome = Outcome { view, delivered, target, made: None };
    if outcome.view.status == JobStatus::Completed {
        let video = finished(&outcome.delivered, sign)?;
        let unwritten = format!("the video was made and is safe as {}", video.made.display());
        target::write(&outcome.target, video.bytes.clone(), shutdown).await.context(unwritten)?;
        outcome.made = Some(video.made);
    }
    Ok(outcome)
}

/// Tells whether the video and the files beside it are here as they were made. Without a report to compare them with, it is
/// enough that the video is there.
async fn is_delivered(engine: &Engine, job: &Job, delivered: &Publication) -> bool {
    let Some(video) = delivered.output_local_path.as_ref().map(PathBuf::from) else { return false };
    let report = engine.output::<Report>(job, &StageName::from(Check::NAME), None).await;
    let Ok(Some(Report { video: made, .. })) = report else { return video.is_file() };
    let compare = move || {
        let is_same = |path: &Path, digest: &Digest| {
            let file = std::fs::File::open(path);
            file.and_then(Digest::of_reader).is_ok_and(|found| found == *digest)
        };
        is_same(&video, &made.video.digest)
            && made.sidecars.iter().all(|(name, blob)| is_same(&video.with_file_name(name), &blob.digest))
    };
    tokio::task::spawn_blocking(compare).await.unwrap_or(false)
}

/// Sets a job going again that ended without a video.
async fn revive(engine: &Engine, view: JobView) -> anyhow::Result<JobView> {
    let id = &view.job.job_id;
    Ok(match view.status {
        JobStatus::Failed | JobStatus::Cancelled => engine.retry_job(id, None).await?,
        _ => view,
    })
}

/// A finished video.
struct Finished {
    /// Where it lies among the outputs.
    made: PathBuf,
    /// Its bytes, signed where that was asked for.
    bytes: Bytes,
}

/// Reads the video of a job that is complete.
fn finished(
    delivered: &Publication,
    sign: impl FnOnce(Bytes, &Path) -> anyhow::Result<Bytes>,
) -> anyhow::Result<Finished> {
    let made = delivered.output_local_path.as_deref().context("the job is complete but names no video")?;
    let made = PathBuf::from(made);
    let bytes = std::fs::read(&made).with_context(|| format!("could not read {}", made.display()))?;
    let bytes = sign(bytes.into(), &made.with_file_name("manifest.json"))
        .with_context(|| format!("could not sign the video, which is safe as {}", made.display()))?;
    Ok(Finished { made, bytes })
}

/// How the job of a file ended.
pub(super) struct Outcome {
    pub(super) view: JobView,
    delivered: Publication,
    target: OutputTarget,
    /// Where the video lies among the outputs; `None` when there is none.
    made: Option<PathBuf>,
}

impl Outcome {
    /// Why there is no video, in one line; `None` when there is one or the job can go on.
    pub(super) fn error(&self) -> Option<String> {
        match self.view.status {
            JobStatus::Failed | JobStatus::Cancelled => {
                Some(self.view.job.error().unwrap_or_else(|| "the job was cancelled".to_owned()))
            }
            _ => None,
        }
    }

    /// Where the video was written; `None` when there is none.
    pub(super) fn video(&self) -> Option<&Path> {
        self.made.as_ref().map(|_| self.target.path())
    }

    /// The exit code of a command that made this one video.
    fn end(&self) -> anyhow::Result<()> {
        match self.view.status {
            JobStatus::Completed => Ok(()),
            JobStatus::Failed | JobStatus::Cancelled => Err(Ended(JOB_FAILED).into()),
            _ => Err(Ended(INTERRUPTED).into()),
        }
    }

    /// The report of the gate.
    fn report(&self) -> Option<ReportFile> {
        let bytes = std::fs::read(self.made.as_ref()?.with_file_name("report.json")).ok()?;
        ReportFile::read(&bytes)
    }

    /// Everything as JSON; `None` while the job can go on.
    pub(super) fn json(&self) -> Option<Value> {
        if !self.view.status.is_final() {
            return None;
        }
        let mut value = output::job_json(&self.view, &self.delivered);
        if let Some(video) = self.video() {
            let report = self.report();
            value["output"] = json!(video);
            value["report"] = json!(report.as_ref().map(|report| &report.rules));
            value["reader"] = json!(report.as_ref().and_then(|report| report.reader.as_ref()));
        }
        Some(value)
    }

    /// Tells where the video is and how it passed the gate, or why there is none.
    fn print(&self, as_json: bool) {
        if let Some(error) = self.error() {
            let job = &self.view.job;
            explain(&format!(
                "error: {error}\njob {}; `brainwrought logs {}` tells more; {}",
                job.job_id,
                job.job_id,
                crate::advice::on_job(job)
            ));
        } else if self.made.is_none() {
            explain("stopped; what is done stays done, and the same command goes on from here");
        } else if target::is_standard_output(&self.target) {
            return;
        }
        if as_json {
            self.json().iter().for_each(output::json);
        } else if let Some(made) = &self.made {
            self.print_video(made.parent().unwrap_or(Path::new(".")));
        }
    }

    fn print_video(&self, folder: &Path) {
        if let Some(report) = self.report() {
            output::line(table(&report));
            if let Some(reader) = &report.reader {
                output::line(format!("reader   {reader}{}", reader_note(reader)));
            }
        }
        output::line(format!("video    {}", self.target.path().display()));
        output::line(format!(
            "beside   {}  (captions, transcript, chapters, poster, quiz, report)",
            folder.display()
        ));
        output::line(format!("job      {}", self.view.job.job_id));
        let spent = crate::money::spent_lines(&self.view.job.ledger);
        if !spent.is_empty() {
            output::line(spent);
        }
    }
}

/// Says that the built-in engine read where PDFium could have, which reads text better.
fn reader_note(reader: &Reader) -> &'static str {
    match reader.name.as_str() {
        "hayro" => "  (built in; PDFium was not used, `brainwrought doctor` tells whether it can be)",
        _ => "",
    }
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{}", crate::exit::repeatable(text));
}
