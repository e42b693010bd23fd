//! Whether fonts can show what captions are written with: of a document before a model is paid, and of every line.

use std::collections::BTreeMap;

use brainwrought_core::data::{Document, Script};
use unicode_script::{Script as Writing, UnicodeScript as _};

use super::writer::ScriptError;
use crate::text::{Fonts, named};

/// The letters of a document that are looked at.
const SAMPLE_LETTERS: usize = 2_000;
/// A document of which this share of letters cannot be shown is written in a script that no font has.
const MAX_MISSING: f64 = 0.05;

/// Fails when no font has the script that most of the document is written in.
pub(super) fn check_document(document: &Document, fonts: &Fonts) -> Result<(), ScriptError> {
    let texts = || document.pages.iter().flat_map(|page| &page.blocks).map(|block| block.text.as_str());
    let mut counts: BTreeMap<&str, (usize, Writing)> = BTreeMap::new();
    for letter in texts().flat_map(str::chars).filter(|letter| letter.is_alphabetic()) {
        let writing = letter.script();
        counts.entry(writing.short_name()).or_insert((0, writing)).0 += 1;
    }
    let Some((_, writing)) = counts.into_values().max_by_key(|(count, _)| *count) else { return Ok(()) };
    let is_of = |word: &&str| word.chars().any(|letter| letter.script() == writing);
    let (mut sample, mut letters) = (Vec::new(), 0);
    for word in texts().flat_map(str::split_whitespace).filter(is_of) {
        letters += word.chars().count();
        sample.push(word);
        if letters >= SAMPLE_LETTERS {
            break;
        }
    }
    let missing = fonts.missing_in(&sample.join("\n"));
    let lost = sample.iter().flat_map(|word| word.chars());
    let lost = lost.filter(|letter| missing.iter().any(|missing| missing.contains(*letter))).count();
    if lost as f64 <= letters as f64 * MAX_MISSING {
        return Ok(());
    }
    Err(no_font(&document.title, &missing))
}

/// Fails when a line of the script holds what no font has.
pub(super) fn check_lines(script: &Script, fonts: &Fonts) -> Result<(), ScriptError> {
    let lines: Vec<&str> = script.lines().map(|line| line.text.as_str()).collect();
    let missing = fonts.missing_in(&lines.join("\n"));
    if missing.is_empty() { Ok(()) } else { Err(no_font(&script.title, &missing)) }
}

/// The document without the blocks that hold what no font has: a symbol in one paragraph is no reason to make no video of
/// the others.
pub(super) fn showable_part(document: &Document, fonts: &Fonts) -> Document {
    let mut part = document.clone();
    for page in &mut part.pages {
        page.blocks.retain(|block| fonts.missing_in(&block.text).is_empty());
    }
    part
}

fn no_font(title: &str, missing: &[String]) -> ScriptError {
    let of = |letters: &str| {
        letters
            .chars()
            .map(|letter| letter.script())
            .find(|writing| !matches!(writing, Writing::Common | Writing::Inherited | Writing::Unknown))
    };
    let writing = missing.iter().find_map(|letters| of(letters));
    let package = match writing {
        Some(Writing::Han | Writing::Hiragana | Writing::Katakana | Writing::Hangul | Writing::Bopomofo) => {
            "fonts-noto-cjk"
        }
        _ => "fonts-noto-core",
    };
    ScriptError::NoFont {
        title: title.to_owned(),
        script: writing.map_or("special", |writing| writing.full_name()).to_owned(),
        letters: named(missing),
        package,
    }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::offline::tests::{block, document, script_with};
    use super::*;

    fn paragraph(text: &str) -> Document {
        document(vec![vec![block(BlockKind::Paragraph, text)]])
    }

    #[test]
    fn a_script_that_no_font_has_is_named_with_what_to_install() {
        let fonts = Fonts::embedded();
        assert!(check_document(&paragraph("Commerce on the Internet, naïve Größe, α → β."), &fonts).is_ok());
        assert!(check_document(&paragraph("Пчёлы живут большими семьями."), &fonts).is_ok());
        for (text, script, package) in [
            ("蜜蜂生活在大家庭中。", "Han", "fonts-noto-cjk"),
            ("꿀벌은 큰 가족으로 산다.", "Hangul", "fonts-noto-cjk"),
            ("मधुमक्खियाँ बड़े परिवारों में रहती हैं।", "Devanagari", "fonts-noto-core"),
            ("يعيش النحل في أسر كبيرة.", "Arabic", "fonts-noto-core"),
            ("ผึ้งอาศัยอยู่ในครอบครัวใหญ่", "Thai", "fonts-noto-core"),
        ] {
            let error = check_document(&paragraph(text), &fonts).unwrap_err().to_string();
            for part in [script, package, "--captions off"] {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }

    #[test]
    fn a_symbol_in_one_paragraph_leaves_the_others() {
        let fonts = Fonts::embedded();
        let paragraphs = ["The hive is warm.", "The sign 注 is odd."];
        let paragraphs = paragraphs.map(|text| block(BlockKind::Paragraph, text));
        let document = document(vec![paragraphs.to_vec()]);
        assert!(check_document(&document, &fonts).is_ok());
        let script = script_with("The sign 注 is odd.", 1);
        assert!(check_lines(&script, &fonts).is_err());
        let part = showable_part(&document, &fonts);
        assert_eq!(part.pages[0].blocks.len(), 1);
        assert!(check_lines(&script_with("The hive is warm.", 1), &fonts).is_ok());
    }
}
