//! Pipelines of any input and their typed results.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use brainwrought_core::data::SourcePdf;
use brainwrought_core::engine::{Engine, EngineError, RunError, Submission};
use brainwrought_core::job::PlanError;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Fan, Stage, StageContext, StageData, StageError};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Words(Vec<String>);

impl StageData for Words {
    const SCHEMA: &'static str = "words/1";
}

impl Fan for Words {
    type Item = String;

    fn items(&self) -> Vec<String> {
        self.0.clone()
    }
}

macro_rules! stage {
    ($name:ident, $stage:literal, $input:ty => $output:ty, |$value:ident| $made:expr) => {
        #[derive(Debug, Serialize)]
        struct $name;

        impl Stage for $name {
            const NAME: &'static str = $stage;
            const VERSION: u32 = 1;
            type Input = $input;
            type Output = $output;

            async fn run(&self, _cx: &StageContext, $value: $input) -> Result<$output, StageError> {
                $made
            }
        }
    };
}

stage!(Split, "split", String => Words, |text| Ok(Words(text.split(' ').map(str::to_owned).collect())));
stage!(Count, "count", String => u64, |word| Ok(word.len() as u64));
stage!(Shout, "shout", String => String, |word| Ok(word.to_uppercase()));
stage!(Table, "table", (String, Vec<u64>, Vec<String>, Vec<String>, Vec<u64>) => String, |input| {
    let (text, counts, loud, plain, again) = input;
    assert_eq!(counts, again);
    Ok(format!("{text}: {counts:?} {loud:?} {plain:?}"))
});
stage!(Refuse, "refuse", String => String, |word| Err(StageError::fatal(format!("`{word}` is no word"))));

fn table() -> Pipeline<String, String> {
    Pipeline::new("table", |p, text: Handle<String>| {
        let words = p.stage(Split, text);
        let (counts, loud, plain) =
            p.each(words, |p, word| (p.stage(Count, word), p.stage(Shout, word), word));
        p.stage(Table, (text, counts, loud, plain, counts))
    })
    .unwrap()
}

#[tokio::test]
async fn each_gives_a_list_for_every_handle_that_it_returns() {
    let engine = Engine::in_memory(table()).unwrap();
    let made = engine.run("to be".to_owned()).await.unwrap();
    assert_eq!(made, r#"to be: [2, 2] ["TO", "BE"] ["to", "be"]"#);
}

#[tokio::test]
async fn a_result_may_be_a_list_or_the_items_or_the_input() {
    let listed = Pipeline::new("listed", |p, text| {
        let words = p.stage(Split, text);
        p.each(words, |p, word| p.stage(Count, word))
    });
    let counts: Vec<u64> = Engine::in_memory(listed.unwrap()).unwrap().run("a bee".to_owned()).await.unwrap();
    assert_eq!(counts, [1, 3]);
    let items = Pipeline::new("items", |p, text| {
        let words = p.stage(Split, text);
        p.each(words, |_, word| word)
    });
    let words: Vec<String> =
        Engine::in_memory(items.unwrap()).unwrap().run("a bee".to_owned()).await.unwrap();
    assert_eq!(words, ["a", "bee"]);
    let echo = Pipeline::new("echo", |p, text: Handle<String>| {
        p.stage(Count, text);
        text
    });
    assert_eq!(Engine::in_memory(echo.unwrap()).unwrap().run("a".to_owned()).await.unwrap(), "a");
}

#[tokio::test]
async fn a_failure_is_told_with_its_stage() {
    let pipeline = Pipeline::new("refused", |p, text| p.stage(Refuse, text)).unwrap();
    let error = Engine::in_memory(pipeline).unwrap().run("xyz".to_owned()).await.unwrap_err();
    assert!(matches!(error, RunError::Failed { .. }), "{error:?}");
    assert!(error.to_string().ends_with("failed: refuse: `xyz` is no word"), "{error}");
}

#[tokio::test]
async fn a_run_that_is_stopped_goes_on_with_its_key() {
    let (jobs, artifacts) = (Arc::new(MemoryJobStore::default()), Arc::new(MemoryArtifactStore::default()));
    let engine = || {
        let (jobs, artifacts) = (Arc::clone(&jobs), Arc::clone(&artifacts));
        Engine::builder(table()).job_store(jobs).artifact_store(artifacts).build().unwrap()
    };
    let submission = || engine().submission("to be".to_owned()).with_idempotency_key(Some("once".to_owned()));
    let stopped = CancellationToken::new();
    stopped.cancel();
    let error = engine().run_submission(submission(), stopped).await.unwrap_err();
    assert!(matches!(error, RunError::Stopped(_)), "{error:?}");
    let made = engine().run_submission(submission(), CancellationToken::new()).await.unwrap();
    assert!(made.starts_with("to be"), "{made}");
}

#[tokio::test]
async fn a_submission_of_another_type_is_refused() {
    let engine = Engine::in_memory(table()).unwrap();
    let refused = engine.submit(Submission::of_pdf("table", "a.pdf", "pdf".into())).await.unwrap_err();
    let EngineError::WrongInput { expected: "string/1", found: "source-pdf/1", .. } = refused else {
        panic!("{refused:?}");
    };
    let unknown = engine.submit(Submission::new("chair", "a".to_owned())).await.unwrap_err();
    assert!(matches!(unknown, EngineError::Pipeline { .. }), "{unknown:?}");
}

#[tokio::test]
async fn blobs_that_nobody_names_do_not_stay_and_missing_ones_are_refused() {
    let pipeline = Pipeline::new("named", |p, pdf: Handle<SourcePdf>| p.stage(Name, pdf));
    let engine = Engine::in_memory(pipeline.unwrap()).unwrap();
    let source = SourcePdf::new("a.pdf", b"pdf");
    let missing = engine.submit(Submission::new("named", source.clone())).await.unwrap_err();
    assert!(matches!(missing, EngineError::NotStored(_)), "{missing:?}");
    let submission = engine.submission(source.clone()).with_blob("pdf".into()).with_blob("more".into());
    engine.submit(submission).await.unwrap();
    assert!(engine.artifacts().contains(&source.pdf.digest).await.unwrap());
    assert!(!engine.artifacts().contains(&brainwrought_core::id::Digest::of(b"more")).await.unwrap());
}

stage!(Name, "name", SourcePdf => String, |pdf| Ok(pdf.file_name));

#[test]
fn the_input_is_fanned_out_over_by_a_stage_only() {
    let wired =
        Pipeline::new("bare", |p, words: Handle<Words>| p.each(words, |p, word| p.stage(Count, word)));
    assert_eq!(wired.unwrap_err(), PlanError::NoFan);
}

#[test]
fn the_form_of_a_list_is_that_of_its_items() {
    assert_eq!(<Vec<Words> as StageData>::SCHEMA, "list of words/1");
    assert_eq!(<Vec<Vec<u64>> as StageData>::SCHEMA, "list of list of u64/1");
}
