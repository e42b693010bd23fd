//! [`examine`]: what the default stages find on this machine.

use std::path::{Path, PathBuf};

use brainwrought_core::report::chain;
use serde::Serialize;

use super::resources::Resources;
use crate::audio::VoiceLibrary;
use crate::llm::{best_local_model, local_models};
use crate::parse::{OcrWeights, PdfHost, Power, ReaderCheck, find_libpdfium};
use crate::provider::{Network, ProviderError, ProviderSettings, SERVICES};

/// One thing that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub name: String,
    /// True when it is there and as it should be.
    pub present: bool,
    /// True when the default video cannot be made without it.
    pub required: bool,
    /// Where it is, or what is wrong with it.
    pub detail: String,
    /// The command that mends it.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is there.
    pub fn present(name: &str, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), present: true, required: true, detail: detail.into(), remedy: None }
    }

    /// Something that a default video needs and that is not there.
    pub fn missing(name: &str, detail: impl Into<String>, remedy: &str) -> Self {
        let remedy = Some(remedy.to_owned());
        Self { name: name.to_owned(), present: false, required: true, detail: detail.into(), remedy }
    }

    fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

/// Looks for everything that the default stages use; opens no connection.
///
/// It starts a process that loads PDFium, and blocks for that long. The program's `main` must begin with
/// [`crate::parse::serve_if_child`].
pub fn examine(resources: &Path) -> Vec<Finding> {
    let host = PdfHost::this_program().map(|host| match find_libpdfium(Some(resources)) {
        Some(library) => host.with_libpdfium(&library),
        None => host,
    });
    let host = host.unwrap_or_default();
    let check = host.check();
    vec![
        ffmpeg(),
        pdfium(&host, &check),
        pdf_process(&check),
        text_recognition(resources),
        voice(resources),
        espeak(),
        fonts(),
        Finding::present("pdf fallback", "hayro, built in"),
        Finding::present("caption font", "Montserrat Black, built in"),
    ]
}

/// Tells which providers could be used, by whether there is a key; opens no connection and shows no key.
pub fn examine_providers(settings: &ProviderSettings) -> Vec<Finding> {
    let network = match settings.network {
        Network::On => {
            Finding::present("network", "on; only what you choose is sent, and the manifest tells")
        }
        Network::Off => Finding::present("network", "off; nothing is sent"),
    };
    let keys = SERVICES.iter().map(|service| {
        let name = format!("{} key", service.name);
        match settings.keys.contains_key(service.name) {
            true => Finding::present(&name, format!("{} is set", service.key_variable)),
            false => {
                let detail = format!("{} is not set; {} is not used", service.key_variable, service.name);
                Finding::missing(&name, detail, &format!("export {}=…", service.key_variable))
            }
        }
    });
    std::iter::once(network).chain(keys).map(Finding::optional).collect()
}

/// Tells which models the servers of this machine have at these addresses, and which one of them is picked where the choice
/// is left to the program; `memory_bytes` is the memory of this machine. Asks those servers alone, and nobody when the network
/// is off.
pub async fn examine_local_models(
    settings: &ProviderSettings,
    servers: &[String],
    memory_bytes: Option<u64>,
) -> Finding {
    const NAME: &str = "local model";
    let found = match local_models(settings.network, servers).await {
        Ok(models) => models,
        Err(ProviderError::Offline { .. }) => {
            return Finding::present(NAME, "the network is off; nobody was asked").optional();
        }
        Err(error) => return Finding::missing(NAME, chain(&error), "put the address right").optional(),
    };
    let model = fitting_model(memory_bytes);
    match best_local_model(&found, memory_bytes) {
        Some(best) => {
            let others = match found.len() - 1 {
                0 => String::new(),
                others => format!("; {others} more"),
            };
            Finding::present(NAME, format!("{best}{others}; `--llm auto` uses it")).optional()
        }
        None if found.is_empty() => {
            let detail = format!("no model server answers at {}", servers.join(", "));
            let remedy = format!("start Ollama (https://ollama.com), and `ollama pull {model}`");
            Finding::missing(NAME, detail, &remedy).optional()
        }
        None => {
            let names: Vec<&str> = found.iter().map(|model| model.name.as_str()).collect();
            let detail = format!("none that writes and fits into memory: {}", names.join(", "));
            Finding::missing(NAME, detail, &format!("ollama pull {model}")).optional()
        }
    }
}

/// A model of Ollama under a free licence (Apache 2.0) for a machine with so much memory: 9.0, 4.7 and 1.0 GB of weights.
fn fitting_model(memory_bytes: Option<u64>) -> &'static str {
    match memory_bytes.unwrap_or(0) / 1_000_000_000 {
        24.. => "qwen2.5:14b",
        12.. => "qwen2.5:7b",
        _ => "qwen2.5:1.5b",
    }
}

fn ffmpeg() -> Finding {
    match crate::media::encoder_available() {
        true => Finding::present("encoder", "libx264 and AAC, through FFmpeg"),
        false => Finding::missing("encoder", "this FFmpeg has no libx264 or no AAC", "make setup"),
    }
}

fn pdfium(host: &PdfHost, check: &ReaderCheck) -> Finding {
    let ReaderCheck { reader, library_fault, .. } = check;
    let path = host.libpdfium.as_deref().unwrap_or(Path::new("")).display();
    match (&host.libpdfium, library_fault) {
        (Some(_), None) => Finding::present("pdf engine", format!("{reader}, {path}")),
        (Some(_), Some(fault)) => {
            let detail =
                format!("{path} cannot be loaded ({fault}); {reader} reads PDFs, and other text comes out");
            Finding::missing("pdf engine", detail, "make setup").optional()
        }
        (None, _) => {
            let detail = format!("no libpdfium; {reader} reads PDFs, and other text comes out");
            Finding::missing("pdf engine", detail, "make setup").optional()
        }
    }
}

fn pdf_process(check: &ReaderCheck) -> Finding {
    const NAME: &str = "pdf sandbox";
    match &check.powers {
        Ok(powers) if powers.is_empty() => {
            Finding::present(NAME, "reading PDFs can open no file but fonts, no connection and no process")
        }
        Ok(powers) => {
            let powers: Vec<String> = powers.iter().map(Power::to_string).collect();
            let detail = format!("limits hold, but reading PDFs is not kept from: {}", powers.join(", "));
            Finding::missing(NAME, detail, "use Linux 5.13 or newer with seccomp and Landlock").optional()
        }
        Err(error) => Finding::missing(NAME, format!("the reader could not be tried: {error}"), "make setup"),
    }
}

fn text_recognition(resources: &Path) -> Finding {
    const NAME: &str = "text recognition";
    let checked = match OcrWeights::find(resources) {
        Some(weights) => weights.check().map(|()| weights).map_err(|error| chain(&error)),
        None => Err("no weights; scans and pages whose text cannot be read are left out".to_owned()),
    };
    let found = match checked {
        Ok(weights) => {
            Finding::present(NAME, format!("{}, {}", OcrWeights::VERSION, weights.folder.display()))
        }
        Err(detail) => Finding::missing(NAME, detail, "make setup"),
    };
    found.optional()
}

fn voice(resources: &Path) -> Finding {
    let files = VoiceLibrary::new(resources.join("voices")).files();
    match files.check() {
        Ok(()) => Finding::present("voice", format!("hibari heart, {}", files.folder.display())),
        Err(error) => Finding::missing("voice", chain(&error), "make setup"),
    }
}

fn espeak() -> Finding {
    match Resources::find_espeak() {
        Some(path) => {
            Finding::present("other languages", format!("espeak-ng, {}", path.display())).optional()
        }
        None => {
            let detail = "no espeak-ng; only English can be spoken";
            Finding::missing("other languages", detail, "make setup").optional()
        }
    }
}

fn fonts() -> Finding {
    let folders: Vec<PathBuf> = Resources::font_folders().into_iter().filter(|f| f.is_dir()).collect();
    match folders.first() {
        Some(folder) => {
            Finding::present("other scripts", format!("Noto fonts, {}", folder.display())).optional()
        }
        None => {
            let detail = "no Noto fonts; captions can show Latin, Greek and Cyrillic only";
            Finding::missing("other scripts", detail, "make setup").optional()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Secret;

    #[test]
    fn keys_are_told_of_and_not_told() {
        let mut settings = ProviderSettings::default();
        settings.keys.insert("gemini".to_owned(), Secret::new("hush-0123456789").unwrap());
        let findings = examine_providers(&settings);
        let present: Vec<&str> =
            findings.iter().filter(|finding| finding.present).map(|finding| finding.name.as_str()).collect();
        assert_eq!(present, ["network", "gemini key"]);
        assert!(findings.iter().all(|finding| !finding.required && !format!("{finding:?}").contains("hush")));
        assert!(findings.iter().any(|finding| finding.detail.contains("OPENAI_API_KEY is not set")));
    }

    #[tokio::test]
    async fn doctors_name_what_to_fetch_and_ask_nobody_offline() {
        let mut settings = ProviderSettings::default();
        let nobody = ["http://127.0.0.1:9".to_owned()];
        if cfg!(feature = "providers") {
            let finding = examine_local_models(&settings, &nobody, Some(16_000_000_000)).await;
            assert!(!finding.present && !finding.required, "{finding:?}");
            assert!(finding.remedy.unwrap().contains("ollama pull qwen2.5:7b"));
        }
        settings.network = Network::Off;
        assert!(examine_local_models(&settings, &nobody, None).await.detail.contains("nobody was asked"));
    }
}
