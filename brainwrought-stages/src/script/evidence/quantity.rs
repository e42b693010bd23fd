//! [`Quantity`]: a number with its unit, whatever way it is written.

use super::token::Token;
use super::unit::Unit;
use crate::language::Meaning;

/// What a number tells besides how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// How many.
    Count,
    /// Which part of a whole.
    Share,
    /// Which place in an order.
    Place,
    /// How many times.
    Times,
    /// It names something and counts nothing, as that of "GPT4" or "m²".
    Name,
}

/// Words that make the number behind them one below zero, in English and German.
const MINUS: [&str; 2] = ["minus", "negative"];

/// A number of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    /// What it is worth, multiplied out: "4.2 billion" is 4,200,000,000.
    pub(super) value: f64,
    /// What is counted, where the sentence says so.
    pub(super) unit: Option<&'static Unit>,
    pub(super) kind: Kind,
    /// True below zero; `value` has no sign.
    pub(super) is_negative: bool,
    /// The words, as they are written.
    pub(super) shown: String,
    /// The place of its first token, and the place behind its last one.
    pub(super) at: usize,
    pub(super) end: usize,
}

impl Quantity {
    /// What it measures, and its value in the smallest unit of that kind.
    pub(super) fn measure(&self) -> (&'static str, f64) {
        match (self.kind, self.unit) {
            (_, Some(unit)) => (unit.measures, self.value * unit.factor),
            (Kind::Share, None) => ("share", self.value),
            (Kind::Times, None) => ("times", self.value),
            (_, None) => ("", self.value),
        }
    }
}

/// Finds the numbers among `tokens`, those within words included. "One" counts only before a unit or a part, as it is a pronoun
/// elsewhere, and "a" only before a unit of time behind a preposition.
pub(super) fn quantities(tokens: &[Token], words: &Meaning) -> Vec<Quantity> {
    let reader = Reader { tokens, words };
    let mut found: Vec<Quantity> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(number) = reader.number(at) {
            at = number.end.max(at + 1);
            found.push(number);
        } else {
            found.extend(reader.names(at));
            at += 1;
        }
    }
    shares(&mut found, tokens);
    ranges(&mut found, tokens);
    found
}

struct Reader<'a> {
    tokens: &'a [Token],
    words: &'a Meaning,
}

impl Reader<'_> {
    fn key(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.key.as_str())
    }

    fn quantity(
        &self,
        value: f64,
        kind: Kind,
        unit: Option<&'static Unit>,
        at: usize,
        end: usize,
    ) -> Quantity {
        let words: Vec<&str> = self.tokens[at..end].iter().map(|token| token.text.as_str()).collect();
        let has_sign = self.tokens[at].is_negative;
        let before = at.checked_sub(1).map_or("", |before| self.key(before));
        let is_negative = has_sign || MINUS.contains(&before);
        let shown = if has_sign { format!("−{}", words.join(" ")) } else { words.join(" ") };
        Quantity { value, unit, kind, is_negative, shown, at, end }
    }

    fn number(&self, at: usize) -> Option<Quantity> {
        let key = self.key(at);
        let article = ["a", "an", "one"].contains(&key);
        if let Some(&part) = self.words.fractions.get(self.key(at + 1))
            && article
            && self.key(at + 1) != "half"
        {
            if let Some((unit, end)) = self.of_a_unit(at + 2) {
                return Some(self.quantity(part, Kind::Count, Some(unit), at, end));
            }
            return Some(self.quantity(part, Kind::Share, None, at, at + 2));
        }
        if let Some(&factor) = self.words.multiples.get(key) {
            return Some(self.quantity(factor, Kind::Times, None, at, at + 1));
        }
        if let Some(&part) = self.words.fractions.get(key)
            && (key.starts_with("hal")
                || !self.words.ordinals.contains_key(key) && !key.starts_with("quarter"))
        {
            // "Half a million" is a number.
            let behind = at + 1 + usize::from(self.key(at + 1) == "a");
            if let Some(&factor) = self.words.numbers.get(self.key(behind))
                && factor >= 100.0
            {
                return Some(self.quantity(part * factor, Kind::Count, None, at, behind + 1));
            }
            if let Some((unit, end)) = self.of_a_unit(at + 1) {
                return Some(self.quantity(part, Kind::Count, Some(unit), at, end));
            }
            return Some(self.quantity(part, Kind::Share, None, at, at + 1));
        }
        if let Some(&place) = self.words.ordinals.get(key) {
            return self.tells_place(at).then(|| self.quantity(place, Kind::Place, None, at, at + 1));
        }
        if key == "one" && !self.counts_one(at) {
            return None;
        }
        if ["a", "an"].contains(&key) {
            let unit = Unit::of(self.key(at + 1)).filter(|unit| unit.measures == "time")?;
            let lasts = at.checked_sub(1).is_some_and(|before| {
                [
                    "for", "in", "within", "after", "than", "about", "nearly", "almost", "every", "over",
                    "under", "around", "roughly",
                ]
                .contains(&self.key(before))
            });
            if self.is_and_a_half(at + 2) {
                return Some(self.quantity(1.5, Kind::Count, Some(unit), at, at + 5));
            }
            return lasts.then(|| self.quantity(1.0, Kind::Count, Some(unit), at, at + 2));
        }
        // "The two were friends" names them.
        if at > 0
            && self.key(at - 1) == "the"
            && self.words.numbers.get(key).is_some_and(|&value| value <= 3.0)
            && !self.counts_noun(at + 1)
        {
            return None;
        }
        let (value, unit, mut end) = self.digits(at).or_else(|| self.spelled(at))?;
        if unit.is_some() {
            return Some(self.quantity(value, Kind::Count, unit, at, end));
        }
        if let Some(&part) = self.words.fractions.get(self.key(end))
            && value < 20.0
            && self.key(end).ends_with('s')
        {
            return Some(self.quantity(value * part, Kind::Share, None, at, end + 1));
        }
        if self.key(end) == "per" && self.key(end + 1) == "cent" {
            return Some(self.quantity(value, Kind::Count, Unit::of("percent"), at, end + 2));
        }
        // "The 15th day" is a day, and not fifteen of them.
        let is_place = self.key(at).starts_with(|letter: char| letter.is_ascii_digit())
            && ["st", "nd", "rd", "th"].iter().any(|ending| self.key(at).ends_with(ending));
        if is_place {
            return Some(self.quantity(value, Kind::Place, None, at, end));
        }
        let unit = Unit::of(self.key(end));
        end += usize::from(unit.is_some());
        let has_half = unit.is_some() && self.is_and_a_half(end);
        let value = if has_half { value + 0.5 } else { value };
        end += if has_half { 3 } else { 0 };
        Some(self.quantity(value, Kind::Count, unit, at, end))
    }

    /// The unit that a part is one of, and the place behind it: "a fifth of a second", "half an hour".
    fn of_a_unit(&self, at: usize) -> Option<(&'static Unit, usize)> {
        let article = at + usize::from(self.key(at) == "of");
        let is_one = ["a", "an", "one"].contains(&self.key(article));
        let unit = Unit::of(self.key(article + 1)).filter(|unit| unit.measures != "share")?;
        is_one.then_some((unit, article + 2))
    }

    /// An ordinal tells a place where a noun follows: "first, they wait" and "at first" do not.
    fn tells_place(&self, at: usize) -> bool {
        let (Some(token), Some(next)) = (self.tokens.get(at), self.tokens.get(at + 1)) else { return false };
        let before = at.checked_sub(1).map_or("", |before| self.key(before));
        token.clause == next.clause
            && !["at", "a"].contains(&before)
            && !["of", "to", "the", "and", "we", "they", "it", "you", "he", "she", "a", "an", "then"]
                .contains(&next.key.as_str())
            && (!token.starts || token.key != "first")
    }

    /// Tells whether a word is none that joins or helps others, so that a number before it counts it.
    fn counts_noun(&self, at: usize) -> bool {
        let helps =
            ["is", "are", "was", "were", "have", "had", "do", "did", "can", "may", "will", "of", "and", ""];
        !helps.contains(&self.key(at)) && self.goes_on(at)
    }

    fn is_and_a_half(&self, at: usize) -> bool {
        self.key(at) == "and" && self.key(at + 1) == "a" && self.key(at + 2) == "half"
    }

    fn counts_one(&self, at: usize) -> bool {
        let next = self.key(at + 1);
        Unit::of(next).is_some()
            || self.words.numbers.get(next).is_some_and(|&value| value >= 100.0)
            || next == "in"
                && self.plain(at + 2 + usize::from(self.key(at + 2) == "a")).is_some_and(|value| value >= 2.0)
            || next == "out" && self.plain(at + 3).is_some()
            // "One customer in a hundred".
            || self.key(at + 2) == "in"
                && self
                    .plain(at + 3 + usize::from(self.key(at + 3) == "a"))
                    .is_some_and(|value| (2.0..1000.0).contains(&value))
    }

    fn plain(&self, at: usize) -> Option<f64> {
        self.digits(at).or_else(|| self.spelled(at)).map(|(value, ..)| value)
    }

    /// Reads a number in words: "two hundred and fifty thousand".
    fn spelled(&self, at: usize) -> Option<(f64, Option<&'static Unit>, usize)> {
        let (mut total, mut current, mut end) = (0.0, 0.0, at);
        let mut last = f64::INFINITY;
        let mut has_number = false;
        loop {
            let mut key = self.key(end);
            let mut step = 1;
            if has_number && key == "and" && last >= 100.0 {
                key = self.key(end + 1);
                step = 2;
                if self.words.numbers.get(key).is_none_or(|&value| value >= 100.0) {
                    break;
                }
            }
            let known = self.words.numbers.get(key).or_else(|| {
                // "Millions of" tells about how many, as does "tens of millions".
                let counts = has_number || self.tens_before(end).is_some() || self.key(end + 1) == "of";
                counts
                    .then(|| self.words.numbers.get(key.strip_suffix('s')?))
                    .flatten()
                    .filter(|&&value| value >= 12.0)
            });
            let value = match known {
                _ if has_number && !self.goes_on(end) => break,
                Some(&value) => value,
                None if key == "one" && (end == at || last >= 20.0) => 1.0,
                None => break,
            };
            if value >= 100.0 || (value == 12.0 && has_number && last < 10.0) {
                current = if current == 0.0 { value } else { current * value };
                if value >= 1000.0 {
                    total += current;
                    current = 0.0;
                }
            } else if !has_number || last >= 100.0 || (last >= 20.0 && value < 10.0) {
                current += value;
            } else {
                break;
            }
            last = value;
            has_number = true;
            end += step;
        }
        let tens = self.tens_before(at).unwrap_or(1.0);
        has_number.then_some(((total + current) * tens, None, end))
    }

    /// How many of a large number there are: 10 behind "tens of", before "millions".
    fn tens_before(&self, at: usize) -> Option<f64> {
        let of = at.checked_sub(1).filter(|&of| self.key(of) == "of")?;
        let many = [("tens", 10.0), ("dozens", 12.0), ("hundreds", 100.0), ("thousands", 1_000.0)];
        let word = self.key(of.checked_sub(1)?);
        let is_large = self.key(at).strip_suffix('s').is_some_and(|key| self.words.numbers.contains_key(key));
        many.iter().find(|(known, _)| is_large && *known == word).map(|(_, tens)| *tens)
    }

    /// Tells whether no punctuation stands before a word.
    fn goes_on(&self, at: usize) -> bool {
        let clause = |at: usize| self.tokens.get(at).map(|token| token.clause);
        at.checked_sub(1).is_some_and(|before| clause(before) == clause(at))
    }

    /// Reads digits with what is stuck to them, and the words that multiply them.
    fn digits(&self, at: usize) -> Option<(f64, Option<&'static Unit>, usize)> {
        let key = self.key(at);
        let sign = key.chars().next().filter(|letter| "$€£".contains(*letter));
        let rest = sign.map_or(key, |sign| &key[sign.len_utf8()..]);
        let digits = rest
            .find(|letter: char| !(letter.is_ascii_digit() || ".,".contains(letter)))
            .unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(digits);
        let (mut value, tail) = raised(decimal(digits)?, tail);
        let mut unit = sign.and_then(|sign| Unit::of(&sign.to_string()));
        match tail {
            "" => {}
            "k" => value *= 1e3,
            "bn" => value *= 1e9,
            "st" | "nd" | "rd" | "th" | "s" if value.fract() == 0.0 && unit.is_none() => {
                // "3rd" and "1990s" are that number; "5s" are seconds.
                unit = (tail == "s" && value < 1000.0).then(|| Unit::of("second")).flatten();
            }
            tail => unit = Some(Unit::of(tail)?),
        }
        let mut end = at + 1;
        while let Some(&factor) = self
            .words
            .numbers
            .get(self.key(end))
            .or_else(|| self.key(end).strip_suffix('s').and_then(|word| self.words.numbers.get(word)))
            && (factor >= 100.0)
        {
            value *= factor;
            end += 1;
        }
        if unit.is_some_and(|unit| ["dollar", "euro", "pound"].contains(&unit.measures))
            && Unit::of(self.key(end)) == unit
        {
            end += 1;
        }
        Some((value, unit, end))
    }

    /// The numbers in a word that is none itself.
    fn names(&self, at: usize) -> Vec<Quantity> {
        let digits = self.key(at).split(|letter: char| !letter.is_ascii_digit());
        let values = digits.filter_map(|digits| digits.parse().ok());
        values.map(|value| self.quantity(value, Kind::Name, None, at, at + 1)).collect()
    }
}

/// Makes one share of "one in five" and "3 out of 10".
fn shares(found: &mut Vec<Quantity>, tokens: &[Token]) {
    let mut index = 0;
    while let [one, other, ..] = &found[index..] {
        let between: Vec<&str> =
            tokens[one.end..other.at.max(one.end)].iter().map(|token| token.key.as_str()).collect();
        let plain = [one, other].iter().all(|number| number.unit.is_none() && number.kind == Kind::Count);
        let is_year = other.value >= 1000.0 && other.value < 2100.0;
        if plain
            && one.value < other.value
            && other.value > 1.0
            && ((between == ["in"] || between == ["in", "a"]) && !is_year && one.value <= 10.0
                || matches!(between[..], [_, "in"] | [_, "in", "a"]) && !is_year && one.value <= 1.0
                || between == ["out", "of"]
                || between == ["of", "every"])
        {
            let shown = format!("{} {} {}", one.shown, between.join(" "), other.shown);
            let share = Quantity {
                value: one.value / other.value,
                kind: Kind::Share,
                shown,
                end: other.end,
                ..one.clone()
            };
            found.splice(index..index + 2, [share]);
        }
        index += 1;
    }
}

/// Gives the first number of a range the unit of the second: "4 to 8 euros", "150-300 ms".
fn ranges(found: &mut [Quantity], tokens: &[Token]) {
    for index in 1..found.len() {
        let (one, other) = (&found[index - 1], &found[index]);
        let between = &tokens[one.end..other.at.max(one.end)];
        let clause = |place: usize| tokens.get(place).map(|token| token.clause);
        let joins = (between.is_empty() && clause(one.at) == clause(other.at))
            || between.len() == 1
                && ["to", "and", "or", "bis", "und", "oder", "à", "a", "et", "y", "e"]
                    .contains(&between[0].key.as_str());
        if joins && one.unit.is_none() && one.kind == Kind::Count && other.kind == Kind::Count {
            // "Four to five thousand dollars" are thousands, too.
            let scale = scale_of(&tokens[other.at..other.end]).filter(|scale| {
                one.value < 100.0 && other.value / scale > one.value && other.value >= *scale
            });
            found[index - 1].value *= scale.unwrap_or(1.0);
            found[index - 1].unit = found[index].unit;
        }
    }
}

/// What the words of a number multiply it by: a thousand for "five thousand dollars".
fn scale_of(words: &[Token]) -> Option<f64> {
    let scale = |token: &Token| match token.key.as_str() {
        "thousand" => Some(1e3),
        "million" => Some(1e6),
        "billion" => Some(1e9),
        "trillion" => Some(1e12),
        _ => None,
    };
    words.iter().skip(1).find_map(scale)
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

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;
    use crate::language::LanguageData;

    fn read(text: &str) -> Vec<(f64, Option<&'static str>)> {
        let words = &LanguageData::english().meaning;
        let found = quantities(&tokens(text, str::to_owned, |_| false), words);
        found.into_iter().map(|found| (found.value, found.unit.map(Unit::name))).collect()
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

    #[test]
    fn parts_multiples_and_places_are_numbers() {
        let kinds = |text: &str| -> Vec<(f64, Kind)> {
            let words = &LanguageData::english().meaning;
            let found = quantities(&tokens(text, str::to_owned, |_| false), words);
            found.into_iter().map(|found| (found.value, found.kind)).collect()
        };
        assert_eq!(kinds("One in five failed, then 3 out of 10."), [(0.2, Kind::Share), (0.3, Kind::Share)]);
        assert_eq!(kinds("A quarter of it, and two fifths more."), [(0.25, Kind::Share), (0.4, Kind::Share)]);
        assert_eq!(kinds("Half a million doubled."), [(5e5, Kind::Count), (2.0, Kind::Times)]);
        assert_eq!(kinds("In the second summer."), [(2.0, Kind::Place)]);
        assert_eq!(kinds("First, they wait at first."), []);
        assert_eq!(kinds("Two hundred and fifty thousand."), [(250_000.0, Kind::Count)]);
        assert_eq!(kinds("Two dozen, for a month."), [(24.0, Kind::Count), (1.0, Kind::Count)]);
        assert_eq!(kinds("In summer two, twelve percent."), [(2.0, Kind::Count), (12.0, Kind::Count)]);
    }
}
