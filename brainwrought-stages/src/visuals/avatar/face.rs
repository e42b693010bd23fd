//! [`Face`]: eyes, brows and mouths of the characters, in the moods of what is said.

use std::fmt::Write as _;

use brainwrought_core::data::Mood;

/// The colour of outlines.
pub(super) const LINE: &str = "#2a1236";
/// The colours of an open mouth and of the tongue in it.
const INSIDE: &str = "#5c1030";
const TONGUE: &str = "#ff6b81";

/// Where a character looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gaze {
    /// At whoever watches.
    Viewer,
    /// At the picture above, towards the middle of the frame.
    Picture,
    /// At the other character.
    Partner,
    /// Nowhere: the eyes are closed.
    Closed,
}

/// All gazes, in the order of the sheet.
pub(super) const GAZES: [Gaze; 4] = [Gaze::Viewer, Gaze::Picture, Gaze::Partner, Gaze::Closed];
/// All moods, in the order of the sheet.
pub(in super::super) const MOODS: [Mood; 7] = [
    Mood::Neutral,
    Mood::Curious,
    Mood::Surprised,
    Mood::Excited,
    Mood::Doubtful,
    Mood::Serious,
    Mood::Amused,
];
/// The mouths of a sheet, from closed to wide open.
pub(in super::super) const MOUTHS: u32 = 4;

/// Where the parts of a face stand on a character of 260 × 260 units, and how they look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    /// The middles of the eyes: left, right, and how far down.
    pub(super) eyes: (f32, f32, f32),
    /// The radius of an eye, and of its pupil.
    pub(super) radius: f32,
    pub(super) pupil: f32,
    /// The white of the eyes, and the width of the line around it.
    pub(super) white: &'static str,
    pub(super) outline: f32,
    /// What lids and brows are drawn in, and closed eyes and lips.
    pub(super) lid: &'static str,
    pub(super) brow: &'static str,
    pub(super) ink: &'static str,
    /// The middle of the mouth, and how large it is; 1 for the usual size.
    pub(super) mouth: (f32, f32),
    pub(super) mouth_size: f32,
    /// 1 where the middle of the frame is to the right of the character, -1 where it is to the left.
    pub(super) inward: f32,
}

impl Face {
    /// Draws eyes with their brows.
    pub(super) fn draw_eyes(&self, svg: &mut String, mood: Mood, gaze: Gaze) {
        let (left, right, _) = self.eyes;
        for (side, x) in [(-1.0, left), (1.0, right)] {
            if gaze == Gaze::Closed {
                self.closed_eye(svg, mood, x);
            } else {
                self.eye(svg, mood, gaze, side, x);
            }
            self.brow(svg, mood, side, x);
        }
    }

    fn ball(&self, svg: &mut String, x: f32, radius: f32) {
        let (y, Self { white, outline, .. }) = (self.eyes.2, self);
        let _ = write!(
            svg,
            r##"<circle cx="{x}" cy="{y}" r="{radius}" fill="{white}" stroke="{LINE}" stroke-width="{outline}"/>"##
        );
    }

    fn closed_eye(&self, svg: &mut String, mood: Mood, x: f32) {
        let (y, r, Self { lid, ink, .. }) = (self.eyes.2, self.radius, self);
        self.ball(svg, x, r);
        // The lashes of somebody who laughs point up.
        let (half, bend) = (r * 0.6, if mood == Mood::Amused { -r * 0.45 } else { r * 0.4 });
        let _ = write!(
            svg,
            r##"<circle cx="{x}" cy="{y}" r="{}" fill="{lid}"/><path d="M{} {y} q{half} {bend} {} 0" fill="none" stroke="{ink}" stroke-width="7"/>"##,
            r - self.outline * 0.4,
            x - half,
            2.0 * half
        );
    }

    fn eye(&self, svg: &mut String, mood: Mood, gaze: Gaze, side: f32, x: f32) {
        let y = self.eyes.2;
        let r = self.radius
            * match mood {
                Mood::Surprised => 1.12,
                Mood::Excited => 1.05,
                Mood::Serious => 0.96,
                _ => 1.0,
            };
        self.ball(svg, x, r);
        let p = self.pupil
            * match mood {
                Mood::Surprised => 0.78,
                Mood::Excited => 1.22,
                Mood::Curious => 1.1,
                _ => 1.0,
            };
        let room = r - p - self.outline * 0.5;
        let (dx, dy) = match gaze {
            Gaze::Picture => (0.45 * self.inward, -0.85),
            Gaze::Partner => (0.95 * self.inward, 0.05),
            Gaze::Viewer | Gaze::Closed => (0.0, 0.06),
        };
        let (px, py) = (x + dx * room, y + dy * room);
        let _ = write!(
            svg,
            r##"<circle cx="{px}" cy="{py}" r="{p}" fill="{LINE}"/><circle cx="{}" cy="{}" r="{}" fill="#ffffff"/>"##,
            px + p * 0.32,
            py - p * 0.38,
            p * 0.34
        );
        if mood == Mood::Excited {
            let (x, y, r) = (px - p * 0.35, py + p * 0.4, p * 0.2);
            let _ = write!(svg, r##"<circle cx="{x}" cy="{y}" r="{r}" fill="#ffffff"/>"##);
        }
        self.lids(svg, mood, side, (x, r));
    }

    /// What covers a part of an eye from above and from below.
    fn lids(&self, svg: &mut String, mood: Mood, side: f32, (x, r): (f32, f32)) {
        let (y, lid) = (self.eyes.2, self.lid);
        // How much of the height is covered from above and from below, and how much lower the upper lid is towards the nose.
        let (above, below, slant) = match mood {
            Mood::Doubtful if side * self.inward > 0.0 => (0.42, 0.12, 0.0),
            Mood::Doubtful => (0.2, 0.0, 0.0),
            Mood::Serious => (0.26, 0.0, 0.12 * side),
            Mood::Amused => (0.16, 0.34, 0.0),
            Mood::Curious => (0.08, 0.0, 0.0),
            Mood::Excited => (0.0, 0.14, 0.0),
            Mood::Surprised => (0.0, 0.0, 0.0),
            _ => (0.1, 0.0, 0.0),
        };
        // Eyes of one mood lie at the same place of every cell, so that they share what cuts their lids.
        let clip = format!("{}-{mood:?}", if side < 0.0 { "left" } else { "right" });
        let inner = r - self.outline * 0.4;
        let _ = write!(svg, r##"<clipPath id="{clip}"><circle cx="{x}" cy="{y}" r="{inner}"/></clipPath>"##);
        let (left, right) = (x - r - 8.0, x + r + 8.0);
        if above > 0.0 {
            let (at, top) = (y - r + 2.0 * r * above, y - r - 12.0);
            let (one, other) = (at + slant * r * 1.4, at - slant * r * 1.4);
            let _ = write!(
                svg,
                r##"<path clip-path="url(#{clip})" d="M{left} {top} L{left} {one} L{right} {other} L{right} {top} Z" fill="{lid}" stroke="{LINE}" stroke-width="5"/>"##
            );
        }
        if below > 0.0 {
            let (at, bottom) = (y + r - 2.0 * r * below, y + r + 12.0);
            let (ends, middle) = (at + r * 0.3, at - r * 0.3);
            let _ = write!(
                svg,
                r##"<path clip-path="url(#{clip})" d="M{left} {ends} Q{x} {middle} {right} {ends} L{right} {bottom} L{left} {bottom} Z" fill="{lid}" stroke="{LINE}" stroke-width="5"/>"##
            );
        }
    }

    fn brow(&self, svg: &mut String, mood: Mood, side: f32, x: f32) {
        let (r, y) = (self.radius, self.eyes.2);
        // How far over the eye it is, how much lower towards the nose, and how much it is bent.
        let (over, tilt, bend) = match mood {
            Mood::Curious if side > 0.0 => (1.62, -0.1, 0.3),
            Mood::Curious => (1.28, 0.02, 0.14),
            Mood::Surprised => (1.68, -0.06, 0.34),
            Mood::Excited => (1.52, -0.1, 0.3),
            Mood::Doubtful if side * self.inward > 0.0 => (1.12, 0.12, 0.0),
            Mood::Doubtful => (1.56, -0.02, 0.28),
            Mood::Serious => (1.16, 0.2, 0.02),
            Mood::Amused => (1.36, -0.08, 0.26),
            _ => (1.28, 0.0, 0.16),
        };
        let (half, middle) = (side * r * 0.74, y - r * over);
        let (outer, inner) = (middle - tilt * r, middle + tilt * r);
        let _ = write!(
            svg,
            r##"<path d="M{} {outer} Q{x} {} {} {inner}" fill="none" stroke="{}" stroke-width="9"/>"##,
            x + half,
            middle - bend * r * 1.6,
            x - half,
            self.brow
        );
    }

    /// Draws a mouth that is open by some steps, from closed to wide open.
    pub(super) fn draw_mouth(&self, svg: &mut String, mood: Mood, open: u32) {
        let Some(&(wide, tall)) =
            [(20.0, 9.0), (22.0, 16.0), (25.0, 24.0)].get(open.wrapping_sub(1) as usize)
        else {
            return self.lips(svg, mood);
        };
        let s = self.mouth_size;
        match mood {
            Mood::Surprised => self.round(svg, wide * 0.78 * s, tall * 1.12 * s),
            Mood::Excited | Mood::Amused => self.grin(svg, wide * 1.3 * s, tall * 1.5 * s),
            Mood::Serious => self.arch(svg, wide * 0.98 * s, tall * 1.3 * s, 0.0),
            Mood::Doubtful => self.arch(svg, wide * 0.98 * s, tall * 1.3 * s, 5.0 * s),
            Mood::Curious => self.round(svg, wide * 0.86 * s, tall * s),
            _ => self.round(svg, wide * s, tall * s),
        }
    }

    /// A closed mouth.
    fn lips(&self, svg: &mut String, mood: Mood) {
        let ((x, y), s) = (self.mouth, self.mouth_size);
        // How wide, how far the middle is below the corners, and how much higher the right corner is than the left one.
        let (wide, smile, skew) = match mood {
            Mood::Surprised => return self.round(svg, 11.0 * s, 13.0 * s),
            Mood::Curious => (16.0, 3.0, 5.0),
            Mood::Excited => (32.0, 18.0, 0.0),
            Mood::Doubtful => (22.0, -4.0, 9.0),
            Mood::Serious => (22.0, -3.0, 0.0),
            Mood::Amused => (30.0, 13.0, 8.0),
            _ => (24.0, 8.0, 0.0),
        };
        let corner = y - smile * s * 0.4;
        let _ = write!(
            svg,
            r##"<path d="M{} {} Q{x} {} {} {}" fill="none" stroke="{}" stroke-width="7"/>"##,
            x - wide * s,
            corner + skew * s * 0.5,
            y + smile * s * 1.6,
            x + wide * s,
            corner - skew * s * 0.5,
            self.ink
        );
    }

    fn round(&self, svg: &mut String, wide: f32, tall: f32) {
        let ((x, y), ink) = (self.mouth, self.ink);
        let _ = write!(
            svg,
            r##"<ellipse cx="{x}" cy="{y}" rx="{wide}" ry="{tall}" fill="{INSIDE}" stroke="{ink}" stroke-width="6"/><ellipse cx="{x}" cy="{}" rx="{}" ry="{}" fill="{TONGUE}"/>"##,
            y + tall * 0.5,
            wide * 0.5,
            tall * 0.33
        );
    }

    /// Flat above and round below.
    fn grin(&self, svg: &mut String, wide: f32, tall: f32) {
        let ((x, y), ink) = (self.mouth, self.ink);
        let top = y - tall * 0.42;
        let (left, right, low) = (x - wide, x + wide, top + tall);
        let _ = write!(
            svg,
            r##"<path d="M{left} {top} Q{x} {} {right} {top} Q{} {low} {x} {low} Q{} {low} {left} {top} Z" fill="{INSIDE}" stroke="{ink}" stroke-width="6"/>"##,
            top + tall * 0.22,
            x + wide * 0.86,
            x - wide * 0.86
        );
        let (from, to, at) = (x - wide * 0.5, x + wide * 0.5, top + tall * 0.82);
        let _ = write!(
            svg,
            r##"<path d="M{from} {at} Q{x} {} {to} {at} Q{x} {} {from} {at} Z" fill="{TONGUE}"/>"##,
            top + tall * 0.5,
            top + tall * 1.02
        );
    }

    /// Round above and flat below, leaning to one side.
    fn arch(&self, svg: &mut String, wide: f32, tall: f32, lean: f32) {
        let ((x, y), ink) = (self.mouth, self.ink);
        let base = y + tall * 0.45;
        let (left, right, high) = (x - wide, x + wide, base - tall);
        let _ = write!(
            svg,
            r##"<path d="M{left} {} Q{} {high} {x} {high} Q{} {high} {right} {} Q{x} {} {left} {} Z" fill="{INSIDE}" stroke="{ink}" stroke-width="6"/>"##,
            base + lean,
            x - wide * 0.9,
            x + wide * 0.9,
            base - lean,
            base - tall * 0.22,
            base + lean
        );
    }
}
