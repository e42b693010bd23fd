//! The sky over the runner's road: a low sun, stars and a far town.

use super::canvas::{Canvas, SPACE_WIDTH, Shape};
use super::ink::{Ink, Palette};
use super::seeded::between;

/// Draws the sky down to the horizon, and the ground's colour below it. Units are those of the canvas.
pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, horizon: f64, seed: u64) {
    let height = canvas.height();
    canvas.gradient(0.0, horizon, palette.high, palette.low);
    canvas.rows(horizon, height, palette.ground);
    for n in 0..46 {
        let at =
            (between(seed, 900 + n * 3, 0.0, SPACE_WIDTH), between(seed, 901 + n * 3, 0.0, horizon * 0.7));
        let size = between(seed, 902 + n * 3, 1.2, 3.2);
        canvas.blend(Shape::Ellipse(at, size, size), Ink::rgb(0xFFFFFF), 0.75);
    }
    let (cx, cy, radius) = (SPACE_WIDTH / 2.0, horizon - 90.0, 235.0);
    for (grow, glow) in [(1.5, 0.10), (1.28, 0.14), (1.12, 0.20)] {
        canvas.blend(Shape::Ellipse((cx, cy), radius * grow, radius * grow), palette.accents[0], glow);
    }
    canvas.fill(Shape::Ellipse((cx, cy), radius, radius), palette.accents[0].lighter(0.12));
    for n in 0..6 {
        let y = cy + 20.0 + 38.0 * f64::from(n);
        let thick = 5.0 + 3.4 * f64::from(n);
        let half = (radius * radius - (y - cy) * (y - cy)).max(0.0).sqrt() + 4.0;
        let ink = palette.high.mix(palette.low, (y / horizon).min(1.0));
        canvas.fill(Shape::RoundRect(cx - half, y, cx + half, y + thick, 0.0), ink);
    }
    for layer in 0..2u64 {
        let ink = palette.low.mix(palette.high, 0.45 + 0.25 * layer as f64);
        let mut x = -40.0;
        let mut n = layer * 100;
        while x < SPACE_WIDTH + 40.0 {
            let wide = between(seed ^ 0x517E, n, 44.0, 120.0);
            let tall = between(seed ^ 0x517E, n + 50, 30.0, 170.0 - 70.0 * layer as f64);
            canvas.fill(Shape::RoundRect(x, horizon - tall, x + wide, horizon + 4.0, 0.0), ink);
            x += wide + between(seed ^ 0x517E, n + 25, -8.0, 14.0);
            n += 1;
        }
    }
}
