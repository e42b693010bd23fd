//! [`phone_numbers`]: telephone numbers, which are said digit by digit.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::number::digits;

// With the code of a country after "+" (ITU-T E.123), or as North America writes them.
pattern!(
    PHONE,
    r"\+\d{1,3}(?:[ .\u{a0}\u{202f}-]\(?\d{1,10}\)?){1,6}|\(\d{3}\) ?\d{3}[-.]\d{4}|\b\d{3}([-.])\d{3}[-.]\d{4}\b"
);

/// Finds the places of telephone numbers in a line, in bytes.
pub(super) fn phone_numbers(line: &str) -> Vec<Range<usize>> {
    let is_whole = |range: &Range<usize>| {
        let before = line[..range.start].chars().next_back();
        let after = line[range.end..].chars().next();
        let digits = line[range.clone()].chars().filter(char::is_ascii_digit).count();
        before.is_none_or(|c| !c.is_alphanumeric() && !".,-–".contains(c))
            && after.is_none_or(|c| !c.is_alphanumeric())
            // E.164 allows fifteen digits.
            && (8..=15).contains(&digits)
    };
    PHONE.find_iter(line).map(|found| found.range()).filter(is_whole).collect()
}

/// Says a piece of a telephone number, with a pause between its groups.
pub(super) fn phone_words(core: &str) -> String {
    let groups = core.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
    let groups: Vec<String> = groups.map(digits).collect();
    let plus = if core.starts_with('+') { "plus " } else { "" };
    format!("{plus}{}", groups.join(", "))
}

/// The digits of a telephone number apart, for voices that read digits; `plus` is said for the sign before them.
pub(super) fn phone_digits(text: &str, plus: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).map(String::from).collect::<Vec<_>>().join(" ");
    if text.starts_with('+') { format!("{plus} {digits}") } else { digits }
}
