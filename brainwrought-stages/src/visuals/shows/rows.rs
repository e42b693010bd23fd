//! Shows that are read row by row: lists, steps, timelines, and amounts by their size.

use brainwrought_core::data::{Amount, Moment, Motion, ShowItem, Side, TimelineEvent};

use super::super::card::Table;
use super::super::surface::Field;
use super::super::text_layout::Look;
use super::super::theme::{ACCENT, INK, PAPER};
use super::board::{Board, DrawnShow, LEFT, TOP, WIDTH};
use super::{DIM, ROOM, SMALLEST, enters, hue, large};
use crate::text::Weight;

/// The side of the icon or sign that opens a row.
const SIGN: f32 = 84.0;
/// The room between a sign and its words, and between rows.
const GAP: f32 = 22.0;

/// The look of all rows: the largest at which they all fit, and the height of each.
fn fitted(table: Table<'_>, labels: &[&str], width: f32, least: f32) -> (Look, Vec<f32>) {
    let room = ROOM - GAP * labels.len().saturating_sub(1) as f32;
    let look = |size: f32, lines: usize| Look { size, colour: PAPER, width, lines, leading: 1.14, ..large() };
    let heights = |look: &Look| -> Vec<f32> {
        labels.iter().map(|label| table.size(label, look).1.max(least)).collect()
    };
    for size in [66.0, 60.0, 54.0, 50.0, 46.0] {
        let look = look(size, 3);
        let heights = heights(&look);
        if heights.iter().sum::<f32>() <= room && labels.iter().all(|label| table.keeps_words(label, &look)) {
            return (look, heights);
        }
    }
    let look = look(SMALLEST, 2);
    let heights = heights(&look);
    (look, heights)
}

/// Things of equal rank, each with its icon or a tick, as they are said.
pub(super) fn list(table: Table<'_>, items: &[ShowItem], seed: u64) -> DrawnShow {
    let labels: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
    let (look, heights) = fitted(table, &labels, WIDTH - SIGN - GAP, SIGN);
    let mut board =
        Board::new(table, hue(seed), heights.iter().sum::<f32>() + GAP * (items.len() - 1) as f32);
    let mut y = TOP;
    for (n, (item, height)) in items.iter().zip(heights).enumerate() {
        let enters = enters(n, item.at_word);
        // What is to come waits for its word, so that no board looks unfinished.
        if n > 0 {
            let waiting = Look { colour: DIM, ..look.clone() };
            let tall = table.size(&item.label, &waiting).1;
            let place = (LEFT + SIGN + GAP, y + (height - tall) / 2.0);
            board.text(&item.label, &waiting, place, Moment::START, Motion::Fade);
            board.until(enters);
        }
        let at = (LEFT, y + (height - SIGN) / 2.0);
        let has_icon =
            item.icon.as_deref().is_some_and(|icon| board.icon(icon, at, SIGN, enters, Motion::Pop));
        if !has_icon {
            board.svg(TICK, (at.0, at.1, SIGN, SIGN), enters, Motion::Pop);
        }
        row(&mut board, &item.label, &look, (y, height), enters);
        y += height + GAP;
    }
    board.finish()
}

/// A yellow disc with a tick.
const TICK: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 84 84"><circle cx="42" cy="42" r="36" fill="#ffd700"/><path d="M25 43l12 13 23-27" fill="none" stroke="#16182d" stroke-width="9" stroke-linecap="round" stroke-linejoin="round"/></svg>"##;

/// The words of a row behind its sign.
fn row(board: &mut Board<'_>, label: &str, look: &Look, (y, height): (f32, f32), enters: Moment) {
    let tall = board.table.size(label, look).1;
    let place = (LEFT + SIGN + GAP, y + (height - tall) / 2.0);
    board.text(label, look, place, enters, Motion::Slide { from_right: true });
}

/// What is done one after the other; what was said dims when the next step comes.
pub(super) fn steps(table: Table<'_>, steps: &[ShowItem], seed: u64) -> DrawnShow {
    let labels: Vec<&str> = steps.iter().map(|step| step.label.as_str()).collect();
    let (look, heights) = fitted(table, &labels, WIDTH - SIGN - GAP, SIGN);
    let mut board =
        Board::new(table, hue(seed), heights.iter().sum::<f32>() + GAP * (steps.len() - 1) as f32);
    let number = Look {
        size: 50.0,
        weight: Weight::Black,
        colour: INK,
        width: SIGN,
        lines: 1,
        centred: true,
        ..large()
    };
    let mut y = TOP;
    for (n, (step, height)) in steps.iter().zip(heights).enumerate() {
        let enters = enters(n, step.at_word);
        let top = y + (height - SIGN) / 2.0;
        board.field(Field::new(LEFT, top, SIGN, SIGN, SIGN / 2.0), ACCENT, enters, Motion::Pop);
        let digit = (n + 1).to_string();
        let tall = table.size(&digit, &number).1;
        board.text(&digit, &number, (LEFT, top + (SIGN - tall) / 2.0), enters, Motion::Pop);
        row(&mut board, &step.label, &look, (y, height), enters);
        if let Some(next) = steps.get(n + 1) {
            let then = Moment::word(next.at_word);
            board.until(then);
            let dimmed = Look { colour: DIM, ..look.clone() };
            let tall = table.size(&step.label, &dimmed).1;
            let place = (LEFT + SIGN + GAP, y + (height - tall) / 2.0);
            board.text(&step.label, &dimmed, place, then, Motion::Cut);
        }
        y += height + GAP;
    }
    board.finish()
}

/// Moments in time along a line that grows downwards.
pub(super) fn timeline(table: Table<'_>, events: &[TimelineEvent], seed: u64) -> DrawnShow {
    let many = events.len() > 3;
    let (large_size, most, gap) = if many { (52.0, 1, GAP / 2.0) } else { (72.0, 2, GAP) };
    let when =
        Look { size: large_size, weight: Weight::Black, colour: ACCENT, lines: 1, leading: 1.12, ..large() };
    let width = WIDTH - SIGN;
    let what = |event: &TimelineEvent, size: f32| {
        let look = Look { size, colour: PAPER, width, lines: most, leading: 1.14, ..large() };
        let tall = if event.what.is_empty() { 0.0 } else { table.size(&event.what, &look).1 };
        (look, tall)
    };
    let head = table.size("2024", &when).1;
    let total = |size: f32| {
        let heights = events.iter().map(|event| head + what(event, size).1);
        heights.sum::<f32>() + gap * (events.len() - 1) as f32
    };
    let size = [58.0, 52.0, 48.0, SMALLEST].into_iter().find(|&size| total(size) <= ROOM).unwrap_or(SMALLEST);
    let mut board = Board::new(table, hue(seed), total(size));
    let line = Field::new(LEFT + 22.0, TOP + 30.0, 10.0, (total(size) - 60.0).max(10.0), 5.0);
    board.field(line, DIM, Moment::START, Motion::Wipe { towards: Side::Bottom, over_ms: 900 });
    let mut y = TOP;
    for (n, event) in events.iter().enumerate() {
        let enters = enters(n, event.at_word);
        let (look, tall) = what(event, size);
        board.field(
            Field::new(LEFT + 7.0, y + head / 2.0 - 20.0, 40.0, 40.0, 20.0),
            ACCENT,
            enters,
            Motion::Pop,
        );
        board.text(&event.when, &when, (LEFT + SIGN, y), enters, Motion::Slide { from_right: true });
        board.text(
            &event.what,
            &look,
            (LEFT + SIGN, y + head),
            enters.later(150),
            Motion::Slide { from_right: true },
        );
        y += head + tall + gap;
    }
    board.finish()
}

/// Amounts as bars below their names; the one that is said last is lit.
pub(super) fn bars(table: Table<'_>, amounts: &[Amount], seed: u64) -> DrawnShow {
    let most = amounts.iter().map(|amount| amount.value.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let count = amounts.len() as f32;
    let thick = if amounts.len() > 4 {
        34.0
    } else if amounts.len() > 2 {
        48.0
    } else {
        84.0
    };
    let gap = if amounts.len() > 4 { 12.0 } else { 24.0 };
    let room = (ROOM - gap * (count - 1.0)) / count - thick - 6.0;
    let names = |size: f32| Look { size, colour: PAPER, width: WIDTH, lines: 1, leading: 1.12, ..large() };
    let size = [60.0, 54.0, 50.0, 46.0].into_iter().find(|&size| table.size("X", &names(size)).1 <= room);
    let look = names(size.unwrap_or(SMALLEST));
    let line = table.size("X", &look).1;
    let height = count * (line + 6.0 + thick) + gap * (count - 1.0);
    let mut board = Board::new(table, hue(seed), height);
    let mut y = TOP;
    for (n, amount) in amounts.iter().enumerate() {
        let enters = enters(n, amount.at_word);
        let value = Look { weight: Weight::Black, colour: ACCENT, ..look.clone() };
        let wide = table.size(&amount.shown, &value).0;
        let name = Look { width: (WIDTH - wide - GAP).max(80.0), ..look.clone() };
        board.text(&amount.label, &name, (LEFT, y), enters, Motion::Fade);
        board.text(&amount.shown, &value, (LEFT + WIDTH - wide, y), enters, Motion::Pop);
        let length = (WIDTH * (amount.value.abs() / most) as f32).max(thick);
        let field = Field::new(LEFT, y + line + 6.0, length, thick, thick / 2.0);
        board.field(field, ACCENT, enters, Motion::Wipe { towards: Side::Right, over_ms: 600 });
        y += line + 6.0 + thick + gap;
    }
    board.finish()
}

/// Amounts that follow one another as a line that is drawn from the left.
pub(super) fn trend(table: Table<'_>, points: &[Amount], seed: u64) -> DrawnShow {
    use std::fmt::Write as _;
    let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
        (low.min(point.value), high.max(point.value))
    });
    let (width, height) = (WIDTH, 340.0);
    let spread = (high - low).max(f64::MIN_POSITIVE);
    let place = |n: usize, value: f64| {
        let x = 30.0 + (width - 60.0) * n as f32 / (points.len().max(2) - 1) as f32;
        let y = height - 40.0 - (height - 80.0) * ((value - low) / spread) as f32;
        (x, y)
    };
    let mut path = String::new();
    for (n, point) in points.iter().enumerate() {
        let (x, y) = place(n, point.value);
        let _ = write!(path, "{}{x:.1} {y:.1}", if n == 0 { "M" } else { "L" });
    }
    let svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><path d="{path}" fill="none" stroke="#ffd700" stroke-width="14" stroke-linecap="round" stroke-linejoin="round"/></svg>"##
    );
    let look = Look { size: 56.0, colour: PAPER, width: WIDTH / 2.0, lines: 2, leading: 1.12, ..large() };
    let value = Look { size: 72.0, weight: Weight::Black, colour: ACCENT, lines: 1, ..look.clone() };
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Board::new(table, hue(seed), height).finish();
    };
    let head = table.size("X", &value).1;
    let foot = [first, last].iter().map(|point| table.size(&point.label, &look).1).fold(0.0, f32::max);
    let mut board = Board::new(table, hue(seed), head + height + foot);
    board.text(&first.shown, &value, (LEFT, TOP), Moment::word(first.at_word), Motion::Pop);
    let wide = table.size(&last.shown, &value).0;
    board.text(&last.shown, &value, (LEFT + WIDTH - wide, TOP), Moment::word(last.at_word), Motion::Pop);
    let drawn = Motion::Wipe { towards: Side::Right, over_ms: 1_200 };
    board.svg(&svg, (LEFT, TOP + head, width, height), Moment::START, drawn);
    board.text(&first.label, &look, (LEFT, TOP + head + height), Moment::word(first.at_word), Motion::Fade);
    let wide = table.size(&last.label, &look).0;
    let at = (LEFT + WIDTH - wide, TOP + head + height);
    board.text(&last.label, &look, at, Moment::word(last.at_word), Motion::Fade);
    board.finish()
}
