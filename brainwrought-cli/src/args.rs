//! What was typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use brainwrought_core::id::JobId;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use crate::edit_args::EditArgs;
use crate::money::MaxCost;
use crate::serve_args::ServeArgs;
use crate::video_args::VideoArgs;

/// Turns a PDF into a short vertical video.
#[derive(Debug, Parser)]
#[command(name = "brainwrought", version, about, max_term_width = 100)]
#[command(after_help = "Examples:
  brainwrought make paper.pdf                     a video beside you, as paper.mp4
  brainwrought make paper.pdf -o out.mp4 --length 30 --background marbles
  brainwrought submit paper.pdf && brainwrought dev    a job now, the work in another terminal
  brainwrought doctor                             what is missing, and the command that mends it

A command that was stopped, even by kill -9, goes on when it is typed again.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) stores: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where jobs and artifacts lie.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct StoreArgs {
    /// The folder or URL of both stores [default: file:./data, or $BRAINWROUGHT_STORE]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// The URL of the job store, when it differs [default: $BRAINWROUGHT_JOBS]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) jobs: Option<String>,
    /// The URL of the artifact store, when it differs [default: $BRAINWROUGHT_ARTIFACTS]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) artifacts: Option<String>,
    /// The folder with voices and libraries [default: $BRAINWROUGHT_DATA, or ~/.local/share/brainwrought]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) resources: Option<PathBuf>,
    /// The config file [default: ./brainwrought.toml where there is one, or $BRAINWROUGHT_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Send nothing to any provider, whatever else is chosen [default: $BRAINWROUGHT_OFFLINE]
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// How log lines look [default: text, or $BRAINWROUGHT_LOG_FORMAT]
    #[arg(long, global = true, value_enum, value_name = "text|json")]
    pub(crate) log_format: Option<LogFormat>,
    /// More detail on standard error; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a video of a PDF, here and now
    #[command(after_help = "Examples:
  brainwrought make paper.pdf
  brainwrought make paper.pdf -o paper.mp4 --length 90 --layout b
  brainwrought make notes.pdf --background ~/clips --captions plain --seed 7
  OPENAI_API_KEY=… brainwrought make paper.pdf --llm openai:gpt-5-mini
  brainwrought make paper.pdf --llm http://127.0.0.1:8080/v1#MODEL    Ollama, llama.cpp, vLLM, LM Studio
  brainwrought make paper.pdf --voice oak --lexicon words.txt
  brainwrought make paper.pdf --llm openai:gpt-5-mini --estimate      what it would cost; nobody is paid
  brainwrought make paper.pdf --llm openai:gpt-5-mini --max-cost 0.50
  brainwrought make --voice list
  brainwrought make locked.pdf --password secret      or $BRAINWROUGHT_PDF_PASSWORD")]
    Make(MakeArgs),
    /// Create a job and leave the work to workers
    #[command(
        alias = "new-job",
        after_help = "Example:
  brainwrought submit paper.pdf --length 30 && brainwrought worker"
    )]
    Submit(SubmitArgs),
    /// Show a job
    #[command(
        alias = "show-job",
        after_help = "Example:
  brainwrought status 5f0c… --json | jq .status"
    )]
    Status(JobArgs),
    /// List jobs, the newest first
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
    /// Stop a job
    #[command(after_help = "Example:
  brainwrought cancel 5f0c…")]
    Cancel(JobArgs),
    /// Remove a job that is over, with its PDF, its video and everything made from it
    #[command(after_help = "Example:
  brainwrought delete 5f0c…")]
    Delete(JobArgs),
    /// Run what failed again, or everything from a stage on
    #[command(after_help = "Examples:
  brainwrought retry 5f0c…
  brainwrought retry 5f0c… --from script
  brainwrought retry 5f0c… --max-cost 2       after its limit stopped it")]
    Retry(RetryArgs),
    /// Change what is said in a finished video, or undo a change
    #[command(after_help = "Examples:
  brainwrought edit 5f0c… --show
  brainwrought edit 5f0c… --line 3 'Bees dance to show the way.' --line 7 'And that is all.'
  brainwrought edit 5f0c… --undo          the version before; --undo 1 is version 1")]
    Edit(EditArgs),
    /// Publish a finished video to the dataset that $HF_DATASET_REPO names
    #[command(after_help = "Example:
  HF_TOKEN=hf_… HF_DATASET_REPO=owner/name brainwrought publish 5f0c…")]
    Publish(JobArgs),
    /// Claim tasks and do them, until stopped
    #[command(after_help = "Example:
  brainwrought worker --stage render --stage audio --concurrency 2")]
    Worker(WorkerArgs),
    /// Move tasks whose needs are done, until stopped
    #[command(after_help = "Example:
  brainwrought orchestrator --once")]
    Orchestrator(RoundArgs),
    /// Take back leases that ran out, until stopped
    #[command(after_help = "Example:
  brainwrought recovery --poll 5
  brainwrought recovery --keep 30d                    and remove jobs a month after their end")]
    Recovery(RecoveryArgs),
    /// Orchestrator, recovery and worker in one process, until stopped
    #[command(after_help = "Example:
  brainwrought dev --concurrency 2")]
    Dev(WorkerArgs),
    /// Serve the page and the API, and work on what is submitted there
    #[command(after_help = "Examples:
  brainwrought serve                                  http://127.0.0.1:7860, for this machine alone
  PORT=8080 brainwrought serve --bind 0.0.0.0         for everybody who reaches it
  brainwrought serve --no-workers --jobs postgres://… a front to a fleet of workers

Environment: PORT, BRAINWROUGHT_OPERATOR_TOKEN (who may list all jobs; without it, the token in data/operator-token), BRAINWROUGHT_WEBHOOK_SECRET (signs callbacks).")]
    Serve(ServeArgs),
    /// Put the server into a Space at the Hugging Face Hub, built from a checkout
    #[command(after_help = "Examples:
  HF_TOKEN=hf_… brainwrought space --repo owner/brainwrought
  HF_TOKEN=hf_… brainwrought space --repo owner/brainwrought --hardware cpu-upgrade --sleep-time 3600 \\
      --variable HF_DATASET_REPO=owner/videos --secret HF_TOKEN

The same again changes nothing. Paid machines cost until they sleep: choose a --sleep-time with them.")]
    Space(SpaceArgs),
    /// Bring a finished video and the files beside it here, whoever made it
    #[command(after_help = "Example:
  brainwrought fetch 5f0c… -o paper.mp4")]
    Fetch(FetchArgs),
    /// Pause, resume or limit a stage in the whole fleet
    #[command(after_help = "Examples, with --jobs postgres://…:
  brainwrought stage pause render     nobody starts to render; what runs goes on
  brainwrought stage limit audio 4    at most four at once, all workers together
  brainwrought stage limit audio      any number again
  brainwrought stage list")]
    Stage(StageArgs),
    /// Make the tables of a database, or bring them to this version
    #[command(after_help = "Example:
  brainwrought migrate --jobs postgres://user@host/database")]
    Migrate(JsonArgs),
    /// Watch the fleet: what waits, who works, what failed
    #[command(after_help = "Examples:
  brainwrought top
  brainwrought top --once --json")]
    Top(TopArgs),
    /// Remove artifacts that no job needs
    #[command(
        alias = "clean-artifacts",
        after_help = "Examples:
  brainwrought gc --dry-run
  brainwrought gc --older-than 0"
    )]
    Gc(GcArgs),
    /// Tell what is present, what is missing, and the command that mends it
    #[command(after_help = "Example:
  brainwrought doctor --json")]
    Doctor(JsonArgs),
}

/// `make`.
#[derive(Debug, ClapArgs)]
pub(crate) struct MakeArgs {
    /// The PDF
    pub(crate) pdf: Option<PathBuf>,
    /// Where the video goes: a file, a pipe or a device [default: the PDF's name with .mp4, in this folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is not a video of this program
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) video: VideoArgs,
    /// Sign the video with C2PA content credentials; in builds with `--features c2pa`
    #[arg(long)]
    pub(crate) c2pa: bool,
    /// Stop before providers are paid more than so many US dollars, or `none`; what is done is kept [default: `max-cost` in
    /// the config file]
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<MaxCost>,
    /// Tell what providers would be paid, and make nothing
    #[arg(long)]
    pub(crate) estimate: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `submit`.
#[derive(Debug, ClapArgs)]
pub(crate) struct SubmitArgs {
    /// The PDF
    pub(crate) pdf: PathBuf,
    #[command(flatten)]
    pub(crate) video: VideoArgs,
    /// Stop before providers are paid more than so many US dollars, or `none` [default: `max-cost` in the config file]
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<MaxCost>,
    /// The higher, the sooner it is done
    #[arg(long, default_value_t = 0)]
    pub(crate) priority: i32,
    /// Makes a second submission with the same key find the first job
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Print the job as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A command about one job.
#[derive(Debug, ClapArgs)]
pub(crate) struct JobArgs {
    /// The job's id
    pub(crate) job: JobId,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `list`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ListArgs {
    /// How many at most
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `retry`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RetryArgs {
    /// The job's id
    pub(crate) job: JobId,
    /// The stage to start from; without it, everything that failed or was cancelled
    #[arg(long, value_name = "STAGE")]
    pub(crate) from: Option<String>,
    /// Let providers be paid so many US dollars in all, or any sum with `none`
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<MaxCost>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `fetch`.
#[derive(Debug, ClapArgs)]
pub(crate) struct FetchArgs {
    /// The job's id
    pub(crate) job: JobId,
    /// Where the video goes, too: a file, a pipe or a device
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is not a video of this program
    #[arg(long)]
    pub(crate) force: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `stage`.
#[derive(Debug, ClapArgs)]
pub(crate) struct StageArgs {
    #[command(subcommand)]
    pub(crate) change: StageChange,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do about a stage.
#[derive(Debug, Subcommand)]
pub(crate) enum StageChange {
    /// List the stages that are paused or limited
    List,
    /// Lend no more of its tasks; those that run go on
    Pause {
        /// The stage
        stage: String,
    },
    /// Lend its tasks again
    Resume {
        /// The stage
        stage: String,
    },
    /// Set how many of its tasks may run at once, in all workers together
    Limit {
        /// The stage
        stage: String,
        /// How many; without it, any number
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        most: Option<u32>,
    },
}

/// `worker` and `dev`.
#[derive(Debug, ClapArgs)]
pub(crate) struct WorkerArgs {
    /// Only this stage; may be given several times
    #[arg(long = "stage", value_name = "STAGE")]
    pub(crate) stages: Vec<String>,
    /// How many tasks at once [default: 2]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: Option<u16>,
    /// The longest rest between two looks at the store, in seconds [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<f64>,
    /// Serve metrics for Prometheus at this address [default: none, or $BRAINWROUGHT_METRICS]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
}

/// `orchestrator` and `recovery`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RoundArgs {
    /// One round, then end
    #[arg(long)]
    pub(crate) once: bool,
    /// The longest rest between two rounds, in seconds [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<f64>,
    /// Serve metrics for Prometheus at this address [default: none, or $BRAINWROUGHT_METRICS]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
}

/// `recovery`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RecoveryArgs {
    #[command(flatten)]
    pub(crate) round: RoundArgs,
    /// Also remove jobs that are over after so long, such as 12h or 30d, with their PDFs and videos; without it they stay
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) keep: Option<std::time::Duration>,
}

/// `top`.
#[derive(Debug, ClapArgs)]
pub(crate) struct TopArgs {
    /// Look once, print, and end
    #[arg(long)]
    pub(crate) once: bool,
    /// The rest between two looks, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub(crate) every: f64,
    /// Print JSON; one object a look
    #[arg(long)]
    pub(crate) json: bool,
}

/// `space`.
#[derive(Debug, ClapArgs)]
pub(crate) struct SpaceArgs {
    /// The Space; it is created when it is not there
    #[arg(long, value_name = "OWNER/SPACE")]
    pub(crate) repo: String,
    /// The machine: cpu-basic is free, cpu-upgrade renders some four times as fast
    #[arg(long, value_name = "NAME")]
    pub(crate) hardware: Option<String>,
    /// The seconds without a visitor after which it sleeps, on paid machines; -1 for never
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..))]
    pub(crate) sleep_time: Option<i64>,
    /// A variable of its environment, for everybody to see; may be given several times
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) variables: Vec<(String, String)>,
    /// A secret of its environment, with the value that the variable has here; may be given several times
    #[arg(long = "secret", value_name = "NAME")]
    pub(crate) secrets: Vec<String>,
    /// The checkout that it is built from
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) source: PathBuf,
    /// Let everybody see a new Space
    #[arg(long)]
    pub(crate) public: bool,
    /// Only tell which files would be uploaded
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
        .ok_or_else(|| "write it as NAME=VALUE".to_owned())
}

/// `gc`.
#[derive(Debug, ClapArgs)]
pub(crate) struct GcArgs {
    /// Only tell what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep what was written in the last so many minutes: files of jobs that are about to be submitted and, in a dataset at
    /// the Hub, what running jobs have made
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
        _ => Err("give seconds from 0.01 to 3600".to_owned()),
    }
}
