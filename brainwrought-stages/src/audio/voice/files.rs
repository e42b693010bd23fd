//! [`VoiceFiles`]: the folder with the files of a neural voice, checked before use.

use std::io::ErrorKind;
use std::path::PathBuf;

use brainwrought_core::id::Digest;

use super::VoiceError;

/// The files of the voice `hibari/heart` and their SHA-256, as PyPI `hibari-tts` 0.2.1 ships them in `hibari/assets`.
const HIBARI_HEART: [(&str, &str); 4] = [
    ("hibari.onnx", "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"),
    ("oov.onnx", "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76"),
    ("oov.json", "b462e6e5dbdf0e7346c732385d0dd844f612f1770871441c56932bff4ca75d8c"),
    ("vocab.json", "70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d"),
];

/// The folder with the files of the voice `hibari/heart`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceFiles {
    /// Holds `hibari.onnx`, `oov.onnx`, `oov.json` and `vocab.json`.
    pub folder: PathBuf,
}

impl VoiceFiles {
    /// Lists the names of the files with the SHA-256 that each must have, in hex.
    pub fn expected() -> &'static [(&'static str, &'static str)] {
        &HIBARI_HEART
    }

    /// Checks that every file is there and is the right one.
    ///
    /// # Errors
    ///
    /// Fails with the first file that is missing, unreadable or different.
    pub fn check(&self) -> Result<(), VoiceError> {
        HIBARI_HEART.iter().try_for_each(|(name, _)| self.read(name).map(drop))
    }

    /// Reads one file and checks it.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, VoiceError> {
        let path = self.folder.join(name);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(VoiceError::MissingFile { path });
            }
            Err(source) => return Err(VoiceError::UnreadableFile { path, source }),
        };
        let expected = HIBARI_HEART.iter().find(|(known, _)| *known == name).map(|(_, digest)| *digest);
        if expected != Some(Digest::of(&bytes).as_str()) {
            return Err(VoiceError::DamagedFile { path });
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let files = VoiceFiles { folder: folder.path().to_owned() };
        let error = files.check().unwrap_err();
        assert!(matches!(error, VoiceError::MissingFile { .. }));
        assert!(error.to_string().contains("make setup"), "{error}");
    }

    #[test]
    fn a_different_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hibari.onnx"), b"not a model").unwrap();
        let files = VoiceFiles { folder: folder.path().to_owned() };
        assert!(matches!(files.check(), Err(VoiceError::DamagedFile { .. })));
    }
}
