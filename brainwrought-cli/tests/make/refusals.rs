//! What is refused, with its reason and its exit code.

use crate::desk::Desk;
use crate::{NOTES, text};

#[test]
fn a_file_that_is_no_pdf_fails_with_a_reason_and_a_job_that_says_so() {
    for (name, content, hint) in [
        ("empty.pdf", &b""[..], "empty"),
        ("page.pdf", b"<!DOCTYPE html><html><body>Not found</body></html>", "PDF"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0", "cut.pdf"),
    ] {
        let desk = Desk::new();
        std::fs::write(desk.path(name), content).unwrap();
        let output = desk.run(&["make", name]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.to_lowercase().contains(&hint.to_lowercase()), "{name}: {said}");
        let job = desk.job_file().unwrap();
        assert_eq!(job["status"], "FAILED", "{name}");
        assert!(
            job["error"].as_str().is_some_and(|error| error.starts_with("parse: ")),
            "{name}: {}",
            job["error"]
        );
        assert!(!desk.path(&name.replace(".pdf", ".mp4")).exists());
    }
}

#[test]
fn an_output_that_would_do_harm_is_refused_before_any_work() {
    let desk = Desk::new();
    std::fs::write(desk.path("paper.pdf"), "%PDF-1.7 of a kind").unwrap();
    std::fs::write(desk.path("clip.mp4"), "a clip").unwrap();
    std::fs::write(desk.path("paper.mp4"), "a holiday").unwrap();
    std::fs::create_dir(desk.path("folder")).unwrap();
    std::os::unix::fs::symlink("paper.pdf", desk.path("link.mp4")).unwrap();
    let long = "x".repeat(252) + ".mp4";
    for (output, hint) in [
        (&["-o", "paper.pdf", "--force"][..], "input"),
        (&["-o", "link.mp4", "--force"], "input"),
        (&["-o", "clip.mp4", "--force", "--background", "clip.mp4"], "input"),
        (&["-o", "folder"], "folder"),
        (&["-o", "nowhere/video.mp4"], "nowhere does not exist"),
        (&["-o", &long], "too long"),
        (&["-o", "clip.mp4"], "--force"),
        (&["-o", "-"], "/dev/stdout"),
        (&[], "--force"),
    ] {
        let refused = desk.run(&[&["make", "paper.pdf"], output].concat());
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{output:?}: {said}");
        assert!(said.contains(hint), "{output:?}: {said}");
        assert!(!desk.path("data").exists(), "{output:?}: work was begun");
    }
    std::fs::create_dir_all(desk.path("data/outputs/other")).unwrap();
    let refused = desk.run(&["make", "paper.pdf", "-o", "data/outputs/other/video.mp4"]);
    let said = text(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("where jobs keep their files"), "{said}");
    let unknown = "0123456789abcdef0123456789abcdef";
    let refused = desk.run(&["fetch", unknown, "-o", "paper.mp4"]);
    assert!(text(&refused.stderr).contains("--force"), "{refused:?}");
    for (name, content) in
        [("paper.pdf", "%PDF-1.7 of a kind"), ("clip.mp4", "a clip"), ("paper.mp4", "a holiday")]
    {
        assert_eq!(std::fs::read_to_string(desk.path(name)).unwrap(), content);
    }
    // What may be replaced is still there when no video comes of it.
    assert_eq!(desk.run(&["make", "paper.pdf", "--force"]).status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(desk.path("paper.mp4")).unwrap(), "a holiday");
}

#[test]
fn a_script_goes_only_where_it_does_no_harm() {
    let desk = Desk::new();
    std::fs::write(desk.path("notes.md"), NOTES).unwrap();
    std::fs::write(desk.path("changes.toml"), "my changes").unwrap();
    std::fs::create_dir(desk.path("folder")).unwrap();
    for (link, to) in [("link.toml", "notes.md"), ("new.toml", "folder/made.toml")] {
        std::os::unix::fs::symlink(to, desk.path(link)).unwrap();
    }
    for (output, hint) in [
        (&["-o", "notes.md", "--force"][..], "input"),
        (&["-o", "link.toml", "--force"], "input"),
        (&["-o", "folder", "--force"], "folder"),
        (&["-o", "nowhere/script.toml"], "nowhere does not exist"),
        (&["-o", "changes.toml"], "--force"),
    ] {
        let refused = desk.run(&[&["script", "notes.md"], output].concat());
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{output:?}: {said}");
        assert!(said.contains(hint), "{output:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(desk.path("notes.md")).unwrap(), NOTES);
    // A link stays, and a pipe is written as it is.
    let made = desk.run(&["script", "notes.md", "-o", "new.toml"]);
    assert!(made.status.success() && desk.path("new.toml").is_symlink(), "{}", text(&made.stderr));
    let script = std::fs::read_to_string(desk.path("folder/made.toml")).unwrap();
    assert!(script.contains("[[line]]"), "{script}");
    let printed = desk.run(&["script", "notes.md", "-o", "/dev/stdout", "--force"]);
    assert_eq!(text(&printed.stdout), script);
}

#[test]
fn a_script_needs_no_folder_that_can_be_written() {
    let desk = Desk::new();
    std::fs::write(desk.path("notes.md"), NOTES).unwrap();
    let usual = desk.run(&["script", "notes.md", "-o", "-"]);
    assert!(usual.status.success() && desk.path("data").is_dir(), "{}", text(&usual.stderr));
    // Nobody can make a folder in a file, nor in this file system, not even its owner.
    std::fs::write(desk.path("file"), "no folder").unwrap();
    for store in ["file/data", "/proc/data"] {
        let temporary = desk.path("temporary");
        std::fs::create_dir_all(&temporary).unwrap();
        let mut command = desk.command(&["--store", store, "script", "notes.md", "-o", "-"]);
        let made = command.env("TMPDIR", &temporary).output().unwrap();
        assert!(made.status.success(), "{store}: {}", text(&made.stderr));
        assert_eq!(text(&made.stdout), text(&usual.stdout), "{store}");
        assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "{store}: something is left");
        let refused = desk.run(&["--store", store, "make", "notes.md"]);
        assert!(text(&refused.stderr).contains("--store"), "{}", text(&refused.stderr));
    }
}

#[test]
fn output_that_cannot_be_printed_is_no_success() {
    let desk = Desk::new();
    for arguments in [&["list"][..], &["list", "--json"], &["--help"], &["top", "--once"]] {
        // Writing to this device always fails, and changes nothing.
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let printed = desk.command(arguments).stdout(full).output().unwrap();
        assert_eq!(printed.status.code(), Some(1), "{arguments:?}");
        assert!(text(&printed.stderr).contains("standard output"), "{arguments:?}: {printed:?}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let printed = desk.command(arguments).stdout(writer).output().unwrap();
        assert_eq!(printed.status.code(), Some(141), "{arguments:?}");
        assert!(printed.stderr.is_empty(), "{arguments:?}: {printed:?}");
    }
}

#[test]
fn music_that_is_none_is_refused_before_any_work() {
    let desk = Desk::new();
    std::fs::write(desk.path("paper.pdf"), "%PDF-1.7 of a kind").unwrap();
    std::fs::write(desk.path("song.mp3"), "la la la").unwrap();
    let refused = desk.run(&["make", "paper.pdf", "--music", "song.mp3"]);
    let said = text(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("could not use song.mp3 as music"), "{said}");
    assert_eq!(
        text(&desk.run(&["list"]).stdout),
        text(&Desk::new().run(&["list"]).stdout),
        "there is no job"
    );
}

#[test]
fn passwords_that_were_typed_are_not_repeated() {
    let refused = Desk::new().run(&["make", "paper.pdf", "--llm", "http://me:s3cret@host/v1?key=s3cret"]);
    let said = text(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("--llm") && !said.contains("s3cret"), "{said}");
}

#[test]
fn exit_codes_tell_what_was_wrong() {
    let desk = Desk::new();
    let unknown = "0123456789abcdef0123456789abcdef";
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&["list"], 0),
        (&["nonsense"], 2),
        (&["make", "nowhere.pdf"], 2),
        (&["make", "."], 2),
        (&["make", "x.pdf", "--length", "5"], 2),
        (&["serve", "--host", "http://video.example/"], 2),
        (&["serve", "--keep", "0s"], 2),
        (&["serve", "--max-storage", "1"], 2),
        (&["status", unknown], 2),
        (&["worker", "--stage", "nonsense"], 2),
        (&["list", "--store", "gopher://store"], 2),
        (&["list", "--store", "file:/proc/nowhere/data"], 3),
    ] {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_told() {
    let desk = Desk::new();
    std::fs::write(desk.path("notes.md"), NOTES).unwrap();
    let limited = "ulimit -f 100; exec \"$0\" make notes.md --size 270x480 --length 15";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_brainwrought")]).current_dir(desk.path(""));
    for store in ["BRAINWROUGHT_STORE", "BRAINWROUGHT_JOBS", "BRAINWROUGHT_ARTIFACTS"] {
        command.env_remove(store);
    }
    let ended = command.stdin(std::process::Stdio::null()).output().unwrap();
    let said = text(&ended.stderr);
    assert!(matches!(ended.status.code(), Some(1 | 3)), "{:?}: {said}", ended.status);
    assert!(said.contains("File too large"), "{said}");
}
