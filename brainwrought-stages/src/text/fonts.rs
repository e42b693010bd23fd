//! [`Fonts`]: the fonts that captions and cards are set in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cosmic_text::{Attrs, Buffer, Family, FontSystem, Metrics, Shaping, SwashCache, Wrap, fontdb};

use super::letters::{Letter, Letters, outline};

/// The size that letters are set at to see whether a font has them; any will do.
const ANY_SIZE: f32 = 40.0;
/// The most letters that are named where no font has them.
const NAMED: usize = 8;

/// A font that is built into the program.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedFont {
    /// Its name for people.
    pub name: &'static str,
    /// The SPDX expression of its licence.
    pub licence: &'static str,
    /// The file.
    pub bytes: &'static [u8],
}

/// The face of captions and headlines.
pub const DISPLAY_FONT: EmbeddedFont = EmbeddedFont {
    name: "Montserrat Black",
    licence: "OFL-1.1",
    bytes: include_bytes!("../../assets/fonts/Montserrat-Black.ttf"),
};

/// The fonts that are built in: [`Weight::Black`] and [`Weight::SemiBold`].
pub const EMBEDDED_FONTS: [EmbeddedFont; 2] = [
    DISPLAY_FONT,
    EmbeddedFont {
        name: "Montserrat SemiBold",
        licence: "OFL-1.1",
        bytes: include_bytes!("../../assets/fonts/Montserrat-SemiBold.ttf"),
    },
];

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// For captions and headlines.
    Black,
    /// For everything that is read.
    SemiBold,
}

/// The fonts that text is set in: Montserrat, which is built in, and whatever folders hold for other scripts.
///
/// Only named folders are looked into, and only when a text needs a letter that the built-in fonts do not have: the
/// same text with the same fonts gives the same shapes on every machine. Cloning is cheap; clones share what is loaded.
#[derive(Debug, Clone)]
pub struct Fonts {
    folders: Vec<PathBuf>,
    state: Arc<Mutex<State>>,
}

struct State {
    system: FontSystem,
    shapes: SwashCache,
    folders_loaded: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("folders_loaded", &self.folders_loaded).finish_non_exhaustive()
    }
}

impl Fonts {
    /// The built-in fonts alone: Latin, Greek in part, and Cyrillic.
    pub fn embedded() -> Self {
        Self { folders: Vec::new(), state: Arc::new(Mutex::new(State::embedded())) }
    }

    /// Adds a folder of fonts for what the built-in ones cannot show. A folder that is not there adds nothing.
    ///
    /// Earlier clones go on without it, and what they have loaded is not shared with the result.
    #[must_use]
    pub fn with_folder(mut self, folder: &Path) -> Self {
        self.folders.push(folder.to_owned());
        Self { folders: self.folders, state: Arc::new(Mutex::new(State::embedded())) }
    }

    /// Sets one line of text at `size` pixels.
    pub fn set(&self, text: &str, weight: Weight, size: f32) -> Letters {
        let mut state = self.state();
        let letters = state.shape(text, weight, size);
        if letters.missing_glyphs() == 0 || state.folders_loaded {
            return letters;
        }
        state.load(&self.folders);
        state.shape(text, weight, size)
    }

    /// Lists what no font has of a text, each once and sorted: what captions and cards would have to leave out.
    pub fn missing_in(&self, text: &str) -> Vec<String> {
        let mut missing = BTreeSet::new();
        for line in text.lines() {
            let letters = self.set(line, Weight::Black, ANY_SIZE);
            missing.extend(letters.missing().filter_map(|bytes| line.get(bytes.clone())).map(str::to_owned));
        }
        missing.into_iter().collect()
    }

    /// Forgets shapes, and the fonts of folders; they are loaded again when a text needs them.
    pub fn unload(&self) {
        *self.state() = State::embedded();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Shaping leaves caches only, so a poisoned lock still guards good data.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn embedded() -> Self {
        let mut database = fontdb::Database::new();
        for font in EMBEDDED_FONTS {
            database.load_font_data(font.bytes.to_vec());
        }
        Self {
            system: FontSystem::new_with_locale_and_db("en".to_owned(), database),
            shapes: SwashCache::new(),
            folders_loaded: false,
        }
    }

    fn load(&mut self, folders: &[PathBuf]) {
        self.folders_loaded = true;
        let (locale, mut database) = std::mem::replace(&mut self.system, empty_system()).into_locale_and_db();
        for file in folders.iter().flat_map(|folder| font_files(folder)) {
            // A file that is no font after all is one font less; what it would have shown is counted as missing.
            let _ = database.load_font_file(file);
        }
        self.system = FontSystem::new_with_locale_and_db(locale, database);
        self.shapes = SwashCache::new();
    }

    fn shape(&mut self, text: &str, weight: Weight, size: f32) -> Letters {
        let size = size.max(1.0);
        let mut buffer = Buffer::new(&mut self.system, Metrics::new(size, size * 1.3));
        let weight = match weight {
            Weight::Black => fontdb::Weight::BLACK,
            Weight::SemiBold => fontdb::Weight::SEMIBOLD,
        };
        let attrs = Attrs::new().family(Family::Name("Montserrat")).weight(weight);
        buffer.set_wrap(Wrap::None);
        buffer.set_size(None, None);
        buffer.set_text(text, &attrs, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut self.system, false);
        let mut letters = Letters::new(size);
        for run in buffer.layout_runs() {
            for glyph in run.glyphs {
                let placed = glyph.physical((0.0, 0.0), 1.0);
                let commands = self.shapes.get_outline_commands(&mut self.system, placed.cache_key);
                let x = glyph.x + glyph.x_offset * size;
                let y = -(glyph.y + glyph.y_offset * size);
                letters.push(Letter {
                    bytes: glyph.start..glyph.end,
                    x,
                    advance: glyph.w,
                    // The box that a font shows for what it does not have says nothing to a viewer.
                    outline: commands
                        .filter(|_| glyph.glyph_id != 0)
                        .and_then(|commands| outline(commands, x, y)),
                    is_missing: glyph.glyph_id == 0,
                });
            }
        }
        letters
    }
}

/// Names some of the letters that no font has, for people.
pub(crate) fn named(letters: &[String]) -> String {
    let named: Vec<String> = letters.iter().take(NAMED).map(|letter| format!("“{letter}”")).collect();
    named.join(", ")
}

/// The font files under a folder in the order of their paths: where two fonts have a letter, the first one loaded shows
/// it, and folders list their files in another order on every machine.
fn font_files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A link may lead back to a folder above it.
        if !folder.canonicalize().is_ok_and(|folder| seen.insert(folder)) {
            continue;
        }
        let Ok(entries) = folder.read_dir() else { continue };
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if is_font(&path) {
                files.insert(path);
            }
        }
    }
    files.into_iter().collect()
}

fn is_font(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["ttf", "ttc", "otf", "otc"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn empty_system() -> FontSystem {
    FontSystem::new_with_locale_and_db("en".to_owned(), fontdb::Database::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn font_files_come_in_the_order_of_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("m");
        std::fs::create_dir(&inner).unwrap();
        for name in ["z.ttf", "a.OTF", "m/k.ttc", "notes.txt"] {
            std::fs::write(folder.path().join(name), "no font").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), inner.join("back")).unwrap();
        let expected: Vec<_> = ["a.OTF", "m/k.ttc", "z.ttf"].map(|name| folder.path().join(name)).into();
        assert_eq!(font_files(folder.path()), expected);
        assert!(font_files(&folder.path().join("nowhere")).is_empty());
        let fonts = Fonts::embedded().with_folder(folder.path());
        assert_eq!(
            fonts.set("注意", Weight::Black, 40.0).missing_glyphs(),
            2,
            "broken files are passed over"
        );
    }

    #[test]
    fn a_folder_counts_even_after_a_letter_was_missing() {
        let before = Fonts::embedded();
        assert_eq!(before.set("注", Weight::Black, 40.0).missing_glyphs(), 1);
        let folder = tempfile::tempdir().unwrap();
        let after = before.clone().with_folder(folder.path());
        assert!(!after.state().folders_loaded, "the new folder has not been looked into yet");
        assert!(before.state().folders_loaded);
    }
}
