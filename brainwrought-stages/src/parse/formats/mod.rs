//! The kinds of file beside PDF, and how each becomes a document. One file each; [`flow`] puts the text together.
//!
//! All of it runs in the reading process, with its limits of time and memory. What a small file could blow up has a limit
//! of its own, so that the refusal says why: the bytes of a text, what archives unpack to, how deep elements nest and how many
//! there are, and the letters of the document.

mod archive;
mod docx;
mod dom;
mod element_walk;
mod epub;
mod file_format;
mod flow;
mod html;
mod markdown;
mod office;
mod plain_text;
mod pptx;
mod stated_language;
mod text_encoding;
mod xml;

use brainwrought_core::data::PageUnit;

use self::archive::Archive;
pub(crate) use self::file_format::Head;
pub use self::file_format::{FileFormat, HEAD_BYTES, UnknownFormat};
use self::flow::Flow;
use super::error::ParseFailure;
use super::limits::ParseLimits;
use super::wire::ParsedPdf;

/// The most bytes of a text that is read as it stands. A page of the web that carries its own pictures has some ten million;
/// the text of a long novel is one.
const MAX_TEXT_BYTES: u64 = 64_000_000;

/// What reads the files of a format.
#[derive(Debug)]
pub(super) struct FormatReader {
    pub(super) format: FileFormat,
    /// Its name in documents and reports.
    pub(super) name: &'static str,
    /// The library that it stands on, with the version in the lock file of the workspace.
    pub(super) version: &'static str,
    /// What its pages are.
    pub(super) unit: PageUnit,
}

/// One for each format that is read here.
const READERS: [FormatReader; 6] = [
    reader(FileFormat::Epub, "epub", "xml5ever 0.40.0", PageUnit::Section),
    reader(FileFormat::Docx, "docx", "quick-xml 0.41.0", PageUnit::Section),
    reader(FileFormat::Pptx, "pptx", "quick-xml 0.41.0", PageUnit::Slide),
    reader(FileFormat::Html, "html", "html5ever 0.40.1", PageUnit::Section),
    reader(FileFormat::Markdown, "markdown", "pulldown-cmark 0.13.6", PageUnit::Section),
    reader(FileFormat::PlainText, "text", "encoding_rs 0.8.44", PageUnit::Section),
];

const fn reader(
    format: FileFormat,
    name: &'static str,
    version: &'static str,
    unit: PageUnit,
) -> FormatReader {
    FormatReader { format, name, version, unit }
}

/// Reads a file that is no PDF.
pub(super) fn read(file: &[u8], file_name: &str, limits: &ParseLimits) -> Result<ParsedPdf, ParseFailure> {
    let head = Head::of(file, file_name)?;
    let mut archive = match head {
        Head::Zip => Some(Archive::open(file)?),
        _ => None,
    };
    let format = match (head, &mut archive) {
        (Head::Text(format), _) => format,
        (_, Some(archive)) => FileFormat::of_archive(archive)?,
        _ => FileFormat::Pdf,
    };
    let Some(reader) = READERS.iter().find(|reader| reader.format == format) else {
        return Err(ParseFailure::Corrupt);
    };
    if archive.is_none() && file.len() as u64 > MAX_TEXT_BYTES {
        return Err(ParseFailure::TooLarge { bytes: file.len() as u64, limit: MAX_TEXT_BYTES });
    }
    let mut flow = Flow::new(limits);
    // What was downloaded may be the page that refused it.
    if let Some(named) = FileFormat::of_name(file_name).filter(|named| *named != format) {
        flow.warnings.push(format!("the file is named as a {named}, but is a {format}"));
    }
    match (format, &mut archive) {
        (FileFormat::Epub, Some(archive)) => epub::read(archive, &mut flow),
        (FileFormat::Docx, Some(archive)) => docx::read(archive, &mut flow),
        (FileFormat::Pptx, Some(archive)) => pptx::read(archive, &mut flow),
        (FileFormat::Html, _) => html::read(file, &mut flow),
        (FileFormat::Markdown, _) => markdown::read(file, &mut flow),
        _ => plain_text::read(file, &mut flow),
    }?;
    flow.finish(reader)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_versions_of_readers_are_those_of_the_lock_file() {
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        let lock = std::fs::read_to_string(lock).unwrap();
        for reader in &READERS {
            let (library, version) = reader.version.split_once(' ').unwrap();
            let entry = format!("name = \"{library}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&entry), "{}", reader.version);
        }
    }
}
