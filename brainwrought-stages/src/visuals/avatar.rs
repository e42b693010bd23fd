//! The two characters of a dialogue: a brain that explains and a sprout that asks, both our own.

use std::fmt::Write as _;

use brainwrought_core::data::Speaker;

use super::sticker::draw;
use crate::picture::RgbaImage;

/// The side of a character, in pixels of a frame 1,080 wide.
pub(super) const SIDE: f32 = 270.0;
/// The mouths of a sheet, from closed to wide open.
pub(super) const MOUTHS: u32 = 4;
/// The side of a drawing, in its own units.
const UNITS: u32 = 260;
/// The colour of outlines.
const LINE: &str = "#2a1236";

/// Draws all poses of a character on one sheet: a column for each mouth, a row with open eyes and one with closed.
pub(super) fn sheet(speaker: Speaker, side: u32) -> Option<RgbaImage> {
    let (width, height) = (UNITS * MOUTHS, UNITS * 2);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" stroke-linecap="round" stroke-linejoin="round">"##
    );
    for row in 0..2 {
        for mouth in 0..MOUTHS {
            let _ = write!(svg, r##"<g transform="translate({} {})">"##, mouth * UNITS, row * UNITS);
            match speaker {
                Speaker::Explainer => brain(&mut svg, mouth, row == 1),
                Speaker::Asker => sprout(&mut svg, mouth, row == 1),
            }
            svg.push_str("</g>");
        }
    }
    svg.push_str("</svg>");
    draw(&svg, (side * MOUTHS) as f32, (side * 2) as f32)
}

/// A pink brain with round glasses.
fn brain(svg: &mut String, mouth: u32, asleep: bool) {
    let lobes = [(84, 92, 50), (130, 72, 52), (178, 92, 50), (62, 142, 44), (198, 142, 44), (130, 150, 76)];
    for (grow, colour) in [(8, LINE), (0, "#ff8fb8")] {
        for (x, y, radius) in lobes {
            let _ = write!(svg, r##"<circle cx="{x}" cy="{y}" r="{}" fill="{colour}"/>"##, radius + grow);
        }
        // The stem that it stands on.
        let (left, width) = (108 - grow, 44 + 2 * grow);
        let _ = write!(
            svg,
            r##"<rect x="{left}" y="200" width="{width}" height="{}" rx="18" fill="{colour}"/>"##,
            44 + grow
        );
    }
    svg.push_str(
        r##"<g fill="none" stroke="#d9548a" stroke-width="7"><path d="M130 26 Q122 50 134 76"/><path d="M76 70 Q98 66 100 92"/><path d="M184 70 Q162 66 160 92"/><path d="M40 128 Q58 122 64 142"/><path d="M220 128 Q202 122 196 142"/></g>"##,
    );
    for x in [94, 166] {
        let _ = write!(
            svg,
            r##"<circle cx="{x}" cy="132" r="33" fill="#ffffff" stroke="{LINE}" stroke-width="8"/>"##
        );
        eye(svg, x, 134, 12, asleep);
    }
    let _ = write!(
        svg,
        r##"<path d="M127 130 Q130 122 133 130" fill="none" stroke="{LINE}" stroke-width="8"/>"##
    );
    lips(svg, 130, 188, mouth);
}

/// A green sprout that is curious about everything.
fn sprout(svg: &mut String, mouth: u32, asleep: bool) {
    let _ = write!(
        svg,
        r##"<path d="M130 66 Q126 40 140 22" fill="none" stroke="{LINE}" stroke-width="12"/><path d="M138 26 Q170 2 196 22 Q176 50 138 26 Z" fill="#ffd84d" stroke="{LINE}" stroke-width="7"/><path d="M134 40 Q106 16 84 32 Q98 58 134 40 Z" fill="#ffb52e" stroke="{LINE}" stroke-width="7"/>"##
    );
    let _ = write!(
        svg,
        r##"<path d="M130 62 C206 62 232 122 226 178 C222 226 184 244 130 244 C76 244 38 226 34 178 C28 122 54 62 130 62 Z" fill="#35d0a5" stroke="{LINE}" stroke-width="8"/><path d="M60 176 Q64 222 130 224" fill="none" stroke="#7cf0cf" stroke-width="9" opacity="0.7"/>"##
    );
    for (x, radius) in [(92, 31), (168, 31)] {
        let _ = write!(
            svg,
            r##"<circle cx="{x}" cy="136" r="{radius}" fill="#ffffff" stroke="{LINE}" stroke-width="7"/>"##
        );
        eye(svg, x, 138, 14, asleep);
    }
    svg.push_str(
        r##"<ellipse cx="62" cy="182" rx="14" ry="9" fill="#ff8f8f" opacity="0.8"/><ellipse cx="198" cy="182" rx="14" ry="9" fill="#ff8f8f" opacity="0.8"/>"##,
    );
    lips(svg, 130, 196, mouth);
}

fn eye(svg: &mut String, x: i32, y: i32, radius: i32, asleep: bool) {
    let _ = if asleep {
        write!(
            svg,
            r##"<path d="M{} {y} Q{x} {} {} {y}" fill="none" stroke="{LINE}" stroke-width="7"/>"##,
            x - 15,
            y + 10,
            x + 15
        )
    } else {
        write!(
            svg,
            r##"<circle cx="{x}" cy="{y}" r="{radius}" fill="{LINE}"/><circle cx="{}" cy="{}" r="{}" fill="#ffffff"/>"##,
            x + 4,
            y - 5,
            radius / 3
        )
    };
}

fn lips(svg: &mut String, x: i32, y: i32, mouth: u32) {
    let (wide, tall) = [(24, 0), (20, 9), (22, 16), (25, 24)].get(mouth as usize).copied().unwrap_or((24, 0));
    let _ = if tall == 0 {
        write!(
            svg,
            r##"<path d="M{} {y} Q{x} {} {} {y}" fill="none" stroke="{LINE}" stroke-width="7"/>"##,
            x - wide,
            y + 14,
            x + wide
        )
    } else {
        write!(
            svg,
            r##"<ellipse cx="{x}" cy="{y}" rx="{wide}" ry="{tall}" fill="#5c1030" stroke="{LINE}" stroke-width="6"/><ellipse cx="{x}" cy="{}" rx="{}" ry="{}" fill="#ff6b81"/>"##,
            y + tall / 2,
            wide / 2,
            tall / 3
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pose_differs_from_its_neighbour() {
        for speaker in [Speaker::Explainer, Speaker::Asker] {
            let sheet = sheet(speaker, 64).unwrap();
            assert_eq!((sheet.width(), sheet.height()), (256, 128));
            let pose = |column: usize, row: usize| -> Vec<u8> {
                let rows = sheet.pixels.chunks_exact(256 * 4).skip(row * 64).take(64);
                rows.flat_map(|line| line[column * 256..(column + 1) * 256].to_vec()).collect()
            };
            for column in 1..4 {
                assert_ne!(pose(column, 0), pose(column - 1, 0), "{speaker:?} {column}");
            }
            assert_ne!(pose(0, 0), pose(0, 1));
            assert!(pose(0, 0).chunks_exact(4).filter(|pixel| pixel[3] == 255).count() > 1_500);
        }
    }
}
