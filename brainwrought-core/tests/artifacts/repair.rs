//! Whatever is lost of the artifact store is made again by the task that made it.

use brainwrought_core::artifact_store::ArtifactStore as _;
use brainwrought_core::engine::EngineError;
use brainwrought_core::id::{Digest, StageName};
use brainwrought_core::job::JobStatus;
use serde_json::json;

use crate::bench::Bench;

const PDF: &str = "quokka wombat";
const FILM: &str = "film:sound of quokkasound of wombat";

#[tokio::test]
async fn a_half_done_job_goes_on_whatever_it_has_lost() {
    let bench = Bench::new();
    bench.half_done(PDF).await;
    let artifacts = bench.stored().await;
    assert_eq!(artifacts.len(), 11);
    for digest in artifacts {
        let bench = Bench::new();
        let id = bench.half_done(PDF).await;
        bench.shelf.inner.delete(&digest).await.unwrap();
        let view = bench.run(&id).await;
        assert_eq!(view.status, JobStatus::Completed, "{digest}: {:?}", view.job.error());
        assert_eq!(bench.film(&id).await.unwrap(), FILM);
    }
}

#[tokio::test]
async fn bytes_that_two_tasks_have_made_come_back_for_both() {
    let bench = Bench::new();
    let id = bench.done_before("quokka quokka", "mix").await;
    bench.shelf.inner.delete(&Digest::of(b"sound of quokka")).await.unwrap();
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
    assert_eq!(bench.film(&id).await.unwrap(), "film:sound of quokkasound of quokka");
}

#[tokio::test]
async fn a_job_that_has_lost_everything_but_its_pdf_goes_on() {
    let bench = Bench::new();
    let id = bench.half_done(PDF).await;
    for digest in bench.stored().await {
        if digest != Digest::of(PDF.as_bytes()) {
            bench.shelf.inner.delete(&digest).await.unwrap();
        }
    }
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
    assert_eq!(bench.film(&id).await.unwrap(), FILM);
    assert!(view.job.logs.iter().any(|entry| entry.message.contains("made again")), "{:?}", view.job.logs);
}

#[tokio::test]
async fn a_finished_job_can_be_run_again_from_any_stage_whatever_it_has_lost() {
    let bench = Bench::new();
    bench.finished(PDF, json!({})).await;
    for digest in bench.stored().await {
        if digest == Digest::of(PDF.as_bytes()) {
            continue;
        }
        for from in ["read", "speak", "mix", "film"] {
            let bench = Bench::new();
            let id = bench.finished(PDF, json!({})).await;
            bench.shelf.inner.delete(&digest).await.unwrap();
            bench.jobs.retry(&id, Some(&StageName::from(from))).await.unwrap();
            let view = bench.run(&id).await;
            assert_eq!(view.status, JobStatus::Completed, "{digest} {from}: {:?}", view.job.error());
            assert_eq!(bench.film(&id).await.unwrap(), FILM, "{digest} {from}");
        }
    }
}

#[tokio::test]
async fn whoever_misses_an_artifact_of_a_finished_job_has_it_made_again() {
    let bench = Bench::new();
    let id = bench.finished(PDF, json!({})).await;
    let film = Digest::of(FILM.as_bytes());
    assert!(!bench.engine.repair_job(&id, &film).await.unwrap(), "it is there");
    let output = bench.jobs.get(&id).await.unwrap().job.stages.last().unwrap().output.clone().unwrap();
    for lost in [film, output] {
        bench.shelf.inner.delete(&lost).await.unwrap();
        assert!(bench.engine.repair_job(&id, &lost).await.unwrap());
        assert!(!bench.engine.repair_job(&id, &lost).await.unwrap(), "it is being made");
        let view = bench.run(&id).await;
        assert_eq!(view.status, JobStatus::Completed);
        assert_eq!(bench.film(&id).await.unwrap(), FILM);
        assert_eq!(view.job.current_version(), Some(1), "a repair is no new version");
        assert_eq!(view.job.finished_versions().len(), 1);
    }
    assert!(!bench.engine.repair_job(&id, &Digest::of(b"another's")).await.unwrap());
}

#[tokio::test]
async fn a_job_that_has_lost_everything_makes_the_same_version_again() {
    let bench = Bench::new();
    let id = bench.finished(PDF, json!({})).await;
    for digest in bench.stored().await {
        bench.shelf.inner.delete(&digest).await.unwrap();
    }
    let stages = bench.jobs.get(&id).await.unwrap().job.stages;
    for output in stages.iter().filter_map(|task| task.output.as_ref()) {
        // Whatever is missed first, the rest follows.
        if bench.engine.repair_job(&id, output).await.unwrap() {
            break;
        }
    }
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
    assert_eq!(bench.film(&id).await.unwrap(), FILM);
    assert_eq!((view.job.current_version(), view.job.finished_versions().len()), (Some(1), 1));
}

#[tokio::test]
async fn a_lost_pdf_comes_back_from_its_copy_or_with_the_next_submission() {
    let bench = Bench::new();
    let pdf = Digest::of(PDF.as_bytes());
    let id = bench.submit(PDF, json!({})).await;
    bench.shelf.inner.delete(&pdf).await.unwrap();
    let copy = bench.folder.path().join("inputs").join(id.as_str()).join("input.pdf");
    assert_eq!(std::fs::read(&copy).unwrap(), PDF.as_bytes());
    std::fs::remove_file(&copy).unwrap();
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Failed);
    assert!(view.job.error().unwrap().contains("submit the same file again"), "{:?}", view.job.error());
    for (bytes, status) in [("another", JobStatus::Failed), (PDF, JobStatus::Completed)] {
        std::fs::write(&copy, bytes).unwrap();
        bench.jobs.retry(&id, None).await.unwrap();
        assert_eq!(bench.run(&id).await.status, status);
    }
    std::fs::remove_file(&copy).unwrap();
    bench.shelf.inner.delete(&pdf).await.unwrap();
    let refused = bench.engine.repair_job(&id, &pdf).await;
    assert!(matches!(refused, Err(EngineError::Unrepairable { .. })), "{refused:?}");
    // Whoever has the PDF brings it back with the same request.
    bench.submit(PDF, json!({})).await;
    assert_eq!(bench.shelf.get(&pdf).await.unwrap(), PDF);
}

#[tokio::test]
async fn a_store_that_loses_an_artifact_each_time_ends_the_job_in_an_error() {
    let bench = Bench::new();
    *bench.shelf.loses.lock().unwrap() = Some(Digest::of(b"sound of quokkadeep"));
    let id = bench.submit(PDF, json!({ "voice": "deep" })).await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Failed);
    let error = view.job.error().unwrap();
    assert!(error.contains("what speak[0] made was lost"), "{error}");
    // Once the disk is mended, the same command goes through.
    *bench.shelf.loses.lock().unwrap() = None;
    bench.jobs.retry(&id, None).await.unwrap();
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}
