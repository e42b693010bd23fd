//! [`date`] and its kin: days, times, halves and quarters as English words.

use std::sync::LazyLock;

use regex::Regex;

use super::abbreviation::month;
use super::number::{cardinal, number, ordinal, whole, year};
use super::piece::Context;

pattern!(ISO, r"^(\d{4})-(\d{2})-(\d{2})$");
pattern!(YEAR_AND_MONTH, r"^(\d{2})(\d{2})-(0[1-9]|1[0-2])$");
pattern!(NUMBERS, r"^(\d{1,2})([/.])(\d{1,2})([/.])(\d{4})$");
pattern!(FISCAL_YEAR, r"^FY['’]?(?:20)?(\d{2})$");
pattern!(PART_OF_YEAR, r"^([1-4])([QH])['’]?(?:20)?(\d{2})?$");
pattern!(TIMES, r"^(\d{1,2}):(\d{2})[-–](\d{1,2}):(\d{2})([ap]\.?m\.?|[AP]M)?$");
pattern!(TIME_WITH_STOP, r"^(\d{1,2})\.(\d{2})([ap]\.?m\.?|[AP]M)$");

/// Marks of an era behind or before a year.
const ERAS: [&str; 8] = ["BC", "BCE", "CE", "AD", "B.C", "B.C.E", "C.E", "A.D"];

/// Tells whether a piece names an era.
pub(super) fn is_era(text: &str) -> bool {
    ERAS.contains(&text)
}

/// Says a date, a part of a year or times as one piece; `None` for anything else.
pub(super) fn date(core: &str, context: &Context<'_>) -> Option<String> {
    let read = |text: &str| text.trim_start_matches('0').parse::<u64>().ok();
    if let Some(found) = ISO.captures(core) {
        return day(read(&found[3])?, read(&found[2])?, read(&found[1])?);
    }
    if let Some(found) = YEAR_AND_MONTH.captures(core) {
        // "2009-10" is a season: the second number goes on from the first.
        let (in_century, number) = (read(&found[2]).unwrap_or(0), read(&found[3])?);
        if in_century >= number {
            let whole_year = read(&core[..4])?;
            return Some(format!("{} {}", month(number)?, year(whole_year)));
        }
    }
    if let Some(found) = NUMBERS.captures(core).filter(|found| found[2] == found[4]) {
        let (first, second, in_year) = (read(&found[1])?, read(&found[3])?, read(&found[5])?);
        if !(1000..2200).contains(&in_year) || first > 31 || second > 31 {
            return None;
        }
        // With full stops the day comes first. With strokes it depends on the country, so only what leaves no doubt
        // is said as a date.
        return match (&found[2], first, second) {
            (".", _, 1..13) | (_, 13.., 1..13) => day(first, second, in_year),
            (".", ..) => None,
            (_, 1..13, 13..) => day(second, first, in_year),
            _ if first == second => day(first, second, in_year),
            _ => Some(format!("{} {} {}", cardinal(first), cardinal(second), year(in_year))),
        };
    }
    if let Some(found) = FISCAL_YEAR.captures(core) {
        return Some(format!("fiscal year {}", year(2000 + read(&found[1]).unwrap_or(0))));
    }
    if let Some(found) = PART_OF_YEAR.captures(core) {
        let part = read(&found[1]).filter(|part| &found[2] == "Q" || *part < 3)?;
        let name = if &found[2] == "Q" { "quarter" } else { "half" };
        let in_year = found.get(3).and_then(|digits| read(digits.as_str()));
        let in_year = in_year.map(|in_century| format!(" {}", year(2000 + in_century)));
        return Some(format!("{} {name}{}", ordinal(part), in_year.unwrap_or_default()));
    }
    if let Some(found) = TIMES.captures(core) {
        let half = found.get(5).map_or("", |half| half.as_str());
        let from = time_words(&found[1], &found[2], "", context)?;
        return Some(format!("{from} to {}", time_words(&found[3], &found[4], half, context)?));
    }
    let found = TIME_WITH_STOP.captures(core)?;
    time_words(&found[1], &found[2], &found[3], context)
}

/// "fifth of", before the name of a month.
pub(super) fn day_before_month(number: u64, context: &Context<'_>) -> String {
    let the = if context.previous.eq_ignore_ascii_case("the") { "" } else { "the " };
    format!("{the}{} of", ordinal(number))
}

/// "March fifth, twenty twenty four".
fn day(number: u64, in_month: u64, in_year: u64) -> Option<String> {
    let month = month(in_month).filter(|_| (1..32).contains(&number))?;
    Some(format!("{month} {}, {}", ordinal(number), year(in_year)))
}

/// Says a time of day: hours, minutes, and which half of the day it is.
pub(super) fn time_words(hours: &str, minutes: &str, half: &str, context: &Context<'_>) -> Option<String> {
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
