//! The operators' token that a server makes for whoever owns its files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use brainwrought_core::private_folder::private_folder;

/// The random bytes of a token; as many as guessing does not help against.
const BYTES: usize = 32;

/// Reads the token in a file, or makes one that only the owner of the file can read. A file that others could have read is
/// replaced.
///
/// # Errors
///
/// Fails when the file can be neither read nor made.
pub(crate) fn read_or_make(path: &Path) -> io::Result<String> {
    match File::open(path) {
        Ok(file) if file.metadata()?.mode() & 0o077 == 0 => {
            let mut token = String::new();
            file.take(1024).read_to_string(&mut token)?;
            let token = token.trim();
            if token.len() >= BYTES {
                return Ok(token.to_owned());
            }
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    make(path)
}

fn make(path: &Path) -> io::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    // Beside its place, so that a file which others hold open never gets the new token.
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        writeln!(file, "{token}")?;
        std::fs::rename(&new, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written.map(|()| token)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_token_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/operator-token");
        let token = read_or_make(&path).unwrap();
        assert_eq!(token.len(), 2 * BYTES);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read_or_make(&path).unwrap(), token);
        // Once others can read it, it is no secret any more; and half a token is none.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let second = read_or_make(&path).unwrap();
        assert_ne!(second, token);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        std::fs::write(&path, "\n").unwrap();
        assert_ne!(read_or_make(&path).unwrap(), second);
        assert_eq!(folder.path().join("data").read_dir().unwrap().count(), 1);
    }
}
