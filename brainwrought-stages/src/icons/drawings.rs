//! [`Drawings`]: the drawings themselves, in one archive.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Made by `scripts/icons.py`; see `assets/LICENSES.md` for where they come from.
static ARCHIVE: &[u8] = include_bytes!("../../assets/icons/drawings.zip");

/// What each drawing of the archive goes into.
const OPENING: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 128 128">"#;

/// The archive, with what it lists; a drawing is unpacked when it is asked for.
pub(super) struct Drawings(ZipArchive<Cursor<&'static [u8]>>);

impl Drawings {
    pub(super) fn open() -> Self {
        Self(ZipArchive::new(Cursor::new(ARCHIVE)).expect("the archive is a constant that a test reads"))
    }

    /// A drawing as SVG; nothing when there is none of that name.
    pub(super) fn svg(&self, name: &str) -> Option<String> {
        // What the archive lists is shared; only the place of the reader is copied.
        let mut archive = self.0.clone();
        let mut file = archive.by_name(name).ok()?;
        let mut svg = OPENING.to_owned();
        file.read_to_string(&mut svg).ok()?;
        svg.push_str("</svg>");
        Some(svg)
    }
}
