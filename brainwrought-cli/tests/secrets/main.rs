//! What the operator of a server sets reaches nobody: a secret stands in each setting, and is looked for in every answer,
//! page, event, metric, log line and file.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

mod addresses;
mod databases;
mod mistakes;
mod planted;
mod providers;
mod server;
mod settings;

use std::path::{Path, PathBuf};

use planted::{Planted, Seen};
use providers::Providers;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf").canonicalize().unwrap()
}

/// Where the voices and libraries of this machine are.
fn resources() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    set("BRAINWROUGHT_DATA")
        .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("brainwrought")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/brainwrought")))
        .unwrap()
}

fn folder(parent: &Path, name: &str) -> PathBuf {
    let path = parent.join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn link_resources(at: &Path) {
    std::os::unix::fs::symlink(resources(), at).unwrap();
}

/// A second of silence that no player refuses.
fn wav() -> Vec<u8> {
    let samples = 48_000_u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples * 2).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(48_000_u32.to_le_bytes());
    bytes.extend(96_000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((samples * 2).to_le_bytes());
    bytes.extend((0..samples).flat_map(|n| ((n % 200) as i16 * 20 - 2000).to_le_bytes()));
    bytes
}

#[test]
fn operator_settings_reach_nobody() {
    let (planted, seen, providers) = (Planted::default(), Seen::default(), Providers::start());
    let home = tempfile::tempdir().unwrap();
    settings::check_that_none_is_missing(home.path());
    let poster = addresses::serve(&planted, &seen, &providers, &folder(home.path(), "first"));
    databases::serve(&planted, &seen, &providers, &folder(home.path(), "second"), &poster);
    mistakes::start(&planted, &seen, &providers, &folder(home.path(), "third"));
    planted.check_that_none_is_missing();
    let leaks = planted.leaks(&seen);
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}
