//! What holds for shows of every kind.

use brainwrought_core::data::{FlowShape, ShowItem, TimelineEvent};

use super::super::text_layout::TextLayout;
use super::super::theme::PANEL_WIDTH;
use super::*;
use crate::text::Fonts;

/// One show of each kind that needs no document, with `text` for its words.
fn every_kind(text: &str) -> Vec<Show> {
    let item =
        |at_word: u32| ShowItem { label: text.to_owned(), icon: Some("light-bulb".to_owned()), at_word };
    let plain = |at_word: u32| ShowItem { icon: None, ..item(at_word) };
    let amount =
        |value: f64| Amount { label: text.to_owned(), shown: format!("{value} %"), value, at_word: 1 };
    let event = |when: &str| TimelineEvent { when: when.to_owned(), what: text.to_owned(), at_word: 2 };
    let icon = Some("brain".to_owned());
    let text = text.to_owned();
    let mut shows = vec![
        Show::Number { value: "1,299".to_owned(), label: text.clone(), from: Some("12".to_owned()) },
        Show::Compare { a: amount(12.0), b: amount(42.0) },
        Show::Bars { points: (1..=6).map(|n| amount(f64::from(n))).collect() },
        Show::Trend { points: (1..=6).map(|n| amount(f64::from(n))).collect() },
        Show::Steps { steps: (0..5).map(plain).collect() },
        Show::Timeline { events: ["1909", "1953", "1961", "1975", "2009"].map(event).to_vec() },
        Show::Define { term: text.clone(), meaning: text.clone(), icon: icon.clone() },
        Show::List { items: (0..4).map(item).collect() },
        Show::Cast { members: (0..4).map(item).collect(), passes: true },
        Show::Quote { text: text.clone(), marked: vec![text.clone()], icon },
        Show::Receipt { page: 1, quote: text.clone() },
        Show::Icon { icon: "brain".to_owned(), label: text },
    ];
    for shape in [FlowShape::Chain, FlowShape::Ring, FlowShape::Tree, FlowShape::Hub] {
        shows.push(Show::Flow { shape, nodes: (0..5).map(item).collect() });
    }
    shows
}

fn drawn(show: &Show, scale: f32) -> Option<DrawnShow> {
    let lettering = TextLayout::new(Fonts::embedded());
    draw(Table { lettering: &lettering, scale }, show, 0, "p. 7", None, 3)
}

#[test]
fn every_kind_keeps_its_room_and_its_letters_are_large() {
    let long = "seven quite extraordinarily long words stand here";
    for text in ["queue", long, "الطابور طويل جدا", "待ち行列はとても長い"] {
        for show in every_kind(text) {
            let name = show.name();
            let drawn = drawn(&show, 0.5).unwrap();
            assert_eq!(drawn.width, (PANEL_WIDTH * 0.5).ceil() as u32, "{name}");
            assert!(
                drawn.height <= (PANEL_HEIGHT * 0.5).ceil() as u32 + 20,
                "{name} of “{text}” is {} high",
                drawn.height
            );
            assert!(drawn.smallest_type >= SMALLEST, "{name}: {}", drawn.smallest_type);
            for layer in &drawn.layers {
                let from = layer.from;
                assert!(from.x + from.width <= drawn.sheet.width() as u32, "{name}");
                assert!(from.y + from.height <= drawn.sheet.height() as u32, "{name}");
                assert!(layer.x >= -20 && layer.x < drawn.width as i32, "{name}: {layer:?}");
            }
        }
    }
}

#[test]
fn no_board_is_empty_when_it_appears() {
    for show in every_kind("a full server") {
        let drawn = drawn(&show, 0.25).unwrap();
        let at_once = drawn.layers.iter().filter(|layer| layer.enters.word.is_none()).count();
        assert!(at_once >= 2, "{}: only its ground is there", show.name());
    }
}

#[test]
fn what_is_too_much_is_not_drawn() {
    let item = |at_word: u32| ShowItem { label: "tea".to_owned(), icon: None, at_word };
    assert!(drawn(&Show::List { items: (0..9).map(item).collect() }, 0.25).is_none());
    assert!(drawn(&Show::Steps { steps: Vec::new() }, 0.25).is_none());
    // Without a document there is no figure.
    assert!(drawn(&Show::Figure { figure: "f1".to_owned(), region: None }, 0.25).is_none());
}
