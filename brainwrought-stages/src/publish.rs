//! The stage `publish`: puts the finished video and the files beside it where people find them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use brainwrought_core::data::{BlobRef, Publication, Report};
use brainwrought_core::job::Delivery;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use bytes::Bytes;
use serde::Serialize;

/// Writes `video.mp4` and every sidecar to `<folder>/<job_id>/`.
///
/// Each file appears whole or not at all, and writing twice gives the same files.
#[derive(Debug, Clone, Serialize)]
pub struct Publish {
    /// The folder that gets one folder a job.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A finished video could not be delivered; it stays in the artifact store.
#[derive(Debug, thiserror::Error)]
#[error(
    "could not write {path:?}; the video is safe in the store, mend this and run `brainwrought retry --from publish`"
)]
pub struct PublishError {
    path: PathBuf,
    source: std::io::Error,
}

impl Stage for Publish {
    const NAME: &'static str = "publish";
    const VERSION: u32 = 1;
    const IS_CACHED: bool = false;
    type Input = Report;
    type Output = Publication;

    async fn run(&self, cx: &StageContext, report: Report) -> Result<Publication, StageError> {
        let folder = self.folder.join(cx.job().as_str());
        let video = &report.video;
        let files: Vec<(&str, &BlobRef)> = video
            .sidecars
            .iter()
            .map(|(name, blob)| (name.as_str(), blob))
            .chain([("video.mp4", &video.video)])
            .collect();
        let total = files.len() as u64;
        for (done, (name, blob)) in files.into_iter().enumerate() {
            cx.check_cancelled()?;
            cx.progress(done as u64, total);
            let bytes = cx.get(blob).await?;
            let path = folder.join(name);
            // A full disk or a missing mount may pass, so another attempt is worth it.
            tokio::task::spawn_blocking(move || {
                write_whole(&path, &bytes).map_err(|source| PublishError { path, source })
            })
            .await?
            .map_err(StageError::retryable)?;
        }
        let path = folder.join("video.mp4");
        let delivery = Delivery { output_local_path: Some(path.display().to_string()), output_hf_url: None };
        Ok(Publication { delivery, warnings: Vec::new() })
    }
}

/// Writes a file so that it appears whole or not at all: a temporary file, synced, then renamed.
///
/// # Errors
///
/// Fails when the folder cannot be made or the file not be written.
pub fn write_whole(path: &Path, bytes: &Bytes) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = (|| {
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job").join("video.mp4");
        write_whole(&path, &Bytes::from_static(b"one")).unwrap();
        write_whole(&path, &Bytes::from_static(b"two")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_in_the_way_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_whole(folder.path(), &Bytes::new()).is_err());
    }
}
