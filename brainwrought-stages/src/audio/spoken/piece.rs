//! [`say`]: how one run of characters without spaces is said, given its neighbours.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::abbreviation::{abbreviation, is_month, month};
use super::mixture::{ADDRESS, INITIALS, address, letters, mixed, power};
use super::number::{cardinal, decade, digits, is_number, number, ordinal, roman, whole, year};
use super::symbol::symbol;
use super::unit::{Count, scale, unit};

/// What stands around a piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) previous: &'a str,
    pub(super) next: &'a str,
    pub(super) is_last: bool,
    pub(super) ends_with_stop: bool,
    /// The currency that the piece before left to be said after this one.
    pub(super) owed: Option<&'static str>,
}

/// What is said for a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) words: String,
    /// A currency that belongs after the next piece: "$4.2 billion".
    pub(super) owes: Option<&'static str>,
    /// The full stop was part of a short form and ends no sentence.
    pub(super) takes_stop: bool,
}

impl From<String> for Said {
    fn from(words: String) -> Self {
        Self { words, owes: None, takes_stop: false }
    }
}

pattern!(
    MONEY,
    r"^([-−+~≈<>]?)(?:US|CA|A)?([$€£¥₹])((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)(k|K|M|mn|B|bn|T|tn)?(\+?)(?:/([a-z]+))?$"
);
pattern!(MONEY_RANGE, r"^([$€£¥₹])([\d.,]*\d)[-–]([$€£¥₹])?([\d.,]*\d)(k|K|M|bn|B|T)?$");
pattern!(
    MEASURE,
    r"^([-−+~≈<>≤≥±]?)((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)[-\u{202f}\u{a0}]?(°?[^\d.,\-+]+(?:/[a-z]+)?)$"
);
pattern!(RANGE, r"^([~≈]?[\d.,]*\d)(%?)[–‐‑-]([\d.,]*\d)([^\d.,\-–].*)?$");
pattern!(ORDINAL, r"^(\d[\d,]*)(?:st|nd|rd|th)$");
pattern!(DECADE, r"^(\d{2}|\d{4})['’]?s$");
pattern!(TIME, r"^(\d{1,2}):(\d{2})(?::\d{2})?([ap]\.?m\.?|[AP]M)?$");
pattern!(RATIO, r"^(\d+):(\d+)$");
pattern!(FRACTION, r"^(\d{1,3})[/⁄](\d{1,3})$");
pattern!(VERSION, r"^([vV]\.?)?(\d+(?:\.\d+)+)([a-z]\d*)?$");
pattern!(SHORT_VERSION, r"^[vV](\d+)$");
pattern!(DATE, r"^(\d{4})-(\d{2})-(\d{2})$");
pattern!(SCIENTIFIC, r"^(\d+(?:\.\d+)?)[eE]([-−+]?\d+)$");
pattern!(DIFFERENCE, r"^([a-z])[-−](\d+|[a-z])$");
pattern!(DIMENSIONS, r"^(\d+)[x×](\d+)(?:[x×](\d+))?$");

/// Words before a number that make it a year.
const BEFORE_YEAR: [&str; 22] = [
    "in", "since", "by", "from", "until", "till", "of", "during", "around", "before", "after", "year",
    "circa", "early", "late", "mid", "and", "to", "between", "©", "summer", "spring",
];
/// Words that end in "s" and yet do not name many things.
const NO_PLURALS: [&str; 8] = ["is", "was", "has", "as", "this", "its", "does", "us"];
/// Words before a Roman numeral that is a plain number.
const NUMBERED: [&str; 22] = [
    "part", "chapter", "section", "volume", "act", "book", "phase", "type", "appendix", "figure", "table",
    "war", "stage", "level", "class", "grade", "mark", "theorem", "lemma", "article", "round", "scene",
];
/// Names before a Roman numeral that is said as "the second".
const RULERS: [&str; 14] = [
    "king",
    "queen",
    "pope",
    "henry",
    "louis",
    "edward",
    "george",
    "william",
    "charles",
    "james",
    "elizabeth",
    "napoleon",
    "philip",
    "frederick",
];

/// Says one piece.
pub(super) fn say(core: &str, context: &Context<'_>) -> Said {
    if core.is_empty() {
        return String::new().into();
    }
    if let Some(currency) = context.owed {
        return format!("{} {currency}", phrase(core, context)).into();
    }
    let next_is_number = context.next.starts_with(|c: char| c.is_ascii_digit())
        || (roman(context.next).is_some() && !context.is_last);
    if context.ends_with_stop {
        let dotted = format!("{core}.");
        if core == "al" && context.previous == "et" {
            return Said { words: "others".to_owned(), owes: None, takes_stop: true };
        }
        if let Some(full) = abbreviation(&dotted, next_is_number) {
            return Said { words: full.to_owned(), owes: None, takes_stop: true };
        }
        if INITIALS.is_match(&dotted) && core.contains('.') {
            return Said { words: letters(core), owes: None, takes_stop: true };
        }
        // "J. Smith": an initial ends no sentence.
        if core.chars().count() == 1 && core.chars().all(char::is_uppercase) && !context.is_last {
            return Said { words: letters(core), owes: None, takes_stop: true };
        }
    }
    if let Some(money) = MONEY.captures(core) {
        return money_words(&money, context);
    }
    phrase(core, context).into()
}

fn phrase(core: &str, context: &Context<'_>) -> String {
    let previous = context.previous.to_lowercase();
    let next_is_number = context.next.starts_with(|c: char| c.is_ascii_digit());
    if let Some(full) = abbreviation(core, next_is_number) {
        return full.to_owned();
    }
    match (previous.as_str(), core, context.next) {
        (_, "et", "al") => return "and".to_owned(),
        ("et", "al", _) => return "others".to_owned(),
        _ => {}
    }
    if ends_in_number(context.previous)
        && let Some(unit) = unit(core, count(context.previous))
    {
        return unit;
    }
    if ends_in_number(context.previous) && matches!(core, "am" | "AM" | "a.m") {
        return "ay em".to_owned();
    }
    if ends_in_number(context.previous) && matches!(core, "pm" | "PM" | "p.m") {
        return "pea em".to_owned();
    }
    if let Some(value) = roman(core) {
        if NUMBERED.contains(&previous.as_str()) {
            return cardinal(value);
        }
        if RULERS.contains(&previous.as_str()) && core != "I" {
            return format!("the {}", ordinal(value));
        }
    }
    if core == "A" && !context.next.is_empty() && NUMBERED.contains(&previous.as_str()) {
        return "ay".to_owned();
    }
    numeric(core, context).unwrap_or_else(|| compound(core))
}

/// Says the parts of "3-layer", "GPT-4" or "1st-order" one by one.
fn compound(core: &str) -> String {
    if ADDRESS.is_match(core) {
        return address(core);
    }
    if core.contains('^') {
        return mixed(core);
    }
    let alone = Context { previous: "", next: "", is_last: true, ends_with_stop: false, owed: None };
    let mut parts = core.split(['-', '‐', '‑', '–']).filter(|part| !part.is_empty());
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return mixed(core) };
    let say = |part| numeric(part, &alone).unwrap_or_else(|| mixed(part));
    [first, second].into_iter().chain(parts).map(say).collect::<Vec<_>>().join(" ")
}

/// Says what is a number in the widest sense; `None` for anything else.
fn numeric(core: &str, context: &Context<'_>) -> Option<String> {
    let group = |found: &Captures<'_>, at: usize| found.get(at).map_or("", |m| m.as_str()).to_owned();
    if core.len() > 1_000 || !core.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if is_number(core) {
        return Some(plain_number(core, context));
    }
    if let Some(found) = ORDINAL.captures(core) {
        return whole(&group(&found, 1)).map(ordinal);
    }
    if let Some(found) = DECADE.captures(core) {
        return whole(&group(&found, 1)).map(decade);
    }
    if let Some(found) = DATE.captures(core) {
        let read = |at| group(&found, at).trim_start_matches('0').parse::<u64>().ok();
        return Some(format!("{} {}, {}", month(read(2)?)?, ordinal(read(3)?), year(read(1)?)));
    }
    if let Some(found) = TIME.captures(core) {
        return time_words(&group(&found, 1), &group(&found, 2), &group(&found, 3), context);
    }
    if let Some(found) = RATIO.captures(core) {
        return Some(format!("{} to {}", number(&group(&found, 1)), number(&group(&found, 2))));
    }
    if let Some(found) = FRACTION.captures(core) {
        return Some(fraction(whole(&group(&found, 1))?, whole(&group(&found, 2))?));
    }
    if let Some(found) = DIMENSIONS.captures(core) {
        let sizes = (1..4).map(|at| group(&found, at)).filter(|size| !size.is_empty());
        return Some(sizes.map(|size| number(&size)).collect::<Vec<_>>().join(" by "));
    }
    if let Some(found) = SCIENTIFIC.captures(core) {
        return Some(format!("{} times ten {}", number(&group(&found, 1)), power(&group(&found, 2))));
    }
    if let Some(found) = DIFFERENCE.captures(core) {
        return Some(format!("{} minus {}", group(&found, 1), mixed(&group(&found, 2))));
    }
    if let Some(found) = SHORT_VERSION.captures(core) {
        return Some(format!("version {}", number(&group(&found, 1))));
    }
    if let Some(found) = VERSION.captures(core) {
        let parts: Vec<String> = group(&found, 2).split('.').map(number).collect();
        let name = if group(&found, 1).is_empty() { "" } else { "version " };
        return Some(format!("{name}{}{}", parts.join(" point "), spaced(&mixed(&group(&found, 3)))));
    }
    if let Some(found) = MONEY_RANGE.captures(core) {
        let (one_many, scale) = (currency(&group(&found, 1)), scale(&group(&found, 5)).unwrap_or(""));
        let low = number(&group(&found, 2));
        return Some(format!("{low} to {}{} {}", number(&group(&found, 4)), spaced(scale), one_many.1));
    }
    if let Some(found) = RANGE.captures(core) {
        let (low, high) = (group(&found, 1), group(&found, 3));
        let about = if low.starts_with(['~', '≈']) { "about " } else { "" };
        let low = low.trim_start_matches(['~', '≈']);
        let words = if is_year(low) && (is_year(&high) || high.len() == 2) {
            format!("{} to {}", year(whole(low)?), whole(&high).map_or_else(|| digits(&high), year_or_rest))
        } else {
            format!("{} to {}", number(low), number(&high))
        };
        let tail = group(&found, 4);
        let tail = if tail.is_empty() { String::new() } else { after_number(&tail, Count::Many) };
        return Some(format!("{about}{words}{}", spaced(&tail)));
    }
    if let Some(found) = MEASURE.captures(core) {
        let (sign, value, tail) = (group(&found, 1), group(&found, 2), group(&found, 3));
        if !value.is_empty() && known_after_number(&tail) {
            let words = format!("{}{}", number(&value), spaced(&after_number(&tail, count(&value))));
            return Some(format!("{}{words}", sign_words(&sign)));
        }
    }
    let rest = core.trim_start_matches(['-', '−', '+', '~', '≈', '<', '>', '≤', '≥', '±', '#', '§']);
    if rest.len() < core.len() && is_number(rest) {
        let sign = &core[..core.len() - rest.len()];
        return Some(format!("{}{}", sign_words(sign), number(rest)));
    }
    None
}

fn year_or_rest(value: u64) -> String {
    if value < 100 { cardinal(value) } else { year(value) }
}

fn plain_number(core: &str, context: &Context<'_>) -> String {
    let previous = context.previous.to_lowercase();
    if let Some(value) = whole(core).filter(|_| !core.contains([',', '.'])) {
        if is_month(&previous) && (1..=31).contains(&value) {
            return ordinal(value);
        }
        let next = context.next;
        let counts = unit(next, Count::Many).is_some()
            || scale(next).is_some()
            || (next.ends_with('s')
                && next.starts_with(|c: char| c.is_ascii_lowercase())
                && !NO_PLURALS.contains(&next));
        let dated =
            BEFORE_YEAR.contains(&previous.as_str()) || is_month(&previous) || ends_in_number(&previous);
        let recent = (1900..2100).contains(&value) && !counts;
        if core.len() == 4 && (recent || (dated && !counts && (1100..2100).contains(&value))) {
            return year(value);
        }
    }
    number(core)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && whole(text).is_some_and(|value| (1100..2100).contains(&value))
}

fn ends_in_number(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

fn count(number: &str) -> Count {
    if number.trim_start_matches(['-', '−', '+', '~', '±']) == "1" { Count::One } else { Count::Many }
}

fn time_words(hours: &str, minutes: &str, half: &str, context: &Context<'_>) -> Option<String> {
    let (hour, minute) = (hours.trim_start_matches('0').parse().unwrap_or(0), whole(minutes));
    if hour > 24 || minute.is_some_and(|minute| minute > 59) {
        return Some(format!("{} to {}", number(hours), number(minutes)));
    }
    let half_words = match half.chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('a') => " ay em",
        Some('p') => " pea em",
        _ => "",
    };
    let half_follows =
        !half_words.is_empty() || matches!(context.next.to_lowercase().as_str(), "am" | "pm" | "a.m" | "p.m");
    let words = match (minutes, minute) {
        ("00", _) if half_follows => cardinal(hour),
        ("00", _) if hour > 12 => format!("{} hundred", cardinal(hour)),
        ("00", _) => format!("{} o'clock", cardinal(hour)),
        (_, Some(minute)) => format!("{} {}", cardinal(hour), cardinal(minute)),
        (_, None) => format!("{} oh {}", cardinal(hour), number(minutes.trim_start_matches('0'))),
    };
    Some(format!("{words}{half_words}"))
}

fn fraction(above: u64, below: u64) -> String {
    let name = match (above, below) {
        (_, 0 | 1) => return format!("{} over {}", cardinal(above), cardinal(below)),
        (1, 2) => "half".to_owned(),
        (_, 2) => "halves".to_owned(),
        (_, 4) => "quarter".to_owned(),
        _ => ordinal(below),
    };
    if below > 20 && !below.is_multiple_of(10) {
        return format!("{} over {}", cardinal(above), cardinal(below));
    }
    let many = if above == 1 || name == "halves" { "" } else { "s" };
    format!("{} {name}{many}", cardinal(above))
}

fn currency(sign: &str) -> (&'static str, &'static str, &'static str) {
    match sign {
        "€" => ("euro", "euros", "cents"),
        "£" => ("pound", "pounds", "pence"),
        "¥" => ("yen", "yen", "sen"),
        "₹" => ("rupee", "rupees", "paise"),
        _ => ("dollar", "dollars", "cents"),
    }
}

fn money_words(found: &Captures<'_>, context: &Context<'_>) -> Said {
    let group = |at: usize| found.get(at).map_or("", |m| m.as_str());
    let (one, many, small) = currency(group(2));
    let (sign, value) = (sign_words(group(1)), group(3));
    if value.is_empty() {
        return many.to_owned().into();
    }
    if group(4).is_empty()
        && scale(context.next).is_some_and(|word| context.next.len() > 2 || word == "billion")
    {
        return Said { words: format!("{sign}{}", number(value)), owes: Some(many), takes_stop: false };
    }
    let mut words = if let Some(scale) = scale(group(4)) {
        format!("{} {scale} {many}", number(value))
    } else {
        match value.split_once('.') {
            Some((whole_part, cents)) if cents.len() == 2 => {
                let below = cents.trim_start_matches('0').parse().unwrap_or(0);
                let above = whole(whole_part).unwrap_or(0);
                let unit = if above == 1 { one } else { many };
                match (above, below) {
                    (_, 0) => format!("{} {unit}", number(whole_part)),
                    (0, _) => format!("{} {small}", cardinal(below)),
                    _ => format!("{} {unit} and {} {small}", number(whole_part), cardinal(below)),
                }
            }
            _ => format!("{} {}", number(value), if value == "1" { one } else { many }),
        }
    };
    if !group(5).is_empty() {
        words.push_str(" or more");
    }
    if !group(6).is_empty() {
        words.push_str(&format!(" per {}", group(6)));
    }
    format!("{sign}{words}").into()
}

fn sign_words(sign: &str) -> String {
    let words = sign.chars().filter_map(|c| match c {
        '-' => Some("minus"),
        '+' => Some("plus"),
        other => symbol(other),
    });
    words.map(|word| format!("{word} ")).collect()
}

fn known_after_number(tail: &str) -> bool {
    unit(tail, Count::Many).is_some()
        || scale(tail).is_some()
        || matches!(tail, "x" | "×" | "X" | "D" | "G" | "p")
        || tail.chars().count() > 2 && tail.chars().all(char::is_alphabetic)
}

/// What stands right behind a number: "ms", "x", "k", "fold".
fn after_number(tail: &str, count: Count) -> String {
    match tail {
        "x" | "×" | "X" => "times".to_owned(),
        "D" | "G" | "p" => tail.to_owned(),
        "K" | "M" | "B" | "T" => scale(tail).unwrap_or_default().to_owned(),
        _ => unit(tail, count).or_else(|| scale(tail).map(str::to_owned)).unwrap_or_else(|| mixed(tail)),
    }
}

fn spaced(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" {words}") }
}
