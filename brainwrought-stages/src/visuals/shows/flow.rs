//! Things that act on one another: chains, rings, trees and hubs.

use std::fmt::Write as _;

use brainwrought_core::data::{FlowShape, Moment, Motion, ShowItem};

use super::super::card::Table;
use super::super::surface::Field;
use super::super::text_layout::Look;
use super::super::theme::{ACCENT, INK, PAPER};
use super::board::{Board, DrawnShow, LEFT, TOP, WIDTH};
use super::{ROOM, SMALLEST, enters, hue, large};

/// The room between two nodes of a chain, for the arrow; less where there are many.
const ARROW: f32 = 64.0;
const SHORT_ARROW: f32 = 40.0;
/// The room above and below the words of a node.
const ABOVE: f32 = 16.0;
/// The room between a node's edge and its words.
const INSET: f32 = 22.0;
/// How far the branches of a tree are set in.
const INDENT: f32 = 90.0;
/// How long a token takes from one node to the next, in milliseconds.
const TRAVELS_MS: u32 = 900;

/// A node's rectangle.
#[derive(Clone, Copy)]
struct Place {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

pub(super) fn flow(table: Table<'_>, shape: FlowShape, nodes: &[ShowItem], seed: u64) -> DrawnShow {
    match shape {
        FlowShape::Ring if nodes.len() > 2 => ring(table, nodes, seed),
        FlowShape::Tree | FlowShape::Hub if nodes.len() > 2 => tree(table, shape, nodes, seed),
        _ => chain(table, nodes, seed),
    }
}

/// The largest look at which the labels of nodes of these widths stand in a height.
fn fitted(table: Table<'_>, nodes: &[ShowItem], width: f32, tallest: f32) -> Look {
    let icon = |node: &ShowItem| if node.icon.is_some() { ICON + INSET } else { 0.0 };
    let look = |node: &ShowItem, size: f32| Look {
        size,
        colour: INK,
        width: width - 2.0 * INSET - icon(node),
        leading: 1.12,
        lines: 3,
        ..large()
    };
    let size = [60.0, 54.0, 50.0, 46.0, SMALLEST].into_iter().find(|&size| {
        nodes.iter().all(|node| {
            let look = Look { lines: usize::MAX, ..look(node, size) };
            table.keeps_words(&node.label, &look) && table.size(&node.label, &look).1 + 2.0 * ABOVE <= tallest
        })
    });
    let mut look =
        Look { size: size.unwrap_or(SMALLEST), width, ..Look { colour: INK, leading: 1.12, ..large() } };
    let line = look.size * look.leading;
    look.lines = ((tallest - 2.0 * ABOVE) / line).floor().max(1.0) as usize;
    look
}

/// The side of a node's icon.
const ICON: f32 = 84.0;

/// Draws a node: a white card with its icon and its label.
fn node(board: &mut Board<'_>, n: usize, item: &ShowItem, look: &Look, place: Place, colour: [u8; 3]) {
    let enters = enters(n, item.at_word);
    let Place { x, y, width, height } = place;
    board.field(Field::new(x, y, width, height, 26.0), colour, enters, Motion::Pop);
    let side = ICON.min(height - 16.0);
    let has_icon = item.icon.as_deref().is_some_and(|icon| {
        board.icon(icon, (x + INSET, y + (height - side) / 2.0), side, enters, Motion::Pop)
    });
    let shift = if has_icon { side + INSET } else { 0.0 };
    let look = Look { width: width - 2.0 * INSET - shift, ..look.clone() };
    let tall = board.table.size(&item.label, &look).1;
    board.text(&item.label, &look, (x + INSET + shift, y + (height - tall) / 2.0), enters, Motion::Fade);
}

/// One below the other, with arrows between; a token travels along each arrow.
fn chain(table: Table<'_>, nodes: &[ShowItem], seed: u64) -> DrawnShow {
    let count = nodes.len() as f32;
    let arrow = if nodes.len() > 3 { SHORT_ARROW } else { ARROW };
    let tallest = ((ROOM - arrow * (count - 1.0)) / count).min(210.0);
    let look = fitted(table, nodes, WIDTH, tallest);
    let side = ICON.min(tallest - 16.0);
    let heights: Vec<f32> = nodes
        .iter()
        .map(|node| {
            let icon = if node.icon.is_some() { side + INSET } else { 0.0 };
            let look = Look { width: WIDTH - 2.0 * INSET - icon, ..look.clone() };
            (table.size(&node.label, &look).1 + 2.0 * ABOVE).max(side + 16.0).min(tallest)
        })
        .collect();
    let mut board = Board::new(table, hue(seed), heights.iter().sum::<f32>() + arrow * (count - 1.0));
    let mut y = TOP;
    for (n, (item, height)) in nodes.iter().zip(heights).enumerate() {
        if n > 0 {
            let enters = Moment::word(item.at_word);
            let middle = LEFT + WIDTH / 2.0;
            board.svg(DOWN, (middle - arrow / 2.0, y - arrow, arrow, arrow), enters, Motion::Fade);
            let token = Field::new(middle - 13.0, y - arrow, 26.0, 26.0, 13.0);
            let dy = ((arrow - 26.0) * table.scale) as i32;
            board.field(token, PAPER, enters, Motion::Travel { dx: 0, dy, over_ms: TRAVELS_MS });
        }
        node(&mut board, n, item, &look, Place { x: LEFT, y, width: WIDTH, height }, PAPER);
        y += height + arrow;
    }
    board.finish()
}

/// A yellow arrow that points down.
const DOWN: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><path d="M30 4V48M12 34L30 54L48 34" fill="none" stroke="#ffd700" stroke-width="10" stroke-linecap="round" stroke-linejoin="round"/></svg>"##;

/// Around a circle: two columns, with arrows that go round.
fn ring(table: Table<'_>, nodes: &[ShowItem], seed: u64) -> DrawnShow {
    let rows = nodes.len().div_ceil(2);
    let (gap_x, gap_y) = (88.0, 72.0);
    let width = (WIDTH - gap_x) / 2.0;
    let height = ((ROOM - gap_y * (rows - 1) as f32) / rows as f32).min(230.0);
    let plain: Vec<ShowItem> = nodes.iter().map(|node| ShowItem { icon: None, ..node.clone() }).collect();
    let look = fitted(table, &plain, width, height);
    let total = rows as f32 * height + gap_y * (rows - 1) as f32;
    // Down the right side and up the left one.
    let place = |n: usize| {
        let (column, row) = if n < rows { (1, n) } else { (0, 2 * rows - 1 - n) };
        // An odd one out stands in the middle of its side.
        let lonely = nodes.len() % 2 == 1 && column == 0;
        let shift = if lonely { (height + gap_y) / 2.0 } else { 0.0 };
        let row = if lonely { row as f32 - 1.0 } else { row as f32 };
        Place {
            x: LEFT + column as f32 * (width + gap_x),
            y: TOP + row * (height + gap_y) + shift,
            width,
            height,
        }
    };
    let mut board = Board::new(table, hue(seed), total);
    let centre = |place: Place| (place.x + place.width / 2.0, place.y + place.height / 2.0);
    for n in 0..plain.len() {
        let next = (n + 1) % plain.len();
        let (from, to) = (centre(place(n)), centre(place(next)));
        let enters = Moment::word(plain[next.max(n)].at_word);
        arrow(&mut board, from, to, enters);
    }
    for (n, item) in plain.iter().enumerate() {
        node(&mut board, n, item, &look, place(n), PAPER);
    }
    board.finish()
}

/// A line between two places; nodes that are drawn later lie over its ends.
fn arrow(board: &mut Board<'_>, from: (f32, f32), to: (f32, f32), enters: Moment) {
    let (left, top) = (from.0.min(to.0) - 20.0, from.1.min(to.1) - 20.0);
    let (width, height) = ((from.0 - to.0).abs() + 40.0, (from.1 - to.1).abs() + 40.0);
    let (ax, ay, bx, by) = (from.0 - left, from.1 - top, to.0 - left, to.1 - top);
    let (mx, my) = (f32::midpoint(ax, bx), f32::midpoint(ay, by));
    let length = (bx - ax).hypot(by - ay).max(1.0);
    let (ux, uy) = ((bx - ax) / length, (by - ay) / length);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><g fill="none" stroke="#ffd700" stroke-width="10" stroke-linecap="round" stroke-linejoin="round"><path d="M{ax} {ay}L{bx} {by}"/>"##
    );
    let head = |side: f32| (mx - 18.0 * ux + side * 18.0 * uy, my - 18.0 * uy - side * 18.0 * ux);
    let ((px, py), (qx, qy)) = (head(1.0), head(-1.0));
    let (tx, ty) = (mx + 12.0 * ux, my + 12.0 * uy);
    let _ = write!(svg, r#"<path d="M{px} {py}L{tx} {ty}L{qx} {qy}"/></g></svg>"#);
    board.svg(&svg, (left, top, width, height), enters, Motion::Fade);
}

/// The root above its branches, which hang on one line; the middle of a hub is yellow.
fn tree(table: Table<'_>, shape: FlowShape, nodes: &[ShowItem], seed: u64) -> DrawnShow {
    let gap = 22.0;
    let count = nodes.len() as f32;
    let height = ((ROOM - gap * (count - 1.0)) / count).min(150.0);
    let look = fitted(table, nodes, WIDTH - INDENT, height);
    let mut board = Board::new(table, hue(seed), count * height + gap * (count - 1.0));
    for (n, item) in nodes.iter().enumerate() {
        let y = TOP + n as f32 * (height + gap);
        let enters = Moment::word(item.at_word);
        if n > 0 {
            let before = if n == 1 { TOP + height } else { y - gap - height / 2.0 };
            let trunk = Field::new(LEFT + INDENT / 2.0 - 5.0, before, 10.0, y + height / 2.0 - before, 5.0);
            board.field(trunk, ACCENT, enters, Motion::Fade);
            let twig =
                Field::new(LEFT + INDENT / 2.0 - 5.0, y + height / 2.0 - 5.0, INDENT / 2.0 + 5.0, 10.0, 5.0);
            board.field(twig, ACCENT, enters, Motion::Fade);
            // What stands around a hub is tied to it; what hangs on a tree grows out of it.
            if shape == FlowShape::Hub {
                let knot = Field::new(LEFT + INDENT / 2.0 - 16.0, y + height / 2.0 - 16.0, 32.0, 32.0, 16.0);
                board.field(knot, PAPER, enters, Motion::Pop);
            }
        }
        let indent = if n == 0 { 0.0 } else { INDENT };
        let place = Place { x: LEFT + indent, y, width: WIDTH - indent, height };
        let colour = if n == 0 { ACCENT } else { PAPER };
        node(&mut board, n, item, &look, place, colour);
    }
    board.finish()
}
