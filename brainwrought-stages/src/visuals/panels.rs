//! The panels: title, figure, page and source, each drawn onto a [`Card`].

use super::card::{Card, PILL_HEIGHT, Stock, Table};
use super::surface::Field;
use super::text_layout::Look;
use super::theme::{ACCENT, INK, MARGIN, MUTED, PADDING, PANEL_HEIGHT, PANEL_WIDTH, PAPER, RULE};
use crate::frame::Wording;
use crate::picture::RgbaImage;
use crate::text::Weight;

/// The width of what is on a card, in pixels of a frame 1,080 wide.
pub(super) const INNER_WIDTH: f32 = PANEL_WIDTH - 2.0 * (MARGIN + PADDING);
/// The width of a sheet of the fan, and of a page when it is shown whole.
pub(super) const FAN_WIDTH: f32 = 250.0;

/// What stands on the title card.
pub(super) struct Cover<'a> {
    /// The title of the document.
    pub(super) title: &'a str,
    /// What is said first; empty where nothing is.
    pub(super) hook: &'a str,
    /// The drawing of what it names, as SVG.
    pub(super) icon: Option<&'a str>,
    /// The number of pages.
    pub(super) pages: usize,
}

/// The most words that stand large on the title card: what is read at a glance.
const HOOK_WORDS: usize = 14;
/// The side of the drawing on the title card.
const COVER_ICON: f32 = 210.0;

/// Draws the title card: what is said first in large letters, or the title where that is too long, what it names as a drawing,
/// and the first pages fanned out at the lower right.
pub(super) fn title(table: Table<'_>, wording: Wording, cover: &Cover<'_>, fan: &[RgbaImage]) -> RgbaImage {
    let says = (1..=HOOK_WORDS).contains(&cover.hook.split_whitespace().count());
    let large = if says { cover.hook } else { cover.title };
    let look =
        Look { weight: Weight::Black, colour: PAPER, width: INNER_WIDTH, leading: 1.08, ..Look::default() };
    let look = table.fit(large, &look, &[92.0, 84.0, 74.0, 64.0, 56.0, 48.0, 42.0], 360.0);
    let (_, tall) = table.size(large, &look);
    let height = (tall + 2.0 * MARGIN + 2.0 * PADDING + PILL_HEIGHT + 260.0).min(PANEL_HEIGHT);
    let mut card = Card::new(table, Stock::Night, height);
    let (left, top) = (card.left(), card.face.y + PADDING);
    draw_fan(&mut card, fan, 190.0);
    let pill = card.pill(wording.document(), left, top, ACCENT, INK);
    let text_top = top + PILL_HEIGHT + 22.0;
    card.text(large, &look, left, text_top);
    card.bar(left, text_top + tall + 18.0);
    let small = Look {
        size: 34.0,
        weight: Weight::SemiBold,
        colour: PAPER,
        // The pages at the right lie over it.
        width: INNER_WIDTH * 0.45,
        lines: 1,
        ..Look::default()
    };
    let count = wording.page_count(cover.pages);
    let (_, line) = table.size(&count, &small);
    card.text(&count, &small, left, card.bottom() - PADDING - line);
    if says && cover.hook != cover.title {
        let beside = Look { width: INNER_WIDTH - pill - 20.0, ..small };
        card.text(cover.title, &beside, left + pill + 20.0, top + (PILL_HEIGHT - line) / 2.0);
    }
    let icon_top = text_top + tall + 46.0;
    let side = COVER_ICON.min(card.bottom() - PADDING - line - 12.0 - icon_top);
    if let Some(image) = cover
        .icon
        .filter(|_| side > 90.0)
        .and_then(|svg| super::sticker::draw(svg, side * table.scale, side * table.scale))
    {
        card.paste(&image, left, icon_top, 0.0);
    }
    card.into_image()
}

/// Draws a figure under its label and caption. `image` is [`INNER_WIDTH`] wide or less, in the output's pixels.
pub(super) fn figure(
    table: Table<'_>,
    label: Option<&str>,
    caption: Option<&str>,
    page: &str,
    image: &RgbaImage,
) -> RgbaImage {
    let (image_width, image_height) =
        (image.width() as f32 / table.scale, image.height() as f32 / table.scale);
    let look = Look {
        size: 29.0,
        weight: Weight::SemiBold,
        colour: MUTED,
        width: INNER_WIDTH,
        lines: 2,
        ..Look::default()
    };
    let caption = caption.map(str::trim).filter(|caption| !caption.is_empty());
    let caption_height = caption.map_or(0.0, |caption| table.size(caption, &look).1 + 14.0);
    let height = 2.0 * MARGIN + 2.0 * PADDING + PILL_HEIGHT + 18.0 + image_height + caption_height;
    let mut card = Card::new(table, Stock::Paper, height);
    let (left, top) = (card.left(), card.face.y + PADDING);
    if let Some(label) = label.map(str::trim).filter(|label| !label.is_empty()) {
        card.pill(&shortened(label, 24), left, top, INK, PAPER);
    }
    card.pill_right(page, top, ACCENT, INK);
    let image_top = top + PILL_HEIGHT + 18.0;
    card.paste(image, left + (INNER_WIDTH - image_width) / 2.0, image_top, 8.0);
    if let Some(caption) = caption {
        card.text(caption, &look, left, image_top + image_height + 14.0);
    }
    card.into_image()
}

/// The room for a figure's picture in pixels of a frame 1,080 wide, with a caption of two lines below it.
pub(super) const FIGURE_ROOM: (f32, f32) =
    (INNER_WIDTH, PANEL_HEIGHT - 2.0 * MARGIN - 2.0 * PADDING - PILL_HEIGHT - 18.0 - 92.0);

/// Draws a part of a page. `image` is as wide as the card's face, in the output's pixels.
pub(super) fn page_crop(table: Table<'_>, title: &str, page: &str, image: &RgbaImage) -> RgbaImage {
    let image_height = image.height() as f32 / table.scale;
    let height = image_height + PILL_HEIGHT + PADDING * 1.6 + 2.0 * MARGIN + 16.0;
    let mut card = Card::new(table, Stock::Paper, height);
    let (left, top) = (card.left(), card.face.y + PADDING * 0.7);
    draw_head(&mut card, table, title, page, (left, top));
    let line = top + PILL_HEIGHT + PADDING * 0.45;
    card.rule(line);
    card.paste(image, card.left(), line + 12.0, 0.0);
    card.into_image()
}

/// The room for a page's picture in pixels of a frame 1,080 wide.
pub(super) const PAGE_ROOM: (f32, f32) =
    (INNER_WIDTH, PANEL_HEIGHT - PILL_HEIGHT - PADDING * 1.6 - 2.0 * MARGIN - 16.0);

/// Draws quoted words in type of our own, for pages that cannot be drawn or would be too small to read.
pub(super) fn quote(table: Table<'_>, title: &str, page: &str, words: &str) -> RgbaImage {
    let width = INNER_WIDTH - 44.0;
    let look = Look { weight: Weight::SemiBold, colour: INK, width, leading: 1.24, ..Look::default() };
    let look = table.fit(words, &look, &[50.0, 44.0, 40.0, 36.0], 400.0);
    let (_, tall) = table.size(words, &look);
    let height = tall + PILL_HEIGHT + 2.0 * PADDING + 2.0 * MARGIN + 26.0;
    let mut card = Card::new(table, Stock::Paper, height);
    let (left, top) = (card.left(), card.face.y + PADDING);
    draw_head(&mut card, table, title, page, (left, top));
    let text_top = top + PILL_HEIGHT + 22.0;
    card.fill(Field::new(left, text_top, 12.0, tall, 6.0), ACCENT, 1.0);
    card.text(words, &look, left + 44.0, text_top);
    card.into_image()
}

/// Draws the source card: the title, and the pages that the video cites.
pub(super) fn source(
    table: Table<'_>,
    wording: Wording,
    title: &str,
    pages: &[String],
    file_name: &str,
    fan: &[RgbaImage],
) -> RgbaImage {
    let look =
        Look { weight: Weight::Black, colour: PAPER, width: INNER_WIDTH, leading: 1.08, ..Look::default() };
    let look = table.fit(title, &look, &[60.0, 52.0, 46.0, 40.0, 36.0], 210.0);
    let (_, tall) = table.size(title, &look);
    let mut card = Card::new(table, Stock::Night, tall + 450.0);
    let (left, top) = (card.left(), card.face.y + PADDING);
    draw_fan(&mut card, fan, 165.0);
    card.pill(wording.source(), left, top, ACCENT, INK);
    let text_top = top + PILL_HEIGHT + 20.0;
    card.text(title, &look, left, text_top);
    let small = Look {
        size: 33.0,
        weight: Weight::SemiBold,
        colour: PAPER,
        width: INNER_WIDTH,
        lines: 1,
        ..Look::default()
    };
    let mut y = text_top + tall + 26.0;
    if !pages.is_empty() {
        card.text(wording.made_from(), &small, left, y);
        y += 56.0;
        draw_page_pills(&mut card, table, pages, left, y);
    }
    let name_look = Look { size: 27.0, width: INNER_WIDTH - FAN_WIDTH - 120.0, ..small };
    let (_, line) = table.size(file_name, &name_look);
    card.text(file_name, &name_look, left, card.bottom() - PADDING - line);
    card.into_image()
}

/// Draws as many page numbers as fit on two rows, and an ellipsis for the rest.
fn draw_page_pills(card: &mut Card<'_>, table: Table<'_>, pages: &[String], left: f32, top: f32) {
    let right = left + INNER_WIDTH;
    let look = Look { size: 27.0, weight: Weight::Black, lines: 1, ..Look::default() };
    let (mut x, mut y, mut rows) = (left, top, 1);
    for (n, page) in pages.iter().enumerate() {
        let width = table.size(page, &look).0 + 36.0;
        // The second row stays clear of the fan and leaves room for the ellipsis.
        let limit = if rows == 1 { right } else { right - FAN_WIDTH - 190.0 };
        if x + width > limit {
            if rows == 2 {
                card.pill("…", x, y, PAPER, INK);
                return;
            }
            (x, y, rows) = (left, y + PILL_HEIGHT + 10.0, rows + 1);
        }
        let ground = if n == 0 { ACCENT } else { PAPER };
        x += card.pill(page, x, y, ground, INK) + 10.0;
    }
}

/// Fans out up to three pages at the lower right, the first on top; `seen` of their height shows.
fn draw_fan(card: &mut Card<'_>, fan: &[RgbaImage], seen: f32) {
    let (x, y) = (card.face.x + card.face.width - FAN_WIDTH - 96.0, card.bottom() - seen);
    for (n, image) in fan.iter().take(3).enumerate().rev() {
        let spread = n as f32;
        card.paste_sheet(image, x + 42.0 * spread, y + 16.0 * spread, -7.0 + 9.0 * spread);
    }
}

/// Draws the strip over a page's own words: a sign, the title of the document and the page.
fn draw_head(card: &mut Card<'_>, table: Table<'_>, title: &str, page: &str, (left, top): (f32, f32)) {
    let right = card.pill_right(page, top, ACCENT, INK);
    draw_page_icon(card, left, top);
    let width = right - left - 54.0 - 20.0;
    let look =
        Look { size: 26.0, weight: Weight::SemiBold, colour: MUTED, width, lines: 1, ..Look::default() };
    let (_, tall) = table.size(title, &look);
    card.text(title, &look, left + 54.0, top + (PILL_HEIGHT - tall) / 2.0);
}

/// Draws a small sheet of paper with lines: the sign that what follows is the document's own print.
fn draw_page_icon(card: &mut Card<'_>, x: f32, y: f32) {
    card.fill(Field::new(x, y + 2.0, 36.0, 44.0, 7.0), INK, 1.0);
    for n in 0..3 {
        let width = if n == 2 { 12.0 } else { 20.0 };
        let colour = if n == 1 { ACCENT } else { RULE };
        card.fill(Field::new(x + 8.0, y + 11.0 + 10.0 * n as f32, width, 5.0, 2.0), colour, 1.0);
    }
}

/// Cuts text after `most` letters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
