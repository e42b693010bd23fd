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

/// Makes blocks of the lines of a page. `step` is the usual distance of baselines, in sizes; `shapes` are where something
/// is drawn.
pub(super) fn page_of(
    lined: LinedPage,
    shapes: &[Rect],
    step: f32,
    vocabulary: &Vocabulary,
    judge: &mut BlockClassifier,
) -> Page {
    let LinedPage { number, width, height, lines, tables, .. } = lined;
    let mut blocks: Vec<Block> = Vec::new();
    let mut short = Vec::new();
    judge.page_size = page_size(&lines);
    let mut found: Vec<(BlockKind, Paragraph)> = Vec::new();
    for paragraph in block::paragraphs(lines, step, &tables) {
        let kind = judge.kind(&paragraph, &paragraph.text(vocabulary).0, height);
        match found.last_mut() {
            // A wider gap between two groups of rows parts no table.
            Some((BlockKind::Table, last)) if kind == BlockKind::Table && goes_on_in(last, &paragraph) => {
                last.lines.extend(paragraph.lines);
                last.cell_rows += paragraph.cell_rows;
            }
            _ => found.push((kind, paragraph)),
        }
    }
    for (kind, mut paragraph) in found {
        let is_table = kind == BlockKind::Table && paragraph.cell_rows > 0;
        let is_ruled = paragraph.places.is_some();
        if is_table
            && !is_ruled
            && let Some(cells) = table::placed(&paragraph.lines)
        {
            paragraph = Paragraph { cell_rows: paragraph.cell_rows, ..Paragraph::of_cells(cells) };
        }
        let (mut text, mut ends) = paragraph.text(vocabulary);
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
        let block = Block {
            kind,
            text,
            rows: if is_table {
                table::rows(&paragraph.lines, paragraph.places.as_deref(), vocabulary)
            } else {
                Vec::new()
            },
            lines: text_lines(&ends, &paragraph).collect(),
            bbox: paragraph.bbox(),
            font_size: paragraph.size(),
            bold: paragraph.is_mostly(|line| line.bold),
            ..Block::default()
        };
        // The scale of a chart or the parts of a diagram may look like one row of a table or like a formula.
        let is_one_row = kind == BlockKind::Table && paragraph.cell_rows == 1 && !is_ruled;
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

/// The lines of a paragraph, each with the place where it ends in the text.
fn text_lines<'a>(ends: &'a [usize], paragraph: &'a Paragraph) -> impl Iterator<Item = TextLine> + 'a {
    let lines = ends.iter().zip(&paragraph.lines);
    lines.map(|(end, line)| TextLine { end: *end as u32, bbox: line.bbox() })
}

/// Groups of rows that are at most this far apart, in sizes, are parts of one table.
const MAX_ROW_GAP: f32 = 2.5;

/// Tells whether a table goes on with these rows.
fn goes_on_in(last: &Paragraph, paragraph: &Paragraph) -> bool {
    let (above, area, size) = (last.bbox(), paragraph.bbox(), last.size());
    let gap = area.y - above.bottom();
    let shared = above.right().min(area.right()) - above.x.max(area.x);
    last.cell_rows > 0
        && paragraph.cell_rows > 0
        && last.places.is_none()
        && paragraph.places.is_none()
        && (-0.5 * size..MAX_ROW_GAP * size).contains(&gap)
        && (size - paragraph.size()).abs() < 0.15 * size
        && shared > 0.5 * above.width.min(area.width)
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
