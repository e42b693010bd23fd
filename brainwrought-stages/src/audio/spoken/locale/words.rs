//! The words of a [`Locale`], read from its file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The languages that have a file here, by their codes.
const FILES: [(&str, &str); 5] = [
    ("de", include_str!("de.toml")),
    ("es", include_str!("es.toml")),
    ("fr", include_str!("fr.toml")),
    ("it", include_str!("it.toml")),
    ("pt", include_str!("pt.toml")),
];

static LOCALES: LazyLock<Vec<(&'static str, Locale)>> = LazyLock::new(|| {
    let read = |&(code, text): &(&'static str, &str)| {
        (code, toml::from_str(text).expect("the file is a constant that a test reads"))
    };
    FILES.iter().map(read).collect()
});

/// The words of one language for what is not written in letters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct Locale {
    /// Said for the decimal comma.
    pub(super) decimal: String,
    /// Said for a full stop inside a number or an address.
    pub(super) point: String,
    pub(super) plus: String,
    pub(super) minus: String,
    /// Between the ends of a range.
    pub(super) to: String,
    /// Between two units.
    pub(super) per: String,
    /// Between the parts of a fraction that has no name.
    pub(super) over: String,
    /// Between a whole number and a fraction.
    pub(super) and: String,
    /// Between a multiple of thousand or million and its currency.
    pub(super) of: String,
    /// For `@` in an address.
    pub(super) at: String,
    pub(super) hashtag: String,
    /// Tells whether the digits behind the decimal comma are said one by one.
    pub(super) digit_by_digit: bool,
    /// Tells whether 1999 is said in hundreds.
    pub(super) hundreds: Option<String>,
    /// Tells whether amounts below two are singular.
    pub(super) singular_below_two: bool,
    /// What stands for 1 before a noun, by its gender: `m`, `f`, `n`.
    pub(super) one: BTreeMap<char, String>,
    pub(super) squared: String,
    pub(super) cubed: String,
    /// Stands before an exponent.
    pub(super) power: String,
    /// The unit itself stands for `{}`.
    pub(super) square: [String; 2],
    pub(super) cubic: [String; 2],
    pub(super) months: [String; 12],
    /// Tells whether the first day of a month is said as an ordinal number.
    pub(super) first_day: bool,
    /// With `{day}`, `{month}` and `{year}`.
    pub(super) date: String,
    /// With `{h}` and `{m}`.
    pub(super) time: String,
    /// Full hours, with `{h}`.
    pub(super) hour: String,
    /// Ordinal numbers from 1.
    pub(super) ordinals: Vec<String>,
    /// Words before a Roman numeral that is a plain number.
    pub(super) numbered: Vec<String>,
    /// Names before a Roman numeral that is an ordinal number, and what stands before it.
    pub(super) rulers: BTreeMap<String, String>,
    /// Up to this number rulers are counted with ordinal numbers.
    pub(super) last_ruler: usize,
    /// Short forms that are always said so.
    pub(super) short: BTreeMap<String, String>,
    /// Short forms before a number.
    pub(super) before_number: BTreeMap<String, String>,
    /// Short forms before a name.
    pub(super) before_name: BTreeMap<String, String>,
    /// One and many.
    pub(super) scales: BTreeMap<String, [String; 2]>,
    pub(super) scale_gender: char,
    /// One, many, gender.
    pub(super) currencies: BTreeMap<String, (String, String, char)>,
    /// One, many, gender.
    pub(super) units: BTreeMap<String, (String, String, char)>,
    pub(super) prefixes: BTreeMap<char, String>,
    pub(super) fractions: BTreeMap<String, String>,
    pub(super) signs: BTreeMap<char, String>,
    /// How ordinal numbers are written in digits, if they are.
    #[serde(default)]
    pub(super) ordinal_endings: BTreeMap<String, char>,
    /// Words after a day or a count with a full stop, by the ending that the ordinal number takes: German only.
    #[serde(default)]
    pub(super) counted_nouns: BTreeMap<String, String>,
}

impl Locale {
    /// The words of a language, by its ISO 639-1 code.
    pub(in super::super) fn of(code: &str) -> Option<&'static Self> {
        LOCALES.iter().find(|(known, _)| *known == code).map(|(_, locale)| locale)
    }
}
