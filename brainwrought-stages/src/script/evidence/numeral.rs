//! Numbers in the characters of any script: the parts of a word that are numbers, and how they are written in ASCII.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The character of a number beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Numeral {
    /// A digit of a decimal system, such as the Devanagari ones.
    Digit(u8),
    /// A number of its own, such as `½` or `ⅷ`.
    Number(f64),
}

const VALUES: &str = include_str!("numeric_values.txt");

static NUMERALS: LazyLock<BTreeMap<char, Numeral>> = LazyLock::new(|| read(VALUES).collect());

fn read(table: &str) -> impl Iterator<Item = (char, Numeral)> {
    table.lines().filter(|line| !line.starts_with('#')).flat_map(|line| {
        let mut fields = line.split(' ');
        let start = fields.next().and_then(|start| u32::from_str_radix(start, 16).ok());
        let start = start.expect("a line of the table starts with a code point");
        let is_decimal = fields.next() == Some("digits");
        let characters = (start..).map_while(char::from_u32);
        let numerals = fields
            .flat_map(values)
            .map(move |value| if is_decimal { Numeral::Digit(value as u8) } else { Numeral::Number(value) });
        characters.zip(numerals)
    })
}

/// Reads `7`, `1/2` and `1..9`.
fn values(field: &str) -> Vec<f64> {
    let number = |text: &str| text.parse::<f64>().expect("the table holds numbers");
    if let Some((first, last)) = field.split_once("..") {
        let count = (number(last) - number(first)) as u32;
        return (0..=count).map(|place| number(first) + f64::from(place)).collect();
    }
    let value = field.split_once('/').map(|(above, below)| number(above) / number(below));
    vec![value.unwrap_or_else(|| number(field))]
}

/// What a character is within a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A decimal digit of any script.
    Digit,
    /// A raised digit: an exponent behind a number, a mark elsewhere.
    Raised,
    /// A lowered digit, as in `CO₂`.
    Lowered,
    /// A Roman numeral.
    Roman,
    /// A fraction, which may stand behind a whole number.
    Fraction,
    /// Any other number.
    Number,
    /// A letter of a script without capitals. Such scripts write numbers and words without a space.
    Caseless,
    /// A letter that has a small and a capital form.
    Cased,
    /// Anything else.
    Other,
}

fn class(letter: char) -> Class {
    match letter {
        '0'..='9' => Class::Digit,
        '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' => Class::Raised,
        '₀'..='₉' => Class::Lowered,
        '\u{2160}'..='\u{2188}' => Class::Roman,
        _ if letter.is_numeric() => match NUMERALS.get(&letter) {
            Some(Numeral::Digit(_)) => Class::Digit,
            Some(Numeral::Number(value)) if value.fract() != 0.0 => Class::Fraction,
            _ => Class::Number,
        },
        _ if letter.is_lowercase() || letter.is_uppercase() => Class::Cased,
        _ if letter.is_alphabetic() => Class::Caseless,
        _ => Class::Other,
    }
}

/// Opens ligatures and other compatibility forms, except those of numbers: `½` must not become `1⁄2`, nor `10⁹` `109`.
/// The signs of percent and of decimals that Arabic has become the common ones.
pub(super) fn opened(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(next) = rest.chars().next() {
        let is_numbers = is_numeral(next);
        let end = rest.find(|letter| is_numeral(letter) != is_numbers).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        if is_numbers {
            text.push_str(part);
        } else {
            text.extend(part.nfkc().map(|letter| match letter {
                '’' => '\'',
                '٫' => '.',
                '٬' => ',',
                '٪' => '%',
                letter => letter,
            }));
        }
        rest = behind;
    }
    text
}

fn is_numeral(letter: char) -> bool {
    !letter.is_ascii() && letter.is_numeric()
}

/// Parts a word where a number begins or ends that does not belong to what stands beside it.
pub(super) fn parts(word: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (place, letter) in word.char_indices() {
        let class = class(letter);
        if before.is_some_and(|before| is_boundary(before, class)) {
            found.push(&word[start..place]);
            start = place;
        }
        before = Some(class);
    }
    found.push(&word[start..]);
    found
}

fn is_boundary(left: Class, right: Class) -> bool {
    use Class::{Cased, Caseless, Digit, Fraction, Lowered, Number, Other, Raised, Roman};
    match (left, right) {
        (Digit, Digit | Raised | Lowered | Fraction)
        | (Cased, Raised | Lowered)
        | (Raised, Raised)
        | (Lowered, Lowered)
        | (Roman, Roman) => false,
        (Digit, Caseless) | (Caseless, Digit) => true,
        (Digit | Caseless | Cased | Other, Digit | Caseless | Cased | Other) => false,
        (_, Raised | Lowered | Roman | Fraction | Number) => true,
        (Raised | Lowered | Roman | Fraction | Number, _) => true,
    }
}

/// Writes the numbers of a part of a word in ASCII: `٧٧٧` as 777, `2½` as 2.5, `10⁹` as 10^9, `ⅩⅧ` as 18.
///
/// A character that the table does not know becomes its code point, so that nothing but itself bears it out.
pub(super) fn in_ascii(part: &str) -> String {
    if part.is_ascii() {
        return part.to_owned();
    }
    let mut text = String::with_capacity(part.len());
    let mut roman = Vec::new();
    let mut before = None;
    for letter in part.chars() {
        let class = class(letter);
        let number = match NUMERALS.get(&letter) {
            Some(Numeral::Digit(digit)) => f64::from(*digit),
            Some(Numeral::Number(number)) => *number,
            None => f64::from(u32::from(letter)),
        };
        match class {
            Class::Raised | Class::Lowered => {
                if before == Some(Class::Digit) {
                    text.push(if class == Class::Raised { '^' } else { '_' });
                }
                text.push_str(&number.to_string());
            }
            Class::Roman => roman.push(number),
            // A fraction behind a whole number belongs to it.
            Class::Fraction => match text.parse::<f64>() {
                Ok(whole) => text = (whole + number).to_string(),
                Err(_) => text.push_str(&number.to_string()),
            },
            Class::Digit | Class::Number if !letter.is_ascii() => text.push_str(&number.to_string()),
            _ => text.push(letter),
        }
        before = Some(class);
    }
    if !roman.is_empty() {
        text.push_str(&roman_value(&roman).to_string());
    }
    text
}

/// A Roman number: what stands before something greater is taken from it.
fn roman_value(numerals: &[f64]) -> f64 {
    let nexts = numerals.iter().skip(1).map(Some).chain([None]);
    numerals.iter().zip(nexts).map(|(value, next)| if next > Some(value) { -value } else { *value }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_a_number_has_its_value() {
        for (letter, value) in
            [('٧', 7.0), ('७', 7.0), ('７', 7.0), ('𝟟', 7.0), ('½', 0.5), ('ⅷ', 8.0), ('⑫', 12.0)]
        {
            let found = match NUMERALS[&letter] {
                Numeral::Digit(digit) => f64::from(digit),
                Numeral::Number(number) => number,
            };
            assert_eq!(found, value, "{letter}");
        }
        // The characters that Unicode took in after version 14 are numbers all the same.
        let beyond = ('\u{80}'..=char::MAX).filter(|letter| letter.is_numeric());
        let unread: String =
            beyond.filter(|letter| in_ascii(&letter.to_string()).parse::<f64>().is_err()).collect();
        assert_eq!(unread, "");
        assert!(NUMERALS.keys().all(|letter| letter.is_numeric()));
        assert!(NUMERALS.len() > 1700);
    }

    #[test]
    fn numbers_are_written_in_ascii() {
        let written =
            |word: &str| -> Vec<String> { parts(&opened(word)).into_iter().map(in_ascii).collect() };
        for (word, expected) in [
            ("٧٧٧", &["777"][..]),
            ("١٬٠٢٤٫٥٪", &["1,024.5%"]),
            ("2½", &["2.5"]),
            ("½km", &["0.5", "km"]),
            ("10⁹", &["10^9"]),
            ("95%²", &["95%", "2"]),
            ("m²", &["m2"]),
            ("CO₂", &["CO2"]),
            ("10₂", &["10_2"]),
            ("ⅩⅣ", &["14"]),
            ("③④", &["3", "4"]),
            ("我们有７７个", &["我们有", "77", "个"]),
            ("GPT4", &["GPT4"]),
            ("ﬁne", &["fine"]),
        ] {
            assert_eq!(written(word), expected, "{word}");
        }
    }
}
