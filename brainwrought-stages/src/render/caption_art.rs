//! [`CaptionArt`]: one caption, set inside the safe area and drawn.

use std::ops::Range;

use brainwrought_core::data::{CaptionRecord, Rect, Speaker, Word};

use super::caption_look::{CaptionLook, Piece, SetLine, SpokenWord, Timed, opacity};
use super::captions::Chunk;
use super::sprite::Sprite;
use crate::frame::{CaptionStyle, FramePlan, MIN_CAPTION_SIZE};
use crate::picture::YuvFrame;
use crate::text::{Fonts, Ink, is_read_from_right, needs_space};

/// One caption, ready to be drawn.
#[derive(Debug)]
pub(super) struct CaptionArt {
    layers: Vec<Layer>,
    /// The frames it is on screen.
    frames: Range<u64>,
    /// What the gate measures.
    pub(super) record: CaptionRecord,
}

/// A [`Piece`], ready to be drawn.
#[derive(Debug)]
struct Layer {
    sprite: Sprite,
    frames: Vec<Range<u64>>,
    fades: (u64, u64),
}

/// A caption to be drawn, with what stands around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caption<'a> {
    pub(super) chunk: &'a Chunk,
    /// All words of the segment.
    pub(super) words: &'a [Word],
    /// Which of them carry their lines.
    pub(super) emphasised: &'a [bool],
    /// Whether the caption before it goes when this one comes, and the next one comes when it goes.
    pub(super) joins: (bool, bool),
}

impl CaptionArt {
    /// Sets and draws one caption.
    pub(super) fn new(caption: Caption<'_>, style: CaptionStyle, fonts: &Fonts, plan: &FramePlan) -> Self {
        let Caption { chunk, words, emphasised, joins } = caption;
        let shown = &words[chunk.words.clone()];
        let speaker = shown.first().map_or(Speaker::Explainer, |word| word.speaker);
        let look = CaptionLook::new(style, speaker);
        let frames = plan.frame_at(chunk.start_ms)..plan.frame_at(chunk.end_ms);
        let beats = look.beats(shown, chunk.end_ms);
        let mut texts = Vec::new();
        let mut pieces = Vec::new();
        let mut missing_glyphs = 0;
        for (nth, beat) in beats.iter().enumerate() {
            let first = if nth == 0 { frames.start } else { plan.frame_at(shown[beat.start].start_ms) };
            let last = shown.get(beat.end).map_or(frames.end, |next| plan.frame_at(next.start_ms));
            let spoken = |place: usize| {
                let (word, next) = (&shown[place], shown.get(place + 1).filter(|_| place + 1 < beat.end));
                SpokenWord {
                    from: plan.frame_at(word.start_ms),
                    said: plan.frame_at(word.end_ms),
                    until: next.map_or(last, |next| plan.frame_at(next.start_ms)),
                    emphasised: emphasised.get(chunk.words.start + place).copied().unwrap_or_default(),
                    from_right: is_read_from_right(&word.text),
                }
            };
            let spoken: Vec<SpokenWord> = beat.clone().map(spoken).collect();
            let timed = Timed {
                words: &spoken,
                frames: first..last.max(first),
                joins: (joins.0 || nth > 0, joins.1 || nth + 1 < beats.len()),
                colours: look.colours,
            };
            let words = shown[beat.clone()].iter().map(|word| word.text.clone()).collect();
            let fitted = fit(words, &timed, look, fonts, plan);
            texts.extend(fitted.words);
            pieces.extend(fitted.pieces);
            missing_glyphs += fitted.missing_glyphs;
        }
        let record = CaptionRecord {
            text: join(&texts).0,
            start_ms: chunk.start_ms,
            end_ms: chunk.end_ms,
            first_word: chunk.words.start as u32,
            words: chunk.words.len() as u32,
            lit_ms: shown.iter().map(|word| plan.ms_of(plan.frame_at(word.start_ms))).collect(),
            bbox: bounds(&pieces),
            contrast: look.contrast(),
            missing_glyphs,
        };
        if style == CaptionStyle::Off {
            pieces.clear();
        }
        let layer = |Piece { ink: Ink { image, left, top }, frames, fades }| Layer {
            sprite: Sprite::new(&image, left, top),
            frames,
            fades,
        };
        Self { layers: pieces.into_iter().map(layer).collect(), frames, record }
    }

    /// The frames it is on screen.
    pub(super) fn frames(&self) -> Range<u64> {
        self.frames.clone()
    }

    /// Draws it as it is at a frame.
    pub(super) fn draw(&self, frame_number: u64, frame: &mut YuvFrame) {
        for layer in &self.layers {
            if let Some(opacity) = opacity(&layer.frames, layer.fades, frame_number) {
                layer.sprite.draw(frame, 0, 0, opacity);
            }
        }
    }
}

/// Words that lie inside the safe area, with what is drawn of them.
struct Fitted {
    words: Vec<String>,
    pieces: Vec<Piece>,
    missing_glyphs: u32,
}

/// Shrinks letters, and then cuts the longest word, until everything, stroke and pop included, is inside the safe area.
fn fit(
    mut words: Vec<String>,
    timed: &Timed<'_>,
    look: CaptionLook,
    fonts: &Fonts,
    plan: &FramePlan,
) -> Fitted {
    let lettering = look.lettering(timed.words.iter().any(|word| word.emphasised));
    let (mut size, least) = (lettering.size * plan.scale, MIN_CAPTION_SIZE * plan.scale);
    loop {
        let (text, ranges) = join(&words);
        let set = fonts.set(&text, lettering.weight, size);
        let letters = set.with_wider_spaces(&text, size * lettering.wider_spaces);
        // Drawing costs a hundred times what setting does, so it waits until the letters themselves fit.
        let room = plan.safe;
        let mut excess = letters.width() / room.width;
        if excess < 1.0 {
            let line = SetLine::new(timed.clone(), lettering, &letters, &ranges, plan);
            let pieces = look.pieces(&line);
            let ink = bounds(&pieces);
            let is_high = ink.bottom() > room.bottom();
            if ink.x >= room.x && ink.right() <= room.right() && !is_high {
                return Fitted { words, pieces, missing_glyphs: letters.missing_glyphs() };
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
            return Fitted { words, pieces: Vec::new(), missing_glyphs: letters.missing_glyphs() };
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

/// The box around everything that is drawn of a caption at any time.
fn bounds(pieces: &[Piece]) -> Rect {
    let boxes = pieces.iter().map(|Piece { ink, .. }| Rect {
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

    fn drawn(style: CaptionStyle) -> impl Iterator<Item = CaptionStyle> {
        let rest = CaptionStyle::ALL.iter().copied().filter(move |other| *other != style);
        std::iter::once(style).chain(rest).filter(|style| *style != CaptionStyle::Off)
    }

    /// The first caption of some words of which the last carries the line.
    fn art(words: &[Word], style: CaptionStyle, plan: &FramePlan) -> CaptionArt {
        let chunk = &lay_out(words, 2_000)[0];
        let mut emphasised = vec![false; words.len()];
        *emphasised.last_mut().unwrap() = words.len() > 1;
        let caption = Caption { chunk, words, emphasised: &emphasised, joins: (false, false) };
        CaptionArt::new(caption, style, &Fonts::embedded(), plan)
    }

    /// How many samples of colour are as blue-less as gold, left and right of the middle.
    fn gold(art: &CaptionArt, n: u64) -> (usize, usize) {
        let mut frame = YuvFrame::black(270, 480);
        art.draw(n, &mut frame);
        let count = |half: Range<usize>| -> usize {
            frame.u.chunks_exact(135).map(|row| row[half.clone()].iter().filter(|u| **u < 60).count()).sum()
        };
        (count(0..66), count(66..135))
    }

    #[test]
    fn ink_stays_inside_the_safe_area() {
        for style in drawn(CaptionStyle::Pop) {
            for (width, height) in [(1080, 1920), (270, 480)] {
                let plan = FramePlan::new(width, height, 30);
                for text in ["WWWWWWWWWWWWWWWWWWWWWW", "i", "Incomprehensibilities,", "Mm$45%", "gÄg jypq,"]
                {
                    let mut at = 0;
                    let mut next = |text: &str| {
                        at += 300;
                        word(text, at - 200)
                    };
                    let words: Vec<Word> = text.split(' ').map(&mut next).collect();
                    let record = art(&words, style, &plan).record;
                    let ink = record.bbox;
                    assert!(
                        ink.x >= plan.safe.x && ink.right() <= plan.safe.right(),
                        "{style:?} {text} {ink:?}"
                    );
                    assert!(
                        ink.y >= plan.safe.y && ink.bottom() <= plan.safe.bottom(),
                        "{style:?} {text} {ink:?}"
                    );
                    assert!(record.contrast > 5.0, "{style:?} {}", record.contrast);
                }
            }
        }
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut() {
        let long = "https://example.org/a/path/that/no/line/can/hold/".repeat(4);
        for (width, height) in [(1080, 1920), (270, 480)] {
            let plan = FramePlan::new(width, height, 30);
            for text in [long.as_str(), &"W".repeat(90), &"\u{635}".repeat(300)] {
                for style in drawn(CaptionStyle::Pop) {
                    let record = art(&[word(text, 100)], style, &plan).record;
                    let ink = record.bbox;
                    assert!(ink.x >= plan.safe.x && ink.right() <= plan.safe.right(), "{ink:?}");
                    assert!(ink.height > 20.0 * plan.scale, "still large enough to read: {style:?} {ink:?}");
                    let start = record.text.trim_end_matches('…');
                    assert!(text.starts_with(start) && start.len() < text.len());
                }
            }
        }
    }

    #[test]
    fn a_word_that_stays_lit_does_not_touch_its_neighbour() {
        let plan = FramePlan::new(1080, 1920, 30);
        for (style, strong) in
            [(CaptionStyle::Pop, false), (CaptionStyle::Pop, true), (CaptionStyle::Karaoke, true)]
        {
            let spoken = |from, emphasised| SpokenWord {
                from,
                said: from + 9,
                until: from + 10,
                emphasised,
                from_right: false,
            };
            let look = CaptionLook::new(style, Speaker::Explainer);
            let words = [spoken(0, false), spoken(10, strong)];
            let timed = Timed { words: &words, frames: 0..20, joins: (false, false), colours: look.colours };
            let texts = ["consensus", "algorithm"].map(str::to_owned).to_vec();
            let fitted = fit(texts, &timed, look, &Fonts::embedded(), &plan);
            // What is seen at the end: the last word is said, and lies above.
            let seen: Vec<&Piece> = fitted
                .pieces
                .iter()
                .filter(|piece| opacity(&piece.frames, piece.fades, 19).is_some())
                .collect();
            let (first, lit) = (&seen[0].ink, &seen.last().unwrap().ink);
            let gap = lit.left - (first.left + first.image.width() as i32);
            // Pictures have a margin of one pixel.
            assert!(gap >= -2, "{style:?}: the strokes overlap: {gap}");
        }
    }

    #[test]
    fn a_word_lights_up_in_the_frame_it_is_said() {
        let words = [word("Every", 100), word("queue", 500)];
        let plan = FramePlan::new(270, 480, 30);
        let chunk = &lay_out(&words, 2_000)[0];
        let caption = Caption { chunk, words: &words, emphasised: &[], joins: (false, false) };
        let art = CaptionArt::new(caption, CaptionStyle::Pop, &Fonts::embedded(), &plan);
        for (word, lit) in words.iter().zip(&art.record.lit_ms) {
            assert!(word.start_ms.abs_diff(*lit) <= 17, "{lit}");
        }
        let gold = |n| gold(&art, n);
        assert_eq!(gold(1), (0, 0));
        assert!(gold(10).0 > 20 && gold(10).1 < 5, "{:?}", gold(10));
        assert_eq!(gold(14).1, 0);
        assert!(gold(15).1 > 20 && gold(20).0 < 5, "{:?}", gold(20));
    }

    #[test]
    fn karaoke_fills_words_one_after_the_other() {
        let words = [word("Every", 100), word("queue", 500)];
        let plan = FramePlan::new(270, 480, 30);
        let chunk = &lay_out(&words, 2_000)[0];
        let caption = Caption { chunk, words: &words, emphasised: &[], joins: (false, false) };
        let art = CaptionArt::new(caption, CaptionStyle::Karaoke, &Fonts::embedded(), &plan);
        let filled: Vec<usize> = (0..30).map(|n| gold(&art, n).0 + gold(&art, n).1).collect();
        assert_eq!(filled[2], 0);
        assert!(filled.windows(2).all(|pair| pair[0] <= pair[1]), "what is filled stays so: {filled:?}");
        assert!(filled[5] < filled[8] && filled[8] < filled[12] && filled[14] < filled[20], "{filled:?}");
    }

    #[test]
    fn every_look_changes_in_the_frame_in_which_a_word_is_said() {
        let words = [word("Every", 100), word("queue", 500)];
        let plan = FramePlan::new(270, 480, 30);
        for style in drawn(CaptionStyle::Pop) {
            let art = art(&words, style, &plan);
            let frame = |n| {
                let mut frame = YuvFrame::black(270, 480);
                art.draw(n, &mut frame);
                frame
            };
            assert_ne!(frame(14), frame(15), "{style:?}");
            assert_eq!(frame(11), frame(11), "{style:?}: a function of the frame");
            let lit = frame(15).y.iter().filter(|y| **y > 150).count();
            assert!(lit > 100, "{style:?} {lit}");
            assert!(frame(1).y.iter().any(|y| *y > 100), "{style:?}: no caption is empty when it comes");
        }
    }

    #[test]
    fn calm_captions_keep_their_plate_where_one_follows_another() {
        let words = [word("Every", 1_000), word("queue", 1_400)];
        let plan = FramePlan::new(270, 480, 30);
        let chunk = &lay_out(&words, 3_000)[0];
        let plate = |joins, n| {
            let caption = Caption { chunk, words: &words, emphasised: &[], joins };
            let art = CaptionArt::new(caption, CaptionStyle::Calm, &Fonts::embedded(), &plan);
            let mut frame = YuvFrame::black(270, 480);
            frame.y.fill(235);
            art.draw(n, &mut frame);
            let ink = art.record.bbox;
            // Inside the plate, left of its letters.
            frame.y[(ink.y + ink.height / 2.0) as usize * 270 + ink.x as usize + 4]
        };
        let (first, last) = (plan.frame_at(chunk.start_ms), plan.frame_at(chunk.end_ms) - 1);
        assert!(plate((false, false), first) > 180 && plate((false, false), last) > 180);
        assert!(plate((true, true), first) < 70 && plate((true, true), last) < 70);
        assert!(plate((false, false), first + 12) < 70, "the gate looks for something dark");
    }
}
