//! [`page_of`]: the blocks of a page, made of its lines.

use brainwrought_core::data::{Block, BlockKind, Page, Rect, TextLine};

use super::block::{self, Paragraph};
use super::hyphen::Vocabulary;
use super::kind::BlockClassifier;
use super::letters::word_count;
use super::line::Line;
use super::orientation::Orientation;
use super::usual_size::usual_size;
use super::{LinedPage, figure, pattern, table};
use crate::parse::page_content::union;

/// Makes blocks of the lines of a page. `step` is the usual distance of baselines, in sizes; `shapes` are where something
/// is drawn.
pub(super) fn page_of(
    lined: LinedPage,
    shapes: &[Rect],
    step: f32,
    vocabulary: &Vocabulary,
    judge: &mut BlockClassifier,
) -> Page {
    let LinedPage { number, width, height, lines, .. } = lined;
    let mut blocks: Vec<Block> = Vec::new();
    let mut short = Vec::new();
    // Those of the table at the end of `blocks`, if one stands there.
    let mut table_lines: Vec<Line> = Vec::new();
    judge.page_size = page_size(&lines);
    for paragraph in block::paragraphs(lines, step) {
        let (mut text, mut ends) = paragraph.text(vocabulary);
        let kind = judge.kind(&paragraph, &text, height);
        let is_marked_heading = kind == BlockKind::Heading && pattern::LIST_BULLET.is_match(&text);
        if kind == BlockKind::Paragraph && pattern::is_list_start(&text)
            || kind == BlockKind::ListItem
            || is_marked_heading
        {
            let bare = pattern::without_marker(&text).to_owned();
            let marker = text.len() - bare.len();
            ends.iter_mut().for_each(|end| *end = end.saturating_sub(marker));
            text = bare;
        }
        let lines = text_lines(&ends, &paragraph, 0).collect();
        if kind == BlockKind::Table
            && let Some(last) = blocks.last_mut().filter(|last| goes_on_in(last, &paragraph))
        {
            // A wider gap between two groups of rows parts no table.
            let start = last.text.len() + 1;
            last.text = format!("{} {text}", last.text);
            table_lines.extend(paragraph.lines.iter().cloned());
            last.rows = table::rows(&table_lines);
            last.lines.extend(text_lines(&ends, &paragraph, start));
            last.bbox = union(&last.bbox, &paragraph.bbox());
            continue;
        }
        table_lines.clear();
        if kind == BlockKind::Table {
            table_lines.extend(paragraph.lines.iter().cloned());
        }
        let block = Block {
            kind,
            text,
            rows: if kind == BlockKind::Table && paragraph.cell_rows > 0 {
                table::rows(&paragraph.lines)
            } else {
                Vec::new()
            },
            lines,
            bbox: paragraph.bbox(),
            font_size: paragraph.size(),
            bold: paragraph.is_mostly(|line| line.bold),
            ..Block::default()
        };
        // The scale of a chart or the parts of a diagram may look like one row of a table or like a formula.
        let is_one_row = kind == BlockKind::Table && paragraph.cell_rows == 1;
        if (kind == BlockKind::Paragraph || kind == BlockKind::Formula || is_one_row)
            && paragraph.lines.len() <= if is_one_row { MAX_LABELS } else { 3 }
            && word_count(&block.text) < MIN_RUNNING_WORDS
        {
            short.push(blocks.len());
        }
        blocks.push(block);
    }
    // Words inside a diagram are no running text, and must not be read aloud as such. What running text stands in is a box
    // around it.
    let is_in = |block: &Block, shape: &Rect| figure::is_label(block, std::slice::from_ref(shape));
    // Nor is what rules a table: several rows stand in it.
    let holds_rows = |shape: &Rect| {
        let rows = blocks.iter().filter(|block| block.kind == BlockKind::Table && is_in(block, shape));
        rows.map(|block| block.rows.len().max(1)).sum::<usize>() >= MIN_TABLE_ROWS
    };
    let is_drawing =
        |shape: &&Rect| !blocks.iter().any(|block| is_running_in(block, shape)) && !holds_rows(shape);
    let drawings: Vec<Rect> = shapes.iter().filter(is_drawing).copied().collect();
    for at in short {
        if let Some(block) = blocks.get_mut(at).filter(|block| figure::is_label(block, &drawings)) {
            block.kind = BlockKind::FigureText;
        }
    }
    Page { number, width, height, blocks, ..Page::default() }
}

/// The lines of a paragraph whose text begins at `start` in that of its block.
fn text_lines<'a>(
    ends: &'a [usize],
    paragraph: &'a Paragraph,
    start: usize,
) -> impl Iterator<Item = TextLine> + 'a {
    let lines = ends.iter().zip(&paragraph.lines);
    lines.map(move |(end, line)| TextLine { end: (start + end) as u32, bbox: line.bbox() })
}

/// Groups of rows that are at most this far apart, in sizes, are parts of one table.
const MAX_ROW_GAP: f32 = 2.5;

/// Tells whether a table goes on with these rows.
fn goes_on_in(last: &Block, paragraph: &Paragraph) -> bool {
    let area = paragraph.bbox();
    let gap = area.y - last.bbox.bottom();
    let shared = last.bbox.right().min(area.right()) - last.bbox.x.max(area.x);
    last.kind == BlockKind::Table
        && !last.rows.is_empty()
        && paragraph.cell_rows > 0
        && (-0.5 * last.font_size..MAX_ROW_GAP * last.font_size).contains(&gap)
        && (last.font_size - paragraph.size()).abs() < 0.15 * last.font_size
        && shared > 0.5 * last.bbox.width.min(area.width)
}

/// A drawing with rows of cells in so many places is a table with rulings.
const MIN_TABLE_ROWS: usize = 3;
/// A chart has at most so many words side by side at its scale.
const MAX_LABELS: usize = 16;

/// Shorter paragraphs may be labels of a diagram, in words.
const MIN_RUNNING_WORDS: usize = 12;

/// Tells whether a block is running text that stands in an area.
fn is_running_in(block: &Block, area: &Rect) -> bool {
    matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem)
        && block.lines.len() >= 2
        && word_count(&block.text) >= 2 * MIN_RUNNING_WORDS
        && figure::is_label(block, std::slice::from_ref(area))
}

pub(super) fn furniture_block(line: &Line) -> Block {
    Block {
        kind: BlockKind::Furniture,
        text: line.text.clone(),
        lines: vec![TextLine { end: line.text.len() as u32, bbox: line.bbox() }],
        bbox: line.bbox(),
        font_size: line.size,
        bold: line.bold,
        ..Block::default()
    }
}

/// Turns all boxes of a block to where they lie on the page as displayed.
pub(super) fn displayed(block: &mut Block, orientation: &Orientation) {
    let lines = block.lines.iter_mut().map(|line| &mut line.bbox);
    let cells = block.rows.iter_mut().flat_map(|row| &mut row.cells).map(|cell| &mut cell.bbox);
    for bbox in lines.chain(cells).chain([&mut block.bbox]) {
        // An empty cell has no place.
        if bbox.width > 0.0 || bbox.height > 0.0 {
            *bbox = orientation.displayed(bbox);
        }
    }
}

/// The size that most letters of a page have, if the page has more than a few lines.
fn page_size(lines: &[Line]) -> Option<f32> {
    (lines.len() > 4).then(|| usual_size(lines.iter()))
}
