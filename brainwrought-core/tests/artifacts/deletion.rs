//! Deleting a job takes everything that only it needed, and nothing that another needs.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::Duration;

use brainwrought_core::artifact_store::{ArtifactStore as _, Hold};
use brainwrought_core::data::BlobRef;
use brainwrought_core::engine::{EngineError, WorkScope};
use brainwrought_core::id::{Digest, StageName};
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::JobStoreError;
use futures::FutureExt as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, submission};

#[tokio::test]
async fn a_deleted_job_leaves_nothing() {
    let bench = Bench::new();
    let id = bench.finished("quokka wombat", json!({})).await;
    for place in ["inputs", "outputs"] {
        let folder = bench.folder.path().join(place).join(id.as_str());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("file"), "quokka").unwrap();
    }
    // What a worker leaves that is killed.
    let scratch = bench.folder.path().join("scratch").join(format!("{id}-film-3"));
    fs::create_dir_all(scratch.join("deep")).unwrap();
    let deleted = bench.engine.delete_job(&id).await.unwrap();
    assert!(deleted.is_complete);
    bench.assert_empty().await;
    for place in ["inputs", "outputs", "scratch"] {
        assert_eq!(fs::read_dir(bench.folder.path().join(place)).unwrap().count(), 0, "{place}");
    }
    assert!(matches!(bench.jobs.get(&id).await, Err(JobStoreError::JobNotFound(_))));
}

#[tokio::test]
async fn a_job_can_be_deleted_to_make_room_on_a_full_disk() {
    let bench = Bench::new();
    let id = bench.finished("quokka wombat", json!({})).await;
    bench.shelf.is_full.store(true, Ordering::SeqCst);
    assert!(bench.engine.delete_job(&id).await.unwrap().is_complete);
    bench.assert_empty().await;
}

#[tokio::test]
async fn leftovers_of_failed_attempts_go_with_the_job() {
    let bench = Bench::new();
    bench.strings.film_fails.store(true, Ordering::SeqCst);
    let id = bench.submit("quokka wombat", json!({})).await;
    assert_eq!(bench.run(&id).await.status, JobStatus::Failed);
    assert_eq!(bench.strings.filmed.load(Ordering::SeqCst), 1, "a film was stored that no output names");
    bench.engine.delete_job(&id).await.unwrap();
    bench.assert_empty().await;
}

#[tokio::test]
async fn replaced_outputs_go_with_the_job() {
    let bench = Bench::new();
    let id = bench.finished("quokka wombat", json!({})).await;
    let before = bench.stored().await;
    // The next film is another one, as a model's next answer is; the first is no longer named by anything.
    *bench.strings.edition.lock().unwrap() = " once more".to_owned();
    bench.shelf.inner.delete(&Digest::of(bench.film(&id).await.unwrap().as_ref())).await.unwrap();
    bench.engine.put_for(&id, "an edited script".into()).await.unwrap();
    bench.jobs.retry(&id, Some(&StageName::from("read"))).await.unwrap();
    bench.run(&id).await;
    assert!(bench.stored().await.len() > before.len());
    bench.engine.delete_job(&id).await.unwrap();
    bench.assert_empty().await;
}

#[tokio::test]
async fn a_job_that_is_not_over_is_not_deleted() {
    let bench = Bench::new();
    let id = bench.submit("quokka", json!({})).await;
    let refused = bench.engine.delete_job(&id).await;
    assert!(matches!(refused, Err(EngineError::Jobs(JobStoreError::Refused { .. }))), "{refused:?}");
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test]
async fn artifacts_of_another_job_survive_a_deletion() {
    let bench = Bench::new();
    let one = bench.finished("quokka wombat", json!({})).await;
    // The same PDF, the same PDF with another voice, and another PDF with a word in common.
    let others = [
        bench.finished("quokka wombat", json!({})).await,
        bench.finished("quokka wombat", json!({ "voice": "deep" })).await,
        bench.finished("wombat numbat", json!({})).await,
    ];
    let spoken = bench.strings.spoken.load(Ordering::SeqCst);
    bench.engine.delete_job(&one).await.unwrap();
    for id in &others {
        bench.film(id).await.unwrap();
        bench.jobs.retry(id, Some(&StageName::from("read"))).await.unwrap();
        let view = bench.run(id).await;
        assert!(view.job.stages.iter().all(|task| task.cached), "everything that it needs is still there");
    }
    // A remembered word that two of them have found is not spoken again.
    bench.finished("wombat", json!({})).await;
    assert_eq!(bench.strings.spoken.load(Ordering::SeqCst), spoken);
    let last = bench.jobs.list(&Default::default()).await.unwrap();
    for view in last {
        bench.engine.delete_job(&view.job.job_id).await.unwrap();
    }
    bench.assert_empty().await;
}

#[tokio::test]
async fn a_clip_that_a_waiting_job_names_survives() {
    let bench = Bench::new();
    let digest = bench.shelf.put("a clip".into()).await.unwrap();
    let clip = BlobRef { digest: digest.clone(), bytes: 6, media_type: "video/mp4".to_owned() };
    let one = bench.finished("quokka", json!({ "clip": clip })).await;
    let waiting = bench.submit("wombat", json!({ "clip": clip })).await;
    bench.engine.delete_job(&one).await.unwrap();
    assert_eq!(bench.run(&waiting).await.status, JobStatus::Completed);
    bench.engine.delete_job(&waiting).await.unwrap();
    bench.assert_empty().await;
    // Where the file is gone, a job that names it is refused rather than made to fail.
    let refused = bench.engine.submit(submission("numbat", json!({ "clip": clip }))).await;
    assert!(matches!(refused, Err(EngineError::NotStored(ref missing)) if *missing == digest), "{refused:?}");
    bench.assert_empty().await;
}

#[tokio::test]
async fn kept_artifacts_survive_the_jobs_that_use_them() {
    let bench = Bench::new();
    let digest = bench.shelf.put("a picture of the server".into()).await.unwrap();
    let clip = BlobRef { digest: digest.clone(), bytes: 23, media_type: "image/png".to_owned() };
    bench.engine.keep(std::slice::from_ref(&clip)).await.unwrap();
    let id = bench.finished("quokka", json!({ "clip": clip })).await;
    bench.engine.delete_job(&id).await.unwrap();
    bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    bench.engine.collect_leftovers().await.unwrap();
    assert_eq!(bench.stored().await.into_iter().collect::<Vec<_>>(), [digest]);
}

#[tokio::test]
async fn a_job_that_runs_on_the_same_pdf_is_not_disturbed() {
    let bench = Bench::new();
    let one = bench.finished("quokka wombat", json!({})).await;
    bench.strings.gate.forget_permits(1000);
    // The first job's word has been told of already.
    let _ = bench.strings.waits.notified().now_or_never();
    let other = bench.submit("quokka wombat", json!({ "voice": "deep" })).await;
    let running = tokio::spawn({
        let (bench, other) = (bench.clone(), other.clone());
        async move { bench.run(&other).await }
    });
    // Its first stage has found what the other job made, and it stands before its second.
    bench.strings.waits.notified().await;
    bench.engine.delete_job(&one).await.unwrap();
    bench.strings.gate.add_permits(1000);
    let view = running.await.unwrap();
    assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
    assert!(view.job.stages[0].cached && view.job.stages.iter().all(|task| task.history.is_empty()));
    assert_eq!(bench.film(&other).await.unwrap(), "film:sound of quokkadeepsound of wombatdeep");
}

#[tokio::test]
async fn an_artifact_found_during_a_deletion_stays() {
    let bench = Bench::new();
    let one = bench.finished("quokka wombat", json!({})).await;
    // The deletion has looked, nothing is gone yet, and another job finds everything.
    let other = bench.clone();
    bench
        .shelf
        .before_unbind(move || async move { drop(other.finished("quokka wombat", json!({})).await) }.boxed());
    bench.engine.delete_job(&one).await.unwrap();
    let [other] = &bench.jobs.list(&Default::default()).await.unwrap()[..] else { panic!("one job is left") };
    assert_eq!(bench.film(&other.job.job_id).await.unwrap(), "film:sound of quokkasound of wombat");
    bench.engine.delete_job(&other.job.job_id).await.unwrap();
    bench.assert_empty().await;
}

#[tokio::test]
async fn a_pdf_that_is_submitted_while_it_is_removed_is_put_back() {
    let bench = Bench::new();
    let one = bench.finished("quokka", json!({})).await;
    let other = bench.clone();
    bench.shelf.before_delete(move || {
        async move { drop(other.submit("quokka", json!({ "voice": "deep" })).await) }.boxed()
    });
    bench.engine.delete_job(&one).await.unwrap();
    let [other] = &bench.jobs.list(&Default::default()).await.unwrap()[..] else { panic!("one job is left") };
    let view = bench.run(&other.job.job_id).await;
    assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
}

#[tokio::test]
async fn a_deletion_that_was_cut_short_is_finished_by_the_next_sweep() {
    let bench = Bench::new();
    let id = bench.finished("quokka wombat", json!({})).await;
    let kept = bench.finished("numbat", json!({})).await;
    // The process dies after the record is gone.
    bench.shelf.hold(&id, &Hold::Deleting).await.unwrap();
    bench.jobs.delete(&id).await.unwrap();
    bench.engine.sweep_deleted().await.unwrap();
    bench.film(&kept).await.unwrap();
    bench.engine.delete_job(&kept).await.unwrap();
    bench.assert_empty().await;
}

#[tokio::test]
async fn holds_of_another_job_store_are_left_alone() {
    let bench = Bench::new();
    let foreign = bench.finished("quokka", json!({})).await;
    let own = bench.finished("quokka", json!({})).await;
    // As if its record lay in another job store that shares the artifacts.
    bench.jobs.delete(&foreign).await.unwrap();
    let before = bench.stored().await;
    bench.engine.delete_job(&own).await.unwrap();
    bench.engine.collect_leftovers().await.unwrap();
    assert_eq!(bench.stored().await, before);
    // Whoever asks for it knows that there is no other.
    bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    bench.assert_empty().await;
}

#[tokio::test]
async fn artifacts_of_a_late_worker_go_with_the_deleted_job() {
    let bench = Bench::with_permits(0);
    let id = bench.submit("quokka", json!({})).await;
    let stop = CancellationToken::new();
    let working = tokio::spawn({
        let (engine, stop) = (bench.engine.clone(), stop.clone());
        async move { engine.run_all(WorkScope::default(), stop).await }
    });
    bench.strings.waits.notified().await;
    bench.jobs.cancel(&id).await.unwrap();
    bench.engine.delete_job(&id).await.unwrap();
    bench.assert_empty().await;
    // Only now it speaks, and stores what it said.
    bench.strings.gate.add_permits(1000);
    stop.cancel();
    working.await.unwrap();
    bench.assert_empty().await;
}

#[tokio::test]
async fn a_pdf_that_is_refused_does_not_stay() {
    let bench = Bench::new();
    let keyed = |pdf: &str| {
        let mut keyed = submission(pdf, json!({}));
        keyed.idempotency_key = Some("key".to_owned());
        keyed
    };
    let first = bench.engine.submit(keyed("quokka")).await.unwrap();
    assert!(first.is_new);
    let other = bench.engine.submit(keyed("wombat")).await.unwrap();
    assert_eq!((other.is_new, &other.view.job.job_id), (false, &first.view.job.job_id));
    assert_eq!(bench.stored().await.into_iter().collect::<Vec<_>>(), [Digest::of(b"quokka")]);
    assert!(!bench.engine.submit(keyed("quokka")).await.unwrap().is_new);
    assert_eq!(bench.run(&first.view.job.job_id).await.status, JobStatus::Completed);
}
