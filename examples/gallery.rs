//! Draws every kind of picture that a line can show, as PNGs in the folder that is named, or in one under the build folder.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::path::PathBuf;

use brainwrought_core::data::{Amount, FlowShape, Show, ShowItem, TimelineEvent};
use brainwrought_stages::standard::show_preview;
use brainwrought_stages::text::Fonts;

/// The size of a picture, in pixels.
const SIZE: (u32, u32) = (540, 960);
/// When it is looked at: all words of the line have been said.
const AT_MS: u64 = 6_000;

fn main() -> anyhow::Result<()> {
    let named = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = match named {
        Some(folder) => folder,
        None => brainwrought_examples::scratch("gallery")?,
    };
    std::fs::create_dir_all(&folder)?;
    let fonts = Fonts::embedded();
    for (number, (name, show)) in (0..).zip(shows()) {
        let picture = show_preview(&show, SIZE, AT_MS, number, &fonts)?;
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, picture.to_png()?)?;
        println!("{}", path.display());
    }
    Ok(())
}

/// One show of each kind that needs no document.
fn shows() -> Vec<(&'static str, Show)> {
    let item = |at_word: u32, label: &str, icon: Option<&str>| ShowItem {
        label: label.to_owned(),
        icon: icon.map(str::to_owned),
        at_word,
    };
    let amount = |at_word: u32, label: &str, shown: &str, value: f64| Amount {
        label: label.to_owned(),
        shown: shown.to_owned(),
        value,
        at_word,
    };
    let event = |at_word: u32, when: &str, what: &str| TimelineEvent {
        when: when.to_owned(),
        what: what.to_owned(),
        at_word,
    };
    let text = |text: &str| text.to_owned();
    vec![
        (
            "number",
            Show::Number {
                value: text("90 %"),
                label: text("of the day the server is busy"),
                from: Some(text("50 %")),
            },
        ),
        (
            "compare",
            Show::Compare {
                a: amount(0, "one queue", "2 minutes", 2.0),
                b: amount(4, "three queues", "7 minutes", 7.0),
            },
        ),
        (
            "bars",
            Show::Bars {
                points: vec![
                    amount(0, "morning", "12 guests", 12.0),
                    amount(2, "noon", "48 guests", 48.0),
                    amount(4, "evening", "31 guests", 31.0),
                ],
            },
        ),
        (
            "trend",
            Show::Trend {
                points: vec![
                    amount(0, "at half load", "1 min", 1.0),
                    amount(2, "", "2 min", 2.0),
                    amount(4, "", "4 min", 4.0),
                    amount(6, "at full load", "19 min", 19.0),
                ],
            },
        ),
        (
            "steps",
            Show::Steps {
                steps: vec![
                    item(0, "guests take a number", None),
                    item(4, "they wait", None),
                    item(8, "they pay and leave", None),
                ],
            },
        ),
        (
            "chain",
            Show::Flow {
                shape: FlowShape::Chain,
                nodes: vec![
                    item(0, "a full server", None),
                    item(4, "a long queue", None),
                    item(8, "lost guests", None),
                ],
            },
        ),
        (
            "ring",
            Show::Flow {
                shape: FlowShape::Ring,
                nodes: vec![
                    item(0, "wait", None),
                    item(2, "complain", None),
                    item(4, "leave", None),
                    item(6, "come back", None),
                ],
            },
        ),
        (
            "tree",
            Show::Flow {
                shape: FlowShape::Tree,
                nodes: vec![
                    item(0, "queues", None),
                    item(2, "at the counter", None),
                    item(4, "in the network", None),
                    item(6, "on the road", None),
                ],
            },
        ),
        (
            "hub",
            Show::Flow {
                shape: FlowShape::Hub,
                nodes: vec![
                    item(0, "one server", None),
                    item(2, "guests", None),
                    item(4, "orders", None),
                    item(6, "the kitchen", None),
                ],
            },
        ),
        (
            "timeline",
            Show::Timeline {
                events: vec![
                    event(0, "1909", "Erlang counts phone calls"),
                    event(5, "1953", "Kendall names the queues"),
                    event(9, "1961", "Little proves his law"),
                ],
            },
        ),
        (
            "define",
            Show::Define {
                term: text("Utilisation"),
                meaning: text("the share of time in which a server is busy"),
                icon: Some(text("light-bulb")),
            },
        ),
        (
            "list",
            Show::List {
                items: vec![
                    item(0, "arrivals", None),
                    item(2, "service", Some("fire")),
                    item(4, "patience of the guests", None),
                ],
            },
        ),
        (
            "cast",
            Show::Cast {
                members: vec![
                    item(0, "the guest", Some("nerd-face")),
                    item(3, "the waiter", Some("saluting-face")),
                    item(6, "the cook", Some("smiling-face-with-sunglasses")),
                ],
                passes: true,
            },
        ),
        (
            "quote",
            Show::Quote {
                text: text("Every queue explodes at the same point, and nobody tells you."),
                marked: vec![text("explodes")],
                icon: Some(text("exploding-head")),
            },
        ),
        (
            "words",
            Show::Quote {
                text: text("The server has no time left to catch up"),
                marked: vec![text("time")],
                icon: None,
            },
        ),
        (
            "receipt",
            Show::Receipt {
                page: 1,
                quote: text(
                    "At ninety percent load the average wait is nine times the service time, and it doubles again at ninety-five.",
                ),
            },
        ),
        ("icon", Show::Icon { icon: text("brain"), label: text("working memory") }),
    ]
}
