//! [`LocalFiles`]: finished files on this machine, each sent only as the artifact that it is.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use brainwrought_core::data::BlobRef;
use brainwrought_core::id::Digest;

/// How many files are remembered; what is forgotten is read again.
const MAX_FILES: usize = 4096;

/// Knows the digests of files on this machine. Each version of a video is a new file, on the machine that delivered it and
/// not on the others, so neither a name nor a length tells which version a file is.
#[derive(Debug, Clone, Default)]
pub(crate) struct LocalFiles {
    known: Arc<Mutex<HashMap<PathBuf, (Stamp, Digest)>>>,
}

/// What tells that a file is no longer the one that was read. A replaced file has another inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl LocalFiles {
    /// Opens a file at `start` if it holds just these bytes. A file is read once to find out.
    pub(crate) async fn open(&self, path: PathBuf, blob: &BlobRef, start: u64) -> Option<tokio::fs::File> {
        let (files, blob) = (self.clone(), blob.clone());
        let work = move || files.open_blocking(&path, &blob, start);
        tokio::task::spawn_blocking(work).await.ok().flatten().map(tokio::fs::File::from_std)
    }

    fn open_blocking(&self, path: &Path, blob: &BlobRef, start: u64) -> Option<File> {
        let mut file = File::open(path).ok()?;
        let metadata = file.metadata().ok().filter(|found| found.is_file() && found.len() == blob.bytes)?;
        let stamp = Stamp {
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        };
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        let digest = match known {
            Some((known, digest)) if known == stamp => digest,
            _ => {
                let digest = Digest::of_reader(&mut file).ok()?;
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= MAX_FILES {
                    known.clear();
                }
                known.insert(path.to_owned(), (stamp, digest.clone()));
                digest
            }
        };
        (digest == blob.digest).then_some(())?;
        file.seek(SeekFrom::Start(start)).ok()?;
        Some(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_of_another_version_is_not_sent_though_it_is_as_long() {
        use tokio::io::AsyncReadExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("video.mp4");
        let files = LocalFiles::default();
        let blob = |bytes: &[u8]| BlobRef {
            digest: Digest::of(bytes),
            bytes: bytes.len() as u64,
            media_type: "video/mp4".to_owned(),
        };
        assert!(files.open(path.clone(), &blob(b"one"), 0).await.is_none());
        std::fs::write(&path, b"one").unwrap();
        for _ in 0..2 {
            let mut text = String::new();
            let file = files.open(path.clone(), &blob(b"one"), 1).await;
            file.unwrap().read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "ne");
        }
        assert!(files.open(path.clone(), &blob(b"two"), 0).await.is_none());
        std::fs::write(folder.path().join("new"), b"two").unwrap();
        std::fs::rename(folder.path().join("new"), &path).unwrap();
        assert!(files.open(path.clone(), &blob(b"one"), 0).await.is_none());
        assert!(files.open(path.clone(), &blob(b"two"), 0).await.is_some());
        assert!(files.open(folder.path().to_owned(), &blob(b""), 0).await.is_none());
    }
}
