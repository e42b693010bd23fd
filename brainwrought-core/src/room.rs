//! [`check`]: whether a folder has room for so many more bytes.

use std::io;
use std::path::Path;

/// Fails as a write would when there is no room for so many bytes in the folder; nothing is left behind.
///
/// Space is asked for and given back, because the free space of a file system says nothing of quotas. Where space cannot
/// be asked for, the free space has to do. On systems without either there is always room.
///
/// # Errors
///
/// Fails when there is no room, and when the folder cannot be written.
pub fn check(folder: &Path, bytes: u64) -> io::Result<()> {
    imp::check(folder, bytes)
}

/// Tells whether an error says that a disk or a quota is full, or that no file may become so large.
pub fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

#[cfg(unix)]
mod imp {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Mutex, PoisonError};

    use rustix::fs::{FallocateFlags, fallocate, statvfs};
    use rustix::io::Errno;

    /// Tells the files of one process apart.
    static NUMBER: AtomicU64 = AtomicU64::new(0);

    /// Two that ask at once would each find the room gone that the other one holds.
    static TURN: Mutex<()> = Mutex::new(());

    pub(super) fn check(folder: &Path, bytes: u64) -> io::Result<()> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".room-{}-{number}", std::process::id()));
        let file = File::create(&path)?;
        let given = match bytes {
            0 => Ok(()),
            _ => fallocate(&file, FallocateFlags::empty(), 0, bytes),
        };
        drop(file);
        fs::remove_file(&path)?;
        match given {
            Ok(()) => Ok(()),
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                let free = statvfs(folder)?;
                let free = free.f_bavail.saturating_mul(free.f_frsize);
                if free < bytes { Err(Errno::NOSPC.into()) } else { Ok(()) }
            }
            Err(errno) => Err(errno.into()),
        }
    }
}

#[cfg(not(unix))]
mod imp {
    pub(super) fn check(_: &std::path::Path, _: u64) -> std::io::Result<()> {
        Ok(())
    }
}
