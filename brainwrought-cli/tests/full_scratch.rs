//! `make` on a machine whose scratch folder has no room for the video: it says so, ends, and goes on from there.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "this test starts processes and waits for them")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use brainwrought_testing::SmallDisk;

fn make(folder: &Path) -> Output {
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
    command.args(["make", pdf.to_str().unwrap(), "-o", "out.mp4", "--size", "270x480", "--length", "20"]);
    for store in ["BRAINWROUGHT_STORE", "BRAINWROUGHT_JOBS", "BRAINWROUGHT_ARTIFACTS"] {
        command.env_remove(store);
    }
    command.current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_video_that_does_not_fit_into_the_scratch_folder_is_made_once_it_does() {
    let test = "a_video_that_does_not_fit_into_the_scratch_folder_is_made_once_it_does";
    let Some(disk) = SmallDisk::enter(test, "40m") else { return };
    // Everything but the scratch folder is on another disk.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("full-scratch");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("data")).unwrap();
    let scratch = disk.path().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    std::os::unix::fs::symlink(&scratch, folder.join("data/scratch")).unwrap();
    // Room for folders and for the beginning of the video.
    disk.take((40 << 20) - (200 << 10));
    let stopped = make(&folder);
    let said = String::from_utf8_lossy(&stopped.stderr).into_owned();
    assert_eq!(stopped.status.code(), Some(3), "{said}");
    assert!(said.contains("the scratch folder") && said.contains("No space left"), "{said}");
    assert!(said.contains("waits") || said.contains("waiting"), "{said}");

    disk.free();
    let began = Instant::now();
    let made = make(&folder);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    assert!(began.elapsed() < Duration::from_secs(120));
    assert!(std::fs::metadata(folder.join("out.mp4")).unwrap().len() > 200 << 10);
    std::fs::remove_dir_all(folder).unwrap();
}
