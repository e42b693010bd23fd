//! [`Runner`]: an endless run down a neon road, with hurdles to jump, blocks to dodge and coins to take.

use super::canvas::{Canvas, Point, SPACE_WIDTH, Shape};
use super::ink::{Ink, Palette, palette_of};
use super::runner_course::{Course, LANE};
use super::seeded::{below, between, cosine, ease, sine, unit};
use super::{Clock, Setting, Shade, Style, skyline};
use crate::picture::{Area, YuvFrame};

/// Metres a second at the usual pace.
const SPEED: f64 = 13.0;
/// How far one can see, in metres, and where the runner is.
const SIGHT: f64 = 95.0;
const RUNNER_AT: f64 = 6.0;
/// Nothing nearer than this is drawn: it is below the picture, or in the lens.
const NEAR: f64 = 2.4;
/// The height of the eye over the road and the focal length in units.
const EYE: f64 = 5.0;
const FOCAL: f64 = 1100.0;
/// The edge of the road, in metres from its middle.
const ROAD: f64 = 2.8;
/// The horizon, of the height of the frame.
const HORIZON: f64 = 0.30;

/// An endless run down a neon road.
#[derive(Debug)]
pub(super) struct Runner {
    clock: Clock,
    seed: u64,
    palette: Palette,
    sky: YuvFrame,
    shade: Shade,
}

impl Runner {
    pub(super) fn new(setting: &Setting) -> Self {
        let palette = palette_of(setting.seed, setting.colours);
        let mut sky = YuvFrame::black(setting.width, setting.height);
        let mut canvas = Canvas::new(&mut sky);
        let horizon = canvas.height() * HORIZON;
        skyline::draw(&mut canvas, &palette, horizon, setting.seed);
        let shade = Shade::under_text(setting.width, setting.height);
        shade.apply(&mut sky);
        Self { clock: setting.clock, seed: setting.seed, palette, sky, shade }
    }
}

impl Style for Runner {
    fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame, covered: &Area) {
        let travelled = self.clock.seconds(frame_number) * SPEED;
        let course = Course { seed: self.seed };
        let mut canvas = Canvas::shaded(frame, &self.shade, covered);
        let horizon = canvas.height() * HORIZON;
        canvas.paste(&self.sky, horizon + 8.0);
        let runner_x = course.path(travelled);
        let mut view =
            View { canvas: &mut canvas, palette: &self.palette, horizon, eye_x: runner_x * 0.62, travelled };
        view.ground();
        view.road_marks();
        view.sides(self.seed);
        view.things(&course);
    }
}

/// The camera on its way, and what it draws on.
struct View<'a, 'f> {
    canvas: &'a mut Canvas<'f>,
    palette: &'a Palette,
    horizon: f64,
    eye_x: f64,
    travelled: f64,
}

impl View<'_, '_> {
    /// Where a point lands: metres across, up and ahead of the camera.
    fn project(&self, x: f64, up: f64, ahead: f64) -> Point {
        let zoom = FOCAL / ahead;
        (SPACE_WIDTH / 2.0 + (x - self.eye_x) * zoom, self.horizon + (EYE - up) * zoom)
    }

    /// The metres ahead of the camera of a place on the course.
    fn ahead(&self, place: f64) -> f64 {
        place - self.travelled + RUNNER_AT
    }

    /// Fades a colour into the haze.
    fn haze(&self, ink: Ink, ahead: f64) -> Ink {
        ink.mix(
            self.palette.low.mix(self.palette.high, 0.35),
            ((ahead - 14.0) / (SIGHT - 14.0)).clamp(0.0, 1.0),
        )
    }

    /// A patch that lies on the road.
    fn patch(&mut self, x0: f64, x1: f64, near: f64, far: f64, ink: Ink) {
        let near = near.max(NEAR);
        if far <= near {
            return;
        }
        let corners = [
            self.project(x0, 0.0, near),
            self.project(x1, 0.0, near),
            self.project(x1, 0.0, far),
            self.project(x0, 0.0, far),
        ];
        self.canvas.fill(Shape::Polygon(&corners), ink);
    }

    fn ground(&mut self) {
        let height = self.canvas.height();
        let verge = self.palette.high.mix(self.palette.low, 0.30);
        let mut y = self.horizon;
        while y < height {
            let ahead = FOCAL * EYE / (y - self.horizon).max(1.0);
            let ink = self.haze(verge, ahead.min(SIGHT));
            let next = y + if y < self.horizon + 160.0 { 4.0 } else { 24.0 };
            self.canvas.rows(y, next, ink);
            y = next;
        }
    }

    fn road_marks(&mut self) {
        let asphalt = self.palette.ground.mix(self.palette.high, 0.45).lighter(0.05);
        let cuts = [SIGHT, 60.0, 42.0, 30.0, 23.0, 18.0, 14.0, NEAR];
        for pair in cuts.windows(2) {
            let ink = self.haze(asphalt, (pair[0] + pair[1]) / 2.0);
            self.patch(-ROAD, ROAD, pair[1], pair[0], ink);
        }
        let slab = 7.0;
        let mut place = ((self.travelled - RUNNER_AT + 3.0) / slab).floor() * slab;
        while self.ahead(place) < 70.0 {
            let ahead = self.ahead(place);
            if (place / slab).rem_euclid(2.0) < 1.0 {
                let ink = self.haze(asphalt.lighter(0.07), ahead.max(4.0));
                self.patch(-ROAD, ROAD, ahead, ahead + slab, ink);
            }
            let dash = self.haze(asphalt.lighter(0.55), ahead.max(4.0));
            for x in [-LANE / 2.0, LANE / 2.0] {
                self.patch(x - 0.035, x + 0.035, ahead + 1.0, ahead + 4.0, dash);
            }
            place += slab;
        }
        for side in [-1.0, 1.0] {
            for (cut, far) in [(NEAR, 14.0), (14.0, 30.0), (30.0, 55.0), (55.0, SIGHT)] {
                let glow = self.haze(self.palette.accents[1], cut);
                let (a, b) = (side * ROAD - 0.07, side * ROAD + 0.07);
                self.patch(a, b, cut, far, glow);
            }
        }
    }

    /// Houses along the road, far ones first.
    fn sides(&mut self, seed: u64) {
        let pitch = 6.5;
        let first = ((self.travelled - RUNNER_AT + 6.0) / pitch).floor() as i64;
        let last = ((self.travelled - RUNNER_AT + SIGHT) / pitch) as i64;
        for n in (first..=last).rev() {
            for side in [-1.0f64, 1.0] {
                let key = n.unsigned_abs() * 16 + if side > 0.0 { 8 } else { 0 };
                self.house(seed ^ 0x4005E, key, side, n as f64 * pitch);
            }
        }
    }

    fn house(&mut self, seed: u64, key: u64, side: f64, place: f64) {
        let near = self.ahead(place).max(4.5);
        let far = self.ahead(place + between(seed, key, 3.6, 5.4)).min(SIGHT);
        if far <= near + 0.1 {
            return;
        }
        let inner = side * between(seed, key + 1, 3.9, 4.9);
        let outer = inner + side * 4.0;
        let tall = between(seed, key + 2, 2.2, 7.5) + if unit(seed, key + 3) < 0.2 { 4.0 } else { 0.0 };
        let trim = self.palette.accents[below(seed, key + 4, 5)];
        let wall = self.palette.ground.mix(self.palette.high, 0.6).mix(trim, 0.16);
        let flank = self.haze(wall.lighter(0.05), near);
        let front = self.haze(wall.darker(0.22), near);
        let corners = [
            self.project(inner, 0.0, near),
            self.project(inner, 0.0, far),
            self.project(inner, tall, far),
            self.project(inner, tall, near),
        ];
        self.canvas.fill(Shape::Polygon(&corners), flank);
        let (a, b) = (self.project(inner, 0.0, near), self.project(outer, tall, near));
        self.canvas.fill(Shape::RoundRect(a.0.min(b.0), b.1, a.0.max(b.0), a.1, 0.0), front);
        self.canvas.fill(
            Shape::RoundRect(a.0.min(b.0), b.1, a.0.max(b.0), b.1 + 0.12 * FOCAL / near, 0.0),
            self.haze(trim, near),
        );
        let mut up = 0.8;
        while up + 0.5 < tall && near < 55.0 {
            let lit = unit(seed, key * 64 + (up * 10.0) as u64) < 0.62;
            let ink =
                if lit { trim.mix(self.palette.accents[0], 0.4).mix(wall, 0.25) } else { wall.darker(0.12) };
            let (n, f) = (near + (far - near) * 0.14, far - (far - near) * 0.14);
            let pane = [
                self.project(inner, up, n),
                self.project(inner, up, f),
                self.project(inner, up + 0.42, f),
                self.project(inner, up + 0.42, n),
            ];
            let ink = self.haze(ink, near);
            self.canvas.fill(Shape::Polygon(&pane), ink);
            up += 1.05;
        }
    }

    /// Everything on the road with the runner among it, far things first.
    fn things(&mut self, course: &Course) {
        let (last, _) = Course::behind(self.travelled);
        let first = last.unwrap_or(0).saturating_sub(1);
        let farthest = Course::behind(self.travelled + SIGHT - RUNNER_AT).0;
        let Some(farthest) = farthest else {
            self.runner(course);
            return;
        };
        let mut drawn = false;
        for n in (first..=farthest).rev() {
            let place = Course::place(n);
            self.coins(course, place, &mut drawn);
            if !drawn && place < self.travelled {
                self.runner(course);
                drawn = true;
            }
            self.obstacles(course, n, place);
        }
        if !drawn {
            self.runner(course);
        }
    }

    fn obstacles(&mut self, course: &Course, n: u64, place: f64) {
        let ahead = self.ahead(place);
        for lane in -1..=1 {
            let x = f64::from(lane) * LANE;
            if course.has_block(n, lane) {
                let ink = self.palette.accents[2 + below(course.seed, n * 4 + 3, 3)];
                self.block(x, ahead, 3.6, ink);
            }
        }
        if course.has_hurdle(n) && ahead > NEAR {
            self.hurdle(course.lane(n) * LANE, ahead);
        }
    }

    fn block(&mut self, x: f64, ahead: f64, length: f64, ink: Ink) {
        let (near, far) = (ahead.max(NEAR), ahead + length);
        if far <= near || near > SIGHT {
            return;
        }
        let (half, tall) = (0.74, 1.9);
        let flank_x = if x < self.eye_x { x + half } else { x - half };
        let body = self.haze(ink.darker(0.12), near);
        let flank = [
            self.project(flank_x, 0.0, near),
            self.project(flank_x, 0.0, far),
            self.project(flank_x, tall, far),
            self.project(flank_x, tall, near),
        ];
        let top = [
            self.project(x - half, tall, near),
            self.project(x + half, tall, near),
            self.project(x + half, tall, far),
            self.project(x - half, tall, far),
        ];
        self.canvas.fill(Shape::Polygon(&flank), self.haze(ink.darker(0.45), near));
        self.canvas.fill(Shape::Polygon(&top), self.haze(ink.lighter(0.28), near));
        if ahead < NEAR {
            return;
        }
        let zoom = FOCAL / near;
        let (left, bottom) = self.project(x - half, 0.0, near);
        let (right, up) = self.project(x + half, tall, near);
        self.canvas.fill(Shape::RoundRect(left, up, right, bottom, 0.07 * zoom), body);
        let screen = self.haze(self.palette.ground, near);
        self.canvas.fill(
            Shape::RoundRect(
                left + 0.16 * zoom,
                up + 0.2 * zoom,
                right - 0.16 * zoom,
                up + 0.82 * zoom,
                0.1 * zoom,
            ),
            screen,
        );
        let lamp = self.haze(self.palette.accents[0], near);
        for x in [left + 0.3 * zoom, right - 0.3 * zoom] {
            self.canvas.fill(Shape::Ellipse((x, bottom - 0.5 * zoom), 0.13 * zoom, 0.13 * zoom), lamp);
        }
    }

    fn hurdle(&mut self, x: f64, ahead: f64) {
        if ahead > SIGHT {
            return;
        }
        let zoom = FOCAL / ahead;
        let (cx, bottom) = self.project(x, 0.0, ahead);
        let white = self.haze(Ink::rgb(0xF7F3FF), ahead);
        let red = self.haze(self.palette.accents[2], ahead);
        for side in [-0.62, 0.62] {
            let post = cx + side * zoom;
            self.canvas.fill(
                Shape::RoundRect(post - 0.05 * zoom, bottom - 0.8 * zoom, post + 0.05 * zoom, bottom, 0.0),
                white,
            );
        }
        let (top, foot) = (bottom - 0.78 * zoom, bottom - 0.44 * zoom);
        self.canvas.fill(Shape::RoundRect(cx - 0.76 * zoom, top, cx + 0.76 * zoom, foot, 0.08 * zoom), white);
        for n in 0..4 {
            let at = cx + (-0.62 + 0.37 * f64::from(n)) * zoom;
            let stripe = [
                (at + 0.1 * zoom, top),
                (at + 0.27 * zoom, top),
                (at + 0.13 * zoom, foot),
                (at - 0.04 * zoom, foot),
            ];
            self.canvas.fill(Shape::Polygon(&stripe), red);
        }
    }

    /// Coins between an obstacle and the next lie where the runner will be. The runner is drawn among them.
    fn coins(&mut self, course: &Course, place: f64, drawn: &mut bool) {
        for n in (0..6).rev() {
            let at = place + 2.6 + 1.35 * f64::from(n);
            let ahead = self.ahead(at);
            if !*drawn && at < self.travelled {
                self.runner(course);
                *drawn = true;
            }
            let gone = self.travelled - at;
            let (x, up) = (course.path(at), course.hop(at) + 0.62);
            if gone > -0.3 {
                self.sparkle(x, up, gone + 0.3);
            } else if ahead < SIGHT * 0.7 {
                let zoom = FOCAL / ahead;
                let (cx, cy) = self.project(x, up, ahead);
                let turn = cosine(self.travelled / 26.0 + at / 17.0);
                let wide = (0.30 * turn.abs()).max(0.06) * zoom;
                let gold = Ink::rgb(0xFFD23F);
                self.canvas.fill(
                    Shape::Ellipse((cx + 0.05 * zoom * turn, cy), wide, 0.30 * zoom),
                    self.haze(gold.darker(0.35), ahead),
                );
                self.canvas.fill(Shape::Ellipse((cx, cy), wide, 0.30 * zoom), self.haze(gold, ahead));
                self.canvas.fill(
                    Shape::Ellipse((cx, cy), wide * 0.62, 0.19 * zoom),
                    self.haze(gold.lighter(0.45), ahead),
                );
            }
        }
    }

    /// The burst of a taken coin; `age` in metres travelled since.
    fn sparkle(&mut self, x: f64, up: f64, age: f64) {
        let part = age / 3.2;
        if part >= 1.0 {
            return;
        }
        let (cx, cy) = self.project(x, up + 0.5 + part * 0.7, RUNNER_AT);
        for n in 0..7 {
            let turn = f64::from(n) / 7.0 + 0.05;
            let reach = 40.0 + 130.0 * ease(part * 1.2);
            let at = (cx + cosine(turn) * reach, cy + sine(turn) * reach * 0.8);
            let size = 11.0 * (1.0 - part);
            self.canvas.fill(Shape::Ellipse(at, size, size), Ink::rgb(0xFFE27A));
        }
    }

    /// The runner, seen from behind.
    fn runner(&mut self, course: &Course) {
        let x = course.path(self.travelled);
        let up = course.hop(self.travelled);
        let lean = (course.path(self.travelled + 0.6) - course.path(self.travelled - 0.6)) * 0.30;
        let zoom = FOCAL / RUNNER_AT;
        let (gx, gy) = self.project(x, 0.0, RUNNER_AT);
        let fade = 1.0 / (1.0 + up);
        self.canvas.blend(
            Shape::Ellipse((gx, gy), 0.52 * zoom * fade.max(0.6), 0.14 * zoom * fade.max(0.6)),
            Ink::rgb(0x000000),
            0.45 * fade,
        );
        let in_air = ease(up / 0.4);
        let stride = sine(self.travelled / 5.2);
        let swing = stride * (1.0 - in_air);
        let bob = (stride * stride) * 0.09 * (1.0 - in_air);
        let at = |dx: f64, height: f64| (gx + (dx + lean * height) * zoom, gy - (up + bob + height) * zoom);
        let (skin, shirt, trousers) = (Ink::rgb(0xF2B48C), self.palette.accents[1], Ink::rgb(0x5566B8));
        let shoe = self.palette.accents[2];
        let pack = self.palette.accents[0];
        for (side, phase) in [(-1.0, swing), (1.0, -swing)] {
            let hip = at(side * 0.14, 0.72);
            let lift = phase.max(0.0) * 0.34 + in_air * if side > 0.0 { 0.30 } else { 0.12 };
            let knee = at(side * 0.17, 0.42 + lift * 0.55);
            let foot = at(side * (0.15 + in_air * 0.06), 0.09 + lift);
            self.canvas.fill(Shape::Capsule(hip, knee, 0.125 * zoom), trousers);
            self.canvas.fill(Shape::Capsule(knee, foot, 0.105 * zoom), trousers);
            let toe = at(side * (0.17 + in_air * 0.06), 0.06 + lift);
            self.canvas.fill(Shape::Capsule(foot, toe, 0.125 * zoom), shoe);
        }
        for (side, phase) in [(-1.0, -swing), (1.0, swing)] {
            let shoulder = at(side * 0.29, 1.30);
            let elbow = at(side * (0.46 + in_air * 0.10), 1.06 + in_air * 0.28 + phase * 0.06);
            let hand = at(side * (0.43 + in_air * 0.22), 0.86 + in_air * 0.66 + phase.max(0.0) * 0.36);
            self.canvas.fill(Shape::Capsule(shoulder, elbow, 0.10 * zoom), shirt.darker(0.18));
            self.canvas.fill(Shape::Capsule(elbow, hand, 0.08 * zoom), skin);
        }
        self.canvas.fill(Shape::Capsule(at(0.0, 0.80), at(0.0, 1.26), 0.27 * zoom), shirt);
        let (left, top) = at(-0.21, 1.36);
        let (right, bottom) = at(0.21, 0.84);
        self.canvas.fill(Shape::RoundRect(left, top, right, bottom, 0.13 * zoom), pack.darker(0.12));
        let (left, top) = at(-0.14, 1.06);
        let (right, bottom) = at(0.14, 0.88);
        self.canvas.fill(Shape::RoundRect(left, top, right, bottom, 0.07 * zoom), pack.darker(0.34));
        self.canvas.fill(Shape::Capsule(at(0.0, 1.40), at(0.0, 1.52), 0.09 * zoom), skin);
        self.canvas.fill(Shape::Ellipse(at(0.0, 1.70), 0.235 * zoom, 0.25 * zoom), Ink::rgb(0x3A2430));
        let (left, top) = at(-0.245, 1.80);
        let (right, bottom) = at(0.245, 1.66);
        self.canvas.fill(Shape::RoundRect(left, top, right, bottom, 0.05 * zoom), shoe);
    }
}
