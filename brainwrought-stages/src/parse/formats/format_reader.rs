//! [`FormatReader`]: what reads the files of a format.

use brainwrought_core::data::PageUnit;

use super::file_format::FileFormat;

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
pub(super) const READERS: [FormatReader; 6] = [
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
