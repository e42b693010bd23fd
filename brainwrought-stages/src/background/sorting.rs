//! [`Sorting`]: bars in the colours of the rainbow that sort themselves.

use super::canvas::{Canvas, SPACE_WIDTH, Shape};
use super::ink::{Ink, palette_of};
use super::seeded::{below, ease};
use super::{Clock, Setting, Shade, Style};
use crate::picture::{Area, YuvFrame};

const BARS: usize = 40;
/// Steps of the animation a second, and of one round: mixing, sorting, a sweep of joy.
const STEP_RATE: f64 = 60.0;
const MIX_STEPS: u64 = 50;
const SORT_STEPS: u64 = 640;
const SWEEP_STEPS: u64 = 70;
const ROUND_STEPS: u64 = MIX_STEPS + SORT_STEPS + SWEEP_STEPS;

/// Bars that sort themselves, over and over, each round by another method.
#[derive(Debug)]
pub(super) struct Sorting {
    clock: Clock,
    backdrop: YuvFrame,
    shade: Shade,
    seed: u64,
    round: Round,
}

impl Sorting {
    pub(super) fn new(setting: &Setting) -> Self {
        let palette = palette_of(setting.seed, setting.colours);
        let mut backdrop = YuvFrame::black(setting.width, setting.height);
        let mut canvas = Canvas::new(&mut backdrop);
        let height = canvas.height();
        canvas.gradient(0.0, height, palette.high.lighter(0.05), palette.high.mix(palette.low, 0.35));
        let shade = Shade::under_text(setting.width, setting.height);
        shade.apply(&mut backdrop);
        let round = Round::new(setting.seed, 0);
        Self { clock: setting.clock, backdrop, shade, seed: setting.seed, round }
    }
}

impl Style for Sorting {
    fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame, covered: &Area) {
        let total = self.clock.steps(frame_number, STEP_RATE);
        if self.round.number != total / ROUND_STEPS {
            self.round = Round::new(self.seed, total / ROUND_STEPS);
        }
        self.round.advance_to(total % ROUND_STEPS);
        let mut canvas = Canvas::shaded(frame, &self.shade, covered);
        canvas.paste(&self.backdrop, f64::INFINITY);
        draw_bars(&mut canvas, &self.round);
    }
}

/// One round, from the mixed bars to the sorted ones.
#[derive(Debug)]
struct Round {
    number: u64,
    step: u64,
    /// The swaps that sort the bars, in order.
    swaps: Vec<(usize, usize)>,
    done: usize,
    /// The bar at each place, as its height from 0.
    bars: Vec<usize>,
    /// Where each bar is drawn, by its height: it glides after its place.
    shown: Vec<f64>,
    /// How brightly each bar glows, by its height: it has just been moved.
    glow: Vec<f64>,
}

impl Round {
    fn new(seed: u64, number: u64) -> Self {
        let mut bars: Vec<usize> = (0..BARS).collect();
        for n in (1..BARS).rev() {
            bars.swap(n, below(seed ^ number.wrapping_mul(0x51ED), n as u64, n + 1));
        }
        let mut trial = bars.clone();
        let mut swaps = Vec::new();
        match below(seed, 0x50F7 + number, 4) {
            0 => quick_sort(&mut trial, 0, BARS, &mut swaps),
            1 => heap_sort(&mut trial, &mut swaps),
            2 => comb_sort(&mut trial, &mut swaps),
            _ => shell_sort(&mut trial, &mut swaps),
        }
        let shown = (0..BARS).map(|n| n as f64).collect();
        Self { number, step: 0, swaps, done: 0, bars, shown, glow: vec![0.0; BARS] }
    }

    fn advance_to(&mut self, step: u64) {
        while self.step < step {
            self.step += 1;
            let sorting = self.step.saturating_sub(MIX_STEPS).min(SORT_STEPS);
            let wanted = (self.swaps.len() as u64 * sorting / SORT_STEPS) as usize;
            self.glow.iter_mut().for_each(|glow| *glow *= 0.86);
            for &(a, b) in &self.swaps[self.done..wanted] {
                self.bars.swap(a, b);
                self.glow[self.bars[a]] = 1.0;
                self.glow[self.bars[b]] = 1.0;
            }
            self.done = wanted;
            let pull = if self.step < MIX_STEPS { 0.09 } else { 0.30 };
            for (place, &bar) in self.bars.iter().enumerate() {
                self.shown[bar] += (place as f64 - self.shown[bar]) * pull;
            }
            if let Some(sweep) = self.step.checked_sub(MIX_STEPS + SORT_STEPS + 8) {
                let at = sweep as f64 / (SWEEP_STEPS - 16) as f64 * BARS as f64;
                if let Some(glow) = self.glow.get_mut(at as usize) {
                    *glow = 1.0;
                }
            }
        }
    }
}

fn draw_bars(canvas: &mut Canvas<'_>, round: &Round) {
    let height = canvas.height();
    let pitch = SPACE_WIDTH / BARS as f64;
    // Moving bars are drawn last: they pass in front of those at rest.
    let mut order: Vec<usize> = (0..BARS).collect();
    order.sort_by(|&a, &b| round.glow[a].total_cmp(&round.glow[b]));
    for bar in order {
        let part = bar as f64 / (BARS - 1) as f64;
        let tall = height * (0.07 + 0.80 * part);
        let left = round.shown[bar] * pitch;
        let ink = rainbow(part);
        let glow = ease(round.glow[bar]);
        let face = ink.lighter(glow * 0.75);
        let (x0, x1) = (left + 2.0, left + pitch - 2.0);
        let top = height - tall;
        canvas.fill(Shape::RoundRect(x0, top, x1, height + 20.0, 8.0), face);
        canvas.fill(Shape::RoundRect(x1 - 5.0, top + 8.0, x1, height + 20.0, 0.0), face.darker(0.24));
    }
}

/// A ramp through clear colours; neighbours on it are close in hue, so no mixture turns grey.
fn rainbow(part: f64) -> Ink {
    const STOPS: [Ink; 9] = [
        Ink::rgb(0x7B5CFF),
        Ink::rgb(0x4C7DFF),
        Ink::rgb(0x2FB6FF),
        Ink::rgb(0x21DCC8),
        Ink::rgb(0x4BE37A),
        Ink::rgb(0xC3E83F),
        Ink::rgb(0xFFD03B),
        Ink::rgb(0xFF914D),
        Ink::rgb(0xFF4F7B),
    ];
    let at = part * (STOPS.len() - 1) as f64;
    let n = (at as usize).min(STOPS.len() - 2);
    STOPS[n].mix(STOPS[n + 1], at - n as f64)
}

fn swap(bars: &mut [usize], a: usize, b: usize, swaps: &mut Vec<(usize, usize)>) {
    if a != b {
        bars.swap(a, b);
        swaps.push((a, b));
    }
}

fn quick_sort(bars: &mut [usize], from: usize, to: usize, swaps: &mut Vec<(usize, usize)>) {
    if to - from < 2 {
        return;
    }
    swap(bars, from + (to - from) / 2, to - 1, swaps);
    let pivot = bars[to - 1];
    let mut next = from;
    for n in from..to - 1 {
        if bars[n] < pivot {
            swap(bars, n, next, swaps);
            next += 1;
        }
    }
    swap(bars, next, to - 1, swaps);
    quick_sort(bars, from, next, swaps);
    quick_sort(bars, next + 1, to, swaps);
}

fn heap_sort(bars: &mut [usize], swaps: &mut Vec<(usize, usize)>) {
    fn sift(bars: &mut [usize], mut root: usize, end: usize, swaps: &mut Vec<(usize, usize)>) {
        while 2 * root + 1 < end {
            let mut child = 2 * root + 1;
            if child + 1 < end && bars[child] < bars[child + 1] {
                child += 1;
            }
            if bars[root] >= bars[child] {
                return;
            }
            swap(bars, root, child, swaps);
            root = child;
        }
    }
    for root in (0..bars.len() / 2).rev() {
        sift(bars, root, bars.len(), swaps);
    }
    for end in (1..bars.len()).rev() {
        swap(bars, 0, end, swaps);
        sift(bars, 0, end, swaps);
    }
}

fn comb_sort(bars: &mut [usize], swaps: &mut Vec<(usize, usize)>) {
    let mut gap = bars.len();
    let mut moved = true;
    while gap > 1 || moved {
        gap = (gap * 10 / 13).max(1);
        moved = false;
        for n in 0..bars.len() - gap {
            if bars[n] > bars[n + gap] {
                swap(bars, n, n + gap, swaps);
                moved = true;
            }
        }
    }
}

fn shell_sort(bars: &mut [usize], swaps: &mut Vec<(usize, usize)>) {
    for gap in [23, 10, 4, 1] {
        for start in gap..bars.len() {
            let mut n = start;
            while n >= gap && bars[n - gap] > bars[n] {
                swap(bars, n, n - gap, swaps);
                n -= gap;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_ends_sorted() {
        for number in 0..40 {
            let mut round = Round::new(5, number);
            round.advance_to(ROUND_STEPS - 1);
            assert!(round.bars.is_sorted(), "round {number}");
        }
    }
}
