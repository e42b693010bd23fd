//! [`Currency`]: amounts of money as English words.

use regex::Captures;

use super::number::{cardinal, number, whole};
use super::piece::{Context, Said, sign_words};
use super::unit::scale;

/// What a currency is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Currency {
    one: &'static str,
    many: &'static str,
    /// Hundredths of it.
    small: &'static str,
}

/// Signs and codes (ISO 4217) with one, many, and hundredths.
const CURRENCIES: &[(&str, &str, &str, &str)] = &[
    ("$", "dollar", "dollars", "cents"),
    ("€", "euro", "euros", "cents"),
    ("£", "pound", "pounds", "pence"),
    ("¥", "yen", "yen", "sen"),
    ("₹", "rupee", "rupees", "paise"),
    ("US$", "U S dollar", "U S dollars", "cents"),
    ("A$", "Australian dollar", "Australian dollars", "cents"),
    ("AU$", "Australian dollar", "Australian dollars", "cents"),
    ("C$", "Canadian dollar", "Canadian dollars", "cents"),
    ("CA$", "Canadian dollar", "Canadian dollars", "cents"),
    ("NZ$", "New Zealand dollar", "New Zealand dollars", "cents"),
    ("HK$", "Hong Kong dollar", "Hong Kong dollars", "cents"),
    ("S$", "Singapore dollar", "Singapore dollars", "cents"),
    ("R$", "real", "reais", "centavos"),
    ("USD", "dollar", "dollars", "cents"),
    ("EUR", "euro", "euros", "cents"),
    ("GBP", "pound", "pounds", "pence"),
    ("CHF", "Swiss franc", "Swiss francs", "centimes"),
    ("JPY", "yen", "yen", "sen"),
    ("CNY", "yuan", "yuan", "fen"),
    ("RMB", "yuan", "yuan", "fen"),
    ("INR", "rupee", "rupees", "paise"),
    ("AUD", "Australian dollar", "Australian dollars", "cents"),
    ("CAD", "Canadian dollar", "Canadian dollars", "cents"),
    ("NZD", "New Zealand dollar", "New Zealand dollars", "cents"),
    ("SEK", "Swedish krona", "Swedish kronor", "öre"),
    ("NOK", "Norwegian krone", "Norwegian kroner", "øre"),
    ("DKK", "Danish krone", "Danish kroner", "øre"),
    ("BRL", "real", "reais", "centavos"),
];

impl Currency {
    /// The currency behind a sign or a code.
    pub(super) fn of(sign: &str) -> Option<Self> {
        let (_, one, many, small) = CURRENCIES.iter().find(|(known, ..)| *known == sign)?;
        Some(Self { one, many, small })
    }

    /// The currency behind a code of letters, which a number may follow.
    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::of(code).filter(|_| code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase()))
    }

    pub(super) fn many(self) -> &'static str {
        self.many
    }

    /// Says an amount: sign, currency, value, scale, "+" and what it is per.
    pub(super) fn amount(self, found: &Captures<'_>, context: &Context<'_>) -> Said {
        let group = |at: usize| found.get(at).map_or("", |m| m.as_str());
        let (sign, value) = (sign_words(group(1)), group(3));
        if value.is_empty() {
            // "US$ 4.2": the sign stands alone before its number.
            let is_before = context.next.starts_with(|c: char| c.is_ascii_digit());
            return match is_before {
                true => Said { words: sign.trim_end().to_owned(), owes: Some(self), takes_stop: false },
                false => self.many.to_owned().into(),
            };
        }
        if group(4).is_empty() && is_scale_word(context.next) {
            return Said { words: format!("{sign}{}", number(value)), owes: Some(self), takes_stop: false };
        }
        let mut words = match scale(group(4)) {
            Some(scale) => format!("{} {scale} {}", number(value), self.many),
            None => self.plain(value),
        };
        if !group(5).is_empty() {
            words.push_str(" or more");
        }
        if !group(6).is_empty() {
            words.push_str(&format!(" per {}", group(6)));
        }
        format!("{sign}{words}").into()
    }

    fn plain(self, value: &str) -> String {
        let Self { one, many, small } = self;
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
    }
}

/// Tells whether a word that follows an amount multiplies it: "million", "bn".
pub(super) fn is_scale_word(word: &str) -> bool {
    scale(word).is_some() && word.len() > 2
}
