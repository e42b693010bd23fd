//! [`Paragraph`]: lines that belong together, before it is known what they are.

use std::collections::BTreeMap;

use brainwrought_core::data::Rect;

use super::hyphen::Vocabulary;
use super::letters::word_count;
use super::line::Line;
use super::pattern::{
    is_caption_start, is_list_start, is_marker, is_note_start, is_numbered_heading, is_reference_start,
    is_statement_number,
};
use super::ruled::{RuledTable, TablePart};
use super::table::Placed;
use crate::parse::page_content::union;

/// Sizes that differ by less than this part belong to one paragraph.
const SAME_SIZE: f32 = 0.09;
/// A line indented by more than this many sizes opens a paragraph.
const INDENT: f32 = 0.75;

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paragraph {
    pub lines: Vec<Line>,
    /// The number of rows in which several cells stand side by side.
    pub cell_rows: usize,
    /// The row and the column of each line, where it is known what parts them.
    pub places: Option<Vec<(usize, usize)>>,
    /// True when it stands behind a marker of its own, such as the number of a recommendation.
    pub is_item: bool,
    /// True when it names the paragraph beside it.
    pub is_label: bool,
}

impl Paragraph {
    pub(super) fn new(line: Line) -> Self {
        Self { lines: vec![line], cell_rows: 0, places: None, is_item: false, is_label: false }
    }

    /// A table whose cells are known.
    pub(super) fn of_cells(cells: Vec<Placed>) -> Self {
        let places = cells.iter().map(|(row, column, _)| (*row, *column)).collect();
        let cell_rows = cells.chunk_by(|a, b| a.0 == b.0).count();
        let lines = cells.into_iter().map(|(_, _, line)| line).collect();
        Self { lines, cell_rows, places: Some(places), is_item: false, is_label: false }
    }

    /// Tells whether the line at a place starts another cell of the row that the line before stands in.
    fn starts_cell(&self, at: usize) -> bool {
        match &self.places {
            Some(places) => match (at.checked_sub(1).and_then(|before| places.get(before)), places.get(at)) {
                (Some(before), Some(place)) => before.0 == place.0 && before.1 != place.1,
                _ => false,
            },
            None => {
                let before = at.checked_sub(1).and_then(|before| self.lines.get(before));
                self.cell_rows > 0
                    && before.zip(self.lines.get(at)).is_some_and(|(last, line)| last.is_beside(line))
            }
        }
    }

    /// Tells whether the line at a place starts another row of cells.
    fn starts_row(&self, at: usize) -> bool {
        self.places.as_ref().is_some_and(|places| {
            let rows = at.checked_sub(1).and_then(|before| Some((places.get(before)?.0, places.get(at)?.0)));
            rows.is_some_and(|(before, row)| before != row)
        })
    }

    pub(super) fn bbox(&self) -> Rect {
        let mut boxes = self.lines.iter().map(Line::bbox);
        let first = boxes.next().unwrap_or(Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 });
        boxes.fold(first, |whole, part| union(&whole, &part))
    }

    /// The size of most of its letters.
    pub(super) fn size(&self) -> f32 {
        let longest = self.lines.iter().max_by_key(|line| line.text.len());
        longest.map_or(0.0, |line| line.size)
    }

    pub(super) fn is_mostly(&self, property: impl Fn(&Line) -> bool) -> bool {
        let letters = |line: &Line| line.text.chars().count();
        let all: usize = self.lines.iter().map(letters).sum();
        let with: usize = self.lines.iter().filter(|line| property(line)).map(letters).sum();
        with * 2 > all
    }

    /// The text, and the place in it where each line ends, in bytes.
    pub(super) fn text(&self, vocabulary: &Vocabulary) -> (String, Vec<usize>) {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(self.lines.len());
        for (at, line) in self.lines.iter().enumerate() {
            if self.starts_cell(at) {
                text.push_str(" | ");
                text.push_str(&line.text);
            } else if self.starts_row(at) {
                text.push(' ');
                text.push_str(&line.text);
            } else {
                vocabulary.join(&mut text, &line.text);
            }
            // A hyphen that was taken back belongs to the line before.
            if let Some(before) = ends.last_mut() {
                *before = text.len() - line.text.len();
            }
            ends.push(text.len());
        }
        (text, ends)
    }

    fn starts_item(&self) -> bool {
        self.lines.first().is_some_and(|line| is_list_start(&line.text) || is_reference_start(&line.text))
    }
}

/// Groups lines, given in reading order, into paragraphs. `step` is the usual distance of baselines, in sizes; `tables` are
/// those whose rows are known.
pub(super) fn paragraphs(lines: Vec<Line>, step: f32, tables: &[RuledTable]) -> Vec<Paragraph> {
    let mut of_table: BTreeMap<usize, Vec<Line>> = BTreeMap::new();
    let mut others: Vec<Entry> = Vec::with_capacity(lines.len());
    for line in lines {
        match tables.iter().position(|table| table.holds(&line)) {
            Some(table) => {
                let held = of_table.entry(table).or_default();
                if held.is_empty() {
                    others.push(Entry::Table(table));
                }
                held.push(line);
            }
            None => others.push(Entry::Line(line)),
        }
    }
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut entries = others.into_iter().peekable();
    while let Some(entry) = entries.next() {
        match entry {
            Entry::Line(line) => {
                let next = match entries.peek() {
                    Some(Entry::Line(next)) => Some(next),
                    _ => None,
                };
                add(&mut paragraphs, line, next, step);
            }
            Entry::Table(at) => {
                let lines = of_table.remove(&at).unwrap_or_default();
                let Some(parts) = tables.get(at).and_then(|table| table.parts(lines.clone())) else {
                    lines.into_iter().for_each(|line| add(&mut paragraphs, line, None, step));
                    continue;
                };
                for part in parts {
                    match part {
                        TablePart::Cells(cells) => paragraphs.push(Paragraph::of_cells(cells)),
                        TablePart::Text(lines) => {
                            // It stands in the table's frame, and goes on in no other paragraph.
                            let mut own = Vec::new();
                            lines.into_iter().for_each(|line| add(&mut own, line, None, step));
                            paragraphs.extend(own);
                        }
                    }
                }
            }
        }
    }
    paragraphs
}

/// What paragraphs are made of, in reading order.
enum Entry {
    Line(Line),
    /// The place of a table among all.
    Table(usize),
}

/// Adds the next line, which `next` comes after.
fn add(paragraphs: &mut Vec<Paragraph>, line: Line, next: Option<&Line>, step: f32) {
    let label = paragraphs.last().and_then(|paragraph| label_of(paragraph, &line, next, step));
    match paragraphs.last_mut() {
        Some(paragraph) if is_after_marker(paragraph, &line) => {
            if let Some(marker) = paragraph.lines.last_mut() {
                marker.text = format!("{} {}", marker.text, line.text);
                marker.right = line.right;
                marker.bold = line.bold;
                marker.size = line.size;
                marker.baseline = line.baseline;
            }
        }
        // Like the marker of a list, a number is no part of what is said.
        Some(paragraph) if label == Some(Label::Number) => {
            *paragraph = Paragraph { is_item: true, ..Paragraph::new(line) };
        }
        Some(paragraph) if label == Some(Label::Words) => {
            paragraph.is_label = true;
            paragraphs.push(Paragraph::new(line));
        }
        Some(paragraph) if is_cell(paragraph, &line) => {
            let starts_row = match paragraph.lines.as_slice() {
                [.., before, last] => !before.is_beside(last),
                _ => true,
            };
            paragraph.cell_rows += usize::from(starts_row);
            paragraph.lines.push(line);
        }
        Some(paragraph) if goes_on(paragraph, &line, step) => paragraph.lines.push(line),
        _ => paragraphs.push(Paragraph::new(line)),
    }
}

/// What stands before a paragraph, set apart from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    /// "R1", "Q 4.2".
    Number,
    /// "Note", "What it costs".
    Words,
}

/// The white between a label and its paragraph is at most so wide, in sizes, and a label at most so long as a part of the
/// line beside it.
const MAX_LABEL_GAP: f32 = 14.0;
const MAX_LABEL_WIDTH: f32 = 0.4;
/// A label has at most so many words, and the line beside it at least so many; beside the number of a statement, fewer do.
const MAX_LABEL_WORDS: usize = 4;
const LABELLED_WORDS: usize = 6;
const NUMBERED_WORDS: usize = 4;

/// Tells whether the paragraph so far is a label, and the line beside it opens the paragraph that it names: running text
/// whose next line hangs under it. In a table, there would be more cells, or the next one of the first column.
fn label_of(paragraph: &Paragraph, line: &Line, next: Option<&Line>, step: f32) -> Option<Label> {
    let [label] = paragraph.lines.as_slice() else { return None };
    let words = word_count(&line.text);
    let gap = (line.left - label.right) / line.size.max(1.0);
    let is_number = is_statement_number(&label.text);
    let is_set_apart = paragraph.cell_rows == 0
        && label.is_beside(line)
        && (0.0..MAX_LABEL_GAP).contains(&gap)
        && label.width() <= MAX_LABEL_WIDTH * line.width()
        && next.is_none_or(|next| !next.is_beside(line));
    if !is_set_apart || words < if is_number { NUMBERED_WORDS } else { LABELLED_WORDS } {
        return None;
    }
    let hangs = next.is_some_and(|next| {
        let down = (next.baseline - line.baseline) / line.size.max(1.0);
        (next.left - line.left).abs() < 0.5 * line.size
            && (0.3..=(step * 1.22).max(1.25)).contains(&down)
            && is_same_size(next, line)
    });
    let is_sentence = line.text.ends_with(['.', '?', '!', '。', ':', ';']);
    if is_number {
        return (hangs || is_sentence).then_some(Label::Number);
    }
    let is_named = label.text.chars().any(char::is_alphabetic)
        && word_count(&label.text) <= MAX_LABEL_WORDS
        && !is_caption_start(&label.text)
        && line.text.chars().next().is_some_and(|first| !first.is_ascii_digit());
    (hangs && is_named).then_some(Label::Words)
}

/// Measures the usual distance of baselines, in sizes, so that paragraphs of wide-set text stay whole.
pub(super) fn usual_step<'a>(pages: impl Iterator<Item = &'a [Line]>) -> f32 {
    let mut counts = [0_usize; 40];
    for lines in pages {
        for (a, b) in lines.iter().zip(lines.iter().skip(1)) {
            let step = (b.baseline - a.baseline) / a.size.max(1.0);
            let is_below = step > 0.9 && step < 2.6 && (a.left - b.left).abs() < 2.0 * a.size;
            if let Some(count) = counts.get_mut((step * 10.0).round().max(0.0) as usize)
                && is_below
            {
                *count += 1;
            }
        }
    }
    let (step, count) = counts.iter().enumerate().max_by_key(|(_, count)| **count).unwrap_or((12, &0));
    if *count == 0 { 1.2 } else { step as f32 / 10.0 }
}

/// Tells whether the line stands after a bullet or a number that a wide gap parts from it.
fn is_after_marker(paragraph: &Paragraph, line: &Line) -> bool {
    let Some(marker) = paragraph.lines.last() else { return false };
    let is_first = match paragraph.lines.as_slice() {
        [.., before, last] => !before.is_beside(last),
        _ => true,
    };
    paragraph.cell_rows == 0
        && is_first
        && marker.is_beside(line)
        && (0.0..6.0 * line.size).contains(&(line.left - marker.right))
        && is_marker(&marker.text)
        && line.text.chars().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Tells whether the line is the next cell of a row, or the first one of the next row of cells.
fn is_cell(paragraph: &Paragraph, line: &Line) -> bool {
    let Some(last) = paragraph.lines.last().filter(|_| paragraph.places.is_none()) else { return false };
    if last.is_beside(line) {
        // The number of a formula or the mark at the end of a proof makes no table of the text before it.
        let may_start = paragraph.cell_rows > 0
            || paragraph.lines.len() == 1 && line.text.chars().any(char::is_alphanumeric);
        return may_start && line.left >= last.right - last.size && line.left - last.right < 60.0 * last.size;
    }
    let has_cells = paragraph.cell_rows > 0;
    let step = line.baseline - last.baseline;
    let starts_left = paragraph.lines.iter().any(|cell| (cell.left - line.left).abs() < 1.5 * line.size);
    has_cells
        && step > 0.0
        && step < 2.0 * last.size
        && starts_left
        && is_same_size(last, line)
        && !is_caption_start(&line.text)
        // Running text under a table is wider than its cells.
        && (line.width() < 0.6 * paragraph.bbox().width || hangs_in_column(paragraph, line))
}

/// Tells whether a line stands under a cell that is not the first of its row, as the second line of it does.
fn hangs_in_column(paragraph: &Paragraph, line: &Line) -> bool {
    let edge = paragraph.lines.iter().map(|cell| cell.left).fold(f32::INFINITY, f32::min);
    line.left > edge + 2.0 * line.size
        && paragraph.lines.iter().any(|cell| (cell.left - line.left).abs() < 0.5 * line.size)
}

fn goes_on(paragraph: &Paragraph, line: &Line, step: f32) -> bool {
    let (Some(first), Some(last)) = (paragraph.lines.first(), paragraph.lines.last()) else { return false };
    if paragraph.cell_rows > 0 || !is_same_size(last, line) || last.mono != line.mono {
        return false;
    }
    let down = (line.baseline - last.baseline) / last.size.max(line.size).max(1.0);
    if down <= 0.3 || down > (step * 1.22).max(1.25) {
        return false;
    }
    if line.mono {
        return true;
    }
    let block = paragraph.bbox();
    let overlap = line.right.min(block.right()) - line.left.max(block.x);
    if overlap < 0.3 * line.width().min(block.width) {
        return false;
    }
    if is_list_start(&line.text) || is_caption_start(&line.text) {
        return false;
    }
    if line.opens_note && first.opens_note
        || is_reference_start(&line.text) && is_reference_start(&first.text)
        || is_note_start(&line.text) && is_note_start(&first.text)
    {
        return false;
    }
    // A heading is not gone on with in small letters, and a note opens with its raised number.
    let is_heading_of_one_line = paragraph.lines.len() == 1
        && is_numbered_heading(&last.text)
        && !last.opens_note
        && !line.text.starts_with(char::is_lowercase);
    if (last.bold != line.bold && (paragraph.is_mostly(|line| line.bold) || paragraph.lines.len() == 1))
        || is_heading_of_one_line && last.bold == line.bold && !line.bold
        || !last.bold && line.bold && is_numbered_heading(&line.text)
    {
        return false;
    }
    let is_sentence_end = last.text.ends_with(['.', '?', '!', '؟', '。', ':', '…', '”', '"']);
    let free = if first.runs_left() {
        last.left - block.x.min(line.left)
    } else {
        block.right().max(line.right) - last.right
    };
    let is_short = free > 0.12 * union(&block, &line.bbox()).width;
    if is_sentence_end && is_short && !paragraph.starts_item() {
        return false;
    }
    is_aligned(paragraph, line, is_sentence_end)
}

/// Tells whether the line starts where the next line of the paragraph may start.
fn is_aligned(paragraph: &Paragraph, line: &Line, is_sentence_end: bool) -> bool {
    let (Some(first), Some(last)) = (paragraph.lines.first(), paragraph.lines.last()) else { return false };
    let indent = INDENT * line.size;
    // How much further in than another line this one starts.
    let further =
        |other: &Line| if first.runs_left() { other.right - line.right } else { line.left - other.left };
    let is_indented = further(last) > indent;
    let is_centred = {
        let middle = |line: &Line| f32::midpoint(line.left, line.right);
        let reach = 0.5 * line.size;
        (middle(first) - middle(line)).abs() < reach && (middle(last) - middle(line)).abs() < reach
    };
    if paragraph.starts_item() {
        // The lines of an item hang under its text; a line further left than the marker is no part of it.
        // In narrow columns the marker is indented instead, and the text runs back to the edge.
        let runs_back = !is_sentence_end && line.text.starts_with(char::is_lowercase);
        return (further(first) > -indent || runs_back)
            && (further(first) > 0.3 * line.size || !is_sentence_end);
    }
    match paragraph.lines.as_slice() {
        _ if is_centred => true,
        [_] => !(is_indented && is_sentence_end),
        _ => !is_indented || !is_sentence_end && further(last) < 3.0 * indent,
    }
}

fn is_same_size(a: &Line, b: &Line) -> bool {
    (a.size - b.size).abs() <= SAME_SIZE * a.size.max(b.size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, right: f32, baseline: f32) -> Line {
        Line {
            text: text.to_owned(),
            left,
            right,
            baseline,
            size: 10.0,
            bold: false,
            mono: false,
            opens_note: false,
        }
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        let vocabulary = Vocabulary::default();
        paragraphs(lines, 1.2, &[]).iter().map(|paragraph| paragraph.text(&vocabulary).0).collect()
    }

    #[test]
    fn indent_and_short_last_line_part_paragraphs() {
        let lines = vec![
            line("First line of it", 65.0, 300.0, 100.0),
            line("goes on and ends.", 50.0, 300.0, 112.0),
            line("Second one, indented", 65.0, 300.0, 124.0),
            line("ends early.", 50.0, 120.0, 136.0),
            line("Third without indent", 50.0, 300.0, 148.0),
            line("Far below", 50.0, 300.0, 190.0),
        ];
        assert_eq!(
            texts(lines),
            [
                "First line of it goes on and ends.",
                "Second one, indented ends early.",
                "Third without indent",
                "Far below"
            ]
        );
    }

    #[test]
    fn lines_that_run_to_the_left_start_at_the_right() {
        let lines = vec![
            line("تعيش في", 100.0, 300.0, 100.0),
            line("بيوت كبيرة.", 60.0, 300.0, 112.0),
            line("وتجمع", 120.0, 300.0, 124.0),
            line("العسل.", 250.0, 300.0, 136.0),
            line("ثم تنام", 50.0, 285.0, 148.0),
        ];
        assert_eq!(texts(lines), ["تعيش في بيوت كبيرة. وتجمع العسل.", "ثم تنام"]);
    }

    #[test]
    fn items_hang_under_their_marker() {
        let lines = vec![
            line("• first item that", 50.0, 300.0, 100.0),
            line("goes on. And on", 60.0, 300.0, 112.0),
            line("• second", 50.0, 100.0, 124.0),
        ];
        assert_eq!(texts(lines), ["• first item that goes on. And on", "• second"]);
    }

    #[test]
    fn rows_of_cells_make_one_table() {
        let mut lines = Vec::new();
        for row in 0..3 {
            let y = 100.0 + 12.0 * row as f32;
            lines.push(line(&format!("name{row}"), 50.0, 90.0, y));
            lines.push(line(&format!("{row}.5"), 150.0, 170.0, y));
        }
        lines.push(line("Running text under the table", 50.0, 300.0, 150.0));
        assert_eq!(texts(lines), ["name0 | 0.5 name1 | 1.5 name2 | 2.5", "Running text under the table"]);
    }
}
