//! Numbers, dates and times of a [`Locale`].

use std::sync::LazyLock;

use regex::Regex;

use super::Locale;
use super::draft::Draft;

// Groups of three after a stop, a space or an apostrophe; or digits with stops and commas.
pattern!(pub(super) NUMBER, r"[0-9]{1,3}(?:[. \u{a0}\u{202f}'’][0-9]{3})+(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)*");
pattern!(GROUPED, r"^\d{1,3}(?:[. \u{a0}\u{202f}'’]\d{3})+(?:,\d+)?$");
pattern!(DATE, r"\b(\d{1,2})([./-])(\d{1,2})([./-])(\d{4})\b");
pattern!(ISO, r"\b(\d{4})-(\d{2})-(\d{2})\b");
pattern!(
    TIME,
    r"\b(\d{1,2})(:|\.|[ \u{a0}\u{202f}]?[hH][ \u{a0}\u{202f}]?)(\d{2})\b(?:[ \u{a0}\u{202f}]?(Uhr|h)\b)?"
);
pattern!(FRACTION, r"\b(\d{1,3})[/⁄](\d{1,3})\b");
pattern!(WITH_SIGN, r"(\d[ \u{a0}\u{202f}]?)?([½⅓⅔¼¾])");

impl Locale {
    /// Says a number as written: "1.234,5" in German is "1234 Komma 5".
    pub(super) fn number(&self, text: &str) -> String {
        let is_grouped = GROUPED.is_match(text);
        let (whole, fraction) = match text.split_once(',') {
            Some((whole, fraction)) if !fraction.contains(['.', ',']) => (whole, Some(fraction)),
            _ => (text, None),
        };
        let whole: String = if is_grouped {
            whole.chars().filter(char::is_ascii_digit).collect()
        } else {
            let apart = format!(" {} ", self.point);
            let parts: Vec<String> = whole.split(['.', ',']).map(|part| self.integer(part, false)).collect();
            parts.join(&apart)
        };
        let whole = if is_grouped || fraction.is_some() { whole } else { self.integer(&whole, true) };
        match fraction {
            Some(fraction) => format!("{whole} {} {}", self.decimal, self.digits(fraction)),
            None => whole,
        }
    }

    /// A whole number in digits. Without separators it may be a year.
    fn integer(&self, text: &str, may_be_year: bool) -> String {
        match (&self.hundreds, text.parse::<u32>()) {
            (Some(hundreds), Ok(year @ 1100..2000)) if may_be_year && text.len() == 4 => match year % 100 {
                0 => format!("{}{hundreds}", year / 100),
                rest => format!("{} {hundreds} {rest}", year / 100),
            },
            _ => text.to_owned(),
        }
    }

    /// The digits behind a decimal comma: a number of two digits, or each on its own.
    fn digits(&self, text: &str) -> String {
        if text.len() < 3 && !text.starts_with('0') && !self.digit_by_digit {
            return text.to_owned();
        }
        text.chars().map(String::from).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn year(&self, text: &str) -> String {
        self.integer(text, true)
    }

    /// Dates in digits: the day stands first, as in all these languages, or the year, as ISO 8601 has it.
    pub(super) fn dates(&self, draft: &mut Draft<'_>) {
        let say = |day: &str, month: &str, year: &str| {
            let (day, month) = (day.parse::<usize>().ok()?, month.parse::<usize>().ok()?);
            let month = self.months.get(month.checked_sub(1)?).filter(|_| (1..32).contains(&day))?;
            let day = self.day(day);
            Some(
                self.date
                    .replace("{day}", &day)
                    .replace("{month}", month)
                    .replace("{year}", &self.year(year)),
            )
        };
        draft.claim_each(&DATE, |found, line| {
            let part = found.get(0)?.range();
            let is_date = found[2] == found[4];
            let said = say(&found[1], &found[3], &found[5]).filter(|_| is_date)?;
            Some((part.clone(), self.bent(said, &line[..part.start])))
        });
        draft.claim_each(&ISO, |found, line| {
            let part = found.get(0)?.range();
            let said = say(&found[3], &found[2], &found[1])?;
            Some((part.clone(), self.bent(said, &line[..part.start])))
        });
    }

    pub(super) fn times(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&TIME, |found, _| {
            let (hour, minute) = (found[1].parse::<u32>().ok()?, found[3].parse::<u32>().ok()?);
            if hour > 24 || minute > 59 || &found[2] == "." && found.get(4).is_none() {
                return None;
            }
            let form = if minute == 0 { &self.hour } else { &self.time };
            let said = form.replace("{h}", &hour.to_string()).replace("{m}", &minute.to_string());
            Some((found.get(0)?.range(), said))
        });
    }

    pub(super) fn fractions(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&WITH_SIGN, |found, _| {
            let name = match &found[2] {
                "½" => "1/2",
                "⅓" => "1/3",
                "⅔" => "2/3",
                "¼" => "1/4",
                _ => "3/4",
            };
            let said = self.fractions.get(name)?;
            let and = if found.get(1).is_some() { format!("{} ", self.and) } else { String::new() };
            Some((found.get(2)?.range(), format!("{and}{said}")))
        });
        draft.claim_each(&FRACTION, |found, line| {
            let part = found.get(0)?.range();
            // "1/2/2024" and "a/1/2" are no fractions.
            let is_joined = |c: char| c.is_alphanumeric() || "/-".contains(c);
            if line[..part.start].ends_with(is_joined) || line[part.end..].starts_with(is_joined) {
                return None;
            }
            let said = match self.fractions.get(&found[0]) {
                Some(said) => said.clone(),
                None if &found[0] == "24/7" => "24 7".to_owned(),
                None => format!("{} {} {}", &found[1], self.over, &found[2]),
            };
            Some((part, said))
        });
    }
}
