//! The card of a quiz question with its choices, before and after the answer is told.

use brainwrought_core::data::{QuizQuestion, Rect};

use super::card::{Card, PILL_HEIGHT, Stock, Table};
use super::panels::INNER_WIDTH;
use super::sticker::draw;
use super::surface::Field;
use super::text_layout::Look;
use super::theme::{
    ACCENT, ANSWERS, FADED, INK, MARGIN, PADDING, PANEL_HEIGHT, PANEL_WIDTH, PAPER, RIGHT, Rgb,
};
use crate::frame::Wording;
use crate::picture::RgbaImage;
use crate::text::Weight;

/// The most choices on a card.
const MAX_CHOICES: usize = 4;
/// The room between two choices, in pixels of a frame 1,080 wide.
const GAP: f32 = 14.0;
/// The side of the place where the time to think runs down.
const COUNTDOWN: f32 = 92.0;
/// A mark that says "right": white, 100 units wide and high.
const TICK: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><path d="M20 54 L42 76 L82 28" fill="none" stroke="#ffffff" stroke-width="16" stroke-linecap="round" stroke-linejoin="round"/></svg>"##;

/// How a choice is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// One of several.
    Open,
    /// The one that is right.
    Right,
    /// One that is not.
    Wrong,
}

/// Draws a question and its choices like a game show.
pub(super) fn asked(table: Table<'_>, wording: Wording, question: &QuizQuestion) -> RgbaImage {
    card(table, wording, question, |_| Shown::Open)
}

/// Draws the same card with the right choice marked and the others faded.
pub(super) fn answered(table: Table<'_>, wording: Wording, question: &QuizQuestion) -> RgbaImage {
    let right = question.answer as usize;
    card(table, wording, question, |n| if n == right { Shown::Right } else { Shown::Wrong })
}

/// Where on the card the time to think runs down, in pixels of the picture: at its upper right, where nothing is written.
pub(super) fn countdown(scale: f32) -> Rect {
    // Between the edges of the card, which has 8 pixels to spare above and beside it, and the question.
    let (right, top) = (PANEL_WIDTH - MARGIN - 8.0, MARGIN * 0.6 + 8.0);
    Rect {
        x: (right - COUNTDOWN) * scale,
        y: top * scale,
        width: COUNTDOWN * scale,
        height: COUNTDOWN * scale,
    }
}

fn card(
    table: Table<'_>,
    wording: Wording,
    question: &QuizQuestion,
    shown: impl Fn(usize) -> Shown,
) -> RgbaImage {
    let choices: Vec<&str> = question.choices.iter().map(String::as_str).take(MAX_CHOICES).collect();
    let row = if choices.len() > 3 { 86.0 } else { 96.0 };
    let rows = choices.len() as f32 * (row + GAP);
    let room = PANEL_HEIGHT - rows - PILL_HEIGHT - 2.0 * MARGIN - 2.0 * PADDING - 40.0;
    let look =
        Look { weight: Weight::Black, colour: PAPER, width: INNER_WIDTH, leading: 1.12, ..Look::default() };
    let look = table.fit(&question.question, &look, &[56.0, 50.0, 44.0, 38.0, 34.0], room);
    let (_, tall) = table.size(&question.question, &look);
    let height = tall + rows + PILL_HEIGHT + 2.0 * MARGIN + 2.0 * PADDING + 40.0 - GAP;
    let mut card = Card::new(table, Stock::Night, height);
    let (left, top) = (card.left(), card.face.y + PADDING);
    card.pill(wording.quiz(), left, top, ACCENT, INK);
    let text_top = top + PILL_HEIGHT + 20.0;
    card.text(&question.question, &look, left, text_top);
    let mut y = text_top + tall + 20.0;
    for (n, choice) in choices.into_iter().enumerate() {
        draw_choice(&mut card, table, n, choice, shown(n), (left, y, row));
        y += row + GAP;
    }
    card.into_image()
}

fn draw_choice(
    card: &mut Card<'_>,
    table: Table<'_>,
    n: usize,
    choice: &str,
    shown: Shown,
    (x, y, row): (f32, f32, f32),
) {
    let whole = Field::new(x, y, INNER_WIDTH, row, 24.0);
    let tile = Field::new(x + 10.0, y + 10.0, row - 20.0, row - 20.0, 18.0);
    let ink: Rgb = match shown {
        Shown::Open => {
            card.fill(whole, PAPER, 1.0);
            card.fill(tile, ANSWERS[n % ANSWERS.len()], 1.0);
            INK
        }
        Shown::Right => {
            card.fill(whole, RIGHT, 1.0);
            PAPER
        }
        Shown::Wrong => {
            card.fill(whole, PAPER, 0.08);
            FADED
        }
    };
    let side = (tile.width * table.scale).round();
    match draw(TICK, side, side).filter(|_| shown == Shown::Right) {
        Some(tick) => card.paste(&tick, tile.x, tile.y, 0.0),
        None => {
            let letter = char::from(b'A' + (n % 26) as u8).to_string();
            let colour = if shown == Shown::Open { PAPER } else { ink };
            let look = Look { size: 42.0, weight: Weight::Black, colour, lines: 1, ..Look::default() };
            let (wide, tall) = table.size(&letter, &look);
            card.text(&letter, &look, x + row / 2.0 - wide / 2.0, y + row / 2.0 - tall / 2.0);
        }
    }
    let width = INNER_WIDTH - row - 30.0;
    let look = Look { weight: Weight::SemiBold, colour: ink, width, leading: 1.08, ..Look::default() };
    let look = table.fit(choice, &look, &[40.0, 36.0, 32.0, 28.0], row - 12.0);
    let (_, tall) = table.size(choice, &look);
    card.text(choice, &look, x + row + 8.0, y + (row - tall) / 2.0);
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, Language, PageUnit};

    use super::super::text_layout::TextLayout;
    use super::*;
    use crate::text::Fonts;

    #[test]
    fn the_right_choice_turns_green_and_the_others_fade() {
        let lettering = TextLayout::new(Fonts::embedded());
        let table = Table { lettering: &lettering, scale: 0.5 };
        let question = QuizQuestion {
            question: "How long do people wait at nine?".to_owned(),
            choices: ["One minute", "Ten minutes", "An hour"].map(str::to_owned).to_vec(),
            answer: 1,
            citation: Citation { page: 1, quote: String::new() },
        };
        let wording = Wording::new(&Language::english(), PageUnit::Page);
        let (asked, answered) = (asked(table, wording, &question), answered(table, wording, &question));
        let (width, height) = (asked.width(), asked.height());
        assert_eq!((answered.width(), answered.height()), (width, height));
        let count = |image: &RgbaImage, colour: Rgb| {
            image.pixels.chunks_exact(4).filter(|pixel| pixel[..3] == colour).count()
        };
        assert!(count(&answered, RIGHT) > 15_000 && count(&asked, RIGHT) < 2_000);
        assert!(count(&asked, PAPER) > 3 * count(&answered, PAPER), "white rows fade");
        let place = countdown(table.scale);
        assert!(place.right() < width as f32 && place.y > 0.0);
        let row = place.y as usize + place.height as usize / 2;
        let behind = &asked.pixels[(row * width + place.x as usize) * 4..][..place.width as usize * 4];
        assert!(
            behind.chunks_exact(4).all(|pixel| pixel[1] < 60 && pixel[3] == 255),
            "nothing is written there"
        );
    }
}
