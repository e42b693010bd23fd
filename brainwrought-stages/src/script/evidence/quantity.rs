//! [`Quantity`]: a number with its unit, whatever way it is written.

use super::token::Token;

/// A number of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    /// What it is worth, multiplied out: "4.2 billion" is 4,200,000,000.
    pub(super) value: f64,
    /// What is counted, where the sentence says so.
    pub(super) unit: Option<&'static str>,
    /// The words, as they are written.
    pub(super) shown: String,
    /// The place of its first token.
    pub(super) at: usize,
    /// True for a number within a word, such as that of "GPT4" or "m²": it names something and counts nothing.
    pub(super) is_within_word: bool,
}

/// Units by all their writings; the first is their name. From the tables of the SI brochure, and what papers count in.
const UNITS: [&[&str]; 46] = [
    &["percent", "%", "percentage", "per cent", "prozent", "pct"],
    &["nanosecond", "ns", "nanoseconds"],
    &["microsecond", "µs", "μs", "us", "microseconds"],
    &["millisecond", "ms", "milliseconds", "msec", "millisekunden"],
    &["second", "s", "sec", "secs", "seconds", "sekunden"],
    &["minute", "min", "mins", "minutes", "minuten"],
    &["hour", "h", "hr", "hrs", "hours", "stunden"],
    &["day", "days", "tage"],
    &["week", "weeks", "wochen"],
    &["month", "months", "monate"],
    &["year", "years", "jahre", "yr", "yrs"],
    &["bit", "bits"],
    &["byte", "bytes"],
    &["kilobyte", "kb", "kib", "kilobytes", "kbyte", "kbytes"],
    &["megabyte", "mb", "mib", "megabytes", "mbyte", "mbytes"],
    &["gigabyte", "gb", "gib", "gigabytes", "gbyte", "gbytes"],
    &["terabyte", "tb", "tib", "terabytes"],
    &["petabyte", "pb", "pib", "petabytes"],
    &["kilobit", "kbps", "kbit", "kbits"],
    &["megabit", "mbps", "mbit", "mbits"],
    &["gigabit", "gbps", "gbit", "gbits"],
    &["hertz", "hz"],
    &["kilohertz", "khz"],
    &["megahertz", "mhz"],
    &["gigahertz", "ghz"],
    &["nanometre", "nm", "nanometers", "nanometres"],
    &["micrometre", "µm", "μm", "micrometers", "micrometres"],
    &["millimetre", "mm", "millimeters", "millimetres"],
    &["centimetre", "cm", "centimeters", "centimetres"],
    &["metre", "m", "meter", "meters", "metres"],
    &["kilometre", "km", "kilometers", "kilometres", "kilometer"],
    &["mile", "miles"],
    &["gram", "g", "grams"],
    &["kilogram", "kg", "kilograms"],
    &["tonne", "ton", "tons", "tonnes"],
    &["volt", "v", "volts"],
    &["ampere", "amp", "amps", "amperes"],
    &["watt", "w", "watts"],
    &["kilowatt", "kw", "kilowatts"],
    &["megawatt", "mw", "megawatts"],
    &["joule", "j", "joules"],
    &["degree", "°", "°c", "°f", "degrees", "celsius", "fahrenheit"],
    &["dollar", "$", "usd", "dollars"],
    &["euro", "€", "eur", "euros"],
    &["pound", "£", "gbp", "pounds"],
    &["times", "x", "×", "fold", "mal"],
];

const SMALL: [(&str, f64); 31] = [
    ("zero", 0.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("half", 0.5),
    ("twice", 2.0),
    ("dozen", 12.0),
    ("double", 2.0),
];

const LARGE: [(&str, f64); 6] = [
    ("hundred", 1e2),
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
    ("quadrillion", 1e15),
];

/// Finds the numbers among `tokens`, those within words included. "One" counts only before a unit, as it is a pronoun
/// elsewhere.
pub(super) fn quantities(tokens: &[Token]) -> Vec<Quantity> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Some((mut value, mut unit)) = starts_number(token, tokens.get(at + 1)) else {
            found.extend(within_word(token).map(|value| {
                let shown = token.text.clone();
                Quantity { value, unit: None, shown, at, is_within_word: true }
            }));
            at += 1;
            continue;
        };
        let first = at;
        at += 1;
        // "twenty five", "4.2 billion", "two hundred thousand"
        while let Some(next) = tokens.get(at) {
            if let Some(&(_, factor)) = LARGE.iter().find(|(word, _)| is_plural_of(&next.key, word)) {
                value *= factor;
            } else if let Some(small) = small(&next.key)
                && (20.0..100.0).contains(&value)
                && value % 10.0 == 0.0
                && (1.0..10.0).contains(&small)
                && small_word(&tokens[at - 1].key)
            {
                value += small;
            } else {
                break;
            }
            at += 1;
        }
        if unit.is_none()
            && let Some(next) = tokens.get(at).and_then(|token| named_unit(&token.key))
        {
            unit = Some(next);
            at += 1;
        }
        let shown = tokens[first..at].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
        found.push(Quantity { value, unit, shown, at: first, is_within_word: false });
    }
    found
}

/// Reads what begins a number: digits with what is stuck to them, or a word.
fn starts_number(token: &Token, next: Option<&Token>) -> Option<(f64, Option<&'static str>)> {
    let key = token.key.as_str();
    if let Some(value) = small(key) {
        return Some((value, None));
    }
    if let Some(&(_, factor)) = LARGE.iter().find(|(word, _)| *word == key) {
        return Some((factor, None));
    }
    if key == "one" {
        let counts = next.is_some_and(|next| {
            named_unit(&next.key).is_some() || LARGE.iter().any(|(word, _)| *word == next.key)
        });
        return counts.then_some((1.0, None));
    }
    let sign = key.chars().next().filter(|letter| "$€£".contains(*letter));
    let rest = sign.map_or(key, |sign| &key[sign.len_utf8()..]);
    let digits =
        rest.find(|letter: char| !(letter.is_ascii_digit() || ".,".contains(letter))).unwrap_or(rest.len());
    let (digits, tail) = rest.split_at(digits);
    let (value, tail) = raised(decimal(digits)?, tail);
    let before = sign.and_then(|sign| named_unit(&sign.to_string()));
    match tail {
        "" => Some((value, before)),
        "k" => Some((value * 1e3, before)),
        "bn" => Some((value * 1e9, before)),
        "st" | "nd" | "rd" | "th" | "s" if value.fract() == 0.0 && before.is_none() => {
            // "3rd" and "1990s" are that number; "5s" are seconds.
            Some((value, (tail == "s" && value < 1000.0).then_some("second")))
        }
        tail => Some((value, Some(named_unit(tail)?))),
    }
}

/// The numbers in a word that is none itself.
fn within_word(token: &Token) -> impl Iterator<Item = f64> {
    token.key.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok())
}

/// Reads what multiplies a number by a power: `10^9` and `1.5e9`.
fn raised(value: f64, tail: &str) -> (f64, &str) {
    let Some(rest) = tail.strip_prefix(['^', 'e']) else { return (value, tail) };
    let (digits, behind) =
        rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len()));
    match digits.parse() {
        Ok(power) if tail.starts_with('^') => (value.powi(power), behind),
        Ok(power) => (value * 10_f64.powi(power), behind),
        Err(_) => (value, tail),
    }
}

/// Reads `1,024`, `3.5` and `12`; a comma between groups of three parts thousands, any other comma decimals.
fn decimal(digits: &str) -> Option<f64> {
    let digits = digits.trim_end_matches(['.', ',']);
    if !digits.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let groups: Vec<&str> = digits.split(',').collect();
    let is_grouped = groups.len() > 1
        && groups[0].len() <= 3
        && groups[1..].iter().all(|group| group.split('.').next().is_some_and(|group| group.len() == 3));
    let plain = if is_grouped { digits.replace(',', "") } else { digits.replace(',', ".") };
    plain.parse().ok()
}

fn small(key: &str) -> Option<f64> {
    SMALL.iter().find(|(word, _)| *word == key).map(|&(_, value)| value)
}

fn small_word(key: &str) -> bool {
    small(key).is_some()
}

fn is_plural_of(key: &str, word: &str) -> bool {
    key == word || key.strip_suffix('s') == Some(word)
}

fn named_unit(key: &str) -> Option<&'static str> {
    UNITS.iter().find(|writings| writings.contains(&key)).map(|writings| writings[0])
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    fn read(text: &str) -> Vec<(f64, Option<&'static str>)> {
        quantities(&tokens(text, None)).into_iter().map(|found| (found.value, found.unit)).collect()
    }

    #[test]
    fn numbers_are_worth_the_same_in_all_their_writings() {
        assert_eq!(read("It took 4,200 ms."), [(4200.0, Some("millisecond"))]);
        assert_eq!(read("It took 4200ms."), [(4200.0, Some("millisecond"))]);
        assert_eq!(read("It grew 12.5 percent, not 3%."), [(12.5, Some("percent")), (3.0, Some("percent"))]);
        assert_eq!(read("They lost $4.2 billion."), [(4.2e9, Some("dollar"))]);
        assert_eq!(read("Twenty-five machines ran two hundred jobs."), [(25.0, None), (200.0, None)]);
        assert_eq!(
            read("A 32-bit word and a 10x gain in 1990s style"),
            [(32.0, Some("bit")), (10.0, Some("times")), (1990.0, None)]
        );
        assert_eq!(read("One of them won one million dollars."), [(1e6, Some("dollar"))]);
        assert_eq!(read("Nothing here counts."), []);
        assert_eq!(
            read("10⁹ is 10^9 is 1e9, and ٧٧٧ is ७७७."),
            [(1e9, None), (1e9, None), (1e9, None), (777.0, None), (777.0, None)]
        );
        assert_eq!(read("2½ hours, ½% of ⅷ"), [(2.5, Some("hour")), (0.5, Some("percent")), (8.0, None)]);
    }
}
