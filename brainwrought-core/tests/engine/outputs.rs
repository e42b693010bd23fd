//! Outputs that are read and replaced.

use std::time::Duration;

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::engine::EngineError;
use brainwrought_core::id::StageName;
use brainwrought_core::job::JobStatus;
use brainwrought_core::report::chain;

use crate::bench::{Bench, Text, Words};

#[tokio::test]
async fn an_output_is_replaced_and_only_what_follows_runs_again() {
    let bench = Bench::new();
    let id = bench.submit("to be or", "!").await;
    let view = bench.run(&id).await;
    let split = StageName::from("split");
    let words: Words = bench.engine.output(&view.job, &split, None).await.unwrap().unwrap();
    assert_eq!(words.0, ["to", "be", "or"]);
    let shout: Text =
        bench.engine.output(&view.job, &StageName::from("shout"), Some(1)).await.unwrap().unwrap();
    assert_eq!(shout.text, "BE!");
    let edited = Words(["to", "be", "and"].map(str::to_owned).into());
    bench.engine.replace_output(&view.job, &split, edited).await.unwrap();
    let after = bench.run(&id).await;
    assert_eq!(bench.result(&after).await, "TO! BE! AND!");
    assert_eq!(bench.runs(), [1, 4, 2], "one word was shouted again");

    // The change was made for what the job had before.
    let late = bench.engine.replace_output(&view.job, &split, Words(Vec::new())).await.unwrap_err();
    assert!(chain(&late).contains("was changed meanwhile"), "{}", chain(&late));

    // Nothing that an earlier version needs is garbage, and it comes back without work.
    assert_eq!(bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap().artifacts, 0);
    let restored = bench.engine.restore_version(&id, 1).await.unwrap();
    assert_eq!(restored.status, JobStatus::Completed);
    assert_eq!(bench.result(&restored).await, "TO! BE! OR!");
    assert_eq!(bench.runs(), [1, 4, 2]);
}

#[tokio::test]
async fn an_output_is_read_and_replaced_as_what_it_is() {
    let bench = Bench::new();
    let id = bench.submit("to be", "!").await;
    let job = bench.engine.jobs().get(&id).await.unwrap().job;
    let split = StageName::from("split");
    assert!(bench.engine.output::<Words>(&job, &split, None).await.unwrap().is_none(), "nothing ran yet");
    let job = bench.run(&id).await.job;
    let other = bench.engine.output::<Text>(&job, &split, None).await.unwrap_err();
    assert_eq!(chain(&other), "could not read the output of `split`: it is stored as words/1, not as text/1");
    let text = Text { text: "hm".to_owned(), blob: None };
    let wrong = bench.engine.replace_output(&job, &split, text).await.unwrap_err();
    assert_eq!(
        chain(&wrong),
        "could not change the output of `split`: it is stored as words/1, not as text/1"
    );
    let output = job.stages[0].output.clone().unwrap();
    bench.engine.artifacts().delete(&output).await.unwrap();
    let lost = bench.engine.output::<Words>(&job, &split, None).await.unwrap_err();
    assert!(matches!(lost, EngineError::Artifacts(ArtifactStoreError::NotFound(_))), "{lost:?}");
}
