//! [`Archive`]: the files inside a ZIP archive, with limits on what they unpack to.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::text_encoding::decode_markup;
use crate::parse::error::ParseFailure;

/// The most bytes that one file of an archive may unpack to. The text of a long novel is 1 MB; a chapter or a document
/// with all its marks stays far below.
const MAX_ENTRY_BYTES: u64 = 64 << 20;
/// The most bytes that all files which are read may unpack to together.
const MAX_BYTES: u64 = 256 << 20;

/// An open archive.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// The place of each file by its name, in small letters: some writers turn slashes around, and some change case.
    places: BTreeMap<String, usize>,
    /// How many bytes may still be unpacked.
    left: u64,
}

impl<'a> Archive<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ParseFailure> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ParseFailure::DamagedArchive)?;
        let places = zip.file_names().enumerate().map(|(place, name)| (key(name), place)).collect();
        Ok(Self { zip, places, left: MAX_BYTES })
    }

    /// Tells whether a file is in it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&key(name))
    }

    /// Unpacks a file; `None` when there is none of that name.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, ParseFailure> {
        let Some(&place) = self.places.get(&key(name)) else { return Ok(None) };
        let entry = self.zip.by_index(place).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
                ParseFailure::Protected
            }
            _ => ParseFailure::DamagedArchive,
        })?;
        let limit = MAX_ENTRY_BYTES.min(self.left);
        let mut bytes = Vec::new();
        // What the archive says of sizes is not to be trusted.
        entry.take(limit + 1).read_to_end(&mut bytes).map_err(|_| ParseFailure::DamagedArchive)?;
        if bytes.len() as u64 > limit {
            return Err(ParseFailure::UnpacksTooLarge { limit: MAX_ENTRY_BYTES });
        }
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// Unpacks a page or an XML part as text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, ParseFailure> {
        Ok(self.read(name)?.map(|bytes| decode_markup(&bytes)))
    }
}

fn key(name: &str) -> String {
    name.trim_start_matches(['/', '\\']).replace('\\', "/").to_lowercase()
}

/// The name of what a link in the file `base` points to, without its fragment: "../a.xhtml#b" from "text/c.xhtml" is
/// "a.xhtml".
pub(super) fn resolved(base: &str, link: &str) -> String {
    let link = link.split(['#', '?']).next().unwrap_or_default();
    let link = percent_decoded(link);
    if let Some(whole) = link.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Names in archives are plain, links to them are coded.
fn percent_decoded(link: &str) -> String {
    let mut bytes = Vec::with_capacity(link.len());
    let mut rest = link.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn files_are_found_however_their_names_are_written() {
        let bytes = archive(&[("Word\\Document.xml", b"<a/>")]);
        let mut archive = Archive::open(&bytes).unwrap();
        assert!(archive.has("word/document.xml") && !archive.has("word"));
        assert_eq!(archive.text("/word/document.xml").unwrap().as_deref(), Some("<a/>"));
        assert_eq!(archive.read("missing").unwrap(), None);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let bytes = archive(&[("zeros", &vec![0; MAX_ENTRY_BYTES as usize + 1])]);
        assert!(bytes.len() < 1 << 20, "it is small while it is packed");
        let mut archive = Archive::open(&bytes).unwrap();
        assert_eq!(archive.read("zeros"), Err(ParseFailure::UnpacksTooLarge { limit: MAX_ENTRY_BYTES }));
        archive.left = 10;
        assert!(archive.read("zeros").is_err());
    }

    #[test]
    fn damaged_archives_are_refused() {
        let mut bytes = archive(&[("a", &b"some text ".repeat(100))]);
        bytes[40..60].fill(0);
        let read = Archive::open(&bytes).and_then(|mut archive| archive.read("a"));
        assert_eq!(read, Err(ParseFailure::DamagedArchive));
        assert!(Archive::open(b"PK\x03\x04").is_err());
    }

    #[test]
    fn links_are_resolved() {
        assert_eq!(resolved("OEBPS/content.opf", "text/a%20b.xhtml#top"), "OEBPS/text/a b.xhtml");
        assert_eq!(resolved("ppt/slides/_rels/x.rels", "../../media/a.png"), "ppt/media/a.png");
        assert_eq!(resolved("content.opf", "a.xhtml"), "a.xhtml");
        assert_eq!(resolved("a/b", "/c/d"), "c/d");
        assert_eq!(resolved("a", "../../../b"), "b");
    }
}
