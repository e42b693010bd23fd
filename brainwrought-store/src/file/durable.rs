//! Files that appear whole or not at all and survive a power cut.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Whether a write must survive a power cut before it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// The new content is on disk.
    Synced,
    /// Old or new content is on disk, but whole.
    Whole,
}

/// Replaces a file: writes beside it, syncs, renames, syncs the folder. The previous content stays as `<name>.bak`.
pub(super) fn replace(path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
    exchange(path, bytes, "bak")?;
    if durability == Durability::Synced { sync_folder(path) } else { Ok(()) }
}

/// Replaces a damaged file in the same way. The damage stays as `<name>.damaged`, and the good `<name>.bak` as it is.
pub(super) fn mend(path: &Path, bytes: &[u8]) -> io::Result<()> {
    exchange(path, bytes, "damaged")?;
    sync_folder(path)
}

fn exchange(path: &Path, bytes: &[u8], previous: &str) -> io::Result<()> {
    let temporary = path.with_extension("part");
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        // Without this, a crash after the rename could leave an empty file where a good one was.
        file.sync_data()?;
        keep_previous(path, &path.with_extension(previous))?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Makes an empty file durable; it may be there already.
pub(super) fn touch(path: &Path) -> io::Result<()> {
    File::create(path)?;
    sync_folder(path)
}

/// Removes a file; it may be gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn keep_previous(path: &Path, previous: &Path) -> io::Result<()> {
    remove(previous)?;
    match fs::hard_link(path, previous) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes what was written to or removed from the folder of a file survive a power cut.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
