//! [`BlockClassifier`]: tells what a paragraph is in the document.

use brainwrought_core::data::BlockKind;

use super::block::Paragraph;
use super::letters::is_ideograph;
use super::pattern::{
    FOOTNOTE, LEADERS, LIST_BULLET, NUMBERED, REFERENCES_HEADING, caption, is_list_start, is_numbered_heading,
};

/// Tells what paragraphs are, in reading order over the whole document.
#[derive(Debug)]
pub(super) struct BlockClassifier {
    /// The size of most of the text.
    pub body_size: f32,
    /// The size of most of the text of the page at hand, where the page has enough of it: a slide may be set larger.
    pub page_size: Option<f32>,
    /// True when the engine can tell bold letters; else the number of a heading must do.
    pub knows_bold: bool,
    in_references: bool,
}

impl BlockClassifier {
    pub(super) fn new(body_size: f32) -> Self {
        Self { body_size, page_size: None, knows_bold: true, in_references: false }
    }

    /// Tells what a paragraph is. `height` is that of its page.
    pub(super) fn kind(&mut self, paragraph: &Paragraph, text: &str, height: f32) -> BlockKind {
        if paragraph.places.is_some() {
            return BlockKind::Table;
        }
        if paragraph.is_label {
            return BlockKind::Paragraph;
        }
        if caption(text).is_some() && paragraph.cell_rows == 0 {
            return BlockKind::Caption;
        }
        if paragraph.cell_rows >= 2 && !is_list_start(text) || LEADERS.is_match(text) {
            return BlockKind::Table;
        }
        if self.is_heading(paragraph, text) {
            self.in_references = REFERENCES_HEADING.is_match(text);
            return BlockKind::Heading;
        }
        if self.in_references {
            return BlockKind::Reference;
        }
        if paragraph.is_mostly(|line| line.mono) && !reads_as_prose(text) {
            return BlockKind::Code;
        }
        if self.is_footnote(paragraph, text, height) {
            return BlockKind::Footnote;
        }
        // A formula has its number beside it, and a row of a table more than that.
        let is_row = paragraph.cell_rows > 0 && paragraph.lines.len() > 2;
        if is_formula(text) && !is_row {
            return BlockKind::Formula;
        }
        if is_list_start(text) {
            // The paragraphs of a judgement or a contract are numbered, and are no list for all that.
            let is_numbered = text.starts_with(|first: char| first.is_ascii_digit());
            let is_long = text.split_whitespace().count() >= NUMBERED_PARAGRAPH;
            return if is_numbered && is_long { BlockKind::Paragraph } else { BlockKind::ListItem };
        }
        match paragraph {
            _ if paragraph.is_item => BlockKind::ListItem,
            _ if paragraph.cell_rows > 0 => BlockKind::Table,
            _ => BlockKind::Paragraph,
        }
    }

    fn is_heading(&self, paragraph: &Paragraph, text: &str) -> bool {
        // A sign may stand before the number of a heading.
        let marked =
            LIST_BULLET.find(text).map(|marker| text.get(marker.end()..).unwrap_or_default().trim_start());
        let text = marked.filter(|rest| is_numbered_heading(rest)).unwrap_or(text);
        // Two characters of Chinese or Japanese make a word, as a rule.
        let ideographs = text.chars().filter(|&letter| is_ideograph(letter)).count();
        let words = text.split_whitespace().count() + ideographs / 2;
        let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
        if words == 0
            || words > 18
            || paragraph.lines.len() > 3
            || paragraph.cell_rows > 0
            || LIST_BULLET.is_match(text)
            || letters * 2 < text.chars().filter(|letter| !letter.is_whitespace()).count()
            || letters + ideographs < 3
        {
            return false;
        }
        if REFERENCES_HEADING.is_match(text) {
            return true;
        }
        if paragraph.is_mostly(|line| line.mono) || text.ends_with([',', ';']) {
            return false;
        }
        let size = paragraph.size();
        let is_sentence = text.ends_with(['.', '。', '！', '？']) && !NUMBERED.is_match(text);
        let is_bold = paragraph.is_mostly(|line| line.bold);
        let is_capitals = letters > 5
            && text.contains(char::is_uppercase)
            && text.chars().all(|letter| !letter.is_lowercase() && !"_()=<>*".contains(letter));
        if !is_bold && text.contains(RELATIONS) {
            return false;
        }
        if size >= 1.15 * self.body_size && self.page_size.is_none_or(|usual| size >= 1.08 * usual) {
            return !is_list_start(text) || is_bold;
        }
        if size < 0.92 * self.body_size || is_sentence {
            return false;
        }
        is_bold
            || is_capitals && words <= 10
            || is_numbered_heading(text)
                && paragraph.lines.len() == 1
                && (size >= 1.04 * self.body_size || !self.knows_bold)
    }

    fn is_footnote(&self, paragraph: &Paragraph, text: &str, height: f32) -> bool {
        let bbox = paragraph.bbox();
        // Whole pages may be set smaller than others; on those, only what opens with its mark is a note.
        let opens_note = paragraph.lines.first().is_some_and(|line| line.opens_note);
        let usual = self.page_size.filter(|_| !opens_note).unwrap_or(self.body_size).min(self.body_size);
        let is_small = paragraph.size() < 0.92 * usual;
        let is_low = bbox.y > 0.6 * height;
        // The rows of a table at the end of a page are no notes.
        let is_row = paragraph.cell_rows > 0 && !opens_note;
        is_small && is_low && !is_row && (FOOTNOTE.is_match(text) || bbox.y > 0.85 * height)
    }
}

/// What is numbered and longer than this, in words, is a paragraph; items of lists are shorter.
const NUMBERED_PARAGRAPH: usize = 40;

/// Signs that stand between the sides of a formula.
const RELATIONS: [char; 16] =
    ['=', '≤', '≥', '<', '>', '∈', '→', '∑', '∫', '≈', '⊆', '∀', '∃', '∂', '≪', '≫'];

/// Tells whether a text is mostly symbols, or a displayed formula with its number.
fn is_formula(text: &str) -> bool {
    let visible = text.chars().filter(|letter| !letter.is_whitespace()).count();
    let words = text.split_whitespace().filter(|word| {
        (word.chars().count() > 2 || word.contains(is_ideograph))
            && word.chars().filter(|letter| letter.is_alphabetic()).count() * 5 >= word.chars().count() * 4
    });
    let in_words: usize = words.map(|word| word.chars().count()).sum();
    let has_relation = text.contains(RELATIONS);
    visible > 0
        && (in_words * 10 < visible * 3 || has_relation && in_words * 2 < visible)
        && !reads_as_prose(text)
}

/// Tells whether a text is made of sentences, whatever its face is and however many figures stand in it.
fn reads_as_prose(text: &str) -> bool {
    const MIN_WORDS: usize = 8;
    const MIN_IDEOGRAPHS: usize = 20;
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let is_word = |token: &&&str| {
        let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
        bare.chars().count() >= 2 && bare.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '’' | '\''))
    };
    let words = tokens.iter().filter(is_word).count();
    let signs = text.chars().filter(|c| "{};=<>\\|_#$".contains(*c)).count();
    let ideographs = text.chars().filter(|c| is_ideograph(*c)).count();
    let has_end = text.contains(". ") || text.ends_with(['.', '?', '!', ':', '。', '”', '"']);
    let is_wordy = words >= MIN_WORDS && words * 5 >= tokens.len() * 2 || ideographs >= MIN_IDEOGRAPHS;
    is_wordy && (has_end || words >= 2 * MIN_WORDS || ideographs > 0) && signs * 25 < text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::super::line::Line;
    use super::super::pattern::without_marker;
    use super::*;

    fn judge(text: &str, size: f32, bold: bool, y: f32) -> BlockKind {
        let line = Line {
            text: text.to_owned(),
            left: 50.0,
            right: 300.0,
            baseline: y,
            size,
            bold,
            mono: false,
            opens_note: false,
        };
        let paragraph = Paragraph::new(line);
        BlockClassifier::new(10.0).kind(&paragraph, text, 800.0)
    }

    #[test]
    fn captions_are_told_from_sentences() {
        assert_eq!(caption("Figure 3: A log."), Some(("Figure 3", "A log.")));
        assert_eq!(caption("Fig. 2. Overview"), Some(("Fig. 2", "Overview")));
        assert_eq!(caption("Abbildung 1.2: Ein Torus"), Some(("Abbildung 1.2", "Ein Torus")));
        assert_eq!(caption("Table IV"), Some(("Table IV", "")));
        assert_eq!(caption("Figure 3 shows the log."), None);
        assert_eq!(caption("Figures are nice"), None);
    }

    #[test]
    fn headings_are_told_by_size_weight_and_number() {
        assert_eq!(judge("Introduction", 14.0, false, 100.0), BlockKind::Heading);
        assert_eq!(judge("3.2 Leader election", 10.0, true, 100.0), BlockKind::Heading);
        assert_eq!(judge("RELATED WORK", 10.0, false, 100.0), BlockKind::Heading);
        assert_eq!(judge("This is a sentence.", 10.0, true, 100.0), BlockKind::Paragraph);
        assert_eq!(judge("plain words here", 10.0, false, 100.0), BlockKind::Paragraph);
        // Scripts without capitals have no headings in capitals, and a heading may be one word of two characters.
        assert_eq!(judge("蜜蜂是生活在大群体中的小昆虫。", 10.0, false, 100.0), BlockKind::Paragraph);
        assert_eq!(judge("蜜蜂生活在大群体中", 10.0, false, 100.0), BlockKind::Paragraph);
        assert_eq!(judge("النحل حشرات صغيرة", 10.0, false, 100.0), BlockKind::Paragraph);
        assert_eq!(judge("舞蹈", 14.0, false, 100.0), BlockKind::Heading);
    }

    #[test]
    fn lists_formulas_and_footnotes_are_told() {
        assert_eq!(judge("• an item", 10.0, false, 100.0), BlockKind::ListItem);
        assert_eq!(judge("a) an item", 10.0, false, 100.0), BlockKind::ListItem);
        assert_eq!(judge("f(x) = 2x + 3 (4)", 10.0, false, 100.0), BlockKind::Formula);
        let statistics = "The groups differed, F(2, 87) = 4.1, p < .001, η² = .09, and so did the two that were tested later.";
        assert_eq!(judge(statistics, 10.0, false, 100.0), BlockKind::Paragraph);
        assert_eq!(judge("1 See the manual for more.", 8.0, false, 740.0), BlockKind::Footnote);
        assert_eq!(without_marker("• an item"), "an item");
        assert_eq!(without_marker("(ii) an item"), "an item");
    }

    #[test]
    fn entries_after_the_heading_are_references() {
        let mut judge = BlockClassifier::new(10.0);
        let mut kind = |text: &str, bold| {
            let line = Line {
                text: text.into(),
                left: 0.0,
                right: 9.0,
                baseline: 9.0,
                size: 10.0,
                bold,
                mono: false,
                opens_note: false,
            };
            judge.kind(&Paragraph::new(line), text, 800.0)
        };
        assert_eq!(kind("References", true), BlockKind::Heading);
        assert_eq!(kind("[1] Lamport, L. Paxos made simple.", false), BlockKind::Reference);
        assert_eq!(kind("A Proof", true), BlockKind::Heading);
        assert_eq!(kind("Text goes on.", false), BlockKind::Paragraph);
    }
}
