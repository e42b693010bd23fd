//! `make` of several files: what is bad keeps nothing else from its video, and the same command makes what is missing.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::{NOTES, text};

const SMALL: [&str; 6] = ["-o", "videos", "--size", "270x480", "--length", "15"];

#[test]
fn a_folder_becomes_videos_and_what_is_bad_is_told_and_tried_again() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("lectures")).unwrap();
    std::fs::write(desk.path("lectures/first.md"), NOTES).unwrap();
    std::fs::write(desk.path("lectures/second.md"), NOTES.replace("Queues", "Lines")).unwrap();
    std::fs::write(desk.path("lectures/bad.pdf"), "%PDF-1.7 cut").unwrap();
    std::fs::write(desk.path("lectures/holiday.jpg"), "no document").unwrap();
    let command = [&["make", "lectures"][..], &SMALL].concat();
    let made = desk.run(&command);
    let (told, said) = (text(&made.stdout), text(&made.stderr));
    assert_eq!(made.status.code(), Some(1), "{said}");
    assert!(told.contains("made     2 of 3 videos") && told.contains("failed   lectures/bad.pdf"), "{told}");
    assert!(
        said.contains("1 of 3  lectures/bad.pdf") && said.contains("3 of 3  lectures/second.md"),
        "{said}"
    );
    let video = |name: &str| std::fs::read(desk.path(&format!("videos/{name}.mp4"))).unwrap();
    let (first, second) = (video("first"), video("second"));
    assert!(
        first != second && !desk.path("videos/bad.mp4").exists() && !desk.path("videos/holiday.mp4").exists()
    );

    // Nothing that is done is done again.
    std::fs::remove_file(desk.path("videos/second.mp4")).unwrap();
    std::fs::write(desk.path("lectures/bad.pdf"), NOTES).unwrap();
    std::fs::rename(desk.path("lectures/bad.pdf"), desk.path("lectures/third.md")).unwrap();
    let began = Instant::now();
    let made = desk.run(&[&command[..], &["--json"]].concat());
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(began.elapsed() < Duration::from_secs(120));
    let results: Value = serde_json::from_slice(&made.stdout).unwrap();
    let files: Vec<&Value> = results.as_array().unwrap().iter().map(|result| &result["file"]).collect();
    assert_eq!(files, ["lectures/first.md", "lectures/second.md", "lectures/third.md"]);
    for result in results.as_array().unwrap() {
        assert_eq!((&result["error"], &result["job"]["status"]), (&Value::Null, &json!("COMPLETED")));
        assert!(Path::new(result["job"]["output"].as_str().unwrap()).starts_with("videos"));
    }
    assert_eq!((video("first"), video("second")), (first, second));
}

#[test]
fn several_files_are_checked_before_any_work() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).unwrap();
    std::fs::create_dir(desk.path("other")).unwrap();
    for name in ["a.md", "b.md", "other/a.pdf"] {
        std::fs::write(desk.path(name), NOTES).unwrap();
    }
    std::os::unix::fs::symlink("a.md", desk.path("link.md")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(desk.path("pipe.pdf")).status().unwrap();
    assert!(made.success());
    std::fs::write(desk.path("taken.txt"), "words").unwrap();
    for (arguments, hint) in [
        (&["a.md", "gone.md"][..], "could not read gone.md"),
        (&["a.md", "pipe.pdf"], "neither a file nor a folder"),
        (&["a.md", "link.md"], "the same file"),
        (&["empty"], "holds no file"),
        (&["a.md", "other/a.pdf"], "would both be a.mp4"),
        (&["a.md", "b.md", "-o", "taken.txt"], "no folder"),
        (&["a.md", "b.md", "--script", "taken.txt"], "the script of one video"),
        (&["a.md", "b.md", "--background", "clips.nowhere"], "clips.nowhere"),
    ] {
        let refused = desk.run(&[&["make"], arguments].concat());
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert!(!desk.path("data").exists(), "{arguments:?}: work was begun");
    }
}
