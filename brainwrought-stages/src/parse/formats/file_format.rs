//! [`FileFormat`]: the kinds of file that can be read, told by what is in them first and by their names second.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text_encoding::{decode, is_text};

/// How many bytes at the start of a file tell of which kind it is. A PDF must hold `%PDF-` whole in them: ISO 32000-1,
/// implementation note 13, asks for 1,024; readers in use look much further, because mail and web servers put their own
/// lines in front.
pub const HEAD_BYTES: usize = 64 * 1024;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileFormat {
    /// Pages as printed (ISO 32000).
    Pdf,
    /// A book for screens (EPUB 2 and 3).
    Epub,
    /// A text of Word and others (ISO/IEC 29500, WordprocessingML).
    Docx,
    /// A presentation of PowerPoint and others (ISO/IEC 29500, PresentationML).
    Pptx,
    /// A web page.
    Html,
    /// Text with the marks of CommonMark or GitHub.
    Markdown,
    /// Text without marks.
    PlainText,
}

/// A file is of no kind that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the file is {found}; what can be read is {}", FileFormat::LISTED)]
pub struct UnknownFormat {
    /// What it looks like, such as "a picture (PNG)".
    pub found: String,
}

/// What the start of a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// A PDF that begins with this byte.
    Pdf(usize),
    /// An archive; what it is, its entries tell.
    Zip,
    /// Text of this kind.
    Text(FileFormat),
}

/// What begins files that are often taken for documents.
const OTHERS: [(&[u8], &str); 16] = [
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", OLD_OFFICE),
    (b"{\\rtf", "in the Rich Text Format (RTF); save it as DOCX"),
    (b"%!PS", "PostScript; save it as PDF"),
    (b"AT&TFORM", "a DjVu document; save it as PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xFF\xD8\xFF", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"RIFF", "a sound, a film or a picture"),
    (b"ID3", "a sound (MP3)"),
    (b"\x1F\x8B", "compressed (gzip); unpack it"),
    (b"Rar!", "an archive (RAR); unpack it"),
    (b"7z\xBC\xAF\x27\x1C", "an archive (7z); unpack it"),
    (b"\x7FELF", "a program"),
    (b"BOOKMOBI", "a Kindle book; convert it to EPUB"),
];

/// The files that tell books and the files of Office from other archives, and the one that a book begins with. Other files of
/// Office have some of them, too, and are named when they are opened.
const DOCUMENT_ENTRIES: [&[u8]; 4] =
    [b"[Content_Types].xml", b"META-INF/container.xml", b"mimetypeapplication/", b"word/document.xml"];

/// How many bytes at the end of an archive list its files, if it has less than some ten thousand.
const TAIL_BYTES: usize = 1 << 20;

/// An archive that is none of them.
pub(super) const ARCHIVE: &str = "an archive (ZIP); unpack it";

const OLD_OFFICE: &str =
    "of an older Office (.doc, .xls, .ppt), or locked with a password; save it as DOCX or PPTX without one";

impl FileFormat {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Pdf, Self::Epub, Self::Docx, Self::Pptx, Self::Markdown, Self::Html, Self::PlainText];

    /// The kinds as a list for people.
    pub const LISTED: &'static str =
        "PDF, EPUB, Word (DOCX), PowerPoint (PPTX), Markdown, HTML and plain text";

    /// The name that people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Epub => "book (EPUB)",
            Self::Docx => "Word document (DOCX)",
            Self::Pptx => "PowerPoint presentation (PPTX)",
            Self::Html => "web page (HTML)",
            Self::Markdown => "Markdown text",
            Self::PlainText => "plain text",
        }
    }

    /// The endings of file names, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Epub => &["epub"],
            Self::Docx => &["docx", "docm"],
            Self::Pptx => &["pptx", "pptm", "ppsx"],
            Self::Html => &["html", "htm", "xhtml"],
            Self::Markdown => &["md", "markdown", "mdown", "mkd"],
            Self::PlainText => &["txt", "text"],
        }
    }

    /// The media type that its files are sent with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Epub => "application/epub+zip",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Html => "text/html",
            Self::Markdown => "text/markdown",
            Self::PlainText => "text/plain",
        }
    }

    /// Finds the kind that is sent with a media type, given without parameters.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type().eq_ignore_ascii_case(media_type))
    }

    /// Finds the kind that file names with the ending of `file_name` are of.
    pub fn of_name(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.rsplit_once('.')?;
        let is_named =
            |format: &Self| format.extensions().iter().any(|known| known.eq_ignore_ascii_case(extension));
        Self::ALL.into_iter().find(is_named)
    }

    /// Tells whether a file may be read, by its first [`HEAD_BYTES`] or as many as there are. Whoever takes in files asks
    /// this, so that all take the same.
    ///
    /// # Errors
    ///
    /// Says what the file looks like when it is of no kind that can be read.
    pub fn check_head(head: &[u8]) -> Result<(), UnknownFormat> {
        Head::of(head, "").map(drop)
    }

    /// Tells whether it is a text that is read as it stands.
    fn is_text(self) -> bool {
        matches!(self, Self::Html | Self::Markdown | Self::PlainText)
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Head {
    /// Tells what a file is by its first bytes, and where they leave a choice, by its name.
    pub(crate) fn of(file: &[u8], file_name: &str) -> Result<Self, UnknownFormat> {
        let head = file.get(..HEAD_BYTES).unwrap_or(file);
        let named = FileFormat::of_name(file_name);
        let pdf = head.windows(5).position(|window| window == b"%PDF-");
        if pdf.is_some_and(|start| head[..start].iter().all(u8::is_ascii_whitespace)) {
            return Ok(Self::Pdf(pdf.unwrap_or(0)));
        }
        if head.starts_with(b"PK\x03\x04") {
            let tail = file.get(file.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
            // Of what is still on its way nobody knows the end, where archives list their files.
            return match names_a_document(head) || names_a_document(tail) || file.len() == HEAD_BYTES {
                true => Ok(Self::Zip),
                false => Err(UnknownFormat { found: ARCHIVE.to_owned() }),
            };
        }
        let text = (is_text(head) && !is_blank(head)).then(|| decode(head, None));
        let start = text.as_deref().map(str::trim_start).unwrap_or_default();
        // Other files may quote the header of a PDF; only their names tell them from a PDF that something stands before.
        let quotes = text.is_some() && (is_html(start) || named.is_some_and(FileFormat::is_text));
        if let Some(start) = pdf.filter(|_| !quotes) {
            return Ok(Self::Pdf(start));
        }
        let other = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, found)| *found);
        let other = other.or_else(|| other_text(start).filter(|_| text.is_some()));
        match (other, &text) {
            (Some(found), _) => Err(UnknownFormat { found: found.to_owned() }),
            (None, None) => Err(UnknownFormat { found: "of an unknown kind".to_owned() }),
            (None, Some(_)) if is_html(start) => Ok(Self::Text(FileFormat::Html)),
            (None, Some(text)) => Ok(Self::Text(match named {
                Some(format) if format.is_text() => format,
                _ if is_markdown(text) => FileFormat::Markdown,
                _ => FileFormat::PlainText,
            })),
        }
    }
}

fn names_a_document(part: &[u8]) -> bool {
    DOCUMENT_ENTRIES.iter().any(|name| part.windows(name.len()).any(|window| window == *name))
}

/// Tells whether bytes are hardly more than white space, which is no text, whatever it hides.
fn is_blank(head: &[u8]) -> bool {
    const TELLING: usize = 1_000;
    let printed = head.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    head.len() >= TELLING && printed * 20 < head.len()
}

/// What a text is that is not for reading.
fn other_text(start: &str) -> Option<&'static str> {
    let rest = |from: &str| start.strip_prefix(from).map(str::trim_start);
    let is_json = rest("{").is_some_and(|rest| rest.starts_with('"'))
        || rest("[").is_some_and(|rest| rest.starts_with(['{', '"']));
    if is_json {
        Some("data (JSON)")
    } else if start.starts_with("\\documentclass") {
        Some("a source of LaTeX; typeset it and send the PDF")
    } else if (start.starts_with("<?xml") || start.starts_with("<svg")) && !is_html(start) {
        Some("XML of another kind")
    } else {
        None
    }
}

/// How many letters at the start of a web page hold its first element, behind comments and declarations.
const HTML_WITHIN: usize = 1024;

/// Tells whether a text begins like a web page.
fn is_html(start: &str) -> bool {
    if !start.starts_with('<') {
        return false;
    }
    let head: String = start.chars().take(HTML_WITHIN).collect::<String>().to_ascii_lowercase();
    let starts = ["<!doctype html", "<html", "<head", "<body"];
    // A text may open with other tags, as many a README does; then only its name tells.
    let declared = head.starts_with("<?xml") || head.starts_with("<!--");
    starts.iter().any(|tag| if declared { head.contains(tag) } else { head.starts_with(tag) })
}

/// Tells whether a text has the marks of Markdown: a heading and, beside it, another mark.
fn is_markdown(text: &str) -> bool {
    let is_heading = |line: &&str| {
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        (1..=6).contains(&marks) && line[marks..].starts_with(' ')
    };
    let headings = text.lines().filter(is_heading).count();
    let fences = text.lines().filter(|line| line.starts_with("```")).count();
    let links = text.matches("](").count();
    headings >= 1 && headings + fences + links >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &[u8], name: &str) -> Result<Head, String> {
        Head::of(file, name).map_err(|error| error.found)
    }

    #[test]
    fn content_comes_before_the_name() {
        for (file, name, expected) in [
            (&b"%PDF-1.7 ..."[..], "paper.md", Head::Pdf(0)),
            (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7", "paper.pdf", Head::Pdf(19)),
            (b"A PDF begins with %PDF-1.7.", "notes.md", Head::Text(FileFormat::Markdown)),
            (b"PK\x03\x04 mimetypeapplication/epub+zip", "notes.txt", Head::Zip),
            (b"<!DOCTYPE html><p>Hello", "page.txt", Head::Text(FileFormat::Html)),
            (b"<?xml version='1.0'?>\n<html xmlns='x'>", "", Head::Text(FileFormat::Html)),
            (b"<p align=center>Hello</p>\n\n# Read me", "README.md", Head::Text(FileFormat::Markdown)),
            (b"# Title\n\n[a](b)", "", Head::Text(FileFormat::Markdown)),
            (b"# a comment\nvalue = 3", "", Head::Text(FileFormat::PlainText)),
            (b"# Title\n\n## Part", "notes.txt", Head::Text(FileFormat::PlainText)),
            (b"caf\xe9 au lait", "menu", Head::Text(FileFormat::PlainText)),
            (b"\xff\xfeh\0i\0", "hi.txt", Head::Text(FileFormat::PlainText)),
        ] {
            assert_eq!(of(file, name), Ok(expected), "{name}");
        }
    }

    #[test]
    fn a_pdf_may_begin_as_late_as_readers_look() {
        let pdf = [b" ".repeat(HEAD_BYTES - 5), b"%PDF-1.7".to_vec()].concat();
        assert_eq!(of(&pdf, ""), Ok(Head::Pdf(HEAD_BYTES - 5)));
        assert!(FileFormat::check_head(&[b" ", &pdf[..]].concat()).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (file, found) in [
            (&b"\x89PNG\r\n\x1a\n\0\0"[..], "picture"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", "older Office"),
            (b"{\\rtf1 hello", "RTF"),
            (b"{ \"a\": 1 }", "JSON"),
            (b"<?xml version='1.0'?><feed>", "XML"),
            (b"\x00\x01\x02\x03", "unknown"),
            (b"PK\x03\x04 photo.jpg", "archive"),
            (&[b" ".repeat(65_532), b"%PDF-".to_vec()].concat(), "unknown"),
        ] {
            let error = of(file, "paper.pdf").unwrap_err();
            assert!(error.contains(found), "{error}");
        }
        let error = UnknownFormat { found: "data (JSON)".to_owned() };
        for format in FileFormat::ALL {
            let names = [format.extensions()[0].to_uppercase(), format.name().replace(" text", "")];
            assert!(names.iter().any(|name| FileFormat::LISTED.contains(name.as_str())), "{format}");
        }
        assert!(error.to_string().ends_with("Markdown, HTML and plain text"), "{error}");
    }
}
