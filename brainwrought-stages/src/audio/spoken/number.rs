//! [`cardinal`] and its kin: numbers as English words.

use std::sync::LazyLock;

use regex::Regex;

pattern!(NUMBER, r"^(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?$");

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [&str; 6] = ["", "thousand", "million", "billion", "trillion", "quadrillion"];

/// "123" is "one hundred twenty three".
pub(super) fn cardinal(number: u64) -> String {
    if number == 0 {
        return "zero".to_owned();
    }
    let mut groups = Vec::new();
    let mut rest = number;
    while rest > 0 {
        groups.push(rest % 1000);
        rest /= 1000;
    }
    let mut words: Vec<&str> = Vec::new();
    for (scale, group) in groups.iter().enumerate().rev().filter(|(_, group)| **group > 0) {
        let (hundreds, below) = ((group / 100) as usize, (group % 100) as usize);
        if hundreds > 0 {
            words.extend([SMALL[hundreds], "hundred"]);
        }
        match below {
            0 => {}
            1..20 => words.push(SMALL[below]),
            _ => {
                words.push(TENS[below / 10]);
                words.extend((below % 10 > 0).then_some(SMALL[below % 10]));
            }
        }
        if scale > 0 {
            words.push(SCALES.get(scale).copied().unwrap_or("quintillion"));
        }
    }
    words.join(" ")
}

/// "3" is "third".
pub(super) fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let (before, last) = words.rsplit_once(' ').map_or(("", words.as_str()), |(before, last)| (before, last));
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => other.strip_suffix('y').map_or(format!("{other}th"), |stem| format!("{stem}ieth")),
    };
    if before.is_empty() { last } else { format!("{before} {last}") }
}

/// "1987" is "nineteen eighty seven".
pub(super) fn year(number: u64) -> String {
    let (century, rest) = (number / 100, number % 100);
    match (century, rest) {
        (10 | 20, 0..10) => cardinal(number),
        (_, 0) => format!("{} hundred", cardinal(century)),
        (_, 1..10) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// "1990" is "nineteen nineties".
pub(super) fn decade(number: u64) -> String {
    let words = if number < 100 { cardinal(number) } else { year(number) };
    words.strip_suffix('y').map_or(format!("{words}s"), |stem| format!("{stem}ies"))
}

/// Every digit on its own.
pub(super) fn digits(text: &str) -> String {
    let words = text.chars().filter_map(|c| c.to_digit(10)).map(|digit| SMALL[digit as usize]);
    words.collect::<Vec<_>>().join(" ")
}

/// Reads a whole number with or without thousands separators; `None` when it is none or too long to be one.
pub(super) fn whole(text: &str) -> Option<u64> {
    let plain: String = text.chars().filter(|c| *c != ',').collect();
    let code = plain.len() > 15 || (plain.len() > 1 && plain.starts_with('0'));
    if code { None } else { plain.parse().ok() }
}

/// Tells whether a text is a number as [`number`] says it.
pub(super) fn is_number(text: &str) -> bool {
    NUMBER.is_match(text)
}

/// Says a number as written: "1,024", "0.05", ".5", "007".
pub(super) fn number(text: &str) -> String {
    match text.split_once('.') {
        Some(("", fraction)) => format!("point {}", digits(fraction)),
        Some((before, fraction)) => format!("{} point {}", number(before), digits(fraction)),
        None => whole(text).map_or_else(|| digits(text), cardinal),
    }
}

/// "3/4" is "three quarters".
pub(super) fn fraction(above: u64, below: u64) -> String {
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

/// Reads a Roman numeral up to a hundred or so, in capitals.
pub(super) fn roman(text: &str) -> Option<u64> {
    let value = |c| match c {
        'I' => Some(1_u64),
        'V' => Some(5),
        'X' => Some(10),
        'L' => Some(50),
        'C' => Some(100),
        _ => None,
    };
    let values: Vec<u64> = text.chars().map(value).collect::<Option<_>>()?;
    let (mut sum, mut largest) = (0_u64, 0);
    // From the right: a sign that is smaller than one after it is taken away.
    for value in values.into_iter().rev() {
        sum = if value < largest { sum.checked_sub(value)? } else { sum + value };
        largest = largest.max(value);
    }
    (sum > 0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_words() {
        assert_eq!(cardinal(0), "zero");
        assert_eq!(cardinal(1_000_045), "one million forty five");
        assert_eq!(cardinal(119), "one hundred nineteen");
        assert_eq!(number("0.05"), "zero point zero five");
        assert_eq!(number("007"), "zero zero seven");
        assert_eq!(number("12,500"), "twelve thousand five hundred");
    }

    #[test]
    fn ordinals_and_years_become_words() {
        assert_eq!(ordinal(21), "twenty first");
        assert_eq!(ordinal(30), "thirtieth");
        assert_eq!(ordinal(112), "one hundred twelfth");
        assert_eq!(year(2008), "two thousand eight");
        assert_eq!(year(1905), "nineteen oh five");
        assert_eq!(year(2024), "twenty twenty four");
        assert_eq!(decade(1990), "nineteen nineties");
    }

    #[test]
    fn roman_numerals_are_read() {
        let cases = [("I", 1), ("IV", 4), ("IX", 9), ("XIV", 14), ("XL", 40), ("XC", 90), ("VIII", 8)];
        for (text, value) in cases {
            assert_eq!(roman(text), Some(value), "{text}");
        }
        assert_eq!(roman("MIX"), None);
        assert_eq!(roman(""), None);
    }
}
