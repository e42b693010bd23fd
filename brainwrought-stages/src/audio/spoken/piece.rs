//! [`say`]: how one run of characters without spaces is said, given its neighbours.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::abbreviation::{abbreviation, is_month, street};
use super::currency::{Currency, amount};
use super::date::{date, day_before_month, is_era, time_words};
use super::formula::formula;
use super::mixture::{ADDRESS, INITIALS, address, hashtag, letters, mixed, power};
use super::number::{cardinal, decade, digits, fraction, is_number, number, ordinal, roman, whole, year};
use super::numeral::{is_numbered, numeral};
use super::symbol::{raised, symbol};
use super::unit::{Count, reciprocal, scale, unit};
use super::variant::usual_form;

/// What stands around a piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) previous: &'a str,
    pub(super) next: &'a str,
    pub(super) is_last: bool,
    pub(super) ends_with_stop: bool,
    /// A pause follows the piece.
    pub(super) stops: bool,
    /// A bracket closes behind it.
    pub(super) closes: bool,
    /// More punctuation follows the first: "St.,".
    pub(super) pauses: bool,
    /// The currency that the piece before left to be said after this one.
    pub(super) owed: Option<Currency>,
}

/// What is said for a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) words: String,
    /// A currency that belongs after the next piece: "$4.2 billion".
    pub(super) owes: Option<Currency>,
    /// The full stop was part of a short form and ends no sentence.
    pub(super) takes_stop: bool,
}

impl From<String> for Said {
    fn from(words: String) -> Self {
        Self { words, owes: None, takes_stop: false }
    }
}

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
pattern!(LOSS_IN_PERCENT, r"^([\d.,]*\d)\)([%‰])$");
pattern!(PROVISION, r"^(§?\d+)\(([a-m]|\d+)(?:\)\(([a-z]|\d+|[ivx]+))?$");
pattern!(WITH_FRACTION, r"^(\d+)([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])$");
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
/// Says one piece.
pub(super) fn say(core: &str, context: &Context<'_>) -> Said {
    if core.is_empty() {
        return String::new().into();
    }
    if let Some(currency) = context.owed {
        let amount = currency.behind(core, context);
        return amount.unwrap_or_else(|| format!("{} {}", phrase(core, context), currency.many()).into());
    }
    if core == "<" {
        // Beside anything but a quantity it is left over from code or marks.
        let compares = context.next.chars().count() == 1
            || context.next.starts_with(|c: char| c.is_ascii_digit() || "-−.$".contains(c));
        return if compares { "less than" } else { "" }.to_owned().into();
    }
    if let Some(usual) = usual_form(core, context) {
        return say(&usual, context);
    }
    let next_is_number = context.next.starts_with(|c: char| c.is_ascii_digit())
        || (roman(context.next).is_some() && !context.is_last);
    if context.ends_with_stop {
        let dotted = format!("{core}.");
        if matches!(core, "c" | "cent") && ORDINAL.is_match(context.previous) {
            return Said { words: "century".to_owned(), owes: None, takes_stop: true };
        }
        if let Some(street) = street(core, context) {
            return Said { words: street.to_owned(), owes: None, takes_stop: true };
        }
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
    amount(core, context).unwrap_or_else(|| phrase(core, context).into())
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
    let is_counted = ends_in_number(context.previous) || is_power_of_ten(context.previous);
    if is_counted && let Some(unit) = unit(core, count(context.previous)) {
        return unit;
    }
    if previous == "per"
        && let Some(unit) = unit(core, Count::One)
    {
        return unit;
    }
    // A single letter with a negative power may be a quantity, unless a number or a unit stands before it.
    if let Some(per) = reciprocal(core)
        && (is_counted
            || core.find('⁻').is_some_and(|end| end > 1)
            || unit(context.previous, Count::Many).is_some())
    {
        return per;
    }
    if is_era(core) && (is_counted || matches!(core, "AD" | "A.D") && next_is_number) {
        return letters(core);
    }
    if core == "FY" && next_is_number {
        return "fiscal year".to_owned();
    }
    if context.previous.ends_with('%') && matches!(core, "CI" | "CIs") {
        return if core == "CI" { "confidence interval" } else { "confidence intervals" }.to_owned();
    }
    if let Some(sections) = core.strip_prefix("§§") {
        return format!("sections{}", spaced(&numeric(sections, context).unwrap_or_default()));
    }
    if ends_in_number(context.previous) && matches!(core, "am" | "AM" | "a.m") {
        return "ay em".to_owned();
    }
    if ends_in_number(context.previous) && matches!(core, "pm" | "PM" | "p.m") {
        return "pea em".to_owned();
    }
    if let Some(words) = numeral(core, context.previous) {
        return words;
    }
    if core == "A" && !context.next.is_empty() && is_numbered(&previous) {
        return "ay".to_owned();
    }
    numeric(core, context).unwrap_or_else(|| compound(core))
}

/// Says the parts of "3-layer", "GPT-4" or "1st-order" one by one.
fn compound(core: &str) -> String {
    if ADDRESS.is_match(core) {
        return address(core);
    }
    if let Some(formula) = formula(core) {
        return formula;
    }
    if let Some(words) = hashtag(core) {
        return words;
    }
    if core.contains('^') {
        return mixed(core);
    }
    let alone = Context {
        previous: "",
        next: "",
        is_last: true,
        ends_with_stop: false,
        stops: false,
        closes: false,
        pauses: false,
        owed: None,
    };
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
    if let Some(found) = LOSS_IN_PERCENT.captures(core) {
        return Some(format!(
            "minus {} {}",
            number(&found[1]),
            if &found[2] == "%" { "percent" } else { "per mille" }
        ));
    }
    if let Some(found) = PROVISION.captures(core).filter(|_| context.closes) {
        let parts = (2..4).filter_map(|at| found.get(at)).map(|part| match part.as_str() {
            digits if is_number(digits) => number(digits),
            letter => letters(letter),
        });
        let parts: Vec<String> = parts.collect();
        let sign = if found[1].starts_with('§') { "section " } else { "" };
        return Some(format!("{sign}{}, {}", number(found[1].trim_start_matches('§')), parts.join(", ")));
    }
    if let Some(found) = WITH_FRACTION.captures(core) {
        let part = found[2].chars().next().and_then(symbol).unwrap_or_default();
        let part = part.strip_prefix("one ").map_or(part.to_owned(), |rest| format!("a {rest}"));
        return Some(format!("{} and {part}", number(&found[1])));
    }
    if let Some(found) = ORDINAL.captures(core) {
        let value = whole(&group(&found, 1))?;
        let is_day = is_month_name(context.next) && !context.stops && (1..32).contains(&value);
        return Some(if is_day { day_before_month(value, context) } else { ordinal(value) });
    }
    if let Some(found) = DECADE.captures(core) {
        return whole(&group(&found, 1)).map(decade);
    }
    if let Some(words) = date(core, context) {
        return Some(words);
    }
    if let Some(found) = TIME.captures(core) {
        return time_words(&group(&found, 1), &group(&found, 2), &group(&found, 3), context);
    }
    if let Some(found) = RATIO.captures(core) {
        return Some(format!("{} to {}", number(&group(&found, 1)), number(&group(&found, 2))));
    }
    if let Some(found) = FRACTION.captures(core) {
        let (above, below) = (whole(&group(&found, 1))?, whole(&group(&found, 2))?);
        let follows = above < below && context.previous.chars().all(|c| c.is_ascii_digit());
        let and = if follows && !context.previous.is_empty() { "and " } else { "" };
        return Some(format!("{and}{}", fraction(above, below)));
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
    if let Some(found) = RANGE.captures(core) {
        let (low, high) = (group(&found, 1), group(&found, 3));
        let about = if low.starts_with(['~', '≈']) { "about " } else { "" };
        let low = low.trim_start_matches(['~', '≈']);
        let days = [low, &high].map(|day| whole(day).filter(|day| (1..32).contains(day)));
        if let [Some(first), Some(last)] = days {
            if is_month_name(context.next) && !context.stops && group(&found, 4).is_empty() {
                return Some(format!("the {} to the {} of", ordinal(first), ordinal(last)));
            }
            if is_month(context.previous) {
                return Some(format!("{} to {}", ordinal(first), ordinal(last)));
            }
        }
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
        if is_month_name(context.next)
            && !context.stops
            && (1..=31).contains(&value)
            && !is_numbered(&previous)
        {
            return day_before_month(value, context);
        }
        if is_era(context.next) && (1000..10_000).contains(&value) {
            return year(value);
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

/// Tells whether a word is the name of a month as it is written, so that "may" and "mar" are none.
fn is_month_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && is_month(word)
}

fn is_power_of_ten(text: &str) -> bool {
    text.strip_prefix("10")
        .is_some_and(|power| !power.is_empty() && power.chars().all(|c| raised(c).is_some()))
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && whole(text).is_some_and(|value| (1100..2100).contains(&value))
}

pub(super) fn ends_in_number(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

fn count(number: &str) -> Count {
    if number.trim_start_matches(['-', '−', '+', '~', '±']) == "1" { Count::One } else { Count::Many }
}

pub(super) fn sign_words(sign: &str) -> String {
    let words = sign.chars().filter_map(|c| match c {
        '-' => Some("minus"),
        '+' => Some("plus"),
        other => symbol(other),
    });
    words.map(|word| format!("{word} ")).collect()
}

pub(super) fn known_after_number(tail: &str) -> bool {
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

pub(super) fn spaced(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" {words}") }
}
