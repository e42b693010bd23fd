//! The command as a person and a script meet it: real processes, real PDFs, real kills.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

mod batch;
mod desk;
mod refusals;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use brainwrought_core::id::Digest;
use serde_json::Value;

use crate::desk::Desk;

/// The example paper, small and short: everything but the number of pixels is as in a real run.
fn small(output: &str) -> Vec<String> {
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    let pdf = pdf.to_str().unwrap().to_owned();
    ["make", &pdf, "-o", output, "--size", "270x480", "--length", "20"].map(str::to_owned).to_vec()
}

fn as_str(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is DONE, and when it became so.
fn done(job: &Value) -> Vec<(String, Value, Value)> {
    let tasks = job["stages"].as_array().cloned().unwrap_or_default();
    tasks
        .into_iter()
        .filter(|task| task["status"] == "DONE")
        .map(|task| {
            let key = format!("{}/{}", task["stage"], task["segment"]);
            (key, task["finished_at"].clone(), task["output"].clone())
        })
        .collect()
}

#[test]
fn a_model_that_cannot_be_asked_is_said_before_anything_is_done() {
    let desk = Desk::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}/v1#tiny", listener.local_addr().unwrap());
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    let refused = |arguments: &[&str], offline: &str| {
        let mut command = desk.command(&["make", pdf.to_str().unwrap()]);
        let output = command
            .args(arguments)
            .env_remove("OPENAI_API_KEY")
            .env("BRAINWROUGHT_OFFLINE", offline)
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        text(&output.stderr)
    };
    assert!(refused(&["--llm", "openai:gpt-5-mini"], "").contains("OPENAI_API_KEY"));
    assert!(refused(&["--llm", "clippy:97"], "").contains("anthropic:MODEL"));
    assert!(refused(&["--llm", &server, "--offline"], "").contains("the network is off"));
    assert!(refused(&["--llm", &server], "1").contains("the network is off"));
    assert!(refused(&[], "perhaps").contains("BRAINWROUGHT_OFFLINE"));
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert!(desk.job_file().is_none());

    let doctor = desk.command(&["doctor"]).env("GOOGLE_API_KEY", "hush-0123456789").output().unwrap();
    let told = text(&doctor.stdout);
    assert!(told.contains("GOOGLE_API_KEY is set") && !told.contains("hush"), "{told}");
}

/// A text of some minutes, as somebody would write it down.
const NOTES: &str = "\
# Why Queues Grow

A queue grows when guests arrive faster than one clerk can serve them. In a small shop that happens twice a day.

## How guests arrive

Guests do not arrive in a steady stream. On a usual morning, 42 guests enter the shop within one hour, and half of them
enter within ten minutes. A shop that plans for the average is therefore too slow for the crowd. Random arrivals make a
long queue even when the clerk is idle for a third of the day.

- Most guests arrive before work.
- A second wave arrives after lunch.

## What a second clerk changes

A second clerk shortens the wait by more than one half. With one clerk, a guest waits 9 minutes on average. With two
clerks, the same guest waits only 2 minutes. The reason is that one slow order no longer stops everybody else.

| clerks | minutes |
| --- | --- |
| 1 | 9 |
| 2 | 2 |

## What a shop can do without one

A shop can take orders before guests arrive. Orders by telephone move 15 of the 42 guests out of the rush. A simple sign
that shows the wait makes guests come later, which spreads the crowd. Both cost less than a second clerk.
";

#[test]
fn a_text_becomes_a_video_as_a_pdf_does() {
    let desk = Desk::new();
    std::fs::write(desk.path("notes.md"), NOTES).unwrap();
    let arguments = ["make", "notes.md", "--size", "270x480", "--length", "20", "--offline", "--json"];
    let made = desk.json(&arguments);
    assert_eq!(made["status"], "COMPLETED", "{made}");
    assert_eq!(made["reader"]["name"], "markdown", "{made}");
    assert!(desk.path("notes.mp4").is_file());
    let folder = Path::new(made["output_local_path"].as_str().unwrap()).parent().unwrap().to_owned();
    let transcript = std::fs::read_to_string(desk.path("").join(folder).join("transcript.md")).unwrap();
    assert!(
        transcript.contains("# Why Queues Grow") && transcript.contains("notes.md, 4 sections."),
        "{transcript}"
    );
    assert!(transcript.contains("(section 2)") || transcript.contains("(section 3)"), "{transcript}");
    assert!(!transcript.contains("(p. "), "{transcript}");

    std::fs::write(desk.path("picture.md"), b"\x89PNG\r\n\x1a\n\0").unwrap();
    let refused = desk.run(&["make", "picture.md", "--offline"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(text(&refused.stderr).contains("a picture (PNG)"), "{refused:?}");
}

#[test]
fn a_killed_make_goes_on_and_ends_with_the_same_video() {
    let whole = Desk::new();
    let arguments = small("whole.mp4");
    let started = Instant::now();
    let output = whole.run(&as_str(&arguments));
    let length = started.elapsed();
    assert!(output.status.success(), "{}", text(&output.stderr));

    // Ten kills at moments spread over a whole run by the golden ratio, so that early and late ones mix. None waits for
    // more than one task to end, so that a machine that is suddenly faster than before does not end the job meanwhile.
    let cut = Desk::new();
    let arguments = small("cut.mp4");
    let mut share: f64 = 0.35;
    let mut kills = 0;
    for _ in 0..10 {
        share = (share + 0.618_033_988_75) % 1.0;
        let before = cut.job_file().map(|job| done(&job)).unwrap_or_default();
        let mut child = cut.start(&as_str(&arguments));
        let until = Instant::now() + length.mul_f64(share * 0.5);
        let went_on = || cut.job_file().is_some_and(|job| done(&job).len() > before.len());
        while Instant::now() < until && child.try_wait().unwrap().is_none() && !went_on() {
            std::thread::sleep(Duration::from_millis(5));
        }
        kills += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let after = cut.job_file().map(|job| done(&job)).unwrap_or_default();
        for task in before.iter().filter(|(key, ..)| !key.starts_with("\"publish")) {
            assert!(after.contains(task), "{task:?} was done and was done again");
        }
    }
    let output = cut.run(&as_str(&arguments));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(kills >= 2, "the kills came too late to prove anything");
    assert_eq!(cut.digest("cut.mp4"), whole.digest("whole.mp4"));
    println!("{kills} of 10 kills met a running make");
}

#[test]
fn two_folders_give_the_same_bytes() {
    let (one, two) = (Desk::new(), Desk::new());
    let arguments = small("video.mp4");
    for desk in [&one, &two] {
        let output = desk.run(&as_str(&arguments));
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    assert_eq!(one.digest("video.mp4"), two.digest("video.mp4"));

    let id = one.job_file().unwrap()["job_id"].as_str().unwrap().to_owned();
    let job = one.json(&["status", &id, "--json"]);
    assert_eq!(job["status"], "COMPLETED");
    let made = PathBuf::from(job["output_local_path"].as_str().unwrap());
    for name in [
        "captions.srt",
        "captions.vtt",
        "captions.ass",
        "transcript.md",
        "chapters.txt",
        "poster.png",
        "quiz.json",
        "report.json",
        "manifest.json",
    ] {
        let sidecar = made.parent().unwrap().join(name);
        assert!(sidecar.metadata().is_ok_and(|metadata| metadata.len() > 0), "{name}");
    }
    let report: Value =
        serde_json::from_slice(&std::fs::read(made.with_file_name("report.json")).unwrap()).unwrap();
    let rules = report["rules"].as_array().unwrap();
    assert!(rules.len() >= 14 && rules.iter().all(|rule| rule["passed"] == true), "{report:#}");

    // The same command once more finds everything done, and may replace what it made.
    let started = Instant::now();
    assert!(one.run(&as_str(&arguments)).status.success());
    assert!(started.elapsed() < Duration::from_secs(10));

    // What was changed or removed among the delivered files is delivered again, and not handed on.
    std::fs::write(&made, b"\0\0\0\x20ftypisom").unwrap();
    std::fs::remove_file(made.with_file_name("captions.srt")).unwrap();
    assert!(one.run(&as_str(&arguments)).status.success());
    assert_eq!(one.digest("video.mp4"), two.digest("video.mp4"));
    assert!(made.with_file_name("captions.srt").is_file());

    // A link leads to where the video goes.
    std::os::unix::fs::symlink("video.mp4", one.path("link.mp4")).unwrap();
    assert!(one.run(&as_str(&small("link.mp4"))).status.success());
    assert!(one.path("link.mp4").is_symlink());
    assert_eq!(one.digest("video.mp4"), two.digest("video.mp4"));

    // A pipe gets the video as it is, and standard output nothing else.
    let fifo = Command::new("mkfifo").arg(one.path("pipe")).status().unwrap();
    assert!(fifo.success());
    let reader = one.path("pipe");
    let reader = std::thread::spawn(move || Digest::of(&std::fs::read(reader).unwrap()));
    let id = job["job_id"].as_str().unwrap();
    assert!(one.run(&["fetch", id, "-o", "pipe"]).status.success());
    assert_eq!(reader.join().unwrap(), two.digest("video.mp4"));
    let printed = one.run(&["fetch", id, "-o", "/dev/stdout"]).stdout;
    assert_eq!(Digest::of(&printed), two.digest("video.mp4"));
    // Every artifact damaged or gone, and the finished files too: the same command makes all of it again.
    let artifacts = files(&two.path("data/artifacts"));
    let is_bytes =
        |path: &&PathBuf| !["bindings", "holds"].iter().any(|part| path.iter().any(|p| p == *part));
    for (place, path) in artifacts.iter().filter(is_bytes).enumerate() {
        let lost = if place % 2 == 0 { std::fs::write(path, "damage") } else { std::fs::remove_file(path) };
        lost.unwrap();
    }
    std::fs::remove_dir_all(two.path("data/outputs")).unwrap();
    let output = two.run(&as_str(&arguments));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(one.digest("video.mp4"), two.digest("video.mp4"));

    // Of a job that is deleted nothing stays, damaged bytes included.
    let job = two.job_file().unwrap()["job_id"].as_str().unwrap().to_owned();
    let output = two.run(&["delete", &job]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), format!("deleted {job}\n"));
    let left: Vec<PathBuf> =
        files(&two.path("data")).into_iter().filter(|path| !path.ends_with(".lock")).collect();
    assert_eq!(left, [two.path(&format!("data/artifacts/holds/{job}/ended"))]);
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn separate_processes_carry_a_job_to_its_end() {
    let desk = Desk::new();
    let mut submit = small("unused");
    submit[0] = "submit".to_owned();
    submit.drain(2..4);
    submit.push("--json".to_owned());
    let job = desk.json(&as_str(&submit));
    assert_eq!(job["status"], "PENDING");
    let id = job["job_id"].as_str().unwrap().to_owned();

    let mut parts = [
        desk.start(&["orchestrator", "--poll", "0.1"]),
        desk.start(&["recovery", "--poll", "0.1"]),
        desk.start(&["worker", "--stage", "parse", "--stage", "script", "--poll", "0.1"]),
        desk.start(&["worker", "--poll", "0.1"]),
    ];
    let give_up = Instant::now() + Duration::from_secs(240);
    let status = loop {
        let status = desk.json(&["status", &id, "--json"])["status"].clone();
        if status == "COMPLETED" || status == "FAILED" || Instant::now() > give_up {
            break status;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    for part in &mut parts {
        let pid = rustix::process::Pid::from_child(part);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(part.wait().unwrap().success(), "a part that is asked to stop ends well");
    }
    assert_eq!(status, "COMPLETED", "{}", text(&desk.run(&["logs", &id]).stdout));
    assert!(text(&desk.run(&["list", "--limit", "1"]).stdout).contains(&id));
    assert!(text(&desk.run(&["show-job", &id]).stdout).contains("render[0]"));

    let collected = desk.json(&["gc", "--dry-run", "--older-than", "0", "--json"]);
    assert!(collected["kept"].as_u64().unwrap() > 0);
    assert_eq!(
        desk.run(&["cancel", &id]).status.code(),
        Some(2),
        "a job that is complete cannot be cancelled"
    );
}

#[test]
fn a_stopped_worker_hands_its_tasks_back() {
    let desk = Desk::new();
    let mut submit = small("unused");
    submit[0] = "submit".to_owned();
    submit.drain(2..4);
    let id = text(&desk.run(&as_str(&submit)).stdout).trim().to_owned();
    let mut dev = desk.start(&["dev", "--poll", "0.1"]);
    let give_up = Instant::now() + Duration::from_secs(120);
    while desk.json(&["status", &id, "--json"])["status"] == "PENDING" && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = rustix::process::Pid::from_child(&dev);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let asked = Instant::now();
    assert!(dev.wait().unwrap().success());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let job = desk.json(&["status", &id, "--json"]);
    let tasks = job["stages"].as_array().unwrap();
    assert!(tasks.iter().all(|task| task["status"] != "RUNNING"), "{job:#}");

    desk.run(&["cancel", &id]);
    assert_eq!(desk.json(&["status", &id, "--json"])["status"], "CANCELLED");
    desk.run(&["retry", &id]);
    assert_ne!(desk.json(&["status", &id, "--json"])["status"], "CANCELLED");
}

#[test]
fn a_damaged_job_is_named_with_its_remedy_and_hides_no_other() {
    let desk = Desk::new();
    let mut submit = small("unused");
    submit[0] = "submit".to_owned();
    submit.drain(2..4);
    let [id, other] = [(); 2].map(|()| text(&desk.run(&as_str(&submit)).stdout).trim().to_owned());
    for ending in ["json", "bak"] {
        std::fs::write(desk.path(&format!("data/jobs/{id}.{ending}")), "{").unwrap();
    }
    let shown = desk.run(&["status", &id]);
    let told = text(&shown.stderr);
    assert_eq!(shown.status.code(), Some(3), "{told}");
    assert!(
        told.contains(&format!("{id}.json")) && told.contains(&format!("`brainwrought delete {id}`")),
        "{told}"
    );
    let listed = text(&desk.run(&["list"]).stdout);
    assert!(listed.contains(&other) && !listed.contains(&id), "{listed}");
    let deleted = desk.run(&["delete", &id]);
    assert!(deleted.status.success(), "{deleted:?}");
    assert_eq!(desk.run(&["status", &id]).status.code(), Some(2), "it is gone");
    assert!(text(&desk.run(&["list"]).stdout).contains(&other));
}
