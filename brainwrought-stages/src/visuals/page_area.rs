//! The area of a page that a panel shows: around a quote, a figure, or the top of the page.

use brainwrought_core::data::{BlockKind, Figure, Page, Rect};

use super::quote::QuotePlace;

/// Points of paper kept around what is shown.
const EDGE: f32 = 7.0;

/// The area that holds the whole block of a quote and what stands above and below it, as wide as its column.
///
/// The whole block is needed to tell which of its lines hold the quote; `tallest` (of the width) is what will be shown.
pub(super) fn around_quote(page: &Page, place: &QuotePlace, tallest: f32) -> Rect {
    let Some(block) = page.blocks.get(place.block) else { return top(page, tallest) };
    let (left, right) = column(page, &block.bbox);
    let width = right - left;
    let middle = block.bbox.y + block.bbox.height * (place.from + place.to) / 2.0;
    let reach = width * tallest / 2.0;
    let top = block.bbox.y.min(middle - reach) - EDGE;
    let bottom = block.bbox.bottom().max(middle + reach) + EDGE;
    inside(page, Rect { x: left, y: top.max(0.0), width, height: bottom.min(page.height) - top.max(0.0) })
}

/// The area of a figure, without its caption where that can be told apart.
pub(super) fn of_figure(page: &Page, figure: &Figure) -> Rect {
    let mut area = figure.bbox;
    for block in page.blocks.iter().filter(|block| block.kind == BlockKind::Caption) {
        let bbox = &block.bbox;
        let middle = bbox.y + bbox.height / 2.0;
        let across = bbox.x < area.right() && bbox.right() > area.x;
        if !across || middle < area.y || middle > area.bottom() {
            continue;
        }
        // What is left must still be most of the figure.
        let (above, below) = (bbox.y - area.y, area.bottom() - bbox.bottom());
        if above > below && above > area.height * 0.45 {
            area.height = above;
        } else if below > area.height * 0.45 {
            area = Rect { y: bbox.bottom(), height: below, ..area };
        }
    }
    inside(page, Rect { x: area.x - EDGE, width: area.width + 2.0 * EDGE, ..area })
}

/// The top of a page, as tall as `tallest` (of the width) allows.
pub(super) fn top(page: &Page, tallest: f32) -> Rect {
    let top = page.blocks.iter().map(|block| block.bbox.y).fold(f32::INFINITY, f32::min);
    let top = if top.is_finite() { (top - 2.0 * EDGE).max(0.0) } else { 0.0 };
    let left = page.blocks.iter().map(|block| block.bbox.x).fold(page.width * 0.2, f32::min) - 2.0 * EDGE;
    let right =
        page.blocks.iter().map(|block| block.bbox.right()).fold(page.width * 0.8, f32::max) + 2.0 * EDGE;
    let width = right - left;
    inside(page, Rect { x: left, y: top, width, height: width * tallest })
}

/// The whole page.
pub(super) fn whole(page: &Page) -> Rect {
    Rect { x: 0.0, y: 0.0, width: page.width, height: page.height }
}

/// The left and right edge of the column that a block stands in.
fn column(page: &Page, bbox: &Rect) -> (f32, f32) {
    let (mut left, mut right) = (bbox.x, bbox.right());
    for other in &page.blocks {
        let shared = (other.bbox.right().min(bbox.right()) - other.bbox.x.max(bbox.x)).max(0.0);
        let near = other.bbox.y < bbox.bottom() + 90.0 && other.bbox.bottom() > bbox.y - 90.0;
        let same_kind = matches!(other.kind, BlockKind::Paragraph | BlockKind::ListItem);
        if near && same_kind && shared > 0.5 * other.bbox.width.min(bbox.width) {
            left = left.min(other.bbox.x);
            right = right.max(other.bbox.right());
        }
    }
    (left - EDGE, right + EDGE)
}

/// Moves and cuts an area so that it lies on the page and has a size.
fn inside(page: &Page, area: Rect) -> Rect {
    let finite = |value: f32, fallback: f32| if value.is_finite() { value } else { fallback };
    let (page_width, page_height) = (finite(page.width, 1.0).max(1.0), finite(page.height, 1.0).max(1.0));
    let width = finite(area.width, page_width).clamp(1.0, page_width);
    let height = finite(area.height, page_height).clamp(1.0, page_height);
    let x = finite(area.x, 0.0).clamp(0.0, page_width - width);
    let y = finite(area.y, 0.0).clamp(0.0, page_height - height);
    Rect { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Block;

    use super::*;

    fn page() -> Page {
        let block = |x: f32, y: f32, width: f32, height: f32, kind: BlockKind| Block {
            kind,
            text: "words".to_owned(),
            bbox: Rect { x, y, width, height },
            font_size: 10.0,
            bold: false,
        };
        let blocks = vec![
            block(50.0, 60.0, 500.0, 30.0, BlockKind::Heading),
            block(50.0, 120.0, 240.0, 400.0, BlockKind::Paragraph),
            block(310.0, 120.0, 240.0, 180.0, BlockKind::Paragraph),
            block(310.0, 500.0, 240.0, 24.0, BlockKind::Caption),
        ];
        Page { width: 612.0, height: 792.0, blocks, ..Page::default() }
    }

    #[test]
    fn a_quote_is_shown_in_its_column_only() {
        let place = QuotePlace { block: 1, from: 0.5, to: 0.6, words: None, share: 1.0 };
        let area = around_quote(&page(), &place, 0.7);
        assert!(area.x > 40.0 && area.right() < 300.0, "{area:?}");
        assert!(area.y < 120.0 && area.bottom() > 520.0, "{area:?}");
    }

    #[test]
    fn a_figure_loses_its_caption() {
        let figure = Figure {
            id: "p1-f1".to_owned(),
            page: 1,
            bbox: Rect { x: 310.0, y: 330.0, width: 240.0, height: 200.0 },
            label: None,
            caption: None,
        };
        let area = of_figure(&page(), &figure);
        assert!(area.bottom() <= 500.0 && area.y >= 330.0, "{area:?}");
    }

    #[test]
    fn odd_boxes_stay_on_the_page() {
        let odd = Rect { x: f32::NAN, y: -1e9, width: f32::INFINITY, height: -5.0 };
        let area = inside(&page(), odd);
        assert!(area.x >= 0.0 && area.right() <= 612.0 && area.height >= 1.0);
    }
}
