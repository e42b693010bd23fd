//! [`kind_of`]: what kind of document one is, by its structure.

use brainwrought_core::data::{BlockKind, Document, DocumentKind, SectionRole};

use super::clean::Cleaned;
use super::sentences::Sentence;
use super::slides::is_slides;
use crate::language::LanguageData;

/// A document with as many blocks of code as this share of its blocks is a manual.
const CODE: f32 = 0.08;
/// The same for headings of theorems, examples and exercises, which textbooks have.
const LESSONS: usize = 4;
/// The share of numbered paragraphs and articles that a law has at least.
const NUMBERED: f32 = 0.3;
/// A text with a year in more than this share of its sentences tells of what happened.
const HISTORY: f32 = 0.1;
/// A text of at most so many pages with a date in this share of its sentences and items announces something.
const ANNOUNCES_PAGES: usize = 6;
const ANNOUNCES: f32 = 0.3;
/// A form has more blanks and labels than sentences.
const LABELS: f32 = 0.5;

/// The kind of a document whose sentences these are.
pub(super) fn kind_of(document: &Document, cleaned: &Cleaned, sentences: &[Sentence]) -> DocumentKind {
    let blocks: Vec<_> = document.pages.iter().flat_map(|page| &page.blocks).collect();
    let share = |count: usize, of: usize| count as f32 / of.max(1) as f32;
    let texts = || {
        blocks
            .iter()
            .filter(|block| matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem))
            .copied()
    };
    if is_slides(document) {
        return DocumentKind::Slides;
    }
    let has = |role: SectionRole| document.sections.iter().any(|section| section.role == Some(role));
    let headings: Vec<String> =
        document.sections.iter().map(|section| section.title.to_lowercase()).collect();
    let lessons = headings.iter().filter(|heading| is_lesson(heading)).count()
        + texts().filter(|block| opens_lesson(&block.text)).count();
    let numbered = texts().filter(|block| is_numbered_rule(&block.text)).count()
        + headings.iter().filter(|heading| is_numbered_rule(heading)).count();
    let paragraphs = texts().count();
    if share(numbered, paragraphs + headings.len()) >= NUMBERED && numbered >= 4 {
        return DocumentKind::Law;
    }
    if has(SectionRole::Contributions) && !has(SectionRole::References) {
        return DocumentKind::Report;
    }
    if cleaned.is_paper && has(SectionRole::Abstract) {
        return DocumentKind::Paper;
    }
    if lessons >= LESSONS {
        return DocumentKind::Chapter;
    }
    if cleaned.is_paper {
        return DocumentKind::Paper;
    }
    let blanks = texts().filter(|block| is_label(&block.text)).count();
    if share(blanks, paragraphs) >= LABELS && paragraphs >= 6 {
        return DocumentKind::Form;
    }
    let code = blocks.iter().filter(|block| block.kind == BlockKind::Code).count();
    if share(code, blocks.len()) >= CODE {
        return DocumentKind::Manual;
    }
    let years = sentences.iter().filter(|sentence| has_year(&sentence.text)).count();
    if share(years, sentences.len()) > HISTORY {
        return DocumentKind::Article;
    }
    let dated = texts().filter(|block| has_date(&block.text)).count();
    if document.pages.len() <= ANNOUNCES_PAGES && share(dated, paragraphs) >= ANNOUNCES {
        return DocumentKind::Announcement;
    }
    // Few headings over many sentences are those of an essay.
    if document.sections.len() * 12 > sentences.len() { DocumentKind::Report } else { DocumentKind::Essay }
}

/// Tells whether a heading is that of a theorem, an example or an exercise.
fn is_lesson(heading: &str) -> bool {
    let first = heading.split(|letter: char| !letter.is_alphabetic()).find(|word| !word.is_empty());
    first.is_some_and(|first| {
        LanguageData::all().iter().any(|data| data.headings.remarks.iter().any(|remark| remark == first))
    })
}

/// Tells whether a paragraph opens as a theorem or an example does: "Lemma 4.1.", "Exercise 3:".
fn opens_lesson(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    first.starts_with(char::is_uppercase)
        && second.starts_with(|letter: char| letter.is_ascii_digit())
        && is_lesson(&first.to_lowercase())
}

/// Tells whether a text opens with the number of a rule: "§ 4", "Article 12", "23. The appeal …".
fn is_numbered_rule(text: &str) -> bool {
    let text = text.trim_start();
    if text.starts_with('§') || text.starts_with("Art.") {
        return true;
    }
    let Some(end) = text.find(['.', ')']) else { return false };
    let number = &text[..end];
    !number.is_empty()
        && number.len() <= 3
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && text.len() > 60
}

/// Tells whether a text labels what somebody fills in: short, with a colon at its end or a blank inside.
fn is_label(text: &str) -> bool {
    text.contains("___") || text.split_whitespace().count() <= 6 && text.trim_end().ends_with(':')
}

/// Tells whether a year stands in a text.
pub(super) fn has_year(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()) && is_year(word))
}

/// Tells whether four digits are those of a year.
pub(super) fn is_year(digits: &str) -> bool {
    digits.starts_with('1') || digits.starts_with("20")
}

/// Tells whether a month or a time of the day stands in a text beside a number.
fn has_date(text: &str) -> bool {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
        .collect();
    let is_number = |word: Option<&String>| {
        word.is_some_and(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    words.iter().enumerate().any(|(place, word)| {
        LanguageData::all().iter().any(|data| data.layout.months.iter().any(|month| month == word))
            && (is_number(words.get(place + 1))
                || is_number(place.checked_sub(1).and_then(|at| words.get(at))))
    })
}

#[cfg(test)]
mod tests {
    use super::super::clean::clean;
    use super::super::offline::tests::{block, document};
    use super::*;

    fn kind(blocks: &[(BlockKind, &str)]) -> DocumentKind {
        let document = document(vec![blocks.iter().map(|(kind, text)| block(*kind, text)).collect()]);
        let cleaned = clean(&document);
        let sentences = super::super::sentences::sentences(&cleaned, "en");
        kind_of(&document, &cleaned, &sentences)
    }

    #[test]
    fn structure_tells_the_kind() {
        use BlockKind::{Code, Heading, Paragraph};
        let rule =
            "3. The owner of a shop that is open to guests shall keep one door free at all times of the day.";
        assert_eq!(kind(&[(Paragraph, rule); 5]), DocumentKind::Law);
        assert_eq!(
            kind(&[(Paragraph, "Lemma 4.1. A queue that is never idle grows for ever."); 4]),
            DocumentKind::Chapter
        );
        let command =
            [(Paragraph, "Start the program and wait for its first line."), (Code, "queue --start")];
        assert_eq!(kind(&[command, command].concat()), DocumentKind::Manual);
        let event = (Paragraph, "In 1909 the engineer counted the calls of a whole town for the first time.");
        assert_eq!(kind(&[event; 3]), DocumentKind::Article);
        assert_eq!(
            kind(&[(Paragraph, "Come to the yard on June 12 and bring a chair."); 3]),
            DocumentKind::Announcement
        );
        assert_eq!(kind(&[(Paragraph, "Name of the guest:"); 7]), DocumentKind::Form);
        let thought = "Whoever waits has time to think. A line of people is a school of patience, and patience is rare.";
        assert_eq!(kind(&[(Heading, "On waiting"), (Paragraph, &thought.repeat(8))]), DocumentKind::Essay);
    }
}
