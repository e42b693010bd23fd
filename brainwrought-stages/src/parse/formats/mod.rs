//! The kinds of file beside PDF, and how each becomes a document. One file each; [`flow`] puts the text together.
//!
//! All of it runs in the reading process, with its limits of time and memory. What a small file could blow up has a limit
//! of its own, so that the refusal says why: the bytes of a text, what archives unpack to, how deep elements nest, how many
//! there are and how many attributes each has, and the letters of the document.

mod archive;
mod docx;
mod dom;
mod element_walk;
mod epub;
mod file_format;
mod flow;
mod format_reader;
mod html;
mod markdown;
mod office;
mod plain_text;
mod pptx;
mod stated_language;
mod tag_watch;
mod text_encoding;
mod xml;

use self::archive::Archive;
use self::file_format::ARCHIVE;
pub(crate) use self::file_format::Head;
pub use self::file_format::{FileFormat, HEAD_BYTES, UnknownFormat};
use self::flow::Flow;
use self::format_reader::READERS;
use super::error::ParseFailure;
use super::limits::ParseLimits;
use super::wire::ParsedPdf;

/// The most bytes of a text that is read as it stands. A page of the web that carries its own pictures has some ten million;
/// the text of a long novel is one.
const MAX_TEXT_BYTES: u64 = 64_000_000;

/// Reads a file that is no PDF.
pub(super) fn read(file: &[u8], file_name: &str, limits: &ParseLimits) -> Result<ParsedPdf, ParseFailure> {
    let head = Head::of(file, file_name)?;
    let mut archive = match head {
        Head::Zip => Some(Archive::open(file)?),
        _ => None,
    };
    let format = match (head, &mut archive) {
        (Head::Text(format), _) => format,
        (_, Some(archive)) => format_of(archive)?,
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

/// Tells what an archive is.
fn format_of(archive: &Archive<'_>) -> Result<FileFormat, UnknownFormat> {
    let found = match () {
        () if archive.has("word/document.xml") => return Ok(FileFormat::Docx),
        () if archive.has("ppt/presentation.xml") => return Ok(FileFormat::Pptx),
        () if archive.has("META-INF/container.xml") => return Ok(FileFormat::Epub),
        () if archive.has("xl/workbook.xml") || archive.has("xl/workbook.bin") => {
            "a spreadsheet (Excel); save it as PDF"
        }
        () if archive.has("content.xml") => "an OpenDocument file; save it as DOCX, PPTX or PDF",
        () if archive.has("Index/Document.iwa") => "a file of Pages, Numbers or Keynote; export it as PDF",
        () => ARCHIVE,
    };
    Err(UnknownFormat { found: found.to_owned() })
}
