//! Short forms, addresses, formulas and signs of a [`Locale`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::number::roman;
use super::super::symbol::{greek, lowered, raised};
use super::Locale;
use super::draft::Draft;

pattern!(
    ADDRESS,
    r"(?:https?://|www\.)[^\s,;)»”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|gov|edu|eu|de|fr|es|it|pt|br|at|ch|be)\b(?:/[^\s,;)»”]*)?"
);
pattern!(FORMULA, r"\b[A-Z][A-Za-z]*[₀-₉][A-Za-z₀-₉]*");
pattern!(RAISED, r"[⁰¹²³⁴-⁹⁺⁻ⁿ]+");
pattern!(LOWERED, r"[₀-₉₊₋]+");
pattern!(HASHTAG, r"#(\p{L})");

impl Locale {
    /// Addresses of the web and mailboxes: the host, which is what people say.
    pub(super) fn addresses(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&ADDRESS, |found, _| {
            let whole = found.get(0)?;
            let text = whole.as_str().trim_end_matches(['.', '/']);
            let bare =
                text.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
            let host = bare.split('/').next()?;
            let point = format!(" {} ", self.point);
            let said =
                host.replace('.', &point).replace('@', &format!(" {} ", self.at)).replace(['_', '+'], " ");
            Some((whole.start()..whole.start() + text.len(), said))
        });
    }

    pub(super) fn short_forms(&self, draft: &mut Draft<'_>) {
        let is_number = |next: &str| {
            next.starts_with(|c: char| c.is_ascii_digit())
                || next.split(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| roman(word).is_some())
        };
        self.short_forms_of(draft, &self.short, |_| true);
        self.short_forms_of(draft, &self.before_number, is_number);
        self.short_forms_of(draft, &self.before_name, |next| next.starts_with(char::is_uppercase));
    }

    fn short_forms_of(
        &self,
        draft: &mut Draft<'_>,
        table: &BTreeMap<String, String>,
        fits: impl Fn(&str) -> bool,
    ) {
        let line = draft.line;
        let mut forms: Vec<_> = table.iter().collect();
        // "u. a. m." before "u. a."
        forms.sort_by_key(|(short, _)| std::cmp::Reverse(short.len()));
        for (short, full) in forms {
            for (start, _) in line.char_indices() {
                let Some(length) = matched(short, &line[start..]) else { continue };
                let (before, rest) = (&line[..start], &line[start + length..]);
                let is_whole = !before.ends_with(|c: char| c.is_alphanumeric() || c == '.')
                    && !rest.starts_with(char::is_alphabetic)
                    && (short.ends_with(['.', '°', 'º']) || !rest.starts_with(|c: char| c.is_ascii_digit()));
                if is_whole && fits(rest.trim_start()) {
                    // The full stop may end the sentence as well.
                    let ends = short.ends_with('.') && rest.trim().is_empty();
                    draft.claim(start..start + length, format!("{full}{}", if ends { "." } else { "" }));
                }
            }
        }
    }

    /// Chemical formulas, letter by letter.
    pub(super) fn formulas(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&FORMULA, |found, _| {
            let whole = found.get(0)?;
            let mut said = String::new();
            let mut was_digit = false;
            for letter in whole.as_str().chars() {
                let digit = lowered(letter);
                let goes_on = was_digit && digit.is_some();
                if !said.is_empty() && !goes_on {
                    said.push(' ');
                }
                said.extend(digit.unwrap_or(letter).to_uppercase());
                was_digit = digit.is_some();
            }
            Some((whole.range(), said))
        });
    }

    /// What is left of signs, raised and lowered digits and Greek letters.
    pub(super) fn signs(&self, draft: &mut Draft<'_>) {
        draft.claim_each(&HASHTAG, |found, _| {
            Some((found.get(0)?.start()..found.get(1)?.start(), self.hashtag.clone()))
        });
        draft.claim_each(&RAISED, |found, _| {
            let plain: String = found[0].chars().filter_map(raised).collect();
            let said = match plain.as_str() {
                "2" => self.squared.clone(),
                "3" => self.cubed.clone(),
                "+" => self.plus.clone(),
                "-" => self.minus.clone(),
                _ => match plain.strip_prefix('-') {
                    Some(rest) => format!("{} {} {rest}", self.power, self.minus),
                    None => format!("{} {}", self.power, plain.trim_matches('+')),
                },
            };
            Some((found.get(0)?.range(), said))
        });
        draft.claim_each(&LOWERED, |found, _| {
            let plain: String = found[0].chars().filter_map(lowered).filter(char::is_ascii_digit).collect();
            Some((found.get(0)?.range(), plain))
        });
        let line = draft.line;
        for (at, letter) in line.char_indices() {
            let part = at..at + letter.len_utf8();
            let said = self.signs.get(&letter).map(String::as_str).or_else(|| {
                greek(letter).map(|name| match name {
                    "mew" => "mu",
                    "new" => "nu",
                    "row" => "rho",
                    "ksi" => "xi",
                    other => other,
                })
            });
            // In Greek text letters are letters.
            let is_word = letter.is_alphabetic()
                && [line[..at].chars().next_back(), line[part.end..].chars().next()]
                    .into_iter()
                    .flatten()
                    .all(|c| c.is_alphabetic() && greek(c).is_some());
            let is_alone = part.len() == line.len() || !is_word;
            if let Some(said) = said.filter(|_| is_alone) {
                draft.claim(part, said.to_owned());
            }
        }
    }
}

/// How long the written form of `short` at the start of `text` is: with or without the spaces that `short` has, its first
/// letter in any case.
fn matched(short: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    for (place, letter) in short.chars().enumerate() {
        if letter == ' ' {
            rest = rest.strip_prefix([' ', '\u{a0}', '\u{202f}']).unwrap_or(rest);
            continue;
        }
        let next = rest.chars().next()?;
        let is_same =
            next == letter || place == 0 && letter.is_lowercase() && next.to_lowercase().eq([letter]);
        if !is_same {
            return None;
        }
        rest = &rest[next.len_utf8()..];
    }
    Some(text.len() - rest.len())
}
