//! [`read`] and [`read_text`]: files that are read as a whole, up to a limit.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// What a file of settings or words may have, in bytes; a thousand lines have some 50,000.
pub(crate) const MAX_TEXT_BYTES: u64 = 1_000_000;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmallFileError {
    /// It cannot be opened, or reading it broke off.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It has more bytes than such a file has.
    #[error("it has more than {} MB, which is the limit", .0 / 1_000_000)]
    TooLarge(u64),
    /// It is no text.
    #[error("it is not a text in UTF-8")]
    NotText,
}

impl SmallFileError {
    /// True when there is no such file.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Reads a file of at most `limit` bytes. A device or a pipe does not say how much comes out of it.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, SmallFileError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(SmallFileError::TooLarge(limit)) } else { Ok(bytes) }
}

/// Reads a text of at most [`MAX_TEXT_BYTES`].
pub(crate) fn read_text(path: &Path) -> Result<String, SmallFileError> {
    String::from_utf8(read(path, MAX_TEXT_BYTES)?).map_err(|_| SmallFileError::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_refused() {
        // Every Unix has this device.
        let endless = Path::new("/dev/zero");
        assert!(matches!(read_text(endless), Err(SmallFileError::TooLarge(MAX_TEXT_BYTES))));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words");
        std::fs::write(&path, b"four").unwrap();
        assert_eq!(read_text(&path).unwrap(), "four");
        assert!(read(&path, 4).is_ok() && matches!(read(&path, 3), Err(SmallFileError::TooLarge(3))));
        std::fs::write(&path, b"\xFF").unwrap();
        assert!(matches!(read_text(&path), Err(SmallFileError::NotText)));
        assert!(read_text(&folder.path().join("none")).unwrap_err().is_missing());
    }
}
