//! Shows of things: one icon with its name, those who take part, and pictures of the document.

use brainwrought_core::data::{Moment, Motion, Patch, Region, ShowItem};

use super::super::card::{Stock, Table};
use super::super::surface::Field;
use super::super::text_layout::Look;
use super::super::theme::{ACCENT, PAPER};
use super::board::{Board, DrawnShow, LEFT, TOP, WIDTH};
use super::{DIM, SMALLEST, enters, hue, large};
use crate::picture::RgbaImage;
use crate::text::Weight;

/// The side of a single icon.
const LARGE: f32 = 380.0;
/// How long the way towards a part of a figure takes, in milliseconds.
const PUSH_MS: u32 = 3_500;
/// How much of a figure is seen at the end of the way where no part is spoken of.
const NEAR: f32 = 0.92;
/// The least share of a figure that the window ends on, so that it stays in context.
const NEAREST: f32 = 0.5;

/// One thing that is named.
pub(super) fn icon(table: Table<'_>, name: &str, label: &str, seed: u64) -> DrawnShow {
    let look =
        Look { weight: Weight::Black, colour: PAPER, width: WIDTH, centred: true, leading: 1.1, ..large() };
    let look = table.fit(label, &look, &[92.0, 80.0, 70.0, 62.0, 54.0, SMALLEST], 210.0);
    let tall = if label.is_empty() { 0.0 } else { table.size(label, &look).1 + 18.0 };
    let mut board = Board::new(table, hue(seed), LARGE + tall);
    board.icon(name, (LEFT + (WIDTH - LARGE) / 2.0, TOP), LARGE, Moment::START, Motion::Pop);
    board.text(label, &look, (LEFT, TOP + LARGE + 18.0), Moment::START.later(80), Motion::Rise);
    board.finish()
}

/// Those who take part, in one row or two, as they are named; a token passes from each to the next.
pub(super) fn cast(table: Table<'_>, members: &[ShowItem], passes: bool, seed: u64) -> DrawnShow {
    let columns = 2;
    let rows = members.len().div_ceil(columns);
    let (side, sizes): (f32, &[f32]) = if rows > 1 { (170.0, &[48.0]) } else { (300.0, &[60.0, 54.0, 48.0]) };
    let cell = WIDTH / columns as f32;
    let look = Look {
        size: 54.0,
        colour: PAPER,
        width: cell - 20.0,
        centred: true,
        leading: 1.1,
        lines: 2,
        ..large()
    };
    let fits = |size: f32| {
        members.iter().all(|member| {
            let look = Look { size, lines: usize::MAX, ..look.clone() };
            table.keeps_words(&member.label, &look)
                && table.size(&member.label, &look).1 <= 2.05 * size * look.leading
        })
    };
    let size = sizes.iter().copied().find(|&size| fits(size)).unwrap_or(SMALLEST);
    let look = Look { size, ..look };
    let tallest = members.iter().map(|member| table.size(&member.label, &look).1).fold(0.0, f32::max);
    let row = side + 10.0 + tallest;
    let mut board = Board::new(table, hue(seed), rows as f32 * row + 24.0 * (rows - 1) as f32);
    let corner = |n: usize| {
        let alone = members.len() % 2 == 1 && n + 1 == members.len();
        let x = if alone { LEFT + (WIDTH - cell) / 2.0 } else { LEFT + (n % columns) as f32 * cell };
        (x, TOP + (n / columns) as f32 * (row + 24.0))
    };
    for (n, member) in members.iter().enumerate() {
        let enters = enters(n, member.at_word);
        let (x, y) = corner(n);
        if let Some(icon) = &member.icon {
            board.icon(icon, (x + (cell - side) / 2.0, y), side, enters, Motion::Pop);
        }
        // The name waits for its word, so that no board looks unfinished.
        if n > 0 {
            let waiting = Look { colour: DIM, ..look.clone() };
            board.text(&member.label, &waiting, (x + 10.0, y + side + 10.0), Moment::START, Motion::Fade);
            board.until(enters);
        }
        board.text(&member.label, &look, (x + 10.0, y + side + 10.0), enters, Motion::Cut);
        if passes && n > 0 {
            let ((ax, ay), (bx, by)) = (corner(n - 1), (x, y));
            let field = Field::new(ax + cell / 2.0 - 22.0, ay + side / 2.0 - 22.0, 44.0, 44.0, 22.0);
            let by_pixels = |length: f32| (length * table.scale).round() as i32;
            let travel = Motion::Travel { dx: by_pixels(bx - ax), dy: by_pixels(by - ay), over_ms: 1_000 };
            board.field(field, ACCENT, enters.later(200), travel);
        }
    }
    board.finish()
}

/// A figure of the document under its label, with a slow way towards the part that is spoken of. `image` is in the output's
/// pixels, twice as large as it is shown where that can be had.
pub(super) fn figure(
    table: Table<'_>,
    label: Option<&str>,
    image: &RgbaImage,
    (width, height): (f32, f32),
    region: Option<&Region>,
) -> DrawnShow {
    let head = if label.is_some() { 74.0 } else { 0.0 };
    let mut board = Board::new(table, Stock::Paper, head + height);
    if let Some(label) = label {
        let look = Look { size: SMALLEST, weight: Weight::Black, width: WIDTH, lines: 1, ..large() };
        board.text(label, &look, (LEFT, TOP), Moment::START, Motion::Rise);
    }
    let (columns, rows) = (image.width() as f32, image.height() as f32);
    let whole = Region { x: (1.0 - NEAR) / 2.0, y: (1.0 - NEAR) / 2.0, width: NEAR, height: NEAR };
    let region = region.copied().unwrap_or(whole);
    // Of the window's proportions, around the middle of the part.
    let share = region.width.max(region.height).clamp(NEAREST, 1.0);
    let place = |start: f32, length: f32| (start + length / 2.0 - share / 2.0).clamp(0.0, 1.0 - share);
    let to = Patch {
        x: (place(region.x, region.width) * columns) as u32,
        y: (place(region.y, region.height) * rows) as u32,
        width: (share * columns) as u32,
        height: (share * rows) as u32,
    };
    let scaled = |length: f32| (length * table.scale).round() as u32;
    let motion = Motion::Push { width: scaled(width), height: scaled(height), to, over_ms: PUSH_MS };
    board.put(image.clone(), (LEFT + (WIDTH - width) / 2.0, TOP + head), Moment::START, motion);
    board.finish()
}
