//! What garbage collection takes and leaves.

use std::time::Duration;

use brainwrought_core::data::BlobRef;
use brainwrought_core::engine::Submission;
use brainwrought_core::id::StageName;

use crate::bench::Bench;

#[tokio::test]
async fn garbage_is_what_no_job_needs() {
    let bench = Bench::new();
    let kept = bench.submit("to be", "!").await;
    bench.run(&kept).await;
    let dropped = bench.submit("or not", "!").await;
    bench.run(&dropped).await;
    bench.engine.jobs().delete(&dropped).await.unwrap();

    let would = bench.engine.collect_garbage(Duration::ZERO, true).await.unwrap();
    let did = bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    assert_eq!(would, did);
    assert!(did.artifacts > 0 && did.kept > 0);
    let again = bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    assert_eq!((again.artifacts, again.kept), (0, did.kept));

    bench.engine.jobs().retry(&kept, Some(&StageName::from("split"))).await.unwrap();
    let view = bench.run(&kept).await;
    assert!(view.job.stages.iter().all(|task| task.cached), "everything that the job needs is still there");
}

#[tokio::test]
async fn files_in_the_options_are_no_garbage() {
    let bench = Bench::new();
    let music = bench.engine.artifacts().put("tra la la".into()).await.unwrap();
    let blob = BlobRef { digest: music.clone(), bytes: 9, media_type: "audio/mpeg".to_owned() };
    let submission = Submission::of_pdf("loud", "a.pdf", "to be".into())
        .with_options(serde_json::json!({ "mark": "!", "music": blob }));
    let job = bench.engine.submit(submission).await.unwrap().view.job.job_id;
    assert_eq!(bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap().artifacts, 0);
    bench.engine.jobs().cancel(&job).await.unwrap();
    bench.engine.jobs().delete(&job).await.unwrap();
    bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    assert!(!bench.engine.artifacts().contains(&music).await.unwrap());
}
