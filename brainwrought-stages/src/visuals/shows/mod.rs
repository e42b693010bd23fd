//! What is drawn while a line is said: each kind of [`Show`] as layers that move with the voice.

mod board;
mod flow;
mod icon_art;
mod number;
mod rows;
mod things;
mod words;

use brainwrought_core::data::{Amount, Moment, Show};

pub(super) use self::board::DrawnShow;
use super::card::{Stock, Table};
use super::text_layout::Look;
use super::theme::{PANEL_HEIGHT, Rgb};
use crate::background::Colours;
use crate::picture::RgbaImage;

/// The smallest letters of a show, in pixels of a frame 1,080 wide: about 9 points on a phone, as captions of news have them.
const SMALLEST: f32 = 44.0;
/// The most height of what is on a board.
const ROOM: f32 = PANEL_HEIGHT - 100.0;
/// The room for a figure, under its label.
pub(super) const FIGURE_ROOM: (f32, f32) = (board::WIDTH, ROOM - 74.0);
/// Words that are not said yet, or were said: 4.6:1 against the darkest ground of a board.
const DIM: Rgb = [0xA9, 0xA6, 0xD6];
/// What a bar runs in.
const TRACK: Rgb = [0x4A, 0x44, 0x80];

/// The number of the ground of a show: of colours that somebody chose, else one that goes on from show to show, so that
/// neighbours differ.
pub(super) fn ground(number: u64, colours: Colours) -> u64 {
    match colours {
        Colours::Auto => number,
        Colours::Dusk | Colours::Midnight => 0,
        Colours::Lagoon => 1,
        Colours::Ember | Colours::Candy => 2,
        Colours::Orchard => 3,
    }
}

/// The ground of a show, by its number.
fn hue(seed: u64) -> Stock {
    Stock::Hue((seed % 4) as u8)
}

/// When a part comes in: the first one with the show, so that no board is empty, and others when they are said.
fn enters(n: usize, at_word: u32) -> Moment {
    if n == 0 { Moment::START } else { Moment::word(at_word) }
}

/// Large letters that may take as many lines as they need.
fn large() -> Look {
    Look { lines: usize::MAX, ..Look::default() }
}

/// A picture of the document that a show needs.
#[derive(Debug)]
pub(super) struct Shot<'a> {
    /// In the output's pixels.
    pub(super) image: &'a RgbaImage,
    /// The label over it, such as `Figure 3`.
    pub(super) label: Option<&'a str>,
    /// The size at which it is shown, in pixels of a frame 1,080 wide.
    pub(super) size: (f32, f32),
}

/// Draws a show; nothing where it needs a picture of the document that there is none of.
///
/// `at_word` is the word of the line at which it appears, `page` the name of the page that a receipt stands on, `seed` chooses
/// its ground.
pub(super) fn draw(
    table: Table<'_>,
    show: &Show,
    at_word: u32,
    page: &str,
    shot: Option<&Shot<'_>>,
    seed: u64,
) -> Option<DrawnShow> {
    let most = |count: usize, most: usize| (1..=most).contains(&count);
    Some(match show {
        Show::Number { value, label, from } => number::number(table, value, label, from.as_deref(), seed),
        Show::Compare { a, b } => rows::bars(table, &[a.clone(), b.clone()], seed),
        Show::Bars { points } if most(points.len(), Show::MAX_POINTS) => rows::bars(table, points, seed),
        Show::Trend { points } if most(points.len(), Show::MAX_POINTS) && points.len() > 1 => {
            rows::trend(table, points, seed)
        }
        Show::Steps { steps } if most(steps.len(), Show::MAX_STEPS) => rows::steps(table, steps, seed),
        Show::List { items } if most(items.len(), Show::MAX_ITEMS) => rows::list(table, items, seed),
        Show::Timeline { events } if most(events.len(), Show::MAX_STEPS) => {
            rows::timeline(table, events, seed)
        }
        Show::Flow { shape, nodes } if most(nodes.len(), Show::MAX_STEPS) => {
            flow::flow(table, *shape, nodes, seed)
        }
        Show::Cast { members, passes } if most(members.len(), Show::MAX_ITEMS) => {
            things::cast(table, members, *passes, seed)
        }
        Show::Define { term, meaning, icon } => words::define(table, term, meaning, icon.as_deref(), seed),
        Show::Quote { text, marked, icon } => {
            words::quote(table, text, marked, icon.as_deref(), at_word, seed)
        }
        Show::Receipt { quote, .. } => words::receipt(table, page, quote),
        Show::Icon { icon, label } => things::icon(table, icon, label, seed),
        Show::Figure { region, .. } => {
            let shot = shot?;
            things::figure(table, shot.label, shot.image, shot.size, region.as_ref())
        }
        _ => return None,
    })
}

/// What a show shows, for people who cannot see it.
pub(super) fn described(show: &Show) -> String {
    let amounts = |amounts: &[Amount]| -> String {
        let named: Vec<String> =
            amounts.iter().map(|amount| format!("{}: {}", amount.label, amount.shown)).collect();
        named.join(", ")
    };
    match show {
        Show::Compare { a, b } => amounts(&[a.clone(), b.clone()]),
        Show::Bars { points } | Show::Trend { points } => amounts(points),
        Show::Define { term, meaning, .. } => format!("{term}: {meaning}"),
        Show::Number { value, label, from: Some(from) } => {
            format!("{from} → {value} {label}").trim_end().to_owned()
        }
        Show::Number { value, label, .. } => format!("{value} {label}").trim_end().to_owned(),
        _ => show.labels().join(", "),
    }
}

#[cfg(test)]
mod tests;
