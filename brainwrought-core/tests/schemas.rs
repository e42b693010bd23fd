//! Stored forms stay readable: a golden JSON of each type is read and written back to the same value.
//!
//! A change that breaks one needs a new schema number, or `#[serde(default)]` on what is new.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use brainwrought_core::data::{
    Audio, Clip, Document, Publication, Report, Script, Segment, SourcePdf, Video, Visuals,
};
use brainwrought_core::job::Job;
use brainwrought_core::stage::StageData;
use serde_json::Value;

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn check<T: StageData>() {
    let (name, _) = T::SCHEMA.split_once('/').unwrap();
    let stored = golden(&format!("{name}.json"));
    assert_eq!(stored["schema"], T::SCHEMA, "a new schema number needs a golden of its own");
    let value: T = serde_json::from_value(stored["value"].clone()).unwrap();
    assert_eq!(serde_json::to_value(value).unwrap(), stored["value"]);
}

#[test]
fn source_pdf_stays_readable() {
    check::<SourcePdf>();
}

#[test]
fn document_stays_readable() {
    check::<Document>();
}

#[test]
fn a_document_without_the_version_of_its_engine_stays_readable() {
    let mut stored = golden("document.json")["value"].clone();
    stored.as_object_mut().unwrap().remove("engine_version").unwrap();
    let document: Document = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(document.engine_version, "");
    assert_eq!(serde_json::to_value(document).unwrap(), stored);
}

#[test]
fn script_stays_readable() {
    check::<Script>();
}

#[test]
fn segment_stays_readable() {
    check::<Segment>();
}

#[test]
fn audio_stays_readable() {
    check::<Audio>();
}

#[test]
fn visuals_stay_readable() {
    check::<Visuals>();
}

#[test]
fn clip_stays_readable() {
    check::<Clip>();
}

#[test]
fn video_stays_readable() {
    check::<Video>();
}

#[test]
fn report_stays_readable() {
    check::<Report>();
}

#[test]
fn publication_stays_readable() {
    check::<Publication>();
}

/// Every job started from a PDF then, and its record said where the video went.
#[test]
fn a_job_from_before_inputs_had_schemas_stays_readable() {
    let mut stored = golden("job-of-a-pdf.json");
    stored["output_local_path"] = "/srv/data/outputs/video.mp4".into();
    let job: Job = serde_json::from_value(stored).unwrap();
    let input: SourcePdf = job.input.get().unwrap();
    assert_eq!((input.file_name.as_str(), input.pdf.bytes), ("queues.pdf", 84_478));
    assert_eq!(serde_json::to_value(job).unwrap(), golden("job.json"));
}

#[test]
fn job_stays_readable() {
    let stored = golden("job.json");
    let job: Job = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(job).unwrap(), stored);
}
