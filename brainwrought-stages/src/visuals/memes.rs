//! Memes, drawn from templates of our own: a sticker or two with words above and below.

use std::fmt::Write as _;

use brainwrought_core::data::Meme;

use super::card::{Card, Stock, Table};
use super::panels::INNER_WIDTH;
use super::sticker::{draw, sticker};
use super::surface::Field;
use super::text_layout::{Edge, Look};
use super::theme::{CORNER, INK, MARGIN, PADDING, PANEL_WIDTH, PAPER, RULE, Rgb};
use crate::frame::{MEME_TEMPLATES, MemeShape};
use crate::picture::RgbaImage;
use crate::text::Weight;

/// The height of a meme's panel, in pixels of a frame 1,080 wide.
const HEIGHT: f32 = 640.0;
/// The side of the sticker of a reaction.
const STICKER: f32 = 300.0;
/// How far the black edge of the letters reaches out, as the genre has it.
const EDGE: f32 = 6.0;
/// The letters of a line, from large to small.
const SIZES: [f32; 5] = [72.0, 62.0, 54.0, 46.0, 38.0];
/// The rays behind a reaction: two colours that white letters with a black edge can be read on.
const RAYS: [(&str, &str); 5] = [
    ("#5b2bd1", "#7a48f0"),
    ("#0b6e99", "#1590c4"),
    ("#b3261e", "#d9463d"),
    ("#0d7a4a", "#1a9c62"),
    ("#a04a00", "#c96a12"),
];

/// Draws a meme; nothing when there is no such template.
pub(super) fn meme(table: Table<'_>, meme: &Meme) -> Option<RgbaImage> {
    let template = MEME_TEMPLATES.iter().find(|template| template.name == meme.template)?;
    match template.shape {
        MemeShape::Reaction(name) => {
            let place =
                MEME_TEMPLATES.iter().position(|other| other.name == template.name).unwrap_or_default();
            let (dark, light) = RAYS[place % RAYS.len()];
            let mut card = with_rays(table, dark, light)?;
            put(
                &mut card,
                table,
                name,
                (PANEL_WIDTH - STICKER) / 2.0,
                (HEIGHT - STICKER) / 2.0 - 6.0,
                STICKER,
            );
            say(&mut card, table, meme);
            Some(card.into_image())
        }
        MemeShape::Fine => {
            let mut card = with_rays(table, "#a03a00", "#d06a10")?;
            let floor = HEIGHT - MARGIN - 330.0;
            for (x, side) in [(60.0, 220.0), (590.0, 210.0), (190.0, 150.0), (520.0, 140.0)] {
                put(&mut card, table, "fire", x, floor + 230.0 - side, side);
            }
            put(&mut card, table, "slightly-smiling-face", (PANEL_WIDTH - 250.0) / 2.0, floor - 10.0, 250.0);
            say(&mut card, table, meme);
            Some(card.into_image())
        }
        MemeShape::Rows(first, second) => Some(rows(table, meme, first, second)),
    }
}

/// Two rows: a sticker at the left, words at the right.
fn rows(table: Table<'_>, meme: &Meme, first: &str, second: &str) -> RgbaImage {
    let mut card = Card::new(table, Stock::Paper, HEIGHT);
    let row = card.face.height / 2.0;
    let (x, y, width) = (card.face.x, card.face.y, card.face.width);
    card.fill(Field::new(x, y + row - 3.0, width, 6.0, 0.0), RULE, 1.0);
    let side = row - 2.0 * PADDING;
    for (n, (name, words)) in [(first, &meme.top), (second, &meme.bottom)].into_iter().enumerate() {
        let top = y + row * n as f32;
        put(&mut card, table, name, x + PADDING, top + PADDING, side);
        let width = INNER_WIDTH - side - PADDING;
        let look = Look { weight: Weight::Black, colour: INK, width, leading: 1.1, ..Look::default() };
        let look = table.fit(words, &look, &SIZES, row - PADDING);
        let (_, tall) = table.size(words, &look);
        let left = card.left() + side + PADDING;
        card.text(words, &look, left, top + (row - tall) / 2.0);
    }
    card.into_image()
}

/// A card with rays from its middle.
fn with_rays<'a>(table: Table<'a>, dark: &str, light: &str) -> Option<Card<'a>> {
    let mut card = Card::new(table, Stock::Night, HEIGHT);
    let (width, height) = (card.face.width, card.face.height);
    let (middle, centre) = (width / 2.0, height / 2.0);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="{dark}"/>"#
    );
    let rays = 16;
    let point = |nth: f32| {
        let angle = nth / rays as f32 * std::f32::consts::TAU;
        (middle + angle.cos() * width, centre + angle.sin() * width)
    };
    for ray in 0..rays {
        let ((ax, ay), (bx, by)) = (point(ray as f32), point(ray as f32 + 0.5));
        let _ =
            write!(svg, r#"<path d="M{middle} {centre}L{ax:.2} {ay:.2}L{bx:.2} {by:.2}Z" fill="{light}"/>"#);
    }
    svg.push_str("</svg>");
    let image = draw(&svg, width * table.scale, height * table.scale)?;
    let (x, y) = (card.face.x, card.face.y);
    card.paste(&image, x, y, CORNER);
    Some(card)
}

fn put(card: &mut Card<'_>, table: Table<'_>, name: &str, x: f32, y: f32, side: f32) {
    if let Some(image) = sticker(name, side * table.scale) {
        card.paste(&image, x, y, 0.0);
    }
}

/// Sets the words above and below, in capitals, white with a black edge.
fn say(card: &mut Card<'_>, table: Table<'_>, meme: &Meme) {
    const BLACK: Rgb = [0, 0, 0];
    let room = (HEIGHT - 2.0 * MARGIN - STICKER) / 2.0 - 4.0;
    for (words, is_above) in [(&meme.top, true), (&meme.bottom, false)] {
        let words = words.to_uppercase();
        if words.trim().is_empty() {
            continue;
        }
        let look = Look {
            weight: Weight::Black,
            colour: PAPER,
            width: INNER_WIDTH,
            leading: 1.04,
            edge: Some(Edge { reach: EDGE, colour: BLACK }),
            centred: true,
            ..Look::default()
        };
        let look = table.fit(&words, &look, &SIZES, room);
        let (wide, tall) = table.size(&words, &look);
        let left = (PANEL_WIDTH - wide) / 2.0;
        let slack = ((room - tall) / 2.0).max(0.0);
        let top = if is_above { card.face.y + slack + 4.0 } else { card.bottom() - 4.0 - slack - tall };
        card.text(&words, &look, left, top);
    }
}

#[cfg(test)]
mod tests {
    use super::super::text_layout::TextLayout;
    use super::*;
    use crate::text::Fonts;

    #[test]
    fn every_template_can_be_drawn_at_every_size() {
        let lettering = TextLayout::new(Fonts::embedded());
        for scale in [0.25, 1.0] {
            let table = Table { lettering: &lettering, scale };
            for template in MEME_TEMPLATES {
                let joke = Meme {
                    template: template.name.to_owned(),
                    top: "Leader election with a great many words above".to_owned(),
                    bottom: "Sheesh.".to_owned(),
                };
                let image = meme(table, &joke).unwrap();
                assert_eq!(image.width(), (PANEL_WIDTH * scale).ceil() as usize, "{}", template.name);
                assert!(!template.when.is_empty());
            }
        }
        let unknown = Meme { template: "drake".to_owned(), top: String::new(), bottom: String::new() };
        assert_eq!(meme(Table { lettering: &lettering, scale: 1.0 }, &unknown), None);
    }
}
