//! [`SmallDisk`]: a file system of its own for one test, small enough to run full.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tells a test that it is the one inside, and where its disk is.
const DISK: &str = "BRAINWROUGHT_TEST_DISK";

/// Mounts the disk, which only the test's own mount namespace sees, so that nothing is left behind.
const MOUNT: &str = "mount -t tmpfs -o size=$0,mode=1777 tmpfs \"$1\"";

/// A small file system that only one test sees.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Returns the disk when this is the test inside; otherwise runs the test inside, and returns `None` when it has
    /// passed. `size` is as `mount` takes it.
    #[expect(clippy::disallowed_methods, reason = "the test is this program, started again in a namespace")]
    pub fn enter(test: &str, size: &str) -> Option<Self> {
        if let Some(path) = std::env::var_os(DISK) {
            return Some(Self { path: path.into() });
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        // Who is not root may mount as the root of a user namespace. Postgres refuses to run as that, so the test has
        // one more namespace, in which it is somebody else.
        let is_root = rustix::process::geteuid().is_root();
        let (namespace, leave) =
            if is_root { ("-m", "") } else { ("-rm", "unshare -U --map-user=1000 --map-group=1000") };
        let inside = |script: &str| {
            let mut command = Command::new("unshare");
            command.args([namespace, "sh", "-c", script, size, path]);
            command
        };
        let probe = inside(&format!("{MOUNT} && {leave} true")).output().expect("`unshare` is in util-linux");
        if !probe.status.success() {
            crate::did_not_run(test, &format!("no disk can be mounted here: {probe:?}"));
            return None;
        }
        let script = format!("{MOUNT} && shift && exec {leave} \"$@\"");
        let mut run = inside(&script);
        run.arg(std::env::current_exe().unwrap()).args([test, "--exact", "--nocapture"]);
        let status = run.env(DISK, path).env("TMPDIR", path).status().unwrap();
        assert!(status.success(), "{test} failed on its own disk: {status}");
        None
    }

    /// Where the disk is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes some space, until it is given back.
    pub fn take(&self, bytes: usize) {
        std::fs::write(self.filler(), vec![0; bytes]).unwrap();
    }

    /// Takes all the space that is left.
    pub fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        for size in [1 << 20, 4096, 1] {
            while let Err(error) = write_until_full(&mut filler, size) {
                assert_eq!(error.kind(), ErrorKind::Interrupted);
            }
        }
    }

    /// Gives it back.
    pub fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

fn write_until_full(file: &mut File, size: usize) -> std::io::Result<()> {
    let bytes = vec![0; size];
    loop {
        match file.write_all(&bytes) {
            Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
            written => written?,
        }
    }
}
