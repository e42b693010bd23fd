//! [`GlyphNormalizer`]: makes readable text of the letters that fonts carry: ligatures, accents, odd code points.

use unicode_normalization::UnicodeNormalization;

use crate::parse::page_content::Glyph;

/// Collects the letters of a line.
#[derive(Debug, Default)]
pub(super) struct GlyphNormalizer {
    text: String,
    last: Option<Glyph>,
    /// An accent that waits for the letter under it.
    accent: Option<(char, Glyph)>,
}

impl GlyphNormalizer {
    /// Adds a letter; `spaced` tells that a space stands before it.
    pub(super) fn push(&mut self, glyph: &Glyph, spaced: bool) {
        // TeX's older encodings draw an accent and the letter under it as two letters.
        if let Some(mark) = combining(glyph.letter) {
            match self.last {
                Some(last) if overlaps(&last, glyph) && last.letter.is_alphabetic() => self.text.push(mark),
                _ => {
                    if spaced {
                        self.space();
                    }
                    self.accent = Some((mark, *glyph));
                }
            }
            return;
        }
        let accent = self.accent.take();
        let mark = accent.filter(|(_, accent)| overlaps(accent, glyph) && glyph.letter.is_alphabetic());
        if mark.is_none() {
            self.text.extend(accent.and_then(|(_, accent)| alone(accent.letter)));
            if spaced {
                self.space();
            }
        }
        for letter in readable(glyph.letter) {
            self.text.push(letter);
        }
        self.text.extend(mark.map(|(mark, _)| mark));
        self.last = Some(*glyph);
    }

    /// The end of the text so far, as much of it as a mark can belong to.
    pub(super) fn tail(&self) -> &str {
        const MAX_LETTERS: usize = 64;
        let text = self.text.trim_end();
        let start = text.char_indices().rev().nth(MAX_LETTERS - 1).map_or(0, |(at, _)| at);
        text.get(start..).unwrap_or(text)
    }

    /// The text in composed form with single spaces.
    pub(super) fn finish(mut self) -> String {
        self.text.extend(self.accent.and_then(|(_, accent)| alone(accent.letter)));
        self.text.trim().nfc().collect()
    }

    fn space(&mut self) {
        let between_ideographs = self.text.chars().next_back().is_some_and(is_ideograph);
        if !self.text.is_empty() && !self.text.ends_with(' ') && !between_ideographs {
            self.text.push(' ');
        }
    }
}

fn overlaps(a: &Glyph, b: &Glyph) -> bool {
    let overlap = a.right.min(b.right) - a.left.max(b.left);
    overlap > 0.5 * (a.right - a.left).min(b.right - b.left).max(0.1)
}

/// What an accent is that stands over no letter.
fn alone(accent: char) -> Option<char> {
    match accent {
        '˚' => Some('°'),
        '`' => Some('‘'),
        '´' => Some('’'),
        'ˆ' => Some('^'),
        '˜' => Some('~'),
        _ => None,
    }
}

/// The combining form of an accent that stands alone.
fn combining(letter: char) -> Option<char> {
    Some(match letter {
        '`' | '\u{02CB}' => '\u{0300}',
        '´' | '\u{02CA}' => '\u{0301}',
        'ˆ' => '\u{0302}',
        '˜' => '\u{0303}',
        '¯' | 'ˉ' => '\u{0304}',
        '˘' => '\u{0306}',
        '˙' => '\u{0307}',
        '¨' => '\u{0308}',
        '˚' => '\u{030A}',
        '˝' => '\u{030B}',
        'ˇ' => '\u{030C}',
        '¸' => '\u{0327}',
        '˛' => '\u{0328}',
        _ => return None,
    })
}

/// Scripts that are written without spaces between words.
pub(super) fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}')
}

/// How many words a text has; two characters of Chinese or Japanese make one, as a rule.
pub(super) fn word_count(text: &str) -> usize {
    let ideographs = text.chars().filter(|letter| is_ideograph(*letter)).count();
    let words = text.split_whitespace().filter(|word| !word.contains(is_ideograph)).count();
    words + ideographs.div_ceil(2)
}

/// What a reader sees for a code point. Superscripts and the like stay: `x²` must not become `x2`.
fn readable(letter: char) -> Vec<char> {
    match letter {
        // PDFium marks a hyphen at the end of a line so.
        '\u{0002}' | '\u{00AD}' | '\u{2010}' | '\u{2011}' | '\u{FFFE}' => vec!['-'],
        '\u{FB00}'..='\u{FB06}'
        | '\u{1D400}'..='\u{1D7FF}'
        | '\u{FF10}'..='\u{FF19}'
        | '\u{FF21}'..='\u{FF3A}'
        | '\u{FF41}'..='\u{FF5A}'
        | '\u{2126}'
        | '\u{212B}' => letter.nfkc().collect(),
        '\u{0000}'..='\u{001F}'
        | '\u{007F}'..='\u{009F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{FEFF}'
        | '\u{FFFD}'
        | '\u{FFFF}' => Vec::new(),
        // Places for private use hold logos and bullets of symbol faces.
        '\u{F0B7}' | '\u{F0A7}' | '\u{F076}' | '\u{F0D8}' => vec!['•'],
        '\u{E000}'..='\u{F8FF}' => Vec::new(),
        _ => vec![letter],
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::set;
    use super::*;

    fn compose(glyphs: &[Glyph]) -> String {
        let mut composer = GlyphNormalizer::default();
        glyphs.iter().for_each(|glyph| composer.push(glyph, false));
        composer.finish()
    }

    #[test]
    fn ligatures_become_letters_and_superscripts_stay() {
        assert_eq!(compose(&set("eﬃcient ﬁsh x² ½ 𝑎", 0.0, 0.0, 10.0)), "efficient fish x² ½ a");
    }

    #[test]
    fn accents_join_the_letter_they_stand_on() {
        let mut glyphs = set("M", 0.0, 0.0, 10.0);
        glyphs.extend(set("¨", 5.0, 0.0, 10.0));
        glyphs.extend(set("u", 5.0, 0.0, 10.0));
        glyphs.extend(set("ller", 10.0, 0.0, 10.0));
        assert_eq!(compose(&glyphs), "Müller");
        assert_eq!(compose(&set("37˚C", 0.0, 0.0, 10.0)), "37°C");
        let mut glyphs = set("cafe", 0.0, 0.0, 10.0);
        glyphs.extend(set("´", 15.0, 0.0, 10.0));
        assert_eq!(compose(&glyphs), "café");
    }
}
