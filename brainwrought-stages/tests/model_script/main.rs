//! Whole scripts with answers that were written by hand, as a strong model writes them and as weak ones do.
//!
//! The answers lie in a folder for each document, see [`ModelServer::answering_from`]. To write some for another document, run
//! this program with `--write FILE FOLDER SECONDS`: it leaves in the folder what the model is asked, and the narration that comes of
//! the answers that lie there. Files are read in child processes, so it cannot use the usual test harness.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test program fails by panic and prints its results"
)]

mod strong;
mod weak;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use brainwrought_core::data::{Document, LineRole, Scene, SceneKind, Script, SourcePdf};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage as _, StageContext};
use brainwrought_stages::llm::{ChosenLlm, LlmChoice};
use brainwrought_stages::parse::{ParsePdf, PdfHost, serve_if_child};
use brainwrought_stages::provider::ProviderSettings;
use brainwrought_stages::script::{Brief, ModelWriter, Pace, ScriptWriter as _, grounding, planned_ms};
use brainwrought_testing::{Asked, ModelServer};
use tokio_util::sync::CancellationToken;

/// A test with its name.
type Test = (&'static str, fn(&Desk));

/// Reads documents and has scripts written of them.
struct Desk {
    runtime: tokio::runtime::Runtime,
}

/// A script with what the model was asked for it.
struct Written {
    document: Document,
    script: Script,
    asked: Vec<Asked>,
}

impl Desk {
    fn read(&self, file: &Path) -> Document {
        let cx = context();
        let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parse =
            ParsePdf { host: PdfHost::this_program().unwrap().without_libpdfium(), ..ParsePdf::default() };
        let file_name = file.file_name().unwrap().to_string_lossy().into_owned();
        self.runtime.block_on(async {
            let pdf = cx.put(bytes.into(), "application/octet-stream").await.unwrap();
            parse.run(&cx, SourcePdf { file_name, pdf }).await.unwrap()
        })
    }

    /// Has a script written with the answers of a folder.
    fn write(&self, document: Document, answers: &Path, brief: &Brief) -> Written {
        let server = ModelServer::answering_from(answers);
        let choice: LlmChoice = format!("{}/v1#tiny", server.url).parse().unwrap();
        let writer = ModelWriter::chosen(ChosenLlm::new(&choice, &ProviderSettings::default()));
        // As much as a hosted model takes.
        let writer = writer.with_document_tokens(Some(150_000));
        let script = self.runtime.block_on(writer.write(&document, brief, &context())).unwrap();
        Written { document, script, asked: server.prompts() }
    }
}

fn main() -> ExitCode {
    serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let desk = Desk { runtime };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, file, folder, seconds] = arguments.as_slice()
        && mode == "--write"
    {
        leave(&desk, Path::new(file), Path::new(folder), seconds.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let filter = arguments.first().filter(|argument| !argument.starts_with('-'));
    let mut failed = 0;
    for (name, test) in strong::TESTS.iter().chain(weak::TESTS) {
        if filter.is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let passed = catch_unwind(AssertUnwindSafe(|| test(&desk))).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Leaves in a folder what the model is asked for a script, and its narration.
fn leave(desk: &Desk, file: &Path, folder: &Path, seconds: u64) {
    let written = desk.write(desk.read(file), folder, &brief(seconds));
    for (asked, number) in written.asked.iter().zip(1..) {
        let name = format!("asked-{number}-{}.txt", asked.step);
        std::fs::write(folder.join(name), &asked.text).unwrap();
    }
    let mut text =
        format!("{} ({:.1} s)\n\n", written.script.writer, planned_ms(&written.script) as f64 / 1000.0);
    for line in written.script.lines() {
        let _ = writeln!(text, "{:?} {:?} {:?}: {}", line.role, line.speaker, line.importance, line.text);
    }
    for question in &written.script.quiz {
        let _ = writeln!(text, "Quiz: {} {:?}, {}", question.question, question.choices, question.answer);
    }
    for warning in &written.script.warnings {
        let _ = writeln!(text, "Warning: {warning}");
    }
    for line in grounding(&written.script, &written.document) {
        let _ = writeln!(text, "Ungrounded: {line:?}");
    }
    std::fs::write(folder.join("narration.txt"), &text).unwrap();
    println!("{text}");
}

fn brief(seconds: u64) -> Brief {
    Brief { length_ms: seconds * 1000, seed: 1, memes: 1, ..Brief::default() }
}

fn context() -> StageContext {
    let key = TaskKey { stage: "script".into(), segment: None };
    let job = JobId::from_bytes([0; 16]);
    let artifacts = Arc::new(MemoryArtifactStore::default());
    StageContext::new(job, key, artifacts, PathBuf::new(), CancellationToken::new())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder with the answers for a document.
fn answers(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model_script").join(name)
}

impl Written {
    fn lines(&self) -> Vec<&str> {
        self.script.lines().map(|line| line.text.as_str()).collect()
    }

    fn scenes(&self) -> impl Iterator<Item = &Scene> {
        self.script.segments.iter().flat_map(|segment| &segment.scenes)
    }

    /// The share of the video that quiz, last line and source card take.
    fn ending_share(&self) -> f64 {
        let pace = Pace::default();
        let is_ending = |scene: &&Scene| {
            let ends = |role| matches!(role, LineRole::Quiz | LineRole::Answer | LineRole::Close);
            scene.kind == SceneKind::Source || scene.lines.iter().any(|line| ends(line.role))
        };
        let ms = |scene: &Scene| -> u64 {
            let spoken: u64 = scene.lines.iter().map(|line| pace.line_ms(&line.text)).sum();
            spoken.max(if scene.lines.is_empty() || scene.kind == SceneKind::Quiz { scene.min_ms } else { 0 })
                + 250
        };
        self.scenes().filter(is_ending).map(ms).sum::<u64>() as f64 / planned_ms(&self.script) as f64
    }

    /// What holds of every script, whatever the model wrote.
    fn is_sound(&self) {
        assert_eq!(grounding(&self.script, &self.document), [], "{:#?}", self.lines());
        let (planned, target) = (planned_ms(&self.script) as f64, self.script.target_ms as f64);
        assert!((planned / target - 1.0).abs() <= 0.04, "{planned} of {target}");
        for asked in &self.asked {
            assert!(
                asked.max_tokens > 0 && asked.max_tokens <= 24_000,
                "{}: {}",
                asked.step,
                asked.max_tokens
            );
        }
    }
}
