//! A small model on this machine writes the script of a video: a real server, no key, and a gate that knows no mercy.

#![expect(clippy::disallowed_methods, reason = "this test starts processes and waits for them")]

use std::path::Path;
use std::process::{Command, Stdio};

use brainwrought_testing::{LLAMA, PythonPeer};
use serde_json::Value;

#[test]
fn a_small_model_on_this_machine_writes_a_video_that_passes_the_gate() {
    let server = PythonPeer::start(&format!("{LLAMA}serve_llama(2560)"));
    let folder = tempfile::tempdir().unwrap();
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    let llm = format!("{}/v1#smollm2", server.greeting);
    let made = Command::new(env!("CARGO_BIN_EXE_brainwrought"))
        .args(["make", pdf.to_str().unwrap(), "--llm", &llm, "-o", "out.mp4", "--size", "270x480"])
        .args(["--length", "20", "--json"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let read = |name: &str| {
        let jobs = std::fs::read_dir(folder.path().join("data/outputs")).unwrap();
        let job = jobs.map(|job| job.unwrap().path()).next().unwrap();
        serde_json::from_slice::<Value>(&std::fs::read(job.join(name)).unwrap()).unwrap()
    };
    let (report, manifest) = (read("report.json"), read("manifest.json"));
    assert_eq!(report["passed"], true, "{report:#}");
    assert_eq!(report["spent"]["usd"], 0.0);
    // So small a model errs; what it says that the document does not is gone, and whatever is left cites its page.
    let citations = report["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "citations");
    assert_eq!(citations.unwrap()["passed"], true);
    let calls = manifest["calls"].as_array().unwrap();
    for step in ["story", "scene", "opening"] {
        assert!(calls.iter().any(|call| call["purpose"] == format!("script: {step}")), "{calls:?}");
    }
    assert!(calls.iter().all(|call| call["host"].as_str().unwrap().starts_with("127.0.0.1:")));
    // Where nothing that it wrote can stand, the report says so.
    let writer = manifest["writer"].as_str().unwrap();
    let gave_way = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|warning| warning.as_str().unwrap().contains("wrote no script, so it was written without"));
    assert_eq!((writer == llm, writer.starts_with("offline/")), (!gave_way, gave_way), "{writer}");
}
