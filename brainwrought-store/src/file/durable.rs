//! Files that appear whole or not at all and survive a power cut.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use brainwrought_core::atomic_file::replace_through;
pub(super) use brainwrought_core::atomic_file::sync_folder;
use rustix::io::Errno;

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
    let file = File::create(&temporary)?;
    replace_through(&temporary, file, path, bytes, |_| keep_previous(path, &path.with_extension(previous)))
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
    let kept = match fs::hard_link(path, previous) {
        Err(error) if has_no_hard_links(&error) => copy(path, previous),
        linked => linked,
    };
    match kept {
        // The first generation has none before it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        kept => kept,
    }
}

/// Tells whether a file system has no hard links, such as FAT and exFAT; those in user space and of other machines have
/// errors of their own for it. See link(2).
fn has_no_hard_links(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::PERM | Errno::NOSYS | Errno::OPNOTSUPP | Errno::MLINK))
}

/// Copies a file, and leaves nothing when that fails.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let copied = (|| {
        let mut source = File::open(from)?;
        let mut copy = File::create(to)?;
        io::copy(&mut source, &mut copy)?;
        copy.sync_data()
    })();
    if copied.is_err() {
        let _ = fs::remove_file(to);
    }
    copied
}
