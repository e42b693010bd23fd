//! [`Currency`]: amounts of money as English words.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::number::{cardinal, number, whole};
use super::piece::{Context, Said, ends_in_number, sign_words, spaced};
use super::unit::scale;

pattern!(
    MONEY,
    r"^([-−+~≈<>]?)((?:US|CA|AU|NZ|HK|[ACSR])?[$€£¥₹])((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)(k|K|M|mn|B|bn|T|tn)?(\+?)(?:/([a-z]+))?$"
);
pattern!(MONEY_RANGE, r"^([$€£¥₹])([\d.,]*\d)(?:k|K|M|bn|B|T)?[-–]([$€£¥₹])?([\d.,]*\d)(k|K|M|bn|B|T)?$");

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
    fn of(sign: &str) -> Option<Self> {
        let (_, one, many, small) = CURRENCIES.iter().find(|(known, ..)| *known == sign)?;
        Some(Self { one, many, small })
    }

    /// The currency behind a code of letters, which a number may follow.
    fn of_code(code: &str) -> Option<Self> {
        Self::of(code).filter(|_| code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase()))
    }

    pub(super) fn many(self) -> &'static str {
        self.many
    }

    /// Says the number that follows a sign or code of the currency; `None` where none does.
    pub(super) fn behind(self, core: &str, context: &Context<'_>) -> Option<Said> {
        let amount = format!("${core}");
        let found = MONEY.captures(&amount).filter(|_| core.starts_with(|c: char| c.is_ascii_digit()))?;
        Some(self.amount(&found, context))
    }

    /// Says an amount: sign, currency, value, scale, "+" and what it is per.
    fn amount(self, found: &Captures<'_>, context: &Context<'_>) -> Said {
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

/// Says an amount of money, or a sign or code that stands before one; `None` for anything else.
pub(super) fn amount(core: &str, context: &Context<'_>) -> Option<Said> {
    if let Some(found) = MONEY.captures(core)
        && let Some(currency) = Currency::of(&found[2])
    {
        return Some(currency.amount(&found, context));
    }
    if let Some(currency) = Currency::of_code(core)
        && context.next.starts_with(|c: char| c.is_ascii_digit())
        && !ends_in_number(context.previous)
    {
        return Some(Said { words: String::new(), owes: Some(currency), takes_stop: false });
    }
    if let Some(found) = MONEY_RANGE.captures(core)
        && let Some(currency) = Currency::of(&found[1])
    {
        let words = format!("{} to {}", number(&found[2]), number(&found[4]));
        return Some(match found.get(5).and_then(|sign| scale(sign.as_str())) {
            None if is_scale_word(context.next) => Said { words, owes: Some(currency), takes_stop: false },
            scale => format!("{words}{} {}", spaced(scale.unwrap_or_default()), currency.many()).into(),
        });
    }
    None
}

/// Tells whether a word that follows an amount multiplies it: "million", "bn".
pub(super) fn is_scale_word(word: &str) -> bool {
    scale(word).is_some() && word.len() > 2
}
