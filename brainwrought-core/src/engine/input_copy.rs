//! [`InputCopy`]: the files that a job was made from, kept for people in a folder of the job's own.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use super::{Engine, EngineError};
use crate::atomic_file::{sync_folder, write_whole};
use crate::data::BlobRef;
use crate::id::JobId;
use crate::private_folder::private_folder;
use crate::report::chain;

/// How the folder of a copy ends whose job does not exist yet. It begins with a dot, which no job's id does.
const STAGED: &str = ".part";

/// How old a staged copy must be to be what a killed process has left.
const STAGED_FOR: Duration = Duration::from_secs(24 * 3600);

/// A copy that is written and has no job yet. It goes when it is dropped.
#[derive(Debug)]
pub(super) struct InputCopy {
    inputs: PathBuf,
    staged: PathBuf,
}

impl InputCopy {
    /// Writes files into a new folder below `inputs`, durably.
    ///
    /// # Errors
    ///
    /// Fails with [`EngineError::InputCopy`] when a file cannot be written; nothing of it stays.
    pub(super) async fn stage(inputs: &Path, files: Vec<(BlobRef, Bytes)>) -> Result<Self, EngineError> {
        let folder = inputs.to_owned();
        let staged = tokio::task::spawn_blocking(move || Self::write(folder, &files)).await;
        staged.map_err(|error| unwritten(inputs, io::Error::other(error)))?
    }

    fn write(inputs: PathBuf, files: &[(BlobRef, Bytes)]) -> Result<Self, EngineError> {
        let number = getrandom::u64().map_err(|error| unwritten(&inputs, io::Error::other(error)))?;
        let copy = Self { staged: inputs.join(format!(".{number:016x}{STAGED}")), inputs };
        private_folder(&copy.inputs).map_err(|source| unwritten(&copy.inputs, source))?;
        for (at, (blob, bytes)) in files.iter().enumerate() {
            let path = copy.staged.join(file_name(at, &blob.media_type));
            write_whole(&path, bytes).map_err(|source| unwritten(&path, source))?;
        }
        Ok(copy)
    }

    /// Makes it the copy of a job, unless that has one.
    ///
    /// # Errors
    ///
    /// Fails with [`EngineError::InputCopy`] when the folder cannot be renamed; nothing of it stays.
    pub(super) async fn give_to(self, job: &JobId) -> Result<(), EngineError> {
        let folder = self.inputs.join(job.as_str());
        let path = folder.clone();
        let placed = tokio::task::spawn_blocking(move || {
            if folder.exists() {
                return Ok(());
            }
            std::fs::rename(&self.staged, &folder)
                .and_then(|()| sync_folder(&folder))
                .map_err(|source| unwritten(&folder, source))
        });
        placed.await.map_err(|error| unwritten(&path, io::Error::other(error)))?
    }
}

impl Drop for InputCopy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.staged);
    }
}

impl Engine {
    /// Removes the copies that processes have staged and that were killed before their jobs existed.
    pub(super) async fn remove_staged_copies(&self) {
        let Some(inputs) = self.settings.inputs.clone() else { return };
        let removed = tokio::task::spawn_blocking(move || remove_staged(&inputs)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!(error = chain(&error), "copies of inputs without a job stay");
        }
    }
}

fn remove_staged(inputs: &Path) -> io::Result<()> {
    let entries = match inputs.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') || !name.ends_with(STAGED) {
            continue;
        }
        match remove_if_old(&entry) {
            // Its submission has placed or dropped it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

fn remove_if_old(entry: &std::fs::DirEntry) -> io::Result<()> {
    // A clock that was set back makes it young, and it goes later.
    let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
    if age >= STAGED_FOR { std::fs::remove_dir_all(entry.path()) } else { Ok(()) }
}

/// The name of a file in the folder of a job: `input.pdf`, and `input-2.pdf` for the second.
fn file_name(at: usize, media_type: &str) -> String {
    let number = if at == 0 { String::new() } else { format!("-{}", at + 1) };
    let subtype = media_type.split_once('/').map_or("", |(_, subtype)| subtype);
    let is_plain =
        !subtype.is_empty() && subtype.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    format!("input{number}.{}", if is_plain { subtype } else { "bin" })
}

fn unwritten(path: &Path, source: io::Error) -> EngineError {
    EngineError::InputCopy { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::data::SourcePdf;

    fn pdf() -> (BlobRef, Bytes) {
        let bytes = Bytes::from_static(b"%PDF-1.7");
        (SourcePdf::new("a.pdf", &bytes).pdf, bytes)
    }

    #[tokio::test]
    async fn a_copy_lies_in_the_folder_of_its_job() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        let job = JobId::random().unwrap();
        let copy = InputCopy::stage(&inputs, vec![pdf(), pdf()]).await.unwrap();
        copy.give_to(&job).await.unwrap();
        for name in ["input.pdf", "input-2.pdf"] {
            assert_eq!(fs::read(inputs.join(job.as_str()).join(name)).unwrap(), b"%PDF-1.7");
        }
        assert_eq!(fs::read_dir(&inputs).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_copy_without_a_job_does_not_stay() {
        let root = tempfile::tempdir().unwrap();
        drop(InputCopy::stage(root.path(), vec![pdf()]).await.unwrap());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_copy_that_cannot_be_placed_names_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let job = JobId::random().unwrap();
        let copy = InputCopy::stage(root.path(), vec![pdf()]).await.unwrap();
        fs::remove_dir_all(&copy.staged).unwrap();
        let error = copy.give_to(&job).await.unwrap_err();
        assert!(
            matches!(&error, EngineError::InputCopy { path, .. } if path.ends_with(job.as_str())),
            "{error}"
        );
    }

    #[test]
    fn only_old_staged_copies_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        for name in [".00ff.part", "0123456789abcdef", ".01ff.part"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        for name in [".00ff.part", "0123456789abcdef"] {
            fs::File::open(root.path().join(name)).unwrap().set_modified(old).unwrap();
        }
        remove_staged(root.path()).unwrap();
        let left: Vec<_> = ["0123456789abcdef", ".01ff.part"].map(|name| root.path().join(name)).into();
        assert!(left.iter().all(|path| path.exists()));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
        remove_staged(&root.path().join("none")).unwrap();
    }

    #[test]
    fn a_staged_copy_that_vanishes_is_gone() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".00ff.part")).unwrap();
        let entry = root.path().read_dir().unwrap().next().unwrap().unwrap();
        fs::remove_dir(entry.path()).unwrap();
        assert_eq!(remove_if_old(&entry).unwrap_err().kind(), io::ErrorKind::NotFound);
        remove_staged(root.path()).unwrap();
    }

    #[test]
    fn a_file_is_named_by_its_kind() {
        for (at, media_type, name) in [
            (0, "application/pdf", "input.pdf"),
            (1, "image/png", "input-2.png"),
            (0, "image/svg+xml", "input.bin"),
            (0, "text/../x", "input.bin"),
            (2, "none", "input-3.bin"),
        ] {
            assert_eq!(file_name(at, media_type), name);
        }
    }
}
