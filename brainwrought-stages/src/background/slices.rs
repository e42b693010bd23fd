//! [`Slices`]: a blade that cuts a bar of soap into even slices, without end.

use super::canvas::{Canvas, Point, SPACE_WIDTH, Shape};
use super::ink::{Ink, Palette, palette_of};
use super::seeded::{below, between, cosine, ease, sine, unit};
use super::{Clock, Setting, Shade, Style};
use crate::picture::{Area, YuvFrame};

/// Seconds from one cut to the next, and how many slices a bar gives.
const CUT_SECONDS: f64 = 0.95;
const CUTS: u64 = 10;
/// Layers of colour in a bar.
const LAYERS: usize = 4;
/// The size of a slice in units, and how far its far side is shifted right and up.
const THICK: f64 = 74.0;
const TALL: f64 = 380.0;
const DEPTH: (f64, f64) = (130.0, -96.0);
/// Where the blade cuts, from the left, and the table's height, of the frame's.
const BLADE: f64 = 470.0;
const TABLE: f64 = 0.87;
/// How far the belt carries a slice while the next is cut.
const CARRY: f64 = 470.0;
/// The parts of a cut: the blade comes down until the first; the slice has fallen at the second.
const DOWN: f64 = 0.40;
const FALLEN: f64 = 0.92;
/// Soap bubbles in the air.
const BUBBLES: u64 = 9;

/// A blade that cuts soap.
#[derive(Debug)]
pub(super) struct Slices {
    clock: Clock,
    seed: u64,
    palette: Palette,
    backdrop: YuvFrame,
    shade: Shade,
}

impl Slices {
    pub(super) fn new(setting: &Setting) -> Self {
        let palette = palette_of(setting.seed, setting.colours);
        let mut backdrop = YuvFrame::black(setting.width, setting.height);
        let mut canvas = Canvas::new(&mut backdrop);
        draw_room(&mut canvas, &palette);
        let shade = Shade::under_text(setting.width, setting.height);
        shade.apply(&mut backdrop);
        Self { clock: setting.clock, seed: setting.seed, palette, backdrop, shade }
    }
}

impl Style for Slices {
    fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame, covered: &Area) {
        let cuts = self.clock.seconds(frame_number) / CUT_SECONDS;
        let (cut, part) = (cuts as u64, cuts - cuts.floor());
        let mut canvas = Canvas::shaded(frame, &self.shade, covered);
        canvas.paste(&self.backdrop, f64::INFINITY);
        draw_bubbles(&mut canvas, self.seed, self.clock.seconds(frame_number));
        let floor = canvas.height() * TABLE;
        let mut table = Table { canvas: &mut canvas, floor, seed: self.seed, palette: &self.palette };
        table.draw(cut, part);
    }
}

/// The colours of one bar of soap.
struct Bar {
    layers: [Ink; LAYERS],
    /// The lower end of each layer, as a part of the height.
    ends: [f64; LAYERS],
}

impl Bar {
    fn new(seed: u64, number: u64, palette: &Palette) -> Self {
        let start = below(seed, 0x50A9 + number, 5);
        let layers = std::array::from_fn(|n| palette.accents[(start + n) % 5].lighter(0.10));
        let mut ends = [0.0; LAYERS];
        let mut end = 0.0;
        for (n, slot) in ends.iter_mut().enumerate() {
            end += between(seed, number * 16 + n as u64, 0.7, 1.5);
            *slot = end;
        }
        ends.iter_mut().for_each(|slot| *slot /= end);
        Self { layers, ends }
    }
}

struct Table<'a, 'f> {
    canvas: &'a mut Canvas<'f>,
    floor: f64,
    seed: u64,
    palette: &'a Palette,
}

impl Table<'_, '_> {
    fn draw(&mut self, cut: u64, part: f64) {
        let number = cut % CUTS;
        let bar = self.bar(cut);
        // Bar and belt move on while the blade goes up.
        let fed = ease((part - 0.5) / 0.5);
        self.belt(cut as f64 + fed);
        // One looks from the right, so what stands further right is nearer.
        let whole = (CUTS - number) as f64 * THICK;
        let (left, right) = if part < DOWN {
            (BLADE + THICK - whole, BLADE + THICK)
        } else {
            (BLADE + THICK - whole + THICK * fed, BLADE + THICK * fed)
        };
        if right > left + 1.0 {
            self.block(&bar, left, right);
        } else {
            let next = self.bar(cut + 1);
            let away = 900.0 * (1.0 - ease((part - DOWN) / (1.0 - DOWN)));
            self.block(&next, BLADE + THICK - CUTS as f64 * THICK - away, BLADE + THICK - away);
        }
        self.blade(part);
        if part < DOWN {
            // The part right of the blade hides its lower end.
            let sunk = self.floor - self.blade_tip(part);
            if sunk < TALL {
                self.slice(&bar, BLADE + THICK, 0.0);
            }
        } else {
            let tip = ((part - DOWN) / (FALLEN - DOWN)).min(1.0);
            // A slice stands for a moment and then falls faster and faster.
            self.slice(&bar, BLADE + THICK, tip * tip * (1.0 + 0.35 * (1.0 - tip)));
        }
        for age in 1..3u64 {
            if let Some(earlier) = cut.checked_sub(age) {
                let carried = CARRY * (age as f64 - 1.0 + fed);
                let bar = self.bar(earlier);
                self.slice(&bar, BLADE + THICK + carried, 1.0);
            }
        }
    }

    /// The height of the blade's lower end.
    fn blade_tip(&self, part: f64) -> f64 {
        let down = if part < DOWN { ease(part / DOWN) } else { 1.0 - ease((part - DOWN - 0.05) / 0.42) };
        self.floor - (TALL + 250.0) * (1.0 - down)
    }

    fn bar(&self, cut: u64) -> Bar {
        Bar::new(self.seed, cut / CUTS, self.palette)
    }

    /// The bar from its left to its right end.
    fn block(&mut self, bar: &Bar, left: f64, right: f64) {
        let top = self.floor - TALL;
        let (dx, dy) = DEPTH;
        let mut from = 0.0;
        for (ink, end) in bar.layers.iter().zip(bar.ends) {
            let (y0, y1) = (top + TALL * from, top + TALL * end);
            let side = [(right, y0), (right + dx, y0 + dy), (right + dx, y1 + dy), (right, y1)];
            self.canvas.fill(Shape::Polygon(&side), ink.lighter(0.26));
            self.canvas.fill(Shape::RoundRect(left, y0, right, y1, 0.0), ink.darker(0.05));
            from = end;
        }
        let lid = [(left, top), (right, top), (right + dx, top + dy), (left + dx, top + dy)];
        self.canvas.fill(Shape::Polygon(&lid), bar.layers[0].lighter(0.42));
        let shine = Shape::RoundRect(left, top + 16.0, right, top + 28.0, 0.0);
        self.canvas.blend(shine, Ink::rgb(0xFFFFFF), 0.3);
    }

    /// A slice that tips over its lower right edge: 0 stands, 1 lies.
    fn slice(&mut self, bar: &Bar, pivot: f64, tip: f64) {
        let (s, c) = (sine(tip * 0.25), cosine(tip * 0.25));
        let floor = self.floor;
        let at = |along: f64, up: f64| {
            let along = along - THICK;
            (pivot + along * c + up * s, floor - (up * c - along * s))
        };
        let (dx, dy) = DEPTH;
        let far = |(x, y): Point| (x + dx, y + dy);
        // A side shows when it faces the way that the far side is shifted.
        let shows_left = -c * dx - s * dy > 0.0;
        let mut from = 0.0;
        for (ink, end) in bar.layers.iter().zip(bar.ends) {
            let (up0, up1) = (TALL * (1.0 - from), TALL * (1.0 - end));
            let (along, light) = if shows_left { (0.0, 0.32) } else { (THICK, 0.26) };
            let (a, b) = (at(along, up0), at(along, up1));
            self.canvas.fill(Shape::Polygon(&[a, far(a), far(b), b]), ink.lighter(light));
            let front = [at(0.0, up0), at(THICK, up0), at(THICK, up1), at(0.0, up1)];
            self.canvas.fill(Shape::Polygon(&front), ink.darker(0.05));
            from = end;
        }
        let (a, b) = (at(0.0, TALL), at(THICK, TALL));
        self.canvas.fill(Shape::Polygon(&[a, b, far(b), far(a)]), bar.layers[0].lighter(0.42));
    }

    /// The belt that carries slices away, with marks that move.
    fn belt(&mut self, carried: f64) {
        let (dx, dy) = DEPTH;
        let (near, far) = (self.floor + 26.0, self.floor + dy - 26.0);
        let dark = self.palette.ground.mix(self.palette.high, 0.35);
        self.canvas.rows(far, near, dark.lighter(0.10));
        self.canvas.rows(near, near + 46.0, dark);
        let pitch = CARRY / 4.0;
        let shift = (carried * CARRY).rem_euclid(pitch);
        for n in -2..11 {
            let x = f64::from(n) * pitch + shift;
            let mark = [(x, near), (x + 14.0, near), (x + 14.0 + dx * 1.4, far), (x + dx * 1.4, far)];
            self.canvas.fill(Shape::Polygon(&mark), dark.lighter(0.20));
            self.canvas.fill(Shape::Ellipse((x + 40.0, near + 23.0), 12.0, 12.0), dark.lighter(0.22));
        }
    }

    fn blade(&mut self, part: f64) {
        let (dx, dy) = DEPTH;
        let tip = self.blade_tip(part);
        let (x0, x1) = (BLADE - 24.0, BLADE + dx + 26.0);
        let rise = dy * (x1 - x0) / dx;
        let sheet = |low: f64, high: f64| {
            [(x0, tip + low), (x1, tip + low + rise), (x1, tip + high + rise), (x0, tip + high)]
        };
        self.canvas.fill(Shape::Polygon(&sheet(0.0, -560.0)), Ink::rgb(0xBFCADB));
        self.canvas.fill(Shape::Polygon(&sheet(-60.0, -560.0)), Ink::rgb(0xD3DCE8));
        self.canvas.fill(Shape::Polygon(&sheet(0.0, -34.0)), Ink::rgb(0xF6F9FC));
        let (low, high) = ((x0 - 40.0, tip - 540.0 + 30.0), (x1 + 40.0, tip - 540.0 + rise - 30.0));
        let grip = self.palette.accents[0];
        self.canvas.fill(Shape::Capsule(low, high, 46.0), grip.darker(0.25));
        let lift = |(x, y): Point| (x, y - 8.0);
        self.canvas.fill(Shape::Capsule(lift(low), lift(high), 36.0), grip);
    }
}

/// Bubbles that rise slowly behind everything.
fn draw_bubbles(canvas: &mut Canvas<'_>, seed: u64, time: f64) {
    let height = canvas.height();
    for n in 0..BUBBLES {
        let size = between(seed ^ 0xB0BB, n * 8, 26.0, 78.0);
        let pace = between(seed ^ 0xB0BB, n * 8 + 1, 50.0, 110.0);
        let span = height + 4.0 * size;
        let way = (between(seed ^ 0xB0BB, n * 8 + 2, 0.0, span) + time * pace).rem_euclid(span);
        let drift = 36.0 * sine(time * between(seed ^ 0xB0BB, n * 8 + 3, 0.06, 0.14) + unit(seed, n));
        let (x, y) = (
            between(seed ^ 0xB0BB, n * 8 + 4, 60.0, SPACE_WIDTH - 60.0) + drift,
            height * TABLE - way + 2.0 * size,
        );
        let white = Ink::rgb(0xFFFFFF);
        canvas.blend(Shape::Ellipse((x, y), size, size), white, 0.13);
        canvas.blend(Shape::Ellipse((x, y), size * 0.88, size * 0.88), white, 0.07);
        canvas.blend(
            Shape::Ellipse((x - size * 0.38, y - size * 0.40), size * 0.17, size * 0.14),
            white,
            0.75,
        );
    }
}

fn draw_room(canvas: &mut Canvas<'_>, palette: &Palette) {
    let height = canvas.height();
    let edge = height * 0.76;
    canvas.gradient(0.0, edge, palette.high.lighter(0.05), palette.high.mix(palette.low, 0.5));
    let glow = palette.low.lighter(0.15);
    for (n, size) in [520.0, 400.0, 280.0].into_iter().enumerate() {
        let at = (SPACE_WIDTH * 0.5, height * 0.42);
        canvas.blend(Shape::Ellipse(at, size, size), glow, 0.08 + 0.03 * n as f64);
    }
    canvas.gradient(
        edge,
        height,
        palette.ground.mix(palette.high, 0.7).lighter(0.10),
        palette.ground.mix(palette.high, 0.3),
    );
    canvas.rows(edge, edge + 10.0, palette.high.mix(palette.low, 0.7));
}
