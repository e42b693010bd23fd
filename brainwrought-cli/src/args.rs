//! What was typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use brainwrought_core::id::JobId;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use crate::edit_args::EditArgs;
use crate::money::MaxCost;
use crate::serve_args::ServeArgs;
use crate::time_span::time_span;
use crate::video_args::VideoArgs;

/// Turns a PDF, book, presentation or text into a short vertical video
#[derive(Debug, Parser)]
#[command(name = "brainwrought", version, about, max_term_width = 100)]
#[command(after_help = "Examples:
  brainwrought make paper.pdf                     writes paper.mp4 to the current folder
  brainwrought make paper.pdf -o out.mp4 --length 30 --background marbles
  brainwrought submit paper.pdf && brainwrought dev    create a job, then run it
  brainwrought doctor                             check the installation and say how to fix it

A command that was interrupted, even by kill -9, resumes when you run it again.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) stores: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where jobs and artifacts lie.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct StoreArgs {
    /// Folder or URL of the job store and the artifact store [default: $BRAINWROUGHT_STORE, or file:./data]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// URL of the job store, if it differs from --store [default: $BRAINWROUGHT_JOBS]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) jobs: Option<String>,
    /// URL of the artifact store, if it differs from --store [default: $BRAINWROUGHT_ARTIFACTS]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) artifacts: Option<String>,
    /// Folder with the voices and the PDF engine [default: $BRAINWROUGHT_DATA, or ~/.local/share/brainwrought]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) resources: Option<PathBuf>,
    /// Config file [default: $BRAINWROUGHT_CONFIG, or ./brainwrought.toml if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Send no request to any provider, even if one is selected [default: $BRAINWROUGHT_OFFLINE]
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Format of log lines [default: $BRAINWROUGHT_LOG_FORMAT, or text]
    #[arg(long, global = true, value_enum, value_name = "text|json")]
    pub(crate) log_format: Option<LogFormat>,
    /// Log in more detail to standard error; repeat for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// Plain text.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a video from a file and wait for it
    #[command(after_help = "Examples:
  brainwrought make paper.pdf
  brainwrought make paper.pdf -o paper.mp4 --length 90 --layout split
  brainwrought make notes.md -o notes.mp4             EPUB, DOCX, PPTX, HTML and text files, too
  brainwrought make a.pdf b.pdf lectures/ -o videos/  a video of each file, and of each one in the folder
  brainwrought make notes.pdf --background ~/clips --captions plain --seed 7
  OPENAI_API_KEY=… brainwrought make paper.pdf --llm openai:gpt-5-mini
  brainwrought make paper.pdf --llm http://127.0.0.1:8080/v1#MODEL    Ollama, llama.cpp, vLLM, LM Studio
  brainwrought make paper.pdf --voice oak --lexicon words.txt
  brainwrought make paper.pdf --llm openai:gpt-5-mini --estimate      prints the cost; no provider is called
  brainwrought make paper.pdf --llm openai:gpt-5-mini --max-cost 0.50
  brainwrought make --voice list
  brainwrought make locked.pdf --password secret      or $BRAINWROUGHT_PDF_PASSWORD")]
    Make(MakeArgs),
    /// Write the script alone, to be edited before a video is made of it
    #[command(after_help = "Examples:
  brainwrought script paper.pdf                       writes paper.script.toml
  brainwrought make paper.pdf --script paper.script.toml
  brainwrought script paper.pdf -o - --length 90      prints it")]
    Script(ScriptArgs),
    /// Create a job for workers to run
    #[command(
        alias = "new-job",
        after_help = "Example:
  brainwrought submit paper.pdf --length 30 && brainwrought worker"
    )]
    Submit(SubmitArgs),
    /// Show the status of a job
    #[command(
        alias = "show-job",
        after_help = "Example:
  brainwrought status 5f0c… --json | jq .status"
    )]
    Status(JobArgs),
    /// List jobs, newest first
    #[command(
        alias = "list-jobs",
        after_help = "Example:
  brainwrought list --limit 5"
    )]
    List(ListArgs),
    /// Show the log of a job
    #[command(after_help = "Example:
  brainwrought logs 5f0c…")]
    Logs(JobArgs),
    /// Cancel a job
    #[command(after_help = "Example:
  brainwrought cancel 5f0c…")]
    Cancel(JobArgs),
    /// Delete a finished job, with its file, its video and everything made from it
    #[command(after_help = "Example:
  brainwrought delete 5f0c…")]
    Delete(JobArgs),
    /// Run failed tasks again, or everything from a given stage on
    #[command(after_help = "Examples:
  brainwrought retry 5f0c…
  brainwrought retry 5f0c… --from script
  brainwrought retry 5f0c… --max-cost 2       raise the limit that stopped it")]
    Retry(RetryArgs),
    /// Change lines of a finished video, or undo a change
    #[command(after_help = "Examples:
  brainwrought edit 5f0c… --show
  brainwrought edit 5f0c… --line 3 'Bees dance to show the way.' --line 7 'And that is all.'
  brainwrought edit 5f0c… --line 4 'It was a good year.' --overrule 4
  brainwrought edit 5f0c… --undo          the previous version; --undo 1 is version 1")]
    Edit(EditArgs),
    /// Publish a finished video to the Hugging Face dataset in $HF_DATASET_REPO
    #[command(after_help = "Example:
  HF_TOKEN=hf_… HF_DATASET_REPO=owner/name brainwrought publish 5f0c…")]
    Publish(JobArgs),
    /// Claim and run tasks until stopped
    #[command(after_help = "Example:
  brainwrought worker --stage render --stage audio --concurrency 2")]
    Worker(WorkerArgs),
    /// Make tasks ready whose dependencies are done, until stopped
    #[command(after_help = "Example:
  brainwrought orchestrator --once")]
    Orchestrator(RoundArgs),
    /// Recover tasks whose lease has expired, until stopped
    #[command(after_help = "Examples:
  brainwrought recovery --poll 5
  brainwrought recovery --keep 30d                    also deletes jobs 30 days after they end")]
    Recovery(RecoveryArgs),
    /// Run orchestrator, recovery and worker in one process, until stopped
    #[command(after_help = "Example:
  brainwrought dev --concurrency 2")]
    Dev(WorkerArgs),
    /// Serve the web UI and the HTTP API, and run the jobs submitted there
    #[command(after_help = "Examples:
  brainwrought serve                                  http://127.0.0.1:7860, reachable from this machine only
  PORT=8080 brainwrought serve --bind 0.0.0.0         reachable from the network
  brainwrought serve --no-workers --jobs postgres://…    front end of a fleet of workers

Environment: PORT; BRAINWROUGHT_OPERATOR_TOKEN, the bearer token of operators, who may list all jobs (default: generated and kept in data/operator-token); BRAINWROUGHT_WEBHOOK_SECRET, which signs callbacks.")]
    Serve(ServeArgs),
    /// Deploy the server to a Hugging Face Space, built from a checkout
    #[command(after_help = "Examples:
  HF_TOKEN=hf_… brainwrought space --repo owner/brainwrought
  HF_TOKEN=hf_… brainwrought space --repo owner/brainwrought --hardware cpu-upgrade --sleep-time 3600 \\
      --variable HF_DATASET_REPO=owner/videos --secret HF_TOKEN

Running it again changes only what differs. Paid hardware is billed until it sleeps: set --sleep-time with it.")]
    Space(SpaceArgs),
    /// Download a finished video and its sidecar files, whichever worker made it
    #[command(after_help = "Example:
  brainwrought fetch 5f0c… -o paper.mp4")]
    Fetch(FetchArgs),
    /// Pause, resume or limit a stage across the fleet
    #[command(after_help = "Examples, with --jobs postgres://…:
  brainwrought stage pause render     no new render task starts; running ones finish
  brainwrought stage limit audio 4    at most four at once across all workers
  brainwrought stage limit audio      removes the limit
  brainwrought stage list")]
    Stage(StageArgs),
    /// Create or upgrade the tables of a Postgres job store
    #[command(after_help = "Example:
  brainwrought migrate --jobs postgres://user@host/database")]
    Migrate(JsonArgs),
    /// Watch the fleet: queues, workers and failures
    #[command(after_help = "Examples:
  brainwrought top
  brainwrought top --once --json")]
    Top(TopArgs),
    /// Delete artifacts that no job needs
    #[command(
        alias = "clean-artifacts",
        after_help = "Examples:
  brainwrought gc --dry-run
  brainwrought gc --older-than 0"
    )]
    Gc(GcArgs),
    /// Check the installation and print the command that fixes each problem
    #[command(after_help = "Example:
  brainwrought doctor --json")]
    Doctor(JsonArgs),
}

/// `make`.
#[derive(Debug, ClapArgs)]
pub(crate) struct MakeArgs {
    /// Files to read, or folders of them: PDF, EPUB, DOCX, PPTX, Markdown, HTML or plain text. Each becomes a video; a
    /// folder stands for the files of these kinds directly in it
    #[arg(value_name = "FILE")]
    pub(crate) pdfs: Vec<PathBuf>,
    /// Output file, pipe or device; of several videos their folder [default: the name of the file with .mp4, in the current
    /// folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output file even if this program did not make it
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) video: VideoArgs,
    /// Sign the video with C2PA content credentials; needs a build with `--features c2pa`
    #[arg(long)]
    pub(crate) c2pa: bool,
    /// Spending limit for providers in US dollars, or `none`, for all videos together; a job that reaches it fails and keeps
    /// what is done [default: `max-cost` in the config file, for each video]
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<MaxCost>,
    /// Print the expected and the highest cost, and make nothing
    #[arg(long)]
    pub(crate) estimate: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `script`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ScriptArgs {
    /// File to read: PDF, EPUB, DOCX, PPTX, Markdown, HTML or plain text
    pub(crate) pdf: PathBuf,
    /// Output file, or `-` to print the script [default: the name of the file with .script.toml, in the current folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output file
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) video: VideoArgs,
}

/// `submit`.
#[derive(Debug, ClapArgs)]
pub(crate) struct SubmitArgs {
    /// File to read: PDF, EPUB, DOCX, PPTX, Markdown, HTML or plain text
    pub(crate) pdf: PathBuf,
    #[command(flatten)]
    pub(crate) video: VideoArgs,
    /// Spending limit for providers in US dollars, or `none` [default: `max-cost` in the config file]
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<MaxCost>,
    /// Priority; jobs with a higher one run first
    #[arg(long, default_value_t = 0)]
    pub(crate) priority: i32,
    /// Return the existing job if one was submitted with this key
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Print the job as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A command about one job.
#[derive(Debug, ClapArgs)]
pub(crate) struct JobArgs {
    /// Job id
    pub(crate) job: JobId,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `list`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ListArgs {
    /// Maximum number of jobs to list
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `retry`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RetryArgs {
    /// Job id
    pub(crate) job: JobId,
    /// Stage to start from; without it, everything that failed or was cancelled runs again
    #[arg(long, value_name = "STAGE")]
    pub(crate) from: Option<String>,
    /// New spending limit in US dollars, counting what has been spent, or `none`
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<MaxCost>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `fetch`.
#[derive(Debug, ClapArgs)]
pub(crate) struct FetchArgs {
    /// Job id
    pub(crate) job: JobId,
    /// Also write the video to this file, pipe or device
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output file even if this program did not make it
    #[arg(long)]
    pub(crate) force: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `stage`.
#[derive(Debug, ClapArgs)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "this build has no `stage`"))]
pub(crate) struct StageArgs {
    #[command(subcommand)]
    pub(crate) change: StageChange,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do about a stage.
#[derive(Debug, Subcommand)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "this build has no `stage`"))]
pub(crate) enum StageChange {
    /// List the stages that are paused or limited
    List,
    /// Start no more of its tasks; running ones finish
    Pause {
        /// Stage name
        stage: String,
    },
    /// Start its tasks again
    Resume {
        /// Stage name
        stage: String,
    },
    /// Limit how many of its tasks run at once across all workers
    Limit {
        /// Stage name
        stage: String,
        /// Maximum; omit it to remove the limit
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        most: Option<u32>,
    },
}

/// `worker` and `dev`.
#[derive(Debug, ClapArgs)]
pub(crate) struct WorkerArgs {
    /// Run tasks of this stage only; may be repeated
    #[arg(long = "stage", value_name = "STAGE")]
    pub(crate) stages: Vec<String>,
    /// Number of tasks to run at once [default: 2]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: Option<u16>,
    /// Maximum seconds between two polls of the job store [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<f64>,
    /// Serve Prometheus metrics at this address [default: $BRAINWROUGHT_METRICS, or none]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
}

/// `orchestrator` and `recovery`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RoundArgs {
    /// Run one round, then exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Maximum seconds between two rounds [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<f64>,
    /// Serve Prometheus metrics at this address [default: $BRAINWROUGHT_METRICS, or none]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
}

/// `recovery`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RecoveryArgs {
    #[command(flatten)]
    pub(crate) round: RoundArgs,
    /// Also delete jobs this long after they end, such as 12h or 30d, with their files and videos [default: never]
    #[arg(long, value_name = "TIME", value_parser = time_span)]
    pub(crate) keep: Option<std::time::Duration>,
}

/// `top`.
#[derive(Debug, ClapArgs)]
pub(crate) struct TopArgs {
    /// Print one snapshot and exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Seconds between updates
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub(crate) every: f64,
    /// Print JSON, one object per update
    #[arg(long)]
    pub(crate) json: bool,
}

/// `space`.
#[derive(Debug, ClapArgs)]
#[cfg_attr(not(feature = "cloud"), allow(dead_code, reason = "this build has no `space`"))]
pub(crate) struct SpaceArgs {
    /// Space to deploy to; it is created if it does not exist
    #[arg(long, value_name = "OWNER/SPACE")]
    pub(crate) repo: String,
    /// Hardware: cpu-basic is free, cpu-upgrade renders about four times as fast
    #[arg(long, value_name = "NAME")]
    pub(crate) hardware: Option<String>,
    /// Seconds without visitors after which paid hardware sleeps; -1 for never
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..))]
    pub(crate) sleep_time: Option<i64>,
    /// Public environment variable of the Space; may be repeated
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) variables: Vec<(String, String)>,
    /// Secret environment variable of the Space, with its value in this environment; may be repeated
    #[arg(long = "secret", value_name = "NAME")]
    pub(crate) secrets: Vec<String>,
    /// Checkout to build the Space from
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) source: PathBuf,
    /// Make a new Space public
    #[arg(long)]
    pub(crate) public: bool,
    /// List the files that would be uploaded, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let found = text.split_once('=').filter(|(name, _)| !name.is_empty());
    found
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "expected NAME=VALUE".to_owned())
}

/// `gc`.
#[derive(Debug, ClapArgs)]
pub(crate) struct GcArgs {
    /// List what would be deleted, and delete nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep artifacts written in the last MINUTES: they may belong to a job that is just being submitted or, in a Hugging
    /// Face dataset, to a running one
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    pub(crate) older_than: u64,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A command without arguments of its own.
#[derive(Debug, ClapArgs)]
pub(crate) struct JsonArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.01..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected a number of seconds from 0.01 to 3600".to_owned()),
    }
}
