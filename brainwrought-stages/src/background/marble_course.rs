//! [`Section`]: one stretch of the marble course, made from the seed and its number.

use super::canvas::{Point, SPACE_WIDTH};
use super::seeded::{below, between, cosine, sine};

/// The height of every section.
pub(super) const SECTION_HEIGHT: f64 = 900.0;
/// Half the thickness of a rail.
pub(super) const RAIL: f64 = 13.0;
/// How far the walls reach in from the sides.
pub(super) const WALL: f64 = 36.0;

/// Something that marbles bounce off.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    /// A bar from one end to the other.
    Rail(Point, Point),
    /// A round peg with its radius.
    Peg(Point, f64),
    /// A cross that turns: its centre, the length of its arms and its turns a second.
    Cross(Point, f64, f64),
    /// A peg that throws marbles back harder than they came.
    Bumper(Point, f64),
}

impl Piece {
    /// The bars of a cross at a moment; others have none.
    pub(super) fn arms(&self, time: f64) -> [(Point, Point); 2] {
        let Self::Cross((x, y), reach, pace) = *self else { return [((0.0, 0.0), (0.0, 0.0)); 2] };
        [0.0, 0.25].map(|quarter| {
            let turn = time * pace + quarter;
            let (dx, dy) = (cosine(turn) * reach, sine(turn) * reach);
            ((x - dx, y - dy), (x + dx, y + dy))
        })
    }
}

/// A stretch of the course.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) number: u64,
    pub(super) pieces: Vec<Piece>,
}

impl Section {
    /// Builds section `number`, counted from the top.
    pub(super) fn build(seed: u64, number: u64) -> Self {
        let top = number as f64 * SECTION_HEIGHT;
        let kinds = 5;
        let mut kind = below(seed, number * 32, kinds);
        if number > 0 && kind == below(seed, (number - 1) * 32, kinds) {
            kind = (kind + 1 + below(seed, number * 32 + 1, kinds - 2)) % kinds;
        }
        let draw = |n: u64, low: f64, high: f64| between(seed, number * 32 + n, low, high);
        let flip = below(seed, number * 32 + 2, 2) == 1;
        let pieces = match kind {
            0 => ramps(top, flip, &draw),
            1 => pegs(top, &draw),
            2 => crosses(top, flip, &draw),
            3 => funnel(top, &draw),
            _ => bumpers(top, flip, &draw),
        };
        Self { number, pieces }
    }
}

fn mirror(flip: bool, x: f64) -> f64 {
    if flip { SPACE_WIDTH - x } else { x }
}

fn ramps(top: f64, flip: bool, draw: &dyn Fn(u64, f64, f64) -> f64) -> Vec<Piece> {
    (0..3)
        .map(|n| {
            let y = top + 90.0 + 270.0 * f64::from(n);
            let end = draw(4 + n as u64, 730.0, 800.0);
            let drop = draw(8 + n as u64, 120.0, 165.0);
            let side = flip ^ (n % 2 == 1);
            Piece::Rail((mirror(side, WALL - 20.0), y), (mirror(side, end), y + drop))
        })
        .collect()
}

fn pegs(top: f64, draw: &dyn Fn(u64, f64, f64) -> f64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let radius = draw(4, 17.0, 23.0);
    for row in 0..5 {
        let count = if row % 2 == 0 { 6 } else { 5 };
        let pitch = 172.0;
        let left = (SPACE_WIDTH - pitch * f64::from(count - 1)) / 2.0;
        for n in 0..count {
            let at = (left + pitch * f64::from(n), top + 110.0 + 158.0 * f64::from(row));
            pieces.push(Piece::Peg(at, radius));
        }
    }
    pieces
}

fn crosses(top: f64, flip: bool, draw: &dyn Fn(u64, f64, f64) -> f64) -> Vec<Piece> {
    let pace = draw(4, 0.24, 0.36);
    let (left, right) = (mirror(flip, 290.0), mirror(flip, 790.0));
    vec![
        Piece::Cross((left, top + 260.0), 165.0, if flip { -pace } else { pace }),
        Piece::Cross((right, top + 470.0), 165.0, if flip { pace } else { -pace }),
        Piece::Cross((left + (right - left) * 0.12, top + 700.0), 130.0, pace * 1.2),
        Piece::Rail((mirror(flip, WALL - 20.0), top + 480.0), (mirror(flip, 190.0), top + 545.0)),
        Piece::Rail((mirror(!flip, WALL - 20.0), top + 190.0), (mirror(!flip, 250.0), top + 270.0)),
    ]
}

fn funnel(top: f64, draw: &dyn Fn(u64, f64, f64) -> f64) -> Vec<Piece> {
    let middle = draw(4, 420.0, 660.0);
    let half = 125.0;
    let spread = draw(5, 0.30, 0.36);
    vec![
        Piece::Rail((WALL - 20.0, top + 120.0), (middle - half, top + 390.0)),
        Piece::Rail((SPACE_WIDTH - WALL + 20.0, top + 120.0), (middle + half, top + 390.0)),
        Piece::Cross((middle, top + 560.0), 120.0, spread),
        Piece::Rail((middle - 330.0, top + 660.0), (middle - 190.0, top + 730.0)),
        Piece::Rail((middle + 330.0, top + 660.0), (middle + 190.0, top + 730.0)),
        Piece::Peg((middle, top + 810.0), 28.0),
    ]
}

fn bumpers(top: f64, flip: bool, draw: &dyn Fn(u64, f64, f64) -> f64) -> Vec<Piece> {
    let radius = draw(4, 52.0, 64.0);
    let places =
        [(250.0, 170.0), (620.0, 240.0), (880.0, 430.0), (400.0, 470.0), (680.0, 660.0), (230.0, 730.0)];
    places.iter().map(|&(x, y)| Piece::Bumper((mirror(flip, x), top + y), radius)).collect()
}
