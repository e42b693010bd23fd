//! [`settled`]: the language of a text, of what its file says and what its words show.

use brainwrought_core::data::{Language, Page};
use whatlang::Lang;

use crate::parse::layout::{mark_languages, two_letters};

/// How many bytes of text must speak against what the file says before it is not believed. Templates state the language
/// of their makers.
const TELLING: usize = 1_000;

/// Decides on the language of a text: the one that its file states, unless its words are surely of another one, else the
/// one that its words show.
pub(super) fn settled(pages: &mut [Page], tag: Option<&str>, warnings: &mut Vec<String>) -> Language {
    let shown = mark_languages(pages);
    let Some(stated) = tag.and_then(stated) else { return shown };
    let bytes: usize = pages.iter().flat_map(|page| &page.blocks).map(|block| block.text.len()).sum();
    // What nobody can recognise is taken for its neighbours: Galician for Portuguese.
    let is_known = Lang::all().iter().any(|known| two_letters(*known) == stated.as_str());
    if shown == stated || shown == Language::undetermined() || !is_known || bytes < TELLING {
        return stated;
    }
    let (shown_code, stated_code) = (shown.as_str(), stated.as_str());
    warnings.push(format!(
        "the file says that its language is `{stated_code}`, but its text is in `{shown_code}`, which was taken"
    ));
    shown
}

/// The language of a tag such as `de-AT` or `deu`, where it says one.
fn stated(tag: &str) -> Option<Language> {
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    let is_code = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_code || ["und", "mul", "zxx", "mis"].contains(&primary.as_str()) {
        return None;
    }
    let known = Lang::from_code(&primary).map(two_letters);
    Some(Language::new(known.unwrap_or(&primary)))
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Block;

    use super::*;

    fn page(text: &str) -> Page {
        let block = Block { text: text.to_owned(), ..Block::default() };
        Page { number: 1, blocks: vec![block], ..Page::default() }
    }

    #[test]
    fn a_file_is_believed_unless_its_words_speak_against_it() {
        let german = "Die Schlange wächst, solange niemand an der Kasse arbeitet, und alle warten. ";
        let (mut short, mut long) = ([page(german)], [page(&german.repeat(20))]);
        let mut warnings = Vec::new();
        assert_eq!(settled(&mut long, None, &mut warnings).as_str(), "de");
        assert_eq!(settled(&mut short, Some("nl"), &mut warnings).as_str(), "nl");
        assert_eq!(settled(&mut long, Some("gl-ES"), &mut warnings).as_str(), "gl");
        assert_eq!(settled(&mut long, Some("deu"), &mut warnings).as_str(), "de");
        assert_eq!(settled(&mut long, Some("und"), &mut warnings).as_str(), "de");
        assert_eq!(warnings, [""; 0]);
        assert_eq!(settled(&mut long, Some("en-US"), &mut warnings).as_str(), "de");
        assert!(warnings[0].contains("`en`") && warnings[0].contains("`de`"));
    }
}
