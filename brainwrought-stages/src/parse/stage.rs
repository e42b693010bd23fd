//! [`ParsePdf`]: the stage that reads a file.

use brainwrought_core::data::{Document, SourcePdf};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::Serialize;

use super::error::{ParseError, UnreadablePdf};
use super::host::PdfHost;
use super::limits::ParseLimits;
use super::ocr::OcrMode;
use super::reader::serialize_reader;

/// Reads a PDF or a file of another kind that [`FileFormat`](super::FileFormat) names into a [`Document`]: text in reading order, outline, figures and language.
#[derive(Debug, Default, Serialize)]
pub struct ParsePdf {
    /// What a file may ask for.
    pub limits: ParseLimits,
    /// Where the work is done. The engine that reads there is a part of the settings, because another one gives other
    /// text, and so are the weights of the text recognition.
    #[serde(rename = "reader", serialize_with = "serialize_reader")]
    pub host: PdfHost,
    /// When text is recognised on the pictures of pages.
    pub ocr: OcrMode,
}

impl Stage for ParsePdf {
    const NAME: &'static str = "parse";
    const VERSION: u32 = 12;
    type Input = SourcePdf;
    type Output = Document;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Document, StageError> {
        cx.progress(0, 1);
        if input.pdf.bytes > self.limits.max_bytes {
            let source = ParseError::TooLarge { bytes: input.pdf.bytes, limit: self.limits.max_bytes };
            return Err(UnreadablePdf { file_name: input.file_name, source }.into());
        }
        let file = cx.get(&input.pdf).await?;
        let mut progress = |page: u32, pages: u32| cx.progress(page.into(), pages.into());
        let (name, limits) = (&input.file_name, &self.limits);
        let read = self.host.parse_watched(file, name, limits, self.ocr, cx.cancellation(), &mut progress);
        let parsed = match read.await {
            Ok(parsed) => parsed,
            Err(source) => return Err(UnreadablePdf { file_name: input.file_name, source }.into()),
        };
        cx.progress(1, 1);
        let title = parsed.title.unwrap_or_else(|| stem(&input.file_name));
        Ok(Document {
            source: input.pdf,
            file_name: input.file_name,
            title,
            language: parsed.language,
            pages: parsed.pages,
            unit: parsed.unit,
            outline: parsed.outline,
            sections: parsed.sections,
            figures: parsed.figures,
            engine: parsed.engine,
            engine_version: parsed.engine_version,
            warnings: parsed.warnings,
        })
    }
}

/// Makes a title of a file name: no extension, and spaces where people put dashes instead.
fn stem(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let words: Vec<&str> = stem.split(['_', '-', ' ']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "Untitled".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::super::ocr::OcrWeights;
    use super::*;

    #[test]
    fn file_name_makes_a_title() {
        assert_eq!(stem("art_of-linear algebra.pdf"), "art of linear algebra");
        assert_eq!(stem(".pdf"), "Untitled");
    }

    #[test]
    fn password_and_paths_stay_out_of_the_settings() {
        let settings = serde_json::to_string(&ParsePdf::default()).unwrap();
        assert!(settings.contains("max-pages") && !settings.contains("host"));
    }

    #[test]
    fn another_engine_has_other_settings() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libpdfium.so");
        std::fs::write(&library, "some library").unwrap();
        let settings = |host| serde_json::to_value(ParsePdf { host, ..ParsePdf::default() }).unwrap();
        let without = settings(PdfHost::default());
        let with = settings(PdfHost::default().with_libpdfium(&library));
        assert_eq!(without["reader"]["name"], "hayro");
        assert_eq!(with["reader"]["name"], "pdfium");
        std::fs::write(&library, "another library").unwrap();
        let other = settings(PdfHost::default().with_libpdfium(&library));
        assert_ne!(other["reader"]["version"], with["reader"]["version"]);
        let weights = OcrWeights { folder: folder.path().to_owned() };
        let recognising = settings(PdfHost::default().with_ocr_weights(Some(weights)));
        assert_ne!(recognising, without, "weights give other text");
        assert_eq!(recognising["ocr"], "auto");
    }
}
