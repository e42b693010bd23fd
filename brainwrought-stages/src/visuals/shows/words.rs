//! Shows of words: what a term means, words of the line in large letters, and the cited sentence.

use brainwrought_core::data::{Moment, Motion, Side};

use super::super::card::{PILL_HEIGHT, Stock, Table};
use super::super::surface::Field;
use super::super::text_layout::Look;
use super::super::theme::{ACCENT, INK, PAPER, RULE};
use super::board::{Board, DrawnShow, LEFT, TOP, WIDTH};
use super::{DIM, ROOM, SMALLEST, hue, large};
use crate::text::Weight;

/// The most words of a cited sentence that are set at once.
const MAX_RECEIPT_WORDS: usize = 25;
/// The marker's colour on paper.
const MARKER: [u8; 3] = [0xFF, 0xE5, 0x66];
/// How long a word takes to be said, about, in milliseconds: 170 words a minute.
const WORD_MS: u32 = 350;

/// A term, and its meaning that is written in.
pub(super) fn define(
    table: Table<'_>,
    term: &str,
    meaning: &str,
    icon: Option<&str>,
    seed: u64,
) -> DrawnShow {
    let side = if icon.is_some() { 170.0 } else { 0.0 };
    let head = Look {
        weight: Weight::Black,
        colour: ACCENT,
        width: WIDTH - if side > 0.0 { side + 24.0 } else { 0.0 },
        leading: 1.08,
        lines: 3,
        ..large()
    };
    let head = table.fit(term, &head, &[104.0, 92.0, 80.0, 70.0, 60.0, 52.0], 270.0);
    let body = Look { colour: PAPER, width: WIDTH, leading: 1.2, ..large() };
    let body = table.fit(meaning, &body, &[66.0, 60.0, 54.0, 48.0, SMALLEST], ROOM - 300.0);
    let head_tall = table.size(term, &head).1.max(side);
    let body_tall = table.size(meaning, &body).1;
    let mut board = Board::new(table, hue(seed), head_tall + 46.0 + body_tall);
    let tall = table.size(term, &head).1;
    board.text(term, &head, (LEFT, TOP + (head_tall - tall) / 2.0), Moment::START, Motion::Pop);
    if let Some(icon) = icon {
        board.icon(
            icon,
            (LEFT + WIDTH - side, TOP + (head_tall - side) / 2.0),
            side,
            Moment::START,
            Motion::Pop,
        );
    }
    let rule = Field::new(LEFT, TOP + head_tall + 14.0, 120.0, 12.0, 6.0);
    board.field(rule, ACCENT, Moment::START, Motion::Wipe { towards: Side::Right, over_ms: 300 });
    // Line by line, as if it was written.
    let top = TOP + head_tall + 46.0;
    let mut begun: u32 = 250;
    for line in table.lines(meaning, &body) {
        let words = line.text.split_whitespace().count().max(1) as u32;
        let over_ms = (words * WORD_MS * 2 / 3).max(200);
        let place = (LEFT, top + line.top);
        board.text(
            &line.text,
            &Look { lines: 1, ..body.clone() },
            place,
            Moment::START.later(begun),
            wipe(&line.text, over_ms),
        );
        begun += over_ms;
    }
    board.finish()
}

fn wipe(text: &str, over_ms: u32) -> Motion {
    let from_right = crate::text::is_read_from_right(text);
    Motion::Wipe { towards: if from_right { Side::Left } else { Side::Right }, over_ms }
}

/// Words of the line in large letters, dim until they are said. `at_word` is the first one's place in the line.
pub(super) fn quote(
    table: Table<'_>,
    text: &str,
    marked: &[String],
    icon: Option<&str>,
    at_word: u32,
    seed: u64,
) -> DrawnShow {
    let side = if icon.is_some() { 210.0 } else { 0.0 };
    let head = if side > 0.0 { side + 20.0 } else { 0.0 };
    let look = Look { weight: Weight::Black, colour: PAPER, width: WIDTH, leading: 1.14, ..large() };
    let look = table.fit(text, &look, &[92.0, 84.0, 76.0, 68.0, 62.0, 56.0, 50.0, SMALLEST], ROOM - head);
    let tall = table.size(text, &look).1;
    let mut board = Board::new(table, hue(seed), head + tall);
    if let Some(icon) = icon {
        board.icon(icon, (LEFT + (WIDTH - side) / 2.0, TOP), side, Moment::START, Motion::Pop);
    }
    let top = TOP + head;
    board.text(text, &Look { colour: DIM, ..look.clone() }, (LEFT, top), Moment::START, Motion::Cut);
    let bare = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    let marked: Vec<String> = marked.iter().flat_map(|words| words.split_whitespace().map(bare)).collect();
    for (place, word) in table.words(text, &look).into_iter().enumerate() {
        let colour = if marked.contains(&bare(&word.text)) { ACCENT } else { PAPER };
        let Some((image, left, above)) = word.draw(colour) else { continue };
        let at = (LEFT + left / table.scale, top + above / table.scale);
        board.put(image, at, Moment::word(at_word + place as u32), Motion::Cut);
    }
    board.finish()
}

/// The cited sentence on paper with its page, and a marker that goes over it.
pub(super) fn receipt(table: Table<'_>, page: &str, quote: &str) -> DrawnShow {
    let words: Vec<&str> = quote.split_whitespace().collect();
    let text = if words.len() > MAX_RECEIPT_WORDS {
        format!("{} …", words[..MAX_RECEIPT_WORDS].join(" "))
    } else {
        words.join(" ")
    };
    let look = Look { colour: INK, width: WIDTH, leading: 1.26, ..large() };
    let look = table.fit(&text, &look, &[64.0, 58.0, 52.0, 48.0, SMALLEST], ROOM - PILL_HEIGHT - 40.0);
    let tall = table.size(&text, &look).1;
    let head = PILL_HEIGHT + 34.0;
    let mut board = Board::new(table, Stock::Paper, head + tall);
    board.field(Field::new(LEFT, TOP + 4.0, 36.0, 44.0, 7.0), INK, Moment::START, Motion::Rise);
    for (n, colour) in (0..3).zip([RULE, ACCENT, RULE]) {
        let line =
            Field::new(LEFT + 8.0, TOP + 13.0 + 10.0 * n as f32, if n == 2 { 12.0 } else { 20.0 }, 5.0, 2.0);
        board.field(line, colour, Moment::START, Motion::Rise);
    }
    let label =
        Look { size: SMALLEST, weight: Weight::Black, colour: INK, width: WIDTH - 60.0, lines: 1, ..large() };
    let high = table.size(page, &label).1;
    board.text(
        page,
        &label,
        (LEFT + 54.0, TOP + (PILL_HEIGHT + 8.0 - high) / 2.0),
        Moment::START,
        Motion::Rise,
    );
    board.field(
        Field::new(LEFT, TOP + PILL_HEIGHT + 18.0, WIDTH, 4.0, 2.0),
        RULE,
        Moment::START,
        Motion::Rise,
    );
    let mut begun = 150;
    for line in table.lines(&text, &look) {
        let wide = table.size(&line.text, &look).0;
        let shift = if crate::text::is_read_from_right(&line.text) { WIDTH - wide } else { 0.0 };
        let field =
            Field::new(LEFT + shift - 8.0, TOP + head + line.top + 4.0, wide + 16.0, line.height - 8.0, 10.0);
        board.field(field, MARKER, Moment::START.later(begun), wipe(&line.text, 220));
        begun += 160;
    }
    board.text(&text, &look, (LEFT, TOP + head), Moment::START, Motion::Rise);
    board.finish()
}
