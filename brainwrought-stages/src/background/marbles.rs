//! [`Marbles`]: a marble race down an endless course.

use std::collections::VecDeque;

use super::canvas::{Canvas, Point, SPACE_WIDTH, Shape};
use super::ink::{Ink, Palette, palette_of};
use super::marble_course::{Piece, RAIL, SECTION_HEIGHT, Section, WALL};
use super::seeded::{below, between, unit};
use super::{Clock, Setting, Shade, Style};
use crate::picture::{Area, YuvFrame};

/// Steps of the simulation a second.
const STEP_RATE: f64 = 240.0;
/// The race starts anew after this many steps (10 minutes), so that any offset is cheap to reach.
const RACE_STEPS: u64 = 144_000;
const MARBLES: usize = 12;
const RADIUS: f64 = 33.0;
/// Units a second, squared where it is an acceleration.
const GRAVITY: f64 = 1250.0;
const TOP_SPEED: f64 = 1150.0;
/// Places of a marble's tail, and steps between two of them.
const TAIL: usize = 7;
const TAIL_STEPS: u64 = 6;

/// A marble race down an endless course.
#[derive(Debug)]
pub(super) struct Marbles {
    clock: Clock,
    palette: Palette,
    backdrop: YuvFrame,
    shade: Shade,
    race: Race,
}

impl Marbles {
    pub(super) fn new(setting: &Setting) -> Self {
        let palette = palette_of(setting.seed, setting.colours);
        let mut backdrop = YuvFrame::black(setting.width, setting.height);
        let mut canvas = Canvas::new(&mut backdrop);
        let view_height = canvas.height();
        canvas.gradient(0.0, view_height, palette.high.lighter(0.04), palette.high.mix(palette.low, 0.42));
        let race = Race::new(setting.seed, view_height);
        let shade = Shade::under_text(setting.width, setting.height);
        shade.apply(&mut backdrop);
        Self { clock: setting.clock, palette, backdrop, shade, race }
    }
}

impl Style for Marbles {
    fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame, covered: &Area) {
        self.race.advance_to(self.clock.steps(frame_number, STEP_RATE));
        let mut canvas = Canvas::shaded(frame, &self.shade, covered);
        canvas.paste(&self.backdrop, f64::INFINITY);
        draw_race(&mut canvas, &self.race, &self.palette);
    }
}

#[derive(Debug, Clone)]
struct Marble {
    at: Point,
    speed: Point,
    tail: VecDeque<Point>,
    /// Steps for which it has hardly moved.
    still: u32,
}

/// The simulation: nothing in it depends on when or how it is drawn.
#[derive(Debug)]
struct Race {
    seed: u64,
    round: u64,
    step: u64,
    view_height: f64,
    camera: f64,
    marbles: Vec<Marble>,
    sections: VecDeque<Section>,
    drops: u64,
}

impl Race {
    fn new(seed: u64, view_height: f64) -> Self {
        let mut race = Self {
            seed,
            round: 0,
            step: 0,
            view_height,
            camera: 0.0,
            marbles: Vec::new(),
            sections: VecDeque::new(),
            drops: 0,
        };
        race.restart(0);
        race
    }

    fn restart(&mut self, round: u64) {
        self.round = round;
        self.step = 0;
        self.drops = 0;
        self.camera = -self.view_height * 0.35;
        self.sections = (0..4).map(|n| Section::build(self.seed ^ round, n)).collect();
        self.marbles = (0..MARBLES)
            .map(|n| Marble {
                at: (
                    140.0 + 800.0 * (n % 6) as f64 / 5.0 + between(self.seed, n as u64, -14.0, 14.0),
                    -120.0 - 130.0 * (n / 6) as f64,
                ),
                speed: (between(self.seed, 50 + n as u64, -60.0, 60.0), 0.0),
                tail: VecDeque::with_capacity(TAIL),
                still: 0,
            })
            .collect();
        // The first two seconds are spent unseen, so that every video opens in the middle of the race.
        for _ in 0..480 {
            self.advance();
        }
        self.step = 0;
    }

    fn advance_to(&mut self, total: u64) {
        let round = total / RACE_STEPS;
        if round != self.round {
            self.restart(round);
        }
        while self.step < total % RACE_STEPS {
            self.advance();
        }
    }

    fn time(&self) -> f64 {
        self.step as f64 / STEP_RATE
    }

    fn advance(&mut self) {
        let dt = 1.0 / STEP_RATE;
        self.step += 1;
        let time = self.time();
        for marble in &mut self.marbles {
            marble.speed.1 += GRAVITY * dt;
            let (vx, vy) = marble.speed;
            let fast = (vx * vx + vy * vy).sqrt();
            if fast > TOP_SPEED {
                marble.speed = (vx * TOP_SPEED / fast, vy * TOP_SPEED / fast);
            }
            marble.at.0 += marble.speed.0 * dt;
            marble.at.1 += marble.speed.1 * dt;
            marble.still = if fast < 45.0 { marble.still + 1 } else { 0 };
            if self.step.is_multiple_of(TAIL_STEPS) {
                if marble.tail.len() == TAIL {
                    marble.tail.pop_back();
                }
                marble.tail.push_front(marble.at);
            }
            wall_bounce(marble);
        }
        self.marble_bounces();
        for section in &self.sections {
            let top = section.number as f64 * SECTION_HEIGHT;
            for marble in &mut self.marbles {
                if marble.at.1 > top - 200.0 && marble.at.1 < top + SECTION_HEIGHT + 200.0 {
                    section.pieces.iter().for_each(|piece| piece_bounce(marble, piece, time));
                }
            }
        }
        self.free_the_stuck();
        self.follow(dt);
    }

    fn marble_bounces(&mut self) {
        for n in 1..self.marbles.len() {
            let (before, rest) = self.marbles.split_at_mut(n);
            let one = &mut rest[0];
            for other in before {
                let (dx, dy) = (one.at.0 - other.at.0, one.at.1 - other.at.1);
                let apart = (dx * dx + dy * dy).sqrt();
                if !(1e-6..2.0 * RADIUS).contains(&apart) {
                    continue;
                }
                let (nx, ny) = (dx / apart, dy / apart);
                let push = (2.0 * RADIUS - apart) / 2.0;
                one.at = (one.at.0 + nx * push, one.at.1 + ny * push);
                other.at = (other.at.0 - nx * push, other.at.1 - ny * push);
                let closing = (one.speed.0 - other.speed.0) * nx + (one.speed.1 - other.speed.1) * ny;
                if closing < 0.0 {
                    let hit = closing * 0.85;
                    one.speed = (one.speed.0 - nx * hit, one.speed.1 - ny * hit);
                    other.speed = (other.speed.0 + nx * hit, other.speed.1 + ny * hit);
                }
            }
        }
    }

    /// Nudges marbles that lie still, and lets those that fell behind drop in again at the top of the picture.
    fn free_the_stuck(&mut self) {
        for n in 0..self.marbles.len() {
            let marble = &mut self.marbles[n];
            if marble.still > 90 {
                marble.still = 0;
                let kick = if unit(self.seed, self.step) < 0.5 { -190.0 } else { 190.0 };
                marble.speed = (kick, -120.0);
            }
            let behind = marble.at.1 < self.camera - 420.0;
            let ahead = marble.at.1 > self.camera + self.view_height + 700.0;
            if behind || ahead {
                self.drops += 1;
                marble.at = (
                    between(self.seed ^ 0xD409, self.drops, 150.0, SPACE_WIDTH - 150.0),
                    self.camera - between(self.seed ^ 0xD409, self.drops + 1, 60.0, 260.0),
                );
                marble.speed = (between(self.seed, self.drops, -120.0, 120.0), 760.0);
                marble.tail.clear();
            }
        }
    }

    /// Moves the camera after the leading third of the race, never upwards, and builds the course below it.
    fn follow(&mut self, dt: f64) {
        let mut heights: Vec<f64> = self.marbles.iter().map(|marble| marble.at.1).collect();
        heights.sort_by(f64::total_cmp);
        let leaders = &heights[heights.len() - heights.len() / 3..];
        let leader = leaders.iter().sum::<f64>() / leaders.len() as f64;
        let wanted = leader - self.view_height * 0.66;
        let gap = wanted - self.camera;
        self.camera += (gap * 1.6 * dt).clamp(90.0 * dt, 1000.0 * dt);
        while self.sections.len() > 1
            && self.sections[0].number as f64 * SECTION_HEIGHT + SECTION_HEIGHT < self.camera - 500.0
        {
            self.sections.pop_front();
        }
        let mut next = self.sections.back().map_or(0, |section| section.number + 1);
        while next as f64 * SECTION_HEIGHT < self.camera + self.view_height + 900.0 {
            self.sections.push_back(Section::build(self.seed ^ self.round, next));
            next += 1;
        }
    }
}

fn wall_bounce(marble: &mut Marble) {
    for (edge, inward) in [(WALL + RADIUS, 1.0), (SPACE_WIDTH - WALL - RADIUS, -1.0)] {
        if (marble.at.0 - edge) * inward < 0.0 {
            marble.at.0 = edge;
            if marble.speed.0 * inward < 0.0 {
                marble.speed.0 *= -0.55;
            }
        }
    }
}

fn piece_bounce(marble: &mut Marble, piece: &Piece, time: f64) {
    match *piece {
        Piece::Rail(a, b) => bar_bounce(marble, a, b, (0.0, 0.0), 0.0),
        Piece::Peg(at, radius) => {
            push_off(marble, at, radius, 0.50, (0.0, 0.0));
        }
        Piece::Bumper(at, radius) => {
            if push_off(marble, at, radius, 0.9, (0.0, 0.0)) {
                let (dx, dy) = (marble.at.0 - at.0, marble.at.1 - at.1);
                let apart = (dx * dx + dy * dy).sqrt().max(1.0);
                marble.speed.0 += dx / apart * 150.0;
                marble.speed.1 += dy / apart * 90.0;
            }
        }
        Piece::Cross(centre, _, pace) => {
            for (a, b) in piece.arms(time) {
                bar_bounce(marble, a, b, centre, pace * std::f64::consts::TAU);
            }
        }
    }
}

/// Bounces off a bar that may turn around `centre` with `spin` radians a second.
fn bar_bounce(marble: &mut Marble, a: Point, b: Point, centre: Point, spin: f64) {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((marble.at.0 - a.0) * dx + (marble.at.1 - a.1) * dy) / (dx * dx + dy * dy).max(1e-9);
    let along = along.clamp(0.0, 1.0);
    let near = (a.0 + dx * along, a.1 + dy * along);
    let moving =
        if spin == 0.0 { (0.0, 0.0) } else { (-(near.1 - centre.1) * spin, (near.0 - centre.0) * spin) };
    push_off(marble, near, RAIL, 0.32, moving);
}

/// Pushes a marble out of a disc; true when they touched.
fn push_off(marble: &mut Marble, at: Point, radius: f64, bounce: f64, moving: Point) -> bool {
    let (dx, dy) = (marble.at.0 - at.0, marble.at.1 - at.1);
    let square = dx * dx + dy * dy;
    let reach = radius + RADIUS;
    if square >= reach * reach || square < 1e-9 {
        return false;
    }
    let apart = square.sqrt();
    let (nx, ny) = (dx / apart, dy / apart);
    marble.at = (at.0 + nx * reach, at.1 + ny * reach);
    let closing = (marble.speed.0 - moving.0) * nx + (marble.speed.1 - moving.1) * ny;
    if closing < 0.0 {
        let hit = closing * (1.0 + bounce);
        marble.speed = (marble.speed.0 - nx * hit, marble.speed.1 - ny * hit);
    }
    true
}

fn draw_race(canvas: &mut Canvas<'_>, race: &Race, palette: &Palette) {
    let height = canvas.height();
    let camera = race.camera;
    let place = |(x, y): Point| (x, y - camera);
    draw_depth(canvas, camera, palette);
    let wall = palette.ground.mix(palette.high, 0.2);
    for (left, right, lip) in
        [(-10.0, WALL, WALL - 6.0), (SPACE_WIDTH - WALL, SPACE_WIDTH + 10.0, SPACE_WIDTH - WALL)]
    {
        canvas.fill(Shape::RoundRect(left, 0.0, right, height, 0.0), wall);
        canvas.fill(Shape::RoundRect(lip, 0.0, lip + 6.0, height, 0.0), palette.accents[1].mix(wall, 0.35));
    }
    let time = race.time();
    for section in &race.sections {
        let tint = palette.accents[below(race.seed, section.number + 77, 3)];
        for piece in &section.pieces {
            draw_piece(canvas, piece, time, &place, palette, tint);
        }
    }
    let inks = marble_inks(palette);
    for (marble, &ink) in race.marbles.iter().zip(&inks) {
        for (n, &spot) in marble.tail.iter().enumerate().rev() {
            let part = 1.0 - (n as f64 + 1.0) / (TAIL as f64 + 1.0);
            let size = RADIUS * (0.35 + 0.5 * part);
            canvas.blend(Shape::Ellipse(place(spot), size, size), ink, 0.10 + 0.16 * part);
        }
    }
    for (marble, &ink) in race.marbles.iter().zip(&inks) {
        let (x, y) = place(marble.at);
        if y < -2.0 * RADIUS || y > height + 2.0 * RADIUS {
            continue;
        }
        canvas.blend(Shape::Ellipse((x + 5.0, y + 9.0), RADIUS, RADIUS), Ink::rgb(0), 0.28);
        canvas.fill(Shape::Ellipse((x, y), RADIUS, RADIUS), ink.darker(0.28));
        canvas.fill(Shape::Ellipse((x - 2.5, y - 3.0), RADIUS * 0.88, RADIUS * 0.87), ink);
        canvas.blend(
            Shape::Ellipse((x - 6.0, y - 8.0), RADIUS * 0.58, RADIUS * 0.55),
            Ink::rgb(0xFFFFFF),
            0.22,
        );
        canvas.blend(
            Shape::Ellipse((x - 10.0, y - 13.0), RADIUS * 0.24, RADIUS * 0.19),
            Ink::rgb(0xFFFFFF),
            0.9,
        );
    }
}

/// Large faint discs that move at a third of the pace, for depth.
fn draw_depth(canvas: &mut Canvas<'_>, camera: f64, palette: &Palette) {
    let height = canvas.height();
    let pitch = 620.0;
    let shifted = camera * 0.35;
    let first = ((shifted - 400.0) / pitch).floor() as i64;
    let last = ((shifted + height + 400.0) / pitch).ceil() as i64;
    for n in first..=last {
        let key = n.unsigned_abs() * 2 + u64::from(n < 0);
        let x = between(0xDEE9, key * 4, 100.0, SPACE_WIDTH - 100.0);
        let size = between(0xDEE9, key * 4 + 1, 150.0, 330.0);
        let at = (x, n as f64 * pitch - shifted);
        canvas.blend(Shape::Ellipse(at, size, size), palette.low, 0.16);
        canvas.blend(Shape::Ellipse(at, size * 0.62, size * 0.62), palette.low, 0.12);
    }
}

fn draw_piece(
    canvas: &mut Canvas<'_>,
    piece: &Piece,
    time: f64,
    place: &dyn Fn(Point) -> Point,
    palette: &Palette,
    tint: Ink,
) {
    let low = |(x, y): Point| (x + 6.0, y + 11.0);
    let shadow = palette.ground.darker(0.4);
    let mut bar = |a: Point, b: Point, ink: Ink| {
        canvas.blend(Shape::Capsule(low(a), low(b), RAIL), shadow, 0.4);
        canvas.fill(Shape::Capsule(a, b, RAIL), ink.darker(0.22));
        let lift = |(x, y): Point| (x, y - 3.0);
        canvas.fill(Shape::Capsule(lift(a), lift(b), RAIL - 3.5), ink);
    };
    match *piece {
        Piece::Rail(a, b) => bar(place(a), place(b), tint),
        Piece::Cross(centre, _, _) => {
            for (a, b) in piece.arms(time) {
                bar(place(a), place(b), Ink::rgb(0xF6F3FF));
            }
            let hub = place(centre);
            canvas.fill(Shape::Ellipse(hub, 30.0, 30.0), tint.darker(0.2));
            canvas.fill(Shape::Ellipse((hub.0 - 2.0, hub.1 - 3.0), 24.0, 24.0), tint);
        }
        Piece::Peg(at, radius) | Piece::Bumper(at, radius) => {
            let at = place(at);
            let big = matches!(piece, Piece::Bumper(..));
            let ink = if big { tint } else { Ink::rgb(0xF6F3FF) };
            canvas.blend(Shape::Ellipse(low(at), radius, radius), shadow, 0.4);
            canvas.fill(Shape::Ellipse(at, radius, radius), ink.darker(0.25));
            canvas.fill(Shape::Ellipse((at.0 - 1.5, at.1 - 3.0), radius * 0.86, radius * 0.84), ink);
            if big {
                canvas.fill(Shape::Ellipse(at, radius * 0.52, radius * 0.52), Ink::rgb(0xFFFFFF));
                canvas.fill(Shape::Ellipse(at, radius * 0.34, radius * 0.34), tint.darker(0.1));
            }
        }
    }
}

fn marble_inks(palette: &Palette) -> [Ink; MARBLES] {
    std::array::from_fn(|n| {
        let ink = palette.accents[n % 5];
        match n / 5 {
            0 => ink,
            1 => ink.lighter(0.45),
            _ => ink.mix(palette.accents[(n + 2) % 5], 0.5),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_race_goes_on_and_on() {
        for seed in 0..3 {
            let mut race = Race::new(seed, 1920.0);
            let mut last = race.camera;
            for second in 1..60 {
                race.advance_to(second * 240);
                assert!(race.camera > last + 60.0, "seed {seed}: the camera stands still at {second} s");
                last = race.camera;
                let seen = race
                    .marbles
                    .iter()
                    .filter(|marble| (race.camera..race.camera + 1920.0).contains(&marble.at.1))
                    .count();
                assert!(seen >= 4, "seed {seed}: {seen} marbles in sight at {second} s");
            }
        }
    }
}
