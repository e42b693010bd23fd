//! [`private_folder`] and [`private_file`]: what nobody but its owner can look into.

use std::io;
use std::path::Path;

/// Makes a folder, and those above it that are missing, for its owner alone (mode 0700 on Unix).
///
/// A folder that is there already and belongs to the user of this process is closed to everybody else; one of another
/// user stays as it is. On systems without such modes the folder is only made.
///
/// # Errors
///
/// Fails when the folder cannot be made, or not be closed.
pub fn private_folder(path: &Path) -> io::Result<()> {
    imp::private_folder(path)
}

/// Closes a file that is there to everybody but its owner (mode 0600 on Unix), under the conditions of [`private_folder`].
///
/// # Errors
///
/// Fails when the file is not there, or cannot be closed.
pub fn private_file(path: &Path) -> io::Result<()> {
    imp::close(path)
}

#[cfg(unix)]
mod imp {
    use std::fs::{DirBuilder, Permissions, metadata, set_permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    pub(super) fn private_folder(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        close(path)
    }

    /// Takes the rights of everybody but the owner away.
    pub(super) fn close(path: &Path) -> io::Result<()> {
        let found = metadata(path)?;
        let is_open = found.mode() & 0o077 != 0;
        // A superuser could close a folder of somebody else, who would then be locked out.
        if is_open && found.uid() == rustix::process::geteuid().as_raw() {
            match set_permissions(path, Permissions::from_mode(found.mode() & 0o7700)) {
                // A file system that is mounted for reading alone, or that knows no modes, such as FAT.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
                    ) => {}
                result => result?,
            }
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod imp {
    use std::io;
    use std::path::Path;

    pub(super) fn private_folder(path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    pub(super) fn close(path: &Path) -> io::Result<()> {
        std::fs::metadata(path).map(drop)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn new_and_existing_folders_are_for_their_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        private_folder(&data.join("jobs")).unwrap();
        assert_eq!((mode(&data), mode(&data.join("jobs"))), (0o700, 0o700));
        let open = root.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        private_folder(&open).unwrap();
        private_folder(&open).unwrap();
        assert_eq!(mode(&open), 0o700);
        let file = open.join("key");
        fs::write(&file, "secret").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        private_file(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
    }
}
