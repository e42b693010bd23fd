//! The engine that reads PDFs here: which it is, why it is not another one, and what its process could do.

use std::path::Path;

use brainwrought_core::data::Reader;
use brainwrought_core::id::Digest;
use brainwrought_core::report::chain;
use serde::Serializer;
use serde::ser::SerializeStruct;
use tokio_util::sync::CancellationToken;

use super::error::ParseError;
use super::host::PdfHost;
use super::ocr::OcrWeights;
use super::reader_check::ReaderCheck;
use super::wire::{Answer, ParsedPdf, Probed, Work, unpack};

/// The version of hayro in the lock file of the workspace.
const HAYRO_VERSION: &str = "0.9.0";
/// The name of the engine that is always there.
const BUILT_IN: &str = "hayro";

impl PdfHost {
    /// Starts a reading process to find out whether it can load the library and what else it could do.
    ///
    /// The outcome is kept for as long as this host and its clones exist. Blocks for a few hundredths of a second the
    /// first time.
    pub fn check(&self) -> ReaderCheck {
        if let Some(known) = self.checked().get(&self.libpdfium) {
            return known.clone();
        }
        let probed = self.probe_blocking();
        let (library_fault, powers) = match probed {
            Ok(Probed { library_error, powers }) => (library_error, Ok(powers)),
            // A library that takes its process down is of no use.
            Err(error @ (ParseError::EngineCrashed(_) | ParseError::OutOfMemory | ParseError::Timeout))
                if self.libpdfium.is_some() =>
            {
                let fault = format!("loading it ended the reading process: {}", chain(&error));
                let without = self.clone().without_libpdfium().probe_blocking();
                let powers = without.map(|probed| probed.powers).map_err(|error| chain(&error));
                (Some(fault), powers)
            }
            Err(error) => (None, Err(chain(&error))),
        };
        let library = self.libpdfium.as_deref().filter(|_| library_fault.is_none());
        let reader = library.map_or_else(built_in, native);
        let check = ReaderCheck { reader, library_fault, powers };
        // A process that could not be started says nothing of the library.
        if check.powers.is_ok() {
            self.checked().insert(self.libpdfium.clone(), check.clone());
        }
        check
    }

    /// The engine that reads here; the built-in one where the library of the other cannot be loaded. Blocks like
    /// [`Self::check`].
    pub fn reader(&self) -> Reader {
        if self.libpdfium.is_some() { self.check().reader } else { built_in() }
    }

    /// Completes what the reading process says of the engine.
    pub(super) fn name_reader(&self, parsed: &mut ParsedPdf) {
        let Reader { name, version } = self.reader();
        if parsed.engine == name {
            parsed.engine_version = version;
        } else if parsed.engine == BUILT_IN {
            parsed.engine_version = HAYRO_VERSION.to_owned();
        }
        if self.libpdfium.is_some() && parsed.engine == BUILT_IN {
            let text = if name == BUILT_IN { "be loaded" } else { "read the file" };
            parsed.warnings.push(format!("PDFium could not {text}, so the built-in engine read it"));
        }
    }

    fn probe_blocking(&self) -> Result<Probed, ParseError> {
        let failed = |error: std::io::Error| ParseError::Answer(error.into());
        // The caller may be a task of a runtime, in which no other one can be waited for.
        std::thread::scope(|scope| {
            let probe = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map_err(failed)?.block_on(self.probe())
            };
            let probe = std::thread::Builder::new().spawn_scoped(scope, probe).map_err(failed)?;
            probe.join().unwrap_or_else(|_| Err(ParseError::Answer("the check broke down".into())))
        })
    }

    async fn probe(&self) -> Result<Probed, ParseError> {
        let (answer, result) = self.ask(Work::Probe, &[], 1 << 20, &CancellationToken::new()).await;
        result?;
        match unpack(&answer).map_err(|error| ParseError::Answer(error.into()))? {
            (Answer::Probed(probed), _) => Ok(probed),
            _ => Err(ParseError::Answer("a check was asked for".into())),
        }
    }
}

fn built_in() -> Reader {
    Reader { name: BUILT_IN.to_owned(), version: HAYRO_VERSION.to_owned() }
}

/// PDFium does not tell its version, so that of its library is the start of its digest.
fn native(library: &Path) -> Reader {
    let digest = std::fs::read(library).map(|bytes| Digest::of(&bytes));
    let version = digest.map_or_else(
        |_| String::new(),
        |digest| format!("sha256:{}", digest.as_str().get(..12).unwrap_or_default()),
    );
    Reader { name: "pdfium".to_owned(), version }
}

/// Writes the engine of a host into the settings of a stage: what another engine read must not be taken for its work.
pub(crate) fn serialize_reader<S: Serializer>(host: &PdfHost, serializer: S) -> Result<S::Ok, S::Error> {
    let Reader { name, version } = host.reader();
    let mut settings = serializer.serialize_struct("reader", 3)?;
    settings.serialize_field("name", &name)?;
    settings.serialize_field("version", &version)?;
    settings.serialize_field("ocr-weights", &host.ocr_weights.as_ref().map(|_| OcrWeights::VERSION))?;
    settings.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_built_in_engine_is_that_of_the_lock_file() {
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        let lock = std::fs::read_to_string(lock).unwrap();
        assert!(lock.contains(&format!("name = \"hayro\"\nversion = \"{HAYRO_VERSION}\"\n")));
    }

    #[test]
    fn a_reader_that_cannot_be_started_is_told() {
        let host = PdfHost::default();
        let check = host.check();
        assert_eq!(check.reader.name, "hayro");
        assert!(check.powers.unwrap_err().contains("could not be run"));
    }
}
