//! Captions as pictures: every word in white, and in the moment it is said.

use brainwrought_core::data::{CaptionRecord, Rect, Speaker, Word};

use super::captions::Chunk;
use super::sprite::Sprite;
use crate::frame::{CaptionStyle, FramePlan, MIN_CAPTION_SIZE};
use crate::text::{Fonts, Ink, Letters, Stroke, Weight, needs_space};

/// Letter size on a frame 1,080 wide, in pixels: the genre's 96 to 104.
pub(super) const SIZE: f32 = 100.0;
/// How far the black stroke reaches out of a letter, in pixels.
const STROKE: f32 = 9.0;
/// How much wider spaces are than the font has them, of the size: a word that pops must not touch the next one.
const WIDER_SPACES: f32 = 0.12;
/// The middle of the caption, from the top of a frame 1,920 high.
const CENTRE_Y: f32 = 1150.0;
/// Capital letters of Montserrat are this high, of the size.
const CAPITALS: f32 = 0.7;
/// The pop: the word's scale in the first frames after it lights up; it keeps the last.
const POP: [f32; 4] = [1.03, 1.08, 1.10, 1.06];

const WHITE: [u8; 4] = [255, 255, 255, 255];
/// The genre's yellow, #FFD700.
const LIT: [u8; 4] = [255, 215, 0, 255];
/// The words of the one who asks: a pale mint that turns to a bright one.
const ASKED: [u8; 4] = [196, 255, 236, 255];
const ASKED_LIT: [u8; 4] = [36, 255, 190, 255];
const BLACK: [u8; 4] = [0, 0, 0, 255];

/// The colours of a caption: its words, and the word that is said.
#[derive(Debug, Clone, Copy)]
struct Colours {
    words: [u8; 4],
    lit: [u8; 4],
}

/// One caption, ready to be drawn.
#[derive(Debug)]
pub(super) struct CaptionArt {
    words: Vec<WordArt>,
    /// The frames it is on screen.
    frames: std::ops::Range<u64>,
    /// What the gate measures.
    pub(super) record: CaptionRecord,
}

#[derive(Debug)]
struct WordArt {
    white: Option<Sprite>,
    lit: Vec<Sprite>,
    /// The frame in which it lights up.
    from: u64,
}

impl CaptionArt {
    /// Sets and draws one caption.
    pub(super) fn new(
        chunk: &Chunk,
        words: &[Word],
        look: CaptionStyle,
        fonts: &Fonts,
        plan: &FramePlan,
    ) -> Self {
        let shown = &words[chunk.words.clone()];
        let texts: Vec<&str> = shown.iter().map(|word| word.text.as_str()).collect();
        let pops: &[f32] = if look == CaptionStyle::Pop { &POP } else { &[1.0] };
        let colours = match shown.first().map(|word| word.speaker) {
            Some(Speaker::Asker) => Colours { words: ASKED, lit: ASKED_LIT },
            _ => Colours { words: WHITE, lit: LIT },
        };
        let Fitted { text, inks, missing_glyphs } = fit(&texts, colours, pops, fonts, plan);
        let bounds = bounds(&inks);
        let record = CaptionRecord {
            text,
            start_ms: chunk.start_ms,
            end_ms: chunk.end_ms,
            first_word: chunk.words.start as u32,
            words: chunk.words.len() as u32,
            lit_ms: shown.iter().map(|word| plan.ms_of(plan.frame_at(word.start_ms))).collect(),
            bbox: bounds,
            contrast: contrast(colours.words, BLACK).min(contrast(colours.lit, BLACK)),
            missing_glyphs,
        };
        let sprite = |ink: &Ink| Sprite::new(&ink.image, ink.left, ink.top);
        let art = inks.iter().zip(shown).map(|(inks, word)| WordArt {
            white: inks.white.as_ref().map(sprite),
            lit: inks.lit.iter().map(sprite).collect(),
            from: plan.frame_at(word.start_ms),
        });
        let words = if look == CaptionStyle::Off { Vec::new() } else { art.collect() };
        Self { words, frames: plan.frame_at(chunk.start_ms)..plan.frame_at(chunk.end_ms), record }
    }

    /// The frames it is on screen.
    pub(super) fn frames(&self) -> std::ops::Range<u64> {
        self.frames.clone()
    }

    /// Draws it as it is at a frame.
    pub(super) fn draw(&self, frame_number: u64, frame: &mut crate::picture::YuvFrame) {
        let lit = self.words.iter().rposition(|word| word.from <= frame_number);
        for (place, word) in self.words.iter().enumerate() {
            if Some(place) != lit
                && let Some(white) = &word.white
            {
                white.draw(frame, 0, 0, 256);
            }
        }
        // The word that is said comes last: when it pops, it lies over its neighbours.
        if let Some(word) = lit.and_then(|place| self.words.get(place)) {
            let step = (frame_number - word.from) as usize;
            if let Some(sprite) = word.lit.get(step).or(word.lit.last()) {
                sprite.draw(frame, 0, 0, 256);
            }
        }
    }
}

/// A line that lies inside the safe area.
struct Fitted {
    text: String,
    inks: Vec<WordInk>,
    missing_glyphs: u32,
}

/// Shrinks letters, and then cuts the longest word, until everything, stroke and pop included, is inside the safe area.
fn fit(words: &[&str], colours: Colours, pops: &[f32], fonts: &Fonts, plan: &FramePlan) -> Fitted {
    let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let (mut size, least) = (SIZE * plan.scale, MIN_CAPTION_SIZE * plan.scale);
    loop {
        let (text, ranges) = join(&words);
        let letters = fonts.set(&text, Weight::Black, size).with_wider_spaces(&text, size * WIDER_SPACES);
        // Drawing costs a hundred times what setting does, so it waits until the letters themselves fit.
        let room = plan.safe;
        let mut excess = letters.width() / room.width;
        if excess < 1.0 {
            let inks = draw_words(&letters, &ranges, colours, pops, plan);
            let ink = bounds(&inks);
            let is_high = ink.bottom() > room.bottom();
            if ink.x >= room.x && ink.right() <= room.right() && !is_high {
                return Fitted { text, inks, missing_glyphs: letters.missing_glyphs() };
            }
            let middle = room.x + room.width / 2.0;
            excess = (middle - ink.x).max(ink.right() - middle) * 2.0 / room.width;
            if is_high {
                // Some scripts reach far below the line.
                excess = excess.max(1.04);
            }
        }
        if size > least {
            size = (size / excess.max(1.01)).max(least);
        } else if !shorten(&mut words, excess) {
            // Not even one letter fits, so nothing is shown.
            return Fitted { text, inks: Vec::new(), missing_glyphs: letters.missing_glyphs() };
        }
    }
}

/// Joins words by spaces, and tells where each lies.
pub(super) fn join(words: &[String]) -> (String, Vec<std::ops::Range<usize>>) {
    let mut text = String::new();
    let place = |word: &String| {
        if needs_space(&text, word) {
            text.push(' ');
        }
        let from = text.len();
        text.push_str(word);
        from..text.len()
    };
    let ranges = words.iter().map(place).collect();
    (text, ranges)
}

/// Cuts the end off the longest word, in proportion to how much too long the line is; false when nothing is left to cut.
fn shorten(words: &mut [String], excess: f32) -> bool {
    let length = |word: &String| word.chars().filter(|c| *c != '…').count();
    let Some(longest) = words.iter_mut().max_by_key(|word| length(word)) else { return false };
    let count = length(longest);
    let kept = ((count as f32 / excess.max(1.0)) as usize).min(count.saturating_sub(1));
    if kept == 0 {
        return false;
    }
    *longest = longest.chars().take(kept).chain(['…']).collect();
    true
}

/// The pictures of one word, placed on the frame.
struct WordInk {
    white: Option<Ink>,
    lit: Vec<Ink>,
}

fn draw_words(
    letters: &Letters,
    ranges: &[std::ops::Range<usize>],
    colours: Colours,
    pops: &[f32],
    plan: &FramePlan,
) -> Vec<WordInk> {
    let stroke = Some(Stroke { reach: (STROKE * plan.scale).max(1.5), colour: BLACK });
    let middle = plan.safe.x + plan.safe.width / 2.0;
    let left = (middle - letters.width() / 2.0).round();
    let baseline = (CENTRE_Y * plan.scale + letters.size() * CAPITALS / 2.0).round();
    let place = |mut ink: Ink| {
        ink.left += left as i32;
        ink.top += baseline as i32;
        ink
    };
    ranges
        .iter()
        .map(|range| {
            let (from, to) = letters.span(range).unwrap_or_default();
            let centre = ((from + to) / 2.0, -letters.size() * CAPITALS / 2.0);
            let draw = |colour, scale| letters.draw(range, colour, stroke, scale, centre).map(place);
            WordInk {
                white: draw(colours.words, 1.0),
                lit: pops.iter().filter_map(|pop| draw(colours.lit, *pop)).collect(),
            }
        })
        .collect()
}

fn bounds(words: &[WordInk]) -> Rect {
    let inks = words.iter().flat_map(|word| word.white.iter().chain(&word.lit));
    let boxes = inks.map(|ink| Rect {
        x: ink.left as f32,
        y: ink.top as f32,
        width: ink.image.width() as f32,
        height: ink.image.height() as f32,
    });
    let union = boxes.reduce(|a, b| {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        Rect { x, y, width: a.right().max(b.right()) - x, height: a.bottom().max(b.bottom()) - y }
    });
    union.unwrap_or(Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 })
}

/// The contrast ratio of two opaque colours, as WCAG 2.2 defines it.
fn contrast(one: [u8; 4], other: [u8; 4]) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance([r, g, b, _]: [u8; 4]) -> f32 {
    let linear = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::captions::lay_out;

    fn word(text: &str, start_ms: u64) -> Word {
        Word {
            text: text.to_owned(),
            start_ms,
            end_ms: start_ms + 300,
            scene: 0,
            line: 0,
            speaker: Speaker::Explainer,
        }
    }

    #[test]
    fn ink_stays_inside_the_safe_area() {
        let fonts = Fonts::embedded();
        for (width, height) in [(1080, 1920), (270, 480)] {
            let plan = FramePlan::new(width, height, 30);
            for text in ["WWWWWWWWWWWWWWWWWWWWWW", "i", "Incomprehensibilities,", "Mm$45%"] {
                let words = [word(text, 100)];
                let chunk = &lay_out(&words, 2_000)[0];
                let art = CaptionArt::new(chunk, &words, CaptionStyle::Pop, &fonts, &plan);
                let ink = art.record.bbox;
                assert!(ink.x >= plan.safe.x && ink.right() <= plan.safe.right(), "{text} {ink:?}");
                assert!(ink.y >= plan.safe.y && ink.bottom() <= plan.safe.bottom(), "{text} {ink:?}");
                assert!(art.record.contrast > 14.0);
            }
        }
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut() {
        let long = "https://example.org/a/path/that/no/line/can/hold/".repeat(4);
        for (width, height) in [(1080, 1920), (270, 480)] {
            let plan = FramePlan::new(width, height, 30);
            for text in [long.as_str(), &"W".repeat(90), &"\u{635}".repeat(300)] {
                let words = [word(text, 100)];
                let chunk = &lay_out(&words, 2_000)[0];
                let art = CaptionArt::new(chunk, &words, CaptionStyle::Pop, &Fonts::embedded(), &plan);
                let ink = art.record.bbox;
                assert!(ink.x >= plan.safe.x && ink.right() <= plan.safe.right(), "{ink:?}");
                assert!(ink.height > 20.0 * plan.scale, "still large enough to read: {ink:?}");
                let start = art.record.text.trim_end_matches('…');
                assert!(text.starts_with(start) && start.len() < text.len());
            }
        }
    }

    #[test]
    fn a_word_that_stays_lit_does_not_touch_its_neighbour() {
        let plan = FramePlan::new(1080, 1920, 30);
        let art = fit(
            &["consensus", "algorithm"],
            Colours { words: WHITE, lit: LIT },
            &POP,
            &Fonts::embedded(),
            &plan,
        );
        let first = art.inks[0].white.as_ref().unwrap();
        let lit = art.inks[1].lit.last().unwrap();
        let gap = lit.left - (first.left + first.image.width() as i32);
        // The last scale of the pop is the one that stays; pictures have a margin of one pixel.
        assert!(gap >= -2, "the strokes overlap: {gap}");
    }

    #[test]
    fn a_word_lights_up_in_the_frame_it_is_said() {
        let words = [word("Every", 100), word("queue", 500)];
        let plan = FramePlan::new(270, 480, 30);
        let chunk = &lay_out(&words, 2_000)[0];
        let art = CaptionArt::new(chunk, &words, CaptionStyle::Pop, &Fonts::embedded(), &plan);
        assert_eq!(art.words[1].from, 15);
        for (word, lit) in words.iter().zip(&art.record.lit_ms) {
            assert!(word.start_ms.abs_diff(*lit) <= 17, "{lit}");
        }
        let yellow = |n: u64| {
            let mut frame = crate::picture::YuvFrame::black(270, 480);
            art.draw(n, &mut frame);
            let columns = |half: std::ops::Range<usize>| {
                frame
                    .u
                    .chunks_exact(135)
                    .map(|row| row[half.clone()].iter().filter(|u| **u < 60).count())
                    .sum::<usize>()
            };
            (columns(0..66), columns(66..135))
        };
        assert_eq!(yellow(1), (0, 0));
        assert!(yellow(10).0 > 20 && yellow(10).1 < 5, "{:?}", yellow(10));
        assert!(yellow(20).1 > 20 && yellow(20).0 < 5, "{:?}", yellow(20));
    }
}
