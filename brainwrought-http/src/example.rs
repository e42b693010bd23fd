//! [`Example`]: a finished video that the start page shows.

use std::path::{Path, PathBuf};

use brainwrought_core::id::Digest;
use brainwrought_core::report::chain;
use brainwrought_stages::check::Manifest;
use serde_json::Value;

/// A finished video that the start page shows.
///
/// It is a folder like those of finished jobs: `video.mp4`, and beside it `captions.vtt`, `poster.png` and
/// `manifest.json`, from which it has its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Names it in addresses. It is no path, and says nothing about one.
    pub(crate) name: String,
    pub(crate) title: String,
    /// The language of its captions.
    pub(crate) language: String,
    /// Its length, where the manifest says it.
    pub(crate) seconds: Option<u64>,
    /// The pages of its document, where the manifest says it.
    pub(crate) pages: Option<u32>,
    pub(crate) folder: PathBuf,
}

/// The longest title that is shown, in characters.
const MAX_TITLE: usize = 120;

impl Example {
    /// Reads the examples in a folder, one a subfolder, in the order of their names. A subfolder without a video is no
    /// example.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be read.
    pub fn read_all(folder: &Path) -> std::io::Result<Vec<Self>> {
        let entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        let mut folders: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        folders.sort();
        Ok(folders.into_iter().filter(|folder| folder.join("video.mp4").is_file()).map(Self::read).collect())
    }

    fn read(folder: PathBuf) -> Self {
        let manifest = folder.join("manifest.json");
        let manifest = read_manifest(&manifest).unwrap_or_else(|error| {
            tracing::warn!(manifest = %manifest.display(), error = chain(&error), "an example has no title");
            Manifest::default()
        });
        let own = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let title = if manifest.title.is_empty() { own.clone() } else { manifest.title };
        Self {
            name: Digest::of(own.as_bytes()).to_string().chars().take(12).collect(),
            title: title.chars().take(MAX_TITLE).collect(),
            language: if manifest.language.is_empty() { "en".to_owned() } else { manifest.language },
            seconds: Some(manifest.video.duration_ms.div_ceil(1000)).filter(|seconds| *seconds > 0),
            pages: Some(manifest.source.pages).filter(|pages| *pages > 0),
            folder,
        }
    }
}

/// Reads what is shown of a manifest. Other parts of it may be of another version, which knows more of them.
fn read_manifest(path: &Path) -> std::io::Result<Manifest> {
    let mut manifest: serde_json::Map<String, Value> = serde_json::from_slice(&std::fs::read(path)?)?;
    manifest.retain(|key, _| ["title", "language", "video", "source"].contains(&key.as_str()));
    Ok(serde_json::from_value(manifest.into())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_the_folders_with_a_video() {
        let folder = tempfile::tempdir().unwrap();
        for (name, manifest) in [
            (
                "b",
                r#"{"title":"Bees","language":"de","video":{"duration_ms":54100},"source":{"pages":9},
                    "assets":[{"of_another":"version"}],"calls":[7],"spent":"much"}"#,
            ),
            ("a", "no manifest at all"),
        ] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(folder.path().join(name).join("video.mp4"), b"x").unwrap();
            std::fs::write(folder.path().join(name).join("manifest.json"), manifest).unwrap();
        }
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        let examples = Example::read_all(folder.path()).unwrap();
        let titles: Vec<_> = examples.iter().map(|example| example.title.as_str()).collect();
        assert_eq!(titles, ["a", "Bees"]);
        assert_eq!(
            (examples[1].seconds, examples[1].pages, examples[1].language.as_str()),
            (Some(55), Some(9), "de")
        );
        assert!(Example::read_all(&folder.path().join("nowhere")).is_err());
    }
}
