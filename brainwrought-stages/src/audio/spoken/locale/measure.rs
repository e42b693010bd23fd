//! Amounts of a [`Locale`]: numbers with their signs, multiples, currencies and units.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Locale;
use super::draft::Draft;
use super::number::NUMBER;

pattern!(TAIL, r"^[ \u{a0}\u{202f}]?([^\s\d.,;:!?()…–][^\s,;:!?()…–]*)");
pattern!(RANGE, r"(\d%?)([ \u{a0}\u{202f}]?[–‐‑-][ \u{a0}\u{202f}]?)(\d)");
pattern!(RECIPROCAL, r"[^\s\d.,;:!?()·⋅]+⁻[¹²³]");
/// Units that take prefixes.
const WITH_PREFIX: [&str; 16] =
    ["m", "g", "L", "l", "s", "Hz", "B", "W", "Wh", "V", "J", "Pa", "mol", "M", "Da", "A"];

/// A noun that is counted.
struct Noun {
    one: String,
    many: String,
    gender: char,
}

impl Locale {
    pub(super) fn amounts(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&RANGE, |found, line| {
            let dash = found.get(2)?;
            let before = line[..dash.start()].rsplit(char::is_whitespace).next()?;
            // "COVID-19-5": letters before the number make it a name.
            let is_range = !before.contains(char::is_alphabetic) && !before.contains(['-', '‐', '‑']);
            is_range.then(|| (dash.range(), self.to.clone()))
        });
        let line = draft.line;
        let mut from = 0;
        while let Some(found) = NUMBER.find_at(line, from) {
            let mut range = found.range();
            // "1 2345" is two numbers.
            if line[range.end..].starts_with(|c: char| c.is_ascii_digit()) {
                range.end = range.start
                    + line[range.clone()].find(|c: char| !c.is_ascii_digit()).unwrap_or(range.len());
            }
            from = range.end.max(from + 1);
            if draft.is_free(&range) {
                from = self.amount(draft, range).max(from);
            }
        }
        draft.claim_each(&RECIPROCAL, |found, line| {
            let whole = found.get(0)?;
            let said = self.factor(whole.as_str(), true)?;
            // A single letter may be a quantity, unless a unit or a number stands before it.
            let before = line[..whole.start()].split_whitespace().next_back().unwrap_or_default();
            let follows = self.unit(before).is_some() || before.ends_with(|c: char| c.is_ascii_digit());
            let is_long = whole.as_str().find('⁻').is_some_and(|end| end > 1);
            (is_long || follows).then(|| (whole.range(), said.many))
        });
    }

    /// Says a number and what belongs to it; returns where that ends.
    fn amount(&self, draft: &mut Draft<'_>, range: Range<usize>) -> usize {
        let line = draft.line;
        let before = &line[..range.start];
        let written = &line[range.clone()];
        let mut said = self.number(written);
        let mut end = range.end;
        // Digits behind letters are part of a name: "GPT4", "p53".
        if before.ends_with(|c: char| c.is_alphabetic() || c == '_') && self.prefixed(before).is_none() {
            draft.claim(range, said);
            return end;
        }
        // "(1,7) %": a loss, as accountants write it.
        let mut is_loss = false;
        if before.ends_with('(') && line[end..].starts_with(')') {
            let tail =
                TAIL.captures(&line[end + 1..]).map_or("", |found| found.get(1).map_or("", |m| m.as_str()));
            is_loss =
                tail.starts_with('%') || self.scale(tail).is_some() || self.currencies.contains_key(tail);
            end += usize::from(is_loss);
        }
        let currency_before = self.prefixed(before.trim_end_matches('('));
        let scale = self.tail(line, end).and_then(|part| {
            let (length, scale) = self.scale(&line[part.clone()])?;
            Some((part.start..part.start + length, scale))
        });
        let after_scale = scale.as_ref().map_or(end, |(part, _)| part.end);
        let noun = self.tail(line, after_scale).and_then(|part| self.noun(&line[part.clone()], part.start));
        let is_one = written == "1";
        let is_singular = is_one
            || self.singular_below_two
                && written.split(',').next().is_some_and(|whole| whole == "1" || whole == "0")
                && written.contains(',');
        let article = |gender: char| self.one.get(&gender).filter(|_| is_one).cloned();
        let mut after = None;
        let mut scale_said =
            scale.as_ref().map(|(_, [one, many])| if is_singular { one.clone() } else { many.clone() });
        if let Some((_, [one, many])) = &scale {
            // "1 Mio." is "eine Million"; "1 million" stays.
            if one != many {
                said = article(self.scale_gender).unwrap_or(said);
            }
        }
        if let Some((part, currency)) = currency_before {
            draft.claim(part, String::new());
            let counts_alone = scale.is_none();
            let name = if is_one && counts_alone { currency.one } else { currency.many };
            if let Some(scale_said) = &mut scale_said {
                scale_said.push_str(&self.counted(&name, &scale));
            } else {
                said = format!("{} {name}", article(currency.gender).unwrap_or(said));
            }
        } else if let Some((part, noun, is_currency)) = noun {
            let counts_alone = scale.is_none();
            if counts_alone {
                said = article(noun.gender).unwrap_or(said);
            }
            let is_one = counts_alone && (is_one || is_singular && self.singular_below_two);
            let name = if is_one { noun.one } else { noun.many };
            let name = if is_currency { self.counted(&name, &scale).trim_start().to_owned() } else { name };
            after = Some((part, name));
        }
        let (start, negative) = self.signed(before, is_loss);
        if negative {
            said = format!("{} {said}", self.minus);
        }
        let number_end = if is_loss { range.end + 1 } else { range.end };
        draft.claim(start..number_end, said);
        if let (Some((part, _)), Some(said)) = (scale, scale_said) {
            end = part.end;
            draft.claim(part, said);
        }
        if let Some((part, said)) = after {
            end = part.end;
            draft.claim(part, said);
        }
        end
    }

    /// Where a number with its sign starts, and whether it is negative.
    fn signed(&self, before: &str, is_loss: bool) -> (usize, bool) {
        if is_loss {
            return (before.len() - 1, true);
        }
        let rest = before.strip_suffix(['-', '−', '–']).filter(|rest| {
            !rest.ends_with(|c: char| c.is_alphanumeric() || "%)-–".contains(c))
                && (!before.ends_with('–') || !rest.ends_with(' ') || rest.trim_end().is_empty())
        });
        rest.map_or((before.len(), false), |rest| (rest.len(), true))
    }

    /// " d’euros", " de dollars", " Euro": a currency behind a multiple.
    fn counted(&self, name: &str, scale: &Option<(Range<usize>, &[String; 2])>) -> String {
        // Thousands take no "of".
        let is_counted =
            scale.as_ref().is_some_and(|(_, [_, many])| !["mil", "mille", "mila"].contains(&many.as_str()));
        match self.of.as_str() {
            "" => format!(" {name}"),
            _ if !is_counted => format!(" {name}"),
            "d’" if name.starts_with(['e', 'a', 'o']) => format!(" d’{name}"),
            "d’" => format!(" de {name}"),
            of => format!(" {of} {name}"),
        }
    }

    /// The currency that stands before a number: "€ 5", "US$4".
    fn prefixed(&self, before: &str) -> Option<(Range<usize>, Noun)> {
        let text = before.trim_end_matches([' ', '\u{a0}', '\u{202f}', '-', '−']);
        let start = text
            .rfind(|c: char| c.is_whitespace() || c == '(')
            .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
        let (one, many, gender) = self.currencies.get(&text[start..])?;
        Some((start..text.len(), Noun { one: one.clone(), many: many.clone(), gender: *gender }))
    }

    /// The word behind a number.
    fn tail(&self, line: &str, end: usize) -> Option<Range<usize>> {
        let found = TAIL.captures(&line[end..])?.get(1)?;
        Some(end + found.start()..end + found.end())
    }

    /// The multiple that a word stands for, and how long it is.
    fn scale(&self, word: &str) -> Option<(usize, &[String; 2])> {
        let plain = word.trim_end_matches('.');
        let with_currency = plain.trim_end_matches(['€', '$', '£']);
        if let Some(scale) = self.scales.get(word) {
            return Some((word.len(), scale));
        }
        let (length, scale) =
            [plain, with_currency].into_iter().find_map(|text| Some((text.len(), self.scales.get(text)?)))?;
        Some((length, scale))
    }

    /// The currency or unit that a word stands for.
    fn noun(&self, word: &str, start: usize) -> Option<(Range<usize>, Noun, bool)> {
        let plain = word.trim_end_matches(['.', '»', '”', '"', '“', ']', '\'']);
        let part = start..start + plain.len();
        if let Some((one, many, gender)) = self.currencies.get(plain) {
            return Some((part, Noun { one: one.clone(), many: many.clone(), gender: *gender }, true));
        }
        Some((part, self.unit(plain)?, false))
    }

    /// A unit, "mg/kg" and "µg·mL⁻¹" included.
    fn unit(&self, sign: &str) -> Option<Noun> {
        let sign = &*sign.replace('μ', "µ").replace('˚', "°");
        if let Some(noun) = self.factor(sign, false) {
            return Some(noun);
        }
        if let Some((above, below)) = sign.rsplit_once('/') {
            let above = self.unit(above)?;
            // "kWh/Tag"
            let is_word = below.len() > 2 && below.chars().all(char::is_alphabetic);
            let below = match self.factor(below, false) {
                Some(unit) => unit.one,
                None if is_word => below.to_owned(),
                None => return None,
            };
            return Some(Noun {
                one: format!("{} {} {below}", above.one, self.per),
                many: format!("{} {} {below}", above.many, self.per),
                gender: above.gender,
            });
        }
        let (above, below) = sign.rsplit_once(['·', '⋅', '.']).filter(|_| sign.contains('⁻'))?;
        let (above, below) = (self.unit(above)?, self.factor(below, true)?);
        Some(Noun {
            one: format!("{} {}", above.one, below.one),
            many: format!("{} {}", above.many, below.many),
            gender: above.gender,
        })
    }

    /// One unit with its prefix and power; `inverse` wants a negative power.
    fn factor(&self, sign: &str, inverse: bool) -> Option<Noun> {
        if inverse {
            let (base, power) = sign.split_once('⁻')?;
            let base = if power == "¹" { base.to_owned() } else { format!("{base}{power}") };
            let said = format!("{} {}", self.per, self.factor(&base, false)?.one);
            return Some(Noun { one: said.clone(), many: said, gender: 'm' });
        }
        if let Some((one, many, gender)) = self.units.get(sign) {
            return Some(Noun { one: one.clone(), many: many.clone(), gender: *gender });
        }
        if let Some(base) = sign.strip_suffix(['²', '³']) {
            let noun = self.factor(base, false)?;
            let forms = if sign.ends_with('²') { &self.square } else { &self.cubic };
            let is_length = base.ends_with('m');
            let [one, many] =
                [(&forms[0], noun.one), (&forms[1], noun.many)].map(|(form, name)| match is_length {
                    true if form.starts_with("{}") => form.replace("{}", &name),
                    true => form.replace("{}", &name.to_lowercase()),
                    false => {
                        format!("{name} {}", if sign.ends_with('²') { &self.squared } else { &self.cubed })
                    }
                });
            return Some(Noun { one, many, gender: noun.gender });
        }
        let first = sign.chars().next()?;
        let base = &sign[first.len_utf8()..];
        let prefix = self.prefixes.get(&first).filter(|_| WITH_PREFIX.contains(&base))?;
        let (one, many, gender) = self.units.get(base)?;
        let join = |name: &str| format!("{prefix}{}", name.to_lowercase());
        Some(Noun { one: join(one), many: join(many), gender: *gender })
    }
}
