//! A data folder of before inputs had schemas, when the record of a job said where its video went.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use brainwrought_core::data::{BlobRef, Publication, SourcePdf};
use brainwrought_core::engine::read_output;
use brainwrought_core::id::{Digest, JobId, StageName};
use brainwrought_core::job::JobStatus;
use brainwrought_store::{open_artifact_store, open_job_store};
use bytes::Bytes;

const ID: &str = "b2298ecc10b9ac255f166006f906612b";

/// What that program wrote for a complete job whose only stage delivers.
fn write_job(folder: &Path, pdf: &BlobRef, published: &Digest) {
    let job = serde_json::json!({
        "job_id": ID,
        "pipeline": "short",
        "created_at": 1_795_246_947_401_u64,
        "updated_at": 1_795_246_982_626_u64,
        "input": { "file_name": "queues.pdf", "pdf": pdf },
        "options": {},
        "priority": 0,
        "max_attempts": 4,
        "cancelled": false,
        "output_local_path": "/srv/outputs/video.mp4",
        "output_hf_url": null,
        "plan": [{ "name": "publish", "needs": [] }],
        "stages": [{
            "stage": "publish", "segment": null, "status": "DONE", "attempt": 1, "token": 1,
            "output": published, "cached": false, "started_at": 1, "finished_at": 2,
        }],
        "token_floor": 0,
        "logs": [],
    });
    std::fs::create_dir_all(folder.join("jobs")).unwrap();
    std::fs::write(folder.join("jobs").join(format!("{ID}.json")), job.to_string()).unwrap();
}

#[tokio::test]
async fn its_jobs_are_read_run_again_and_written_in_the_form_of_now() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().to_str().unwrap();
    let artifacts = open_artifact_store(url).unwrap();
    let stored = r#"{"schema":"publication/1","value":{"output_hf_url":null,"output_local_path":"/srv/outputs/video.mp4","warnings":[]}}"#;
    let published = artifacts.put(Bytes::from_static(stored.as_bytes())).await.unwrap();
    let digest = artifacts.put(Bytes::from_static(b"%PDF")).await.unwrap();
    let pdf = BlobRef { digest, bytes: 4, media_type: "application/pdf".to_owned() };
    write_job(folder.path(), &pdf, &published);

    let jobs = open_job_store(url).unwrap();
    let id: JobId = ID.parse().unwrap();
    let view = jobs.get(&id).await.unwrap();
    assert_eq!(view.status, JobStatus::Completed);
    assert_eq!(
        view.job.input.get(),
        Some(SourcePdf { pdf: pdf.clone(), file_name: "queues.pdf".to_owned() })
    );
    let publish = StageName::from("publish");
    let delivered = || read_output::<Publication>(artifacts.as_ref(), &view.job, &publish, None);
    assert_eq!(
        delivered().await.unwrap().unwrap().output_local_path.as_deref(),
        Some("/srv/outputs/video.mp4")
    );

    jobs.retry(&id, Some(&publish)).await.unwrap();
    let written = std::fs::read(folder.path().join("jobs").join(format!("{ID}.json"))).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(written["input"]["schema"], "source-pdf/1");
    assert_eq!(written["input"]["file_name"], "queues.pdf", "older programs of a fleet read it, too");
}
