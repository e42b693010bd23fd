//! [`figures`]: the pictures that captions speak of.

use brainwrought_core::data::{Block, BlockKind, Figure, Page, Rect};

use super::letters::word_count;
use super::pattern::caption;
use crate::parse::page_content::{rect_of, union};

/// A picture is at least this high and wide, in points.
const MIN_SIDE: f32 = 24.0;
/// Space kept around a picture, in points.
const PADDING: f32 = 4.0;
/// A picture may stand out of its column by this much, in points.
const REACH: f32 = 10.0;
/// A picture and its caption stand at most this far apart, in points.
const MAX_DISTANCE: f32 = 60.0;

/// The name of an axis or of a part of a picture has at most so many words, and stands at most so far from it, in sizes.
const MAX_NAME_WORDS: usize = 8;
const MAX_NAME_GAP: f32 = 1.3;

/// Finds the figures and tables of a page. `shapes` are the areas where something is drawn.
pub(super) fn figures(page: &Page, shapes: &[Rect]) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    for (index, block) in page.blocks.iter().enumerate() {
        if block.kind != BlockKind::Caption {
            continue;
        }
        let Some((label, words)) = caption(&block.text) else { continue };
        // A frame around the caption and running text beside it is no part of the picture.
        let frames_text = |shape: &Rect| {
            holds(shape, block) && page.blocks.iter().any(|other| is_text(other) && holds(shape, other))
        };
        let shapes: Vec<Rect> = shapes.iter().filter(|shape| !frames_text(shape)).copied().collect();
        let column = column(page, block, &shapes);
        let sides = [Side::Above, Side::Below].map(|side| picture(page, index, &column, side, &shapes));
        let is_table = label.to_lowercase().starts_with('t') || label.starts_with("Cuadro");
        let picture = match sides {
            [Some(above), Some(below)] => {
                // Both sides may show something; what is drawn counts more than text, then habit decides.
                let prefer_below = if above.is_drawn == below.is_drawn { is_table } else { below.is_drawn };
                if prefer_below { below } else { above }
            }
            [Some(only), None] | [None, Some(only)] => only,
            [None, None] => continue,
        };
        let bbox = padded(&union(&picture.area, &block.bbox), page);
        found.push(Figure {
            id: format!("p{}-f{}", page.number, found.len() + 1),
            page: page.number,
            bbox,
            label: Some(label.to_owned()),
            caption: (!words.is_empty()).then(|| words.to_owned()),
        });
    }
    for area in unnamed(page, shapes, &found) {
        let id = format!("p{}-f{}", page.number, found.len() + 1);
        found.push(Figure { id, page: page.number, bbox: padded(&area, page), label: None, caption: None });
    }
    found
}

/// Finds large drawings without a caption, with the words around them: diagrams of papers, pictures on slides.
fn unnamed(page: &Page, shapes: &[Rect], named: &[Figure]) -> Vec<Rect> {
    let page_area = page.width * page.height;
    let is_large = |area: &Rect| {
        area.width >= 0.2 * page.width
            && area.height >= 0.06 * page.height
            && area.width * area.height >= 0.03 * page_area
    };
    let mut areas: Vec<Rect> = Vec::new();
    for shape in shapes.iter().filter(|shape| shape.height >= MIN_SIDE && shape.width >= MIN_SIDE) {
        // Parts of one diagram stand near each other.
        match areas.iter_mut().find(|area| distance(area, shape) < 2.0 * MIN_SIDE) {
            Some(area) => *area = union(area, shape),
            None => areas.push(*shape),
        }
    }
    let mut found: Vec<Rect> = Vec::new();
    for area in areas {
        let labels = page.blocks.iter().filter(|block| {
            !is_text(block)
                && block.kind != BlockKind::Caption
                && distance(&block.bbox, &area) < block.font_size
        });
        let whole = labels.fold(area, |whole, block| union(&whole, &block.bbox));
        // Boxes and backgrounds behind running text are no pictures.
        let holds_text =
            page.blocks.iter().any(|block| is_text(block) && distance(&block.bbox, &whole) == 0.0);
        let is_named = named.iter().any(|figure| distance(&figure.bbox, &whole) == 0.0);
        if is_large(&whole)
            && !holds_text
            && !is_named
            && found.iter().all(|other| distance(other, &whole) > 0.0)
        {
            found.push(whole);
        }
    }
    found
}

/// How far two areas are apart on the page, in points; 0 where they meet.
fn distance(a: &Rect, b: &Rect) -> f32 {
    let across = (a.x - b.right()).max(b.x - a.right()).max(0.0);
    let down = (a.y - b.bottom()).max(b.y - a.bottom()).max(0.0);
    across.max(down)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Above,
    Below,
}

struct Picture {
    area: Rect,
    /// True when lines or images make it, false when it is text alone.
    is_drawn: bool,
}

/// The strip of the page, from left to right, that a caption's picture may fill.
fn column(page: &Page, block: &Block, shapes: &[Rect]) -> Rect {
    let text = page
        .blocks
        .iter()
        .filter(|block| is_text(block) && !is_label(block, shapes) || block.kind == BlockKind::Caption);
    let left = text.clone().map(|block| block.bbox.x).fold(block.bbox.x, f32::min);
    let right = text.clone().map(|block| block.bbox.right()).fold(block.bbox.right(), f32::max);
    let middle = block.bbox.x + block.bbox.width / 2.0;
    // Running text beside the caption, at its height or near it, means that there are columns.
    let beside: Vec<&Block> = text
        .filter(|other| {
            other.bbox.bottom() > block.bbox.y - 100.0
                && other.bbox.y < block.bbox.bottom() + 100.0
                && (other.bbox.x > block.bbox.right() - 2.0 || other.bbox.right() < block.bbox.x + 2.0)
                && other.bbox.width > 0.25 * (right - left)
        })
        .collect();
    if beside.is_empty()
        && let Some((from, to)) = text_column(page, block, shapes, right - left)
    {
        return rect_of((from, 0.0), (to, page.height));
    }
    let from = beside
        .iter()
        .filter(|other| other.bbox.right() < middle)
        .map(|other| other.bbox.right() + 2.0)
        .fold(left, f32::max);
    let to = beside
        .iter()
        .filter(|other| other.bbox.x > middle)
        .map(|other| other.bbox.x - 2.0)
        .fold(right, f32::min);
    rect_of((from, 0.0), (to.max(from), page.height))
}

/// The edges of the column of running text, elsewhere on the page, that a caption stands in, where nothing is drawn near
/// the caption that reaches out of it. `width` is that of all text.
fn text_column(page: &Page, caption: &Block, shapes: &[Rect], width: f32) -> Option<(f32, f32)> {
    /// A column is narrower than this part of the text, and one of at least so many lines tells where it stands.
    const MAX_WIDTH: f32 = 0.6;
    const MIN_LINES: usize = 4;
    let text = page.blocks.iter().filter(|block| {
        is_text(block)
            && block.lines.len() >= MIN_LINES
            && block.bbox.width < MAX_WIDTH * width
            && block.bbox.width > 0.5 * MAX_WIDTH * width
    });
    let holds_caption =
        |area: &Rect| caption.bbox.x >= area.x - REACH && caption.bbox.right() <= area.right() + REACH;
    let column = text.map(|block| block.bbox).find(holds_caption)?;
    let reaches_out = |shape: &Rect| {
        let gap = (shape.y - caption.bbox.bottom()).max(caption.bbox.y - shape.bottom());
        let shared = shape.right().min(column.right()) - shape.x.max(column.x);
        gap < MAX_DISTANCE && shared > 0.0 && shared < 0.8 * shape.width
    };
    (!shapes.iter().any(reaches_out)).then(|| (column.x, column.right()))
}

/// Finds what stands on one side of a caption, up to the next running text.
fn picture(page: &Page, index: usize, column: &Rect, side: Side, shapes: &[Rect]) -> Option<Picture> {
    let Block { bbox: caption, font_size, .. } = page.blocks.get(index)?;
    let in_column = |area: &Rect| {
        let overlap = area.right().min(column.right()) - area.x.max(column.x);
        overlap > 0.5 * area.width.min(column.width).max(1.0)
    };
    let others = || page.blocks.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, block)| block);
    let stops = others().filter(|block| in_column(&block.bbox) && ends_picture(block, shapes, *font_size));
    let strip = match side {
        Side::Above => {
            let top = stops
                .filter(|block| block.bbox.bottom() <= caption.y + 2.0)
                .map(|block| block.bbox.bottom())
                .fold(0.0, f32::max);
            rect_of((column.x, top), (column.right(), caption.y))
        }
        Side::Below => {
            let bottom = stops
                .filter(|block| block.bbox.y >= caption.bottom() - 2.0)
                .map(|block| block.bbox.y)
                .fold(page.height, f32::min);
            rect_of((column.x, caption.bottom()), (column.right(), bottom))
        }
    };
    let inside = |area: &Rect| {
        let middle = (area.x + area.width / 2.0, area.y + area.height / 2.0);
        in_column(area)
            && (strip.y..=strip.bottom()).contains(&middle.1)
            && (column.x - REACH..=column.right() + REACH).contains(&middle.0)
    };
    // Two pictures may be drawn as one that reaches over a caption; what lies on this side of it counts.
    let reaches_in = |area: &Rect| {
        let height = area.bottom().min(strip.bottom()) - area.y.max(strip.y);
        in_column(area) && (height >= MIN_SIDE || height >= 0.5 * area.height)
    };
    let clip = |area: &Rect| {
        let (left, right) = (area.x.max(column.x - REACH), area.right().min(column.right() + REACH));
        rect_of((left, area.y.max(strip.y)), (right, area.bottom().min(strip.bottom())))
    };
    let drawn = around(shapes.iter().filter(|area| reaches_in(area)).map(clip));
    let is_drawn = drawn.is_some_and(|area| area.height >= MIN_SIDE || area.width >= MIN_SIDE);
    let with = |is_part: &dyn Fn(&Block) -> bool| {
        let labels = others().filter(|block| inside(&block.bbox) && is_part(block)).map(|block| block.bbox);
        let area = around(drawn.into_iter().chain(labels))?;
        let distance = match side {
            Side::Above => caption.y - area.bottom(),
            Side::Below => area.y - caption.bottom(),
        };
        (area.height >= MIN_SIDE && area.width >= MIN_SIDE && distance < MAX_DISTANCE)
            .then_some(Picture { area, is_drawn })
    };
    // The text beside a drawing may be all that joins it to its caption.
    with(&|block| drawn.is_none_or(|drawn| may_name(block, &drawn))).or_else(|| with(&|_| true))
}

/// Tells whether a block may belong to a drawing in its column: a line of text or a formula that stands above or below it
/// does where it is short and near, as the name of an axis is; else it is the text that the picture was put in.
fn may_name(block: &Block, drawn: &Rect) -> bool {
    let is_running = matches!(
        block.kind,
        BlockKind::Paragraph
            | BlockKind::ListItem
            | BlockKind::Formula
            | BlockKind::Reference
            | BlockKind::Footnote
    );
    let gap = (drawn.y - block.bbox.bottom()).max(block.bbox.y - drawn.bottom());
    let is_short = word_count(&block.text) <= MAX_NAME_WORDS && block.lines.len() <= 2;
    !is_running
        || drawn.height < MIN_SIDE
        || gap < 0.0
        || gap < MAX_NAME_GAP * block.font_size && (is_short || block.text.contains(" | "))
}

fn around(areas: impl Iterator<Item = Rect>) -> Option<Rect> {
    areas.reduce(|whole, part| union(&whole, &part))
}

/// Tells whether a block is running text, which no picture contains.
pub(super) fn is_text(block: &Block) -> bool {
    match block.kind {
        BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Footnote | BlockKind::Reference => {
            word_count(&block.text) >= 8 && !block.text.contains(" | ")
        }
        BlockKind::Heading => true,
        _ => false,
    }
}

/// Tells whether a block stands inside a drawing, as the words in a diagram do.
pub(super) fn is_label(block: &Block, shapes: &[Rect]) -> bool {
    shapes.iter().any(|shape| holds(shape, block))
}

/// Tells whether most of a block stands inside a drawing that is more than an underline.
fn holds(shape: &Rect, block: &Block) -> bool {
    let area = (block.bbox.width * block.bbox.height).max(1.0);
    let width = block.bbox.right().min(shape.right()) - block.bbox.x.max(shape.x);
    let height = block.bbox.bottom().min(shape.bottom()) - block.bbox.y.max(shape.y);
    shape.height > 2.0 * block.font_size && width.max(0.0) * height.max(0.0) > 0.7 * area
}

/// Tells whether a picture ends where a block stands. `caption_size` is the size of the picture's caption.
fn ends_picture(block: &Block, shapes: &[Rect], caption_size: f32) -> bool {
    let words = word_count(&block.text);
    match block.kind {
        BlockKind::Caption => true,
        // What names the parts of a picture is set smaller than its caption; running text never is.
        BlockKind::Paragraph | BlockKind::ListItem if block.font_size < 0.9 * caption_size => false,
        _ if is_text(block) => !is_label(block, shapes),
        // What a diagram is divided into stands side by side under it: "(a) Before | (b) After".
        BlockKind::Paragraph | BlockKind::ListItem => {
            words >= 4 && !block.text.contains(" | ") && !is_beside(block, shapes)
        }
        _ => false,
    }
}

/// Tells whether a block stands at the height of a drawing, or so near to one that it names it.
fn is_beside(block: &Block, shapes: &[Rect]) -> bool {
    let is_name = word_count(&block.text) <= 6;
    let reach = if is_name { 1.3 * block.font_size } else { -0.5 * block.bbox.height };
    shapes
        .iter()
        .filter(|shape| shape.height >= MIN_SIDE)
        .any(|shape| block.bbox.bottom() > shape.y - reach && block.bbox.y < shape.bottom() + reach)
}

fn padded(area: &Rect, page: &Page) -> Rect {
    rect_of(
        ((area.x - PADDING).max(0.0), (area.y - PADDING).max(0.0)),
        ((area.right() + PADDING).min(page.width), (area.bottom() + PADDING).min(page.height)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: BlockKind, text: &str, bbox: (f32, f32, f32, f32)) -> Block {
        let bbox = Rect { x: bbox.0, y: bbox.1, width: bbox.2, height: bbox.3 };
        Block { kind, text: text.to_owned(), bbox, font_size: 10.0, ..Block::default() }
    }

    const PROSE: &str = "Enough words to be the running text of a page, as it were.";

    #[test]
    fn picture_above_its_caption_is_found() {
        let page = Page {
            number: 3,
            width: 600.0,
            height: 800.0,
            blocks: vec![
                block(BlockKind::Paragraph, PROSE, (50.0, 60.0, 500.0, 100.0)),
                block(BlockKind::Paragraph, "axis", (100.0, 300.0, 30.0, 10.0)),
                block(BlockKind::Caption, "Figure 2: A curve.", (200.0, 400.0, 200.0, 10.0)),
                block(BlockKind::Paragraph, PROSE, (50.0, 430.0, 500.0, 100.0)),
            ],
            ..Page::default()
        };
        let shapes = [Rect { x: 120.0, y: 200.0, width: 300.0, height: 180.0 }];
        let found = figures(&page, &shapes);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id, "p3-f1");
        assert_eq!(found[0].label.as_deref(), Some("Figure 2"));
        assert_eq!(found[0].caption.as_deref(), Some("A curve."));
        assert_eq!(found[0].bbox, Rect { x: 96.0, y: 196.0, width: 328.0, height: 218.0 });
    }

    #[test]
    fn text_above_a_picture_is_no_part_of_it() {
        let formula = block(
            BlockKind::Formula,
            "B = { U × V } is a base of T, and so is C.",
            (50.0, 150.0, 300.0, 10.0),
        );
        let prose = block(BlockKind::Paragraph, PROSE, (50.0, 430.0, 500.0, 100.0));
        let axis = block(BlockKind::Paragraph, "Votes a day", (140.0, 186.0, 60.0, 10.0));
        let caption = block(BlockKind::Caption, "Figure 2: A curve.", (200.0, 400.0, 200.0, 10.0));
        let page = Page {
            number: 3,
            width: 600.0,
            height: 800.0,
            blocks: vec![formula, axis, caption, prose],
            ..Page::default()
        };
        let shapes = [Rect { x: 120.0, y: 200.0, width: 300.0, height: 180.0 }];
        assert_eq!(figures(&page, &shapes)[0].bbox, Rect { x: 116.0, y: 182.0, width: 308.0, height: 232.0 });
    }

    #[test]
    fn table_below_its_caption_is_found_in_its_column() {
        let page = Page {
            number: 1,
            width: 600.0,
            height: 800.0,
            blocks: vec![
                block(BlockKind::Paragraph, PROSE, (310.0, 60.0, 240.0, 500.0)),
                block(BlockKind::Caption, "Table 1: Numbers.", (60.0, 100.0, 200.0, 10.0)),
                block(BlockKind::Table, "a | 1 b | 2", (60.0, 120.0, 220.0, 60.0)),
                block(BlockKind::Paragraph, PROSE, (50.0, 200.0, 240.0, 100.0)),
            ],
            ..Page::default()
        };
        let found = figures(&page, &[]);
        assert_eq!(found[0].bbox, Rect { x: 56.0, y: 96.0, width: 228.0, height: 88.0 });
    }

    #[test]
    fn large_drawing_without_a_caption_is_found() {
        let page = Page {
            number: 2,
            width: 600.0,
            height: 800.0,
            blocks: vec![
                block(BlockKind::Paragraph, PROSE, (50.0, 60.0, 500.0, 100.0)),
                block(BlockKind::Table, "Block", (140.0, 305.0, 30.0, 10.0)),
                block(BlockKind::Paragraph, PROSE, (60.0, 610.0, 480.0, 80.0)),
            ],
            ..Page::default()
        };
        let shapes = [
            Rect { x: 120.0, y: 300.0, width: 100.0, height: 90.0 },
            Rect { x: 240.0, y: 300.0, width: 100.0, height: 90.0 },
            Rect { x: 50.0, y: 600.0, width: 500.0, height: 100.0 },
            Rect { x: 500.0, y: 750.0, width: 30.0, height: 30.0 },
        ];
        let found = figures(&page, &shapes);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].id.as_str(), found[0].label.as_ref()), ("p2-f1", None));
        assert_eq!(found[0].bbox, Rect { x: 116.0, y: 296.0, width: 228.0, height: 98.0 });
    }

    #[test]
    fn caption_without_a_picture_is_no_figure() {
        let page = Page {
            number: 1,
            width: 600.0,
            height: 800.0,
            blocks: vec![
                block(BlockKind::Paragraph, PROSE, (50.0, 60.0, 500.0, 100.0)),
                block(BlockKind::Caption, "Figure 1: Gone.", (50.0, 165.0, 200.0, 10.0)),
                block(BlockKind::Paragraph, PROSE, (50.0, 180.0, 500.0, 100.0)),
            ],
            ..Page::default()
        };
        assert!(figures(&page, &[]).is_empty());
    }
}
