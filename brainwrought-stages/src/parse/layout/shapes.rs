//! [`clusters`]: where on a page something other than text is drawn.

use std::collections::BTreeMap;

use brainwrought_core::data::Rect;

use crate::parse::page_content::{PageContent, rect_of};

/// The side of a cell, in points. Shapes closer than this are one picture.
const CELL: f32 = 8.0;
/// A shape that covers more of the page than this is a background.
const BACKGROUND: f32 = 0.8;
/// How many pictures of a page are looked at.
const MAX_CLUSTERS: usize = 500;
/// The part of a page's height where rules belong to headers and footers.
const MARGIN: f32 = 0.1;
/// The most cells of a page on each side; larger pages get larger cells.
const MAX_CELLS: usize = 400;

/// The part of a page's height, at its top and its bottom, where logos and rules of headers and footers stand.
const EDGE: f32 = 0.15;
/// What stands in the same place on so many pages belongs to their headers and footers.
const MIN_PAGES: usize = 3;

/// The areas where something is drawn on a page.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub inner: Vec<Rect>,
    /// Those at its top and bottom, apart from the others.
    pub edge: Vec<Rect>,
}

/// Groups the images and drawings of a page into the areas that they fill together.
pub(super) fn clusters(page: &PageContent) -> Shapes {
    let is_edge = |shape: &Rect| shape.bottom() < EDGE * page.height || shape.y > (1.0 - EDGE) * page.height;
    let part = |edge: bool| groups(page, |shape| is_edge(shape) == edge);
    Shapes { inner: part(false), edge: part(true) }
}

/// Joins what is drawn on pages, without what repeats at their edges.
pub(super) fn without_repeated(pages: Vec<Shapes>) -> Vec<Vec<Rect>> {
    let place =
        |area: &Rect| [area.x, area.y, area.width, area.height].map(|part| (part / 2.0).round() as i32);
    let mut counts: BTreeMap<[i32; 4], usize> = BTreeMap::new();
    for area in pages.iter().flat_map(|page| &page.edge) {
        *counts.entry(place(area)).or_default() += 1;
    }
    let is_repeated = |area: &Rect| counts.get(&place(area)).is_some_and(|count| *count >= MIN_PAGES);
    let joined = |mut page: Shapes| {
        page.inner.extend(page.edge.into_iter().filter(|area| !is_repeated(area)));
        page.inner
    };
    pages.into_iter().map(joined).collect()
}

fn groups(page: &PageContent, belongs: impl Fn(&Rect) -> bool) -> Vec<Rect> {
    let cell = CELL.max(page.width.max(page.height) / MAX_CELLS as f32);
    let columns = (page.width / cell).ceil().max(1.0) as usize;
    let rows = (page.height / cell).ceil().max(1.0) as usize;
    let mut filled = vec![false; columns * rows];
    let page_area = page.width * page.height;
    let shapes: Vec<Rect> = page
        .images
        .iter()
        .chain(&page.drawings)
        .filter(|shape| shape.width * shape.height < BACKGROUND * page_area && !is_header_rule(shape, page))
        .filter_map(|shape| clip(shape, page))
        .filter(belongs)
        .collect();
    for shape in &shapes {
        let (left, right) = ((shape.x / cell) as usize, (shape.right() / cell) as usize);
        let (top, bottom) = ((shape.y / cell) as usize, (shape.bottom() / cell) as usize);
        for row in top..=bottom.min(rows - 1) {
            for column in left..=right.min(columns - 1) {
                if let Some(mark) = filled.get_mut(row * columns + column) {
                    *mark = true;
                }
            }
        }
    }
    let mut groups = flood(&mut filled, columns);
    groups.truncate(MAX_CLUSTERS);
    let scale = |cells: &(usize, usize, usize, usize)| {
        let (left, top, right, bottom) = *cells;
        let corner = ((right + 1) as f32 * cell, (bottom + 1) as f32 * cell);
        rect_of((left as f32 * cell, top as f32 * cell), corner)
    };
    groups.iter().map(scale).map(|coarse| tightened(&coarse, &shapes)).collect()
}

/// Tells whether a shape is the rule under a running header or over a footer.
fn is_header_rule(shape: &Rect, page: &PageContent) -> bool {
    let is_outside = shape.bottom() < MARGIN * page.height || shape.y > (1.0 - MARGIN) * page.height;
    is_outside && shape.height < 3.0 && shape.width > 0.3 * page.width
}

fn clip(shape: &Rect, page: &PageContent) -> Option<Rect> {
    let corner = (shape.x.max(0.0), shape.y.max(0.0));
    let far = (shape.right().min(page.width), shape.bottom().min(page.height));
    (corner.0 <= far.0 && corner.1 <= far.1).then(|| rect_of(corner, far))
}

/// Finds the groups of filled cells that touch, as left, top, right and bottom cell.
fn flood(filled: &mut [bool], columns: usize) -> Vec<(usize, usize, usize, usize)> {
    let mut groups = Vec::new();
    for start in 0..filled.len() {
        let mut open = vec![start];
        let mut group: Option<(usize, usize, usize, usize)> = None;
        while let Some(at) = open.pop() {
            match filled.get_mut(at) {
                Some(mark) if *mark => *mark = false,
                _ => continue,
            }
            let (row, column) = (at / columns, at % columns);
            let (left, top, right, bottom) = group.unwrap_or((column, row, column, row));
            group = Some((left.min(column), top.min(row), right.max(column), bottom.max(row)));
            for near_row in row.saturating_sub(1)..=row + 1 {
                for near_column in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                    open.push(near_row * columns + near_column);
                }
            }
        }
        groups.extend(group);
    }
    groups
}

/// Cuts the cells' box down to the shapes in it.
fn tightened(coarse: &Rect, shapes: &[Rect]) -> Rect {
    let inside = |shape: &&Rect| {
        shape.x >= coarse.x - 0.1
            && shape.y >= coarse.y - 0.1
            && shape.right() <= coarse.right() + 0.1
            && shape.bottom() <= coarse.bottom() + 0.1
    };
    let mut found: Option<Rect> = None;
    for shape in shapes.iter().filter(inside) {
        found = Some(found.map_or(*shape, |whole| crate::parse::page_content::union(&whole, shape)));
    }
    found.unwrap_or(*coarse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_shapes_are_one_picture_and_backgrounds_are_none() {
        let rect = |x, y, width, height| Rect { x, y, width, height };
        let page = PageContent {
            width: 600.0,
            height: 800.0,
            drawings: vec![
                rect(0.0, 0.0, 600.0, 800.0),
                rect(100.0, 100.0, 50.0, 50.0),
                rect(155.0, 100.0, 50.0, 60.0),
                rect(400.0, 500.0, 20.0, 0.0),
                rect(-50.0, 700.0, 60.0, 10.0),
            ],
            ..PageContent::default()
        };
        let found = clusters(&page);
        assert_eq!(found.inner, [rect(100.0, 100.0, 105.0, 60.0), rect(400.0, 500.0, 20.0, 0.0)]);
        assert_eq!(found.edge, [rect(0.0, 700.0, 10.0, 10.0)]);
    }

    #[test]
    fn what_repeats_at_the_edges_of_pages_is_no_picture() {
        let rect = |x, y| Rect { x, y, width: 50.0, height: 20.0 };
        let page = |own: f32| Shapes {
            inner: vec![rect(9.0, 300.0)],
            edge: vec![rect(10.0, 20.0), rect(own, 20.0)],
        };
        let found = without_repeated(vec![page(100.0), page(200.0), page(300.0)]);
        assert_eq!(found[1], [rect(9.0, 300.0), rect(200.0, 20.0)]);
    }
}
