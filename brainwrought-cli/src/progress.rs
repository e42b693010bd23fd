//! A progress bar with time left on a terminal; a line a stage where standard error is none.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::event::{Event, EventSink, LogLevel};
use brainwrought_core::id::TaskKey;
use brainwrought_core::job::Job;
use brainwrought_stages::standard::{WeightedProgress, stage_label};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far a job is.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    progress: WeightedProgress,
    live: BTreeMap<TaskKey, (u64, u64)>,
    plain: bool,
}

impl Progress {
    /// Starts to show; a bar on a terminal, lines elsewhere, nothing when `quiet`.
    pub(crate) fn start(quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal && !quiet {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(1000), target);
        let style = ProgressStyle::with_template(
            "{spinner} {bar:32.yellow/dim} {percent:>3}%  {msg:24}  {elapsed} gone, {eta} left",
        );
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(125));
        let state = State {
            progress: WeightedProgress::default(),
            live: BTreeMap::new(),
            plain: !terminal && !quiet,
        };
        Self { bar, state: Arc::new(Mutex::new(state)) }
    }

    /// The sink that an engine's events should go to.
    pub(crate) fn sink(&self) -> EventSink {
        let progress = self.clone();
        EventSink::new(move |event| progress.on(event))
    }

    /// Takes what is done already from the stored job.
    pub(crate) fn seed(&self, job: &Job) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.progress = WeightedProgress::from_job(job);
        self.show(&state);
    }

    /// Clears the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn on(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { task, .. } => {
                self.bar.set_message(verb(&task));
                state.live.insert(task, (0, 1));
            }
            Event::Progress { task, done, total, .. } => {
                state.live.insert(task, (done, total.max(1)));
            }
            Event::Done { task, cached, .. } => {
                state.live.remove(&task);
                let note = if cached { " (known already)" } else { "" };
                state.say(&format!("  {task} done{note}"));
                state.progress.done(&task);
            }
            Event::Failed { task, error, will_retry, .. } => {
                state.live.remove(&task);
                if will_retry {
                    self.note(&state, &format!("  {task} failed and will be tried again: {error}"));
                }
            }
            Event::Waiting { reason, .. } => {
                self.bar.set_message("waiting");
                self.bar.println(format!("  waiting: {reason}"));
                // Told even to those who want no progress: they would wait without knowing what for.
                if self.bar.is_hidden() {
                    let _ = writeln!(std::io::stderr().lock(), "  waiting: {reason}");
                }
            }
            Event::Log { task, level: LogLevel::Warn, message, .. } => {
                self.note(&state, &format!("  {task}: {message}"));
            }
            _ => {}
        }
        self.show(&state);
    }

    fn show(&self, state: &State) {
        let share = state.progress.share(&state.live);
        self.bar.set_position((share * 1000.0) as u64);
    }

    fn note(&self, state: &State, text: &str) {
        self.bar.println(text);
        state.say(text);
    }
}

impl State {
    fn say(&self, text: &str) {
        if self.plain {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }
}

fn verb(task: &TaskKey) -> String {
    let label = stage_label(&task.stage.0);
    // It stands after the name of the job, not at the start of a sentence.
    let verb = label.get(..1).map(str::to_lowercase).unwrap_or_default() + label.get(1..).unwrap_or_default();
    match task.segment {
        Some(segment) => format!("{verb} (part {})", segment + 1),
        None => verb,
    }
}
