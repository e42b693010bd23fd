//! [`TextLayout`]: paragraphs, broken into lines and drawn.

use unicode_segmentation::UnicodeSegmentation;

use super::theme::{INK, Rgb};
use crate::picture::RgbaImage;
use crate::text::{Fonts, Letters, Stroke, Weight, is_read_from_right, written_words};

/// How text looks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Look {
    /// The size of the letters in pixels.
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) colour: Rgb,
    /// The width at which lines break, in pixels.
    pub(super) width: f32,
    /// The most lines; what does not fit ends in an ellipsis.
    pub(super) lines: usize,
    /// The distance of two lines, of the size.
    pub(super) leading: f32,
    /// The edge around the letters, if they have one.
    pub(super) edge: Option<Edge>,
    /// Whether every line stands in the middle.
    pub(super) centred: bool,
}

/// The edge around letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    /// How far it reaches out of a letter, in pixels.
    pub(super) reach: f32,
    pub(super) colour: Rgb,
}

/// A word of set text.
#[derive(Debug, Clone)]
pub(super) struct SetWord {
    pub(super) text: String,
    letters: Letters,
    bytes: std::ops::Range<usize>,
    shift: f32,
    baseline: f32,
}

impl SetWord {
    /// Draws it, and tells where its left and upper edge lie from those of the text, in pixels.
    pub(super) fn draw(&self, [r, g, b]: Rgb) -> Option<(RgbaImage, f32, f32)> {
        let ink = self.letters.draw(&self.bytes, [r, g, b, 255], None, 1.0, (0.0, 0.0))?;
        // As `TextLayout::set` rounds, so that it lies exactly over the text.
        let (left, top) = (ink.left + self.shift as i32, ink.top + self.baseline.round() as i32);
        Some((ink.image, left as f32, top as f32))
    }
}

impl Default for Look {
    fn default() -> Self {
        Self {
            size: 32.0,
            weight: Weight::SemiBold,
            colour: INK,
            width: 2000.0,
            lines: 12,
            leading: 1.22,
            edge: None,
            centred: false,
        }
    }
}

impl Look {
    pub(super) fn scaled(&self, scale: f32) -> Self {
        let edge = self.edge.map(|edge| Edge { reach: edge.reach * scale, ..edge });
        Self { size: self.size * scale, width: self.width * scale, edge, ..self.clone() }
    }
}

/// Sets paragraphs.
#[derive(Debug, Clone)]
pub(super) struct TextLayout {
    fonts: Fonts,
}

/// One line of a paragraph.
struct Line {
    text: String,
    letters: Letters,
}

impl TextLayout {
    pub(super) fn new(fonts: Fonts) -> Self {
        Self { fonts }
    }

    /// The width and height of set text in pixels, edges included.
    pub(super) fn size(&self, text: &str, look: &Look) -> (f32, f32) {
        let lines = self.lay_out(text, look);
        let width = lines.iter().map(|line| line.letters.width()).fold(0.0, f32::max);
        let reach = look.edge.map_or(0.0, |edge| edge.reach);
        (width + 2.0 * reach, lines.len() as f32 * look.size * look.leading + 2.0 * reach)
    }

    /// Sets text on a transparent picture that is just large enough.
    pub(super) fn set(&self, text: &str, look: &Look) -> RgbaImage {
        let lines = self.lay_out(text, look);
        let width = lines.iter().map(|line| line.letters.width()).fold(0.0, f32::max);
        let reach = look.edge.map_or(0.0, |edge| edge.reach);
        let height = lines.len() as f32 * look.size * look.leading + 2.0 * reach;
        let mut image = RgbaImage::transparent(
            ((width + 2.0 * reach).ceil() as usize).max(1),
            (height.ceil() as usize).max(1),
        );
        let [r, g, b] = look.colour;
        let stroke =
            look.edge.map(|Edge { reach, colour: [r, g, b] }| Stroke { reach, colour: [r, g, b, 255] });
        for (n, line) in lines.iter().enumerate() {
            // The middle of the small letters' height with its ascenders is the middle of the line.
            let baseline = (n as f32 + 0.5) * look.size * look.leading + look.size * 0.355;
            let bytes = 0..line.text.len();
            let Some(ink) = line.letters.draw(&bytes, [r, g, b, 255], stroke, 1.0, (0.0, 0.0)) else {
                continue;
            };
            let spare = width - line.letters.width();
            let shift = match look.centred {
                true => spare / 2.0,
                // Scripts that are read from the right stand at the right.
                false if is_read_from_right(&line.text) => spare,
                false => 0.0,
            };
            let (left, top) = ((shift + reach) as i32, (baseline + reach).round() as i32);
            lay_over(&mut image, &ink.image, ink.left + left, ink.top + top);
        }
        image
    }

    /// The lines that text breaks into.
    pub(super) fn lines(&self, text: &str, look: &Look) -> Vec<String> {
        self.lay_out(text, look).into_iter().map(|line| line.text).collect()
    }

    /// The words of set text, in its order, each where it stands. Words are what [`written_words`] says, so that they can be
    /// counted along with those of a caption.
    pub(super) fn words(&self, text: &str, look: &Look) -> Vec<SetWord> {
        let mut words = Vec::new();
        for (n, line) in self.lay_out(text, look).into_iter().enumerate() {
            let baseline = (n as f32 + 0.5) * look.size * look.leading + look.size * 0.355;
            let spare = look.width - line.letters.width();
            let shift = match look.centred {
                true => spare / 2.0,
                false if is_read_from_right(&line.text) => spare,
                false => 0.0,
            };
            for bytes in written_words(&line.text) {
                let text = line.text[bytes.clone()].to_owned();
                words.push(SetWord { text, letters: line.letters.clone(), bytes, shift, baseline });
            }
        }
        words
    }

    /// Breaks text into lines. Words that do not fit give way to an ellipsis, last ones first.
    fn lay_out(&self, text: &str, look: &Look) -> Vec<Line> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines = self.broken(&text, look);
        let most = look.lines.max(1);
        if lines.len() <= most {
            return lines;
        }
        lines.truncate(most);
        if let Some(last) = lines.pop() {
            lines.push(self.shortened(&last.text, look));
        }
        lines
    }

    fn broken(&self, text: &str, look: &Look) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for piece in pieces(text) {
            let wider = format!("{line}{piece}");
            if self.fits(wider.trim_end(), look) {
                line = wider;
                continue;
            }
            if !line.trim().is_empty() {
                lines.push(self.line(line.trim_end(), look));
            }
            line = piece.trim_start().to_owned();
            // A word longer than a line is broken between letters.
            while !self.fits(line.trim_end(), look) {
                let head = self.longest_head(&line, look);
                lines.push(self.line(&line[..head], look));
                line = line[head..].to_owned();
            }
        }
        if !line.trim().is_empty() {
            lines.push(self.line(line.trim_end(), look));
        }
        lines
    }

    /// The bytes of the longest beginning that fits on a line; at least one letter.
    fn longest_head(&self, text: &str, look: &Look) -> usize {
        let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, letter)| at + letter.len()).collect();
        let fitting = ends.partition_point(|&end| self.fits(&text[..end], look));
        ends.get(fitting.max(1) - 1).copied().unwrap_or(text.len())
    }

    /// Takes words off the end until an ellipsis fits behind the rest.
    fn shortened(&self, text: &str, look: &Look) -> Line {
        let mut rest = text;
        loop {
            let cut = format!("{}…", rest.trim_end_matches([' ', ',', ';', ':', '.', '-']));
            match rest.trim_end().rfind(' ') {
                Some(space) if !self.fits(&cut, look) => rest = &rest[..space],
                _ => return self.line(&cut, look),
            }
        }
    }

    fn fits(&self, text: &str, look: &Look) -> bool {
        self.fonts.set(text, look.weight, look.size).width() <= look.width
    }

    fn line(&self, text: &str, look: &Look) -> Line {
        Line { text: text.to_owned(), letters: self.fonts.set(text, look.weight, look.size) }
    }
}

/// Cuts text where a line may end: after spaces and hyphens, and between letters of scripts without spaces.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, segment) in text.split_word_bound_indices() {
        let Some(first) = segment.chars().next() else { continue };
        let may_break = match before {
            None => false,
            Some(' ' | '-' | '–' | '—' | '/') => first.is_alphanumeric() || first == '(' || first == '"',
            Some(before) => is_square(before) && is_square(first),
        };
        let closes =
            matches!(first, '、' | '。' | '，' | '．' | '！' | '？' | '）' | '」' | '』' | '：' | '；');
        if (may_break || (before == Some(' ') && first != ' ')) && !closes {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = segment.chars().last();
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// True for the square letters and signs of Chinese, Japanese and Korean.
fn is_square(letter: char) -> bool {
    matches!(u32::from(letter), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0xFF00..=0xFF60)
}

/// Lays a picture over another; what lies outside is cut off.
fn lay_over(image: &mut RgbaImage, above: &RgbaImage, left: i32, top: i32) {
    let (width, height) = (image.width() as i32, image.height() as i32);
    for (n, pixel) in above.pixels.chunks_exact(4).enumerate() {
        let (x, y) = (left + (n % above.width()) as i32, top + (n / above.width()) as i32);
        if pixel[3] == 0 || x < 0 || y < 0 || x >= width || y >= height {
            continue;
        }
        let at = (y * width + x) as usize * 4;
        let rest = 255 - u16::from(pixel[3]);
        for (below, &over) in image.pixels[at..at + 4].iter_mut().zip(pixel) {
            *below = over.saturating_add(((u16::from(*below) * rest + 127) / 255) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_breaks_and_ends_in_an_ellipsis() {
        let lettering = TextLayout::new(Fonts::embedded());
        let look = Look { size: 40.0, width: 300.0, lines: 2, ..Look::default() };
        let long = "The ten thousand things that follow from a single assumption about networks";
        let lines: Vec<String> = lettering.lay_out(long, &look).into_iter().map(|line| line.text).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("The ten") && lines[1].ends_with('…'), "{lines:?}");
        let (width, _) = lettering.size(long, &look);
        assert!(width <= 300.0);
    }

    #[test]
    fn lines_end_where_readers_expect_it() {
        assert_eq!(
            pieces("A Peer-to-Peer system, (good)."),
            ["A ", "Peer-", "to-", "Peer ", "system, ", "(good)."]
        );
        assert_eq!(pieces("注意力，就是"), ["注", "意", "力，", "就", "是"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken() {
        let lettering = TextLayout::new(Fonts::embedded());
        let look = Look { size: 40.0, width: 200.0, lines: 40, ..Look::default() };
        let lines = lettering.lay_out("Donaudampfschifffahrtsgesellschaft", &look);
        assert!(lines.len() > 3 && lines.iter().all(|line| line.letters.width() <= 200.0));
        assert!(lettering.lay_out("W", &Look { width: 1.0, ..look }).len() == 1);
    }

    #[test]
    fn letters_are_drawn_in_their_colour() {
        let look = Look { size: 60.0, weight: Weight::Black, colour: [255, 0, 0], ..Look::default() };
        let image = TextLayout::new(Fonts::embedded()).set("W", &look);
        assert!(image.pixels.chunks_exact(4).any(|p| p == [255, 0, 0, 255]));
    }
}
