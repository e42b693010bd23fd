//! [`usual_form`]: numbers that are written in another way than English usually has them.

use std::sync::LazyLock;

use regex::Regex;

use super::currency::is_scale_word;
use super::piece::{Context, known_after_number};
use super::unit::{Count, unit};

pattern!(LOSS, r"^((?:US|CA|AU|NZ|HK|[ACSR])?[$€£¥])\(([\d.,]*\d)$");
pattern!(DECIMAL_COMMA, r"^([^\d,]*\d+),(\d{1,2}|\d{4,})([^\d.,\-–]*)$");

/// The usual form of a loss in parentheses, "$(4.2)", or of a number with a decimal comma.
pub(super) fn usual_form(core: &str, context: &Context<'_>) -> Option<String> {
    match LOSS.captures(core) {
        Some(found) => Some(format!("-{}{}", &found[1], &found[2])),
        None => with_point(core, context),
    }
}

/// A number with a decimal comma, with a point instead: "0,05", "3,5 %", "€3,50". "3,5" alone may be two numbers, and
/// "1,000" is a thousand.
fn with_point(core: &str, context: &Context<'_>) -> Option<String> {
    let found = DECIMAL_COMMA.captures(core)?;
    let (before, after, tail) = (&found[1], &found[2], &found[3]);
    let sign = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_signed = sign.ends_with(['$', '€', '£', '¥']);
    if !(sign.is_empty() || is_signed || sign.chars().all(|c| "-−+~≈<>≤≥±".contains(c))) {
        return None;
    }
    let value = &before[sign.len()..];
    let next = context.next;
    let is_measured = !tail.is_empty() && known_after_number(tail)
        || tail.is_empty() && (unit(next, Count::Many).is_some() || is_scale_word(next) || next == "percent");
    (is_signed || value == "0" || after.len() > 3 && value.len() < 4 || is_measured)
        .then(|| format!("{before}.{after}{tail}"))
}
