//! [`read`] and [`read_text`]: files that are read as a whole, up to a limit.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
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

/// Opens a file to read it. A named pipe is refused: opening it waits until somebody writes, which may be never. The pipes of
/// a shell, `<(command)` and `/dev/stdin`, have no name and a writer.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let is_named = || std::fs::canonicalize(path).is_ok();
    if std::fs::metadata(path)?.file_type().is_fifo() && is_named() {
        return Err(io::Error::other("it is a named pipe; give a file, or `<(command)`"));
    }
    File::open(path)
}

/// As [`open`], off the threads that answer others.
pub(crate) async fn open_soon(path: &Path) -> io::Result<tokio::fs::File> {
    let path = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || open(&path)).await;
    opened.map_err(io::Error::other)?.map(tokio::fs::File::from_std)
}

/// Reads a file of at most `limit` bytes. A device or a pipe does not say how much comes out of it.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, SmallFileError> {
    let mut bytes = Vec::new();
    open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
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
    fn a_pipe_that_nobody_writes_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
        let error = read_text(&pipe).unwrap_err();
        assert!(error.to_string().contains("it is a named pipe"), "{error}");
        // What a shell hands over has no name.
        let (reader, mut writer) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut writer, b"words").unwrap();
        drop(writer);
        let number = std::os::fd::AsRawFd::as_raw_fd(&reader);
        assert_eq!(read_text(Path::new(&format!("/dev/fd/{number}"))).unwrap(), "words");
    }

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
