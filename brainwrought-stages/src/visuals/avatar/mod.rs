//! The characters of a dialogue: bodies, and the parts of their faces in every mood.

mod bodies;
mod face;

use std::fmt::Write as _;
use std::ops::Range;

use bodies::Body;
use brainwrought_core::data::{Mood, Speaker};
use face::{Face, GAZES};
pub(super) use face::{MOODS, MOUTHS};

use super::sticker::draw;
use crate::frame::Characters;
use crate::picture::RgbaImage;

/// The side of a character, in pixels of a frame 1,080 wide.
pub(super) const SIDE: f32 = 270.0;
/// The side of a drawing, in its own units.
const UNITS: f32 = 260.0;

/// A character, drawn.
pub(super) struct DrawnAvatar {
    pub(super) body: RgbaImage,
    /// A row for each of [`MOODS`], a column for each of [`GAZES`].
    pub(super) eyes: FaceSheet,
    /// A row for each of [`MOODS`], a column for each mouth.
    pub(super) mouths: FaceSheet,
}

/// Equally large parts of a face.
pub(super) struct FaceSheet {
    pub(super) image: RgbaImage,
    /// Where a part lies on the body.
    pub(super) at: (u32, u32),
}

impl DrawnAvatar {
    /// Draws the one of some characters who speaks as `speaker`, `side` pixels wide and high.
    pub(super) fn new(characters: Characters, speaker: Speaker, side: u32) -> Option<Self> {
        let body: Body = match (characters, speaker) {
            (Characters::Brain, Speaker::Explainer) => bodies::brain,
            (Characters::Brain, Speaker::Asker) => bodies::sprout,
            (Characters::Robot, Speaker::Explainer) => bodies::robot,
            (Characters::Robot, Speaker::Asker) => bodies::ghost,
            (Characters::Owl, Speaker::Explainer) => bodies::owl,
            (Characters::Owl, Speaker::Asker) => bodies::frog,
        };
        let mut svg = opened(side, side, side);
        let face = body(&mut svg);
        svg.push_str("</g></svg>");
        let eyes = |svg: &mut String, mood: Mood, column: usize| face.draw_eyes(svg, mood, GAZES[column]);
        let mouth = |svg: &mut String, mood: Mood, column: usize| face.draw_mouth(svg, mood, column as u32);
        Some(Self {
            body: draw(&svg, side as f32, side as f32)?,
            eyes: sheet(eyes_of(&face), GAZES.len(), side, eyes)?,
            mouths: sheet(mouth_of(&face), MOUTHS as usize, side, mouth)?,
        })
    }
}

/// The part of a drawing that eyes and brows may take, from side to side and from top to bottom, in units.
fn eyes_of(face: &Face) -> (Range<f32>, Range<f32>) {
    let ((left, right, y), r) = (face.eyes, face.radius);
    (left - 1.4 * r..right + 1.4 * r, y - 2.2 * r..y + 1.4 * r)
}

/// The same of the mouth.
fn mouth_of(face: &Face) -> (Range<f32>, Range<f32>) {
    let ((x, y), size) = (face.mouth, face.mouth_size);
    (x - 44.0 * size..x + 44.0 * size, y - 36.0 * size..y + 40.0 * size)
}

/// Draws all parts of one kind on one sheet.
fn sheet(
    (across, down): (Range<f32>, Range<f32>),
    columns: usize,
    side: u32,
    part: impl Fn(&mut String, Mood, usize),
) -> Option<FaceSheet> {
    let scale = side as f32 / UNITS;
    let pixel = |units: f32| (units.clamp(0.0, UNITS) * scale) as u32;
    let (left, top) = (pixel(across.start), pixel(down.start));
    let (width, height) = (pixel(across.end) + 1 - left, pixel(down.end) + 1 - top);
    let (all_wide, all_high) = (width * columns as u32, height * MOODS.len() as u32);
    let mut svg = opened(all_wide, all_high, side);
    svg.push_str("</g>");
    for (row, mood) in (0..).zip(MOODS) {
        for column in 0..columns {
            let (x, y) = (width * column as u32, height * row);
            // A part that reaches out of its cell must not show in the next one.
            let _ = write!(
                svg,
                r##"<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="{left} {top} {width} {height}"><g transform="scale({scale})">"##
            );
            part(&mut svg, mood, column);
            svg.push_str("</g></svg>");
        }
    }
    svg.push_str("</svg>");
    Some(FaceSheet { image: draw(&svg, all_wide as f32, all_high as f32)?, at: (left, top) })
}

/// Opens a drawing of some pixels, and in it a group whose units are those of characters `side` pixels wide.
fn opened(width: u32, height: u32, side: u32) -> String {
    let scale = side as f32 / UNITS;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" stroke-linecap="round" stroke-linejoin="round"><g transform="scale({scale})">"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEAKERS: [Speaker; 2] = [Speaker::Explainer, Speaker::Asker];

    /// The pictures of a sheet, row by row.
    fn cells(sheet: &FaceSheet, columns: usize) -> Vec<Vec<u8>> {
        let (width, height) = (sheet.image.width() / columns, sheet.image.height() / MOODS.len());
        let cell = |place: usize| {
            let (row, column) = (place / columns, place % columns);
            let rows =
                sheet.image.pixels.chunks_exact(sheet.image.width() * 4).skip(row * height).take(height);
            rows.flat_map(|line| line[column * width * 4..(column + 1) * width * 4].to_vec()).collect()
        };
        (0..columns * MOODS.len()).map(cell).collect()
    }

    #[test]
    fn every_mood_has_a_face_of_its_own() {
        for characters in Characters::ALL {
            for speaker in SPEAKERS {
                let drawn = DrawnAvatar::new(*characters, speaker, 96).unwrap();
                let solid = drawn.body.pixels.chunks_exact(4).filter(|pixel| pixel[3] == 255).count();
                assert!(solid > 3_000, "{characters:?} {speaker:?}: {solid}");
                let eyes = cells(&drawn.eyes, GAZES.len());
                for (place, one) in eyes.iter().enumerate() {
                    assert!(!eyes[..place].contains(one), "{characters:?} {speaker:?}: eyes {place}");
                }
                let mouths = cells(&drawn.mouths, MOUTHS as usize);
                for (row, mood) in MOODS.iter().enumerate() {
                    let of_mood = &mouths[row * 4..row * 4 + 4];
                    let ink = |cell: &Vec<u8>| cell.chunks_exact(4).filter(|pixel| pixel[3] > 128).count();
                    assert!(of_mood.windows(2).all(|pair| pair[0] != pair[1]), "{mood:?}");
                    assert!(
                        ink(&of_mood[3]) > ink(&of_mood[1]),
                        "{mood:?}: a louder word opens the mouth wider"
                    );
                }
            }
        }
    }

    #[test]
    fn parts_of_a_face_lie_on_their_body() {
        for characters in Characters::ALL {
            for speaker in SPEAKERS {
                let drawn = DrawnAvatar::new(*characters, speaker, 135).unwrap();
                for (sheet, columns) in [(&drawn.eyes, GAZES.len()), (&drawn.mouths, MOUTHS as usize)] {
                    let (width, height) = (sheet.image.width() / columns, sheet.image.height() / MOODS.len());
                    assert!(sheet.at.0 as usize + width <= 136 && sheet.at.1 as usize + height <= 136);
                    // Brows may stand over a head, but no part is cut at the side of its cell.
                    for cell in cells(sheet, columns) {
                        let edge = |row: &[u8]| row[3] > 100 || row[width * 4 - 1] > 100;
                        assert!(!cell.chunks_exact(width * 4).any(edge), "{characters:?} {speaker:?}");
                    }
                }
            }
        }
    }
}
