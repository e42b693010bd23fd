//! Ordinal numbers and Roman numerals of a [`Locale`].

use std::sync::LazyLock;

use regex::Regex;

use super::super::number::roman;
use super::Locale;
use super::draft::Draft;

pattern!(WITH_STOP, r"\b(\d{1,2})\.(?:[ \u{a0}\u{202f}]+(\p{L}+)|[–-]\d{1,2}\.)");
pattern!(WITH_ENDING, r"\b(\d{1,2}|[IVX]+)\.?(\p{Lo}|\p{L}{1,3}|[ºª]|ᵉʳ?)\b|\b(\d{1,2}|[IVX]+)\.?([ºª])");
pattern!(DECADE, r"\b(1\d)?(\d0er)\b");
pattern!(ROMAN, r"(\p{L}+)(\.?[ \u{a0}\u{202f}]+)([IVXLC]+)\b(\.)?");

impl Locale {
    /// The day of a month as it is said: an ordinal number in German, and for the first day wherever that is usual.
    pub(super) fn day(&self, day: usize) -> String {
        let is_ordinal = !self.counted_nouns.is_empty() || day == 1 && self.first_day;
        match self.ordinals.get(day - 1) {
            Some(ordinal) if is_ordinal => ordinal.clone(),
            _ => day.to_string(),
        }
    }

    /// Gives a German ordinal number that stands first in `said` the ending that the word before it asks for.
    pub(super) fn bent(&self, said: String, before: &str) -> String {
        if self.counted_nouns.is_empty() {
            return said;
        }
        let ending = self.ending(before, "er");
        match said.split_once(' ') {
            Some((ordinal, rest)) => format!("{ordinal}{ending} {rest}"),
            None => format!("{said}{ending}"),
        }
    }

    fn ending<'a>(&self, before: &str, usual: &'a str) -> &'a str {
        let word = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
        match word.as_str() {
            "am" | "im" | "vom" | "zum" | "beim" | "dem" | "den" | "des" | "seit" | "bis" | "ab" | "nach"
            | "vor" | "zur" | "einem" | "einen" | "einer" | "eines" | "zwischen" => "en",
            "der" | "die" | "das" | "diese" | "dieser" | "dieses" | "und" | "oder" => "e",
            _ => usual,
        }
    }

    /// Ordinal numbers that are written in digits: "3. Mai", "1er", "2ª".
    pub(super) fn ordinals(&self, draft: &mut Draft<'_>) {
        if !self.counted_nouns.is_empty() {
            draft.claim_each(&DECADE, |found, _| {
                let (century, decade) = (found.get(1), &found[2]);
                let hundreds = self.hundreds.as_deref().unwrap_or_default();
                let century =
                    century.map(|digits| format!("{} {hundreds} ", digits.as_str())).unwrap_or_default();
                Some((found.get(0)?.range(), format!("{century}{decade}")))
            });
            draft.claim_each(&WITH_STOP, |found, line| {
                let number = found.get(1)?;
                let ordinal = self.ordinals.get(found[1].parse::<usize>().ok()?.checked_sub(1)?)?;
                let before = &line[..number.start()];
                let next = found.get(2).map_or("", |next| next.as_str());
                let is_month = self.months.iter().any(|month| month == next);
                let usual = match self.counted_nouns.get(next) {
                    Some(ending) => ending.as_str(),
                    None if is_month => "er",
                    // "vom 3. bis 5. Mai", "am 3.–5. Mai"
                    None if matches!(next, "bis" | "und" | "oder" | "") => "er",
                    None => "",
                };
                let ending = self.ending(before, usual);
                // Before any other word the stop may end a sentence, unless a word that needs a noun stands before it.
                let is_sure = !usual.is_empty()
                    || !ending.is_empty() && ending != usual && next.starts_with(char::is_uppercase);
                is_sure.then(|| (number.start()..number.end() + 1, format!("{ordinal}{ending}")))
            });
        }
        if self.ordinal_endings.is_empty() {
            return;
        }
        draft.claim_each(&WITH_ENDING, |found, line| {
            let (number, ending) = (found.get(1).or(found.get(3))?, found.get(2).or(found.get(4))?);
            let form = *self.ordinal_endings.get(ending.as_str())?;
            let value = match number.as_str().parse::<usize>() {
                Ok(value) => value,
                // "Ve siècle", but not "Le" or "Ce".
                Err(_) if number.as_str() == "I" && ending.as_str() == "er" => 1,
                Err(_) if number.len() < 2 && !line[ending.end()..].trim_start().starts_with(['s', 'R']) => {
                    return None;
                }
                Err(_) => usize::try_from(roman(number.as_str())?).ok()?,
            };
            let ordinal = self.ordinals.get(value.checked_sub(1)?)?;
            Some((number.start()..ending.end(), self.feminine(ordinal, value, form)))
        });
    }

    /// The form of an ordinal number: `f` for feminine, `s` for what is cut short before a noun.
    fn feminine(&self, ordinal: &str, value: usize, form: char) -> String {
        match form {
            'f' if value == 1 && ordinal.ends_with("er") => format!("{}ère", &ordinal[..ordinal.len() - 2]),
            'f' => ordinal.strip_suffix('o').map_or(ordinal.to_owned(), |stem| format!("{stem}a")),
            's' => ordinal.strip_suffix('o').unwrap_or(ordinal).to_owned(),
            _ => ordinal.to_owned(),
        }
    }

    /// Roman numerals behind a word that is counted or the name of a ruler.
    pub(super) fn roman_numerals(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&ROMAN, |found, line| {
            let (word, numeral) = (&found[1], found.get(3)?);
            let value = usize::try_from(roman(numeral.as_str())?).ok()?;
            if self.numbered.contains(&word.to_lowercase()) {
                return Some((numeral.range(), value.to_string()));
            }
            let before = self.rulers.get(word)?;
            let ordinal = self.ordinals.get(value - 1).filter(|_| value <= self.last_ruler);
            // A German ordinal number has a full stop, which may end the sentence as well.
            let ends = line[numeral.end()..].trim_start_matches('.').trim().is_empty();
            let stop = found.get(4).filter(|_| !ends && !self.counted_nouns.is_empty());
            let said = match ordinal {
                Some(ordinal) if self.counted_nouns.is_empty() => ordinal.clone(),
                Some(ordinal) => format!("{before} {ordinal}e"),
                None if value == 1 => self.ordinals.first()?.clone(),
                None => value.to_string(),
            };
            Some((numeral.start()..stop.map_or(numeral.end(), |stop| stop.end()), said))
        });
    }
}
