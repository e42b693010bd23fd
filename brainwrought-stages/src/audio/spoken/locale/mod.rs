//! [`Locale`]: how German, French, Spanish, Italian and Portuguese lines are said.
//!
//! Voices of these languages know plain numbers and words. What they leave out or misread becomes words: signs, units,
//! amounts, dates, short forms, Roman numerals. Each language is a file of words beside this one.

mod draft;
mod measure;
mod number;
mod ordinal;
mod sign;
mod words;

use draft::Draft;
pub(super) use words::Locale;

use super::SpokenToken;
use super::phone::{phone_digits, phone_numbers};

impl Locale {
    /// Says a line, one token for each written word.
    pub(super) fn say(&self, line: &str) -> Vec<SpokenToken> {
        let mut draft = Draft::new(line);
        for place in phone_numbers(line) {
            let mut at = place.start;
            for group in line[place].split_inclusive([' ', '\u{a0}', '\u{202f}']) {
                draft.claim(at..at + group.trim_end().len(), phone_digits(group, &self.plus));
                at += group.len();
            }
        }
        self.addresses(&mut draft);
        self.short_forms(&mut draft);
        self.dates(&mut draft);
        self.times(&mut draft);
        self.ordinals(&mut draft);
        self.roman_numerals(&mut draft);
        self.formulas(&mut draft);
        self.fractions(&mut draft);
        self.amounts(&mut draft);
        self.signs(&mut draft);
        draft.tokens()
    }
}
