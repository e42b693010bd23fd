//! [`ShowReply`]: what a model wants drawn while a line is said, and what becomes of it.

use brainwrought_core::data::{Amount, FlowShape, Line, Show, ShowCue, ShowItem, TimelineEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::show_labels::foreign_of;
use super::facts::spaced;
use super::leniency::choice;
use crate::icons::IconLibrary;
use crate::text::written_words;

/// The most shows of a line.
const MAX_SHOWS: usize = 2;

/// Something that is drawn while the line is said. Its words and numbers stand in the line or in its sources.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct ShowReply {
    /// What is drawn.
    #[serde(default, deserialize_with = "choice")]
    pub(super) kind: ShowKind,
    /// The word of the line at which it appears, as it stands there; empty for the first one.
    #[serde(default)]
    pub(super) at: String,
    /// Its parts: one to six.
    #[schemars(length(max = 6))]
    #[serde(default)]
    pub(super) parts: Vec<PartReply>,
}

/// A part of what is drawn.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct PartReply {
    /// At most seven words: what is counted, the step, the thing, the term.
    #[serde(default)]
    pub(super) label: String,
    /// The number with its unit, the year, or what the term means in at most ten words; empty for everything else.
    #[serde(default)]
    pub(super) value: String,
    /// One English noun for a small drawing of it; empty for none.
    #[serde(default)]
    pub(super) icon: String,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ShowKind {
    /// One number that counts up; a second part is the number that it was before.
    Number,
    /// Two amounts of one unit, by their size.
    Compare,
    /// Amounts of one unit as bars.
    Bars,
    /// Amounts of one unit over time.
    Trend,
    /// What is done one after the other.
    Steps,
    /// Each leads to the next.
    Chain,
    /// Each leads to the next, the last to the first.
    Ring,
    /// The first has the others below it.
    Tree,
    /// The first is in the middle of the others.
    Hub,
    /// Years or dates with what happened.
    Timeline,
    /// A term with its meaning.
    Define,
    /// Things of equal rank.
    List,
    /// Those who take part, each with an icon.
    Cast,
    /// One thing with its icon.
    Icon,
    /// Words of the line in large letters.
    #[default]
    Quote,
}

/// The shows of a reply that can be drawn and say nothing that their line does not; the others are left to the director.
pub(super) fn shows_of(replies: &[ShowReply], line: &Line) -> Vec<ShowCue> {
    let words: Vec<String> =
        written_words(&line.text).into_iter().map(|bytes| bare(&line.text[bytes])).collect();
    let mut cues: Vec<ShowCue> = Vec::new();
    for reply in replies.iter().take(MAX_SHOWS) {
        let at = place(&words, &reply.at, 0).unwrap_or(0);
        let Some(show) = shown(reply, &words, at) else { continue };
        let cue = ShowCue { at_word: at as u32, show, reason: "the model chose it".to_owned() };
        let alone = Line { shows: vec![cue.clone()], ..line.clone() };
        if foreign_of(&alone).is_empty() {
            cues.push(cue);
        }
    }
    cues.sort_by_key(|cue| cue.at_word);
    cues.dedup_by_key(|cue| cue.at_word);
    cues
}

fn bare(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Where the first word of a text stands among the words of the line, from a place on.
fn place(words: &[String], text: &str, from: usize) -> Option<usize> {
    let first = text.split_whitespace().map(bare).find(|word| !word.is_empty())?;
    (from..words.len()).find(|&at| words[at] == first)
}

fn shown(reply: &ShowReply, words: &[String], at: usize) -> Option<Show> {
    let parts: Vec<PartReply> = reply
        .parts
        .iter()
        .map(|part| PartReply {
            label: spaced(&part.label),
            value: spaced(&part.value),
            icon: spaced(&part.icon),
        })
        .filter(|part| !(part.label.is_empty() && part.value.is_empty()))
        .collect();
    let first = parts.first()?;
    let is_short = |text: &str, most: usize| text.split_whitespace().count() <= most;
    if !parts.iter().all(|part| is_short(&part.label, Show::MAX_QUOTE_WORDS)) {
        return None;
    }
    let labels_fit = parts.iter().all(|part| is_short(&part.label, Show::MAX_LABEL_WORDS));
    // Parts come in with their words, in their order.
    let mut last = at;
    let mut moments = Vec::with_capacity(parts.len());
    for part in &parts {
        let text = if part.label.is_empty() { &part.value } else { &part.label };
        last = place(words, text, last).or_else(|| place(words, &part.value, last)).unwrap_or(last);
        moments.push(last as u32);
    }
    let pairs = || parts.iter().zip(&moments);
    let items = |most: usize| -> Option<Vec<ShowItem>> {
        let item = |(part, &at_word): (&PartReply, &u32)| ShowItem {
            label: part.label.clone(),
            icon: icon(&part.icon),
            at_word,
        };
        let fits = (2..=most).contains(&parts.len())
            && labels_fit
            && parts.iter().all(|part| !part.label.is_empty());
        fits.then(|| pairs().map(item).collect())
    };
    let amounts = |counts: std::ops::RangeInclusive<usize>| -> Option<Vec<Amount>> {
        let amount = |(part, &at_word): (&PartReply, &u32)| {
            let value = worth(&part.value)?;
            Some(Amount { label: part.label.clone(), shown: part.value.clone(), value, at_word })
        };
        let fits = counts.contains(&parts.len()) && labels_fit;
        fits.then(|| pairs().map(amount).collect::<Option<Vec<_>>>()).flatten()
    };
    let flow = |shape: FlowShape| Some(Show::Flow { shape, nodes: items(Show::MAX_STEPS)? });
    match reply.kind {
        ShowKind::Number => {
            let from = parts.get(1).map(|part| part.value.clone()).filter(|value| !value.is_empty());
            let fits = worth(&first.value).is_some() && labels_fit;
            fits.then(|| Show::Number { value: first.value.clone(), label: first.label.clone(), from })
        }
        ShowKind::Compare => match <[Amount; 2]>::try_from(amounts(2..=2)?) {
            Ok([a, b]) => Some(Show::Compare { a, b }),
            Err(_) => None,
        },
        ShowKind::Bars => Some(Show::Bars { points: amounts(2..=Show::MAX_POINTS)? }),
        ShowKind::Trend => Some(Show::Trend { points: amounts(2..=Show::MAX_POINTS)? }),
        ShowKind::Steps => Some(Show::Steps { steps: items(Show::MAX_STEPS)? }),
        ShowKind::Chain => flow(FlowShape::Chain),
        ShowKind::Ring => flow(FlowShape::Ring),
        ShowKind::Tree => flow(FlowShape::Tree),
        ShowKind::Hub => flow(FlowShape::Hub),
        ShowKind::Timeline => {
            let event = |(part, &at_word): (&PartReply, &u32)| TimelineEvent {
                when: part.value.clone(),
                what: part.label.clone(),
                at_word,
            };
            let fits = parts.len() <= Show::MAX_STEPS
                && labels_fit
                && parts.iter().all(|part| part.value.contains(|letter: char| letter.is_numeric()));
            fits.then(|| Show::Timeline { events: pairs().map(event).collect() })
        }
        ShowKind::Define => {
            let fits =
                labels_fit && !first.value.is_empty() && is_short(&first.value, Show::MAX_MEANING_WORDS);
            let (term, meaning) = (first.label.clone(), first.value.clone());
            (fits && !term.is_empty()).then(|| Show::Define { term, meaning, icon: icon(&first.icon) })
        }
        ShowKind::List => Some(Show::List { items: items(Show::MAX_ITEMS)? }),
        ShowKind::Cast => {
            let members = items(Show::MAX_ITEMS)?;
            // Without drawings it is a list.
            let drawn = members.iter().all(|member| member.icon.is_some());
            Some(if drawn { Show::Cast { members, passes: false } } else { Show::List { items: members } })
        }
        ShowKind::Icon => {
            let fits = labels_fit && !first.label.is_empty();
            icon(&first.icon).filter(|_| fits).map(|icon| Show::Icon { icon, label: first.label.clone() })
        }
        ShowKind::Quote => {
            let text = first.label.clone();
            (!text.is_empty()).then(|| Show::Quote { text, marked: Vec::new(), icon: icon(&first.icon) })
        }
    }
}

/// The drawing of an English noun.
fn icon(noun: &str) -> Option<String> {
    let found = IconLibrary::embedded().find("en", noun, "");
    let best = found.into_iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
    best.map(|found| found.icon.to_owned())
}

/// What the digits of an amount are worth, with or without thousands parted.
fn worth(shown: &str) -> Option<f64> {
    let start = shown.find(|letter: char| letter.is_ascii_digit())?;
    let digits: String = shown[start..]
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || ".,".contains(*letter))
        .collect();
    let digits = digits.trim_end_matches(['.', ',']);
    let last = digits.rfind(['.', ',']).filter(|at| digits.len() - at - 1 != 3);
    let plain: String = digits
        .char_indices()
        .filter_map(|(at, letter)| match letter {
            '.' | ',' => (Some(at) == last).then_some('.'),
            digit => Some(digit),
        })
        .collect();
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, LineRole};
    use serde_json::json;

    use super::*;

    fn line() -> Line {
        let quote = "Of 1,299 guests, 42% left the queue after ten minutes, and 12% of them came back.";
        let citation = Citation { page: 1, quote: quote.to_owned() };
        Line::new("After ten minutes 42% leave, and 12% come back.", LineRole::Fact, citation)
    }

    fn shows(reply: serde_json::Value) -> Vec<ShowCue> {
        let reply: Vec<ShowReply> = serde_json::from_value(reply).unwrap();
        shows_of(&reply, &line())
    }

    #[test]
    fn what_stands_in_line_or_sources_is_drawn_when_it_is_said() {
        let found = shows(json!([
            { "kind": "number", "at": "42%", "parts": [{ "label": "left the queue", "value": "42%", "icon": "" }] },
            { "kind": "Compare", "at": "and", "parts": [
                { "label": "leave", "value": "42%" }, { "label": "come back", "value": "12%" }
            ] }
        ]));
        assert_eq!((found[0].at_word, found[0].show.name()), (3, "number"));
        let Show::Compare { a, b } = &found[1].show else { panic!("{found:?}") };
        assert_eq!((a.value, b.value, b.at_word), (42.0, 12.0, 7));
    }

    #[test]
    fn what_the_line_does_not_say_is_left_to_the_director() {
        assert!(
            shows(json!([{ "kind": "number", "parts": [{ "label": "of all guests", "value": "43%" }] }]))
                .is_empty()
        );
        assert!(shows(json!([{ "kind": "define", "parts": [{ "label": "queue", "value": "a line of angry people" }] }])).is_empty());
        assert!(shows(json!([{ "kind": "steps", "parts": [{ "label": "leave" }] }])).is_empty());
        assert!(shows(json!([{ "kind": "hologram", "parts": [] }])).is_empty());
    }

    #[test]
    fn amounts_are_read_as_they_are_written() {
        assert_eq!(
            (worth("$1,299"), worth("12.5 %"), worth("3 of 4"), worth("many")),
            (Some(1299.0), Some(12.5), Some(3.0), None)
        );
    }
}
