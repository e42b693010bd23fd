//! [`write_whole`]: files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How often a temporary name is drawn before the folder is given up.
const MAX_DRAWS: usize = 16;

/// Writes a file so that it appears whole or not at all, and makes its folder where there is none: a temporary file with
/// a short name beside it, synced, then renamed, and the folder synced. A symbolic link of that name is replaced: this is for
/// folders of this program's own, where no link was checked.
///
/// # Errors
///
/// Fails when the folder cannot be made or the file not be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder_of(path))?;
    let (temporary, file) = create_temporary(folder_of(path))?;
    replace_through(&temporary, file, path, bytes, |_| Ok(()))?;
    sync_folder(path)
}

/// Writes `bytes` to `temporary`, which is open as `file`, and renames it to `path`, which must be on the same file system.
/// `before_rename` may still set permissions or keep what `path` held; when it or anything else fails, `temporary` is removed
/// and `path` is as it was. The rename survives a power cut only after [`sync_folder`].
///
/// # Errors
///
/// Fails when the file cannot be written, synced or renamed, and when `before_rename` fails.
pub fn replace_through(
    temporary: &Path,
    mut file: File,
    path: &Path,
    bytes: &[u8],
    before_rename: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let written = (|| {
        file.write_all(bytes)?;
        // Without this, a crash after the rename could leave an empty file where a good one was.
        file.sync_data()?;
        before_rename(&file)?;
        fs::rename(temporary, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(temporary);
    }
    written
}

/// Creates a file of its own in a folder. The name is short, so that it fits wherever the file's own name fits.
///
/// # Errors
///
/// Fails when the folder takes no file.
pub fn create_temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    let mut draws = 0;
    loop {
        draws += 1;
        let number = getrandom::u64().map_err(io::Error::other)?;
        let path = folder.join(format!(".{number:016x}.part"));
        match File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && draws < MAX_DRAWS => {}
            created => return created.map(|file| (path, file)),
        }
    }
}

/// Makes what was written to, renamed in or removed from the folder of a file survive a power cut.
///
/// # Errors
///
/// Fails when the folder cannot be opened or synced.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path))?.sync_all() {
        // The file system cannot sync folders, see fsync(2); it has nothing better to offer.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// The folder that a file is in, whether or not there is such a file.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file");
        write_whole(&path, b"one").unwrap();
        let (temporary, file) = create_temporary(folder_of(&path)).unwrap();
        let refused = replace_through(&temporary, file, &path, b"two", |_| Err(io::Error::other("no")));
        assert!(refused.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder_of(&path)).unwrap().count(), 1, "no temporary file stays");
    }
}
