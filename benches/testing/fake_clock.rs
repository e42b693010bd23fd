//! [`FakeClock`]: a wall clock that a test sets, for the processes it starts.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// How far the clock stands from the true one, in a file that `libfaketime` reads at each look.
///
/// As when somebody sets a real clock, monotonic clocks stay as they are.
#[derive(Debug)]
pub struct FakeClock {
    folder: tempfile::TempDir,
    library: String,
}

impl FakeClock {
    /// A clock that shows the true time.
    #[expect(clippy::disallowed_methods, reason = "the program says where its library is")]
    pub fn start() -> Self {
        let missing = "`faketime` is missing; run `scripts/setup.sh tests`";
        remove_remains();
        let said = Command::new("faketime").args(["-f", "+0s", "printenv", "LD_PRELOAD"]).output();
        let library = String::from_utf8(said.expect(missing).stdout).unwrap().trim().to_owned();
        assert!(!library.is_empty(), "{missing}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let clock = Self { folder, library };
        clock.set(0);
        clock
    }

    /// Sets the clock so many seconds ahead of the true time.
    pub fn set(&self, seconds: i64) {
        let (new, file) = (self.folder.path().join("new"), self.folder.path().join("clock"));
        std::fs::write(&new, format!("{seconds:+}\n")).unwrap();
        std::fs::set_permissions(&new, PermissionsExt::from_mode(0o644)).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    /// What a process needs in its environment to see this clock.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let on = || "1".to_owned();
        vec![
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.folder.path().join("clock").to_str().unwrap().to_owned()),
            ("FAKETIME_NO_CACHE", on()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", on()),
            ("DONT_FAKE_MONOTONIC", on()),
        ]
    }
}

impl Drop for FakeClock {
    fn drop(&mut self) {
        remove_remains();
    }
}

/// Removes what processes with a set clock left behind when they were killed. `libfaketime` names it by the number of the
/// process, and whoever gets that number next would not start.
fn remove_remains() {
    for remains in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
        let name = remains.file_name().to_string_lossy().into_owned();
        let number = name.strip_prefix("faketime_shm_").or_else(|| name.strip_prefix("sem.faketime_sem_"));
        let is_dead = |number: &str| !std::path::Path::new("/proc").join(number).exists();
        if number.is_some_and(|number| number.parse::<u32>().is_ok() && is_dead(number)) {
            // Somebody else may have been quicker, or it may be another user's.
            drop(std::fs::remove_file(remains.path()));
        }
    }
}
