//! [`Course`]: what stands on the runner's road and how the runner gets past it.

use super::seeded::{below, ease, unit};

/// The middle of a side lane, in metres from the middle of the road.
pub(super) const LANE: f64 = 1.75;
/// Metres between two obstacles, and to the first.
const GAP: f64 = 11.0;
const HEAD_START: f64 = 26.0;

/// What stands on the road: a function of the seed and the place.
pub(super) struct Course {
    pub(super) seed: u64,
}

impl Course {
    /// Where obstacle `n` stands, in metres from the start.
    pub(super) fn place(n: u64) -> f64 {
        HEAD_START + GAP * n as f64
    }

    /// The lane that is free at an obstacle: -1, 0 or 1.
    pub(super) fn lane(&self, n: u64) -> f64 {
        let draw = below(self.seed, n * 4 + 1, 3) as f64 - 1.0;
        // A lane twice in a row would look like waiting, so every other repeat moves on.
        if n > 0 && below(self.seed, n * 4 - 3, 3) as f64 - 1.0 == draw && n.is_multiple_of(2) {
            if draw > 0.0 { -1.0 } else { draw + 1.0 }
        } else {
            draw
        }
    }

    /// True when the free lane has a hurdle.
    pub(super) fn has_hurdle(&self, n: u64) -> bool {
        unit(self.seed, n * 4 + 2) < 0.42
    }

    /// True when a lane that is not free has a block.
    pub(super) fn has_block(&self, n: u64, lane: i32) -> bool {
        f64::from(lane) != self.lane(n) && unit(self.seed ^ 0xB10C, n * 4 + (lane + 1) as u64) < 0.75
    }

    /// The number of the last obstacle before a place, if any, and how far behind it is as part of the gap.
    pub(super) fn behind(at: f64) -> (Option<u64>, f64) {
        let steps = (at - HEAD_START) / GAP;
        if steps < 0.0 { (None, (steps + 1.0).max(0.0)) } else { (Some(steps as u64), steps - steps.floor()) }
    }

    /// Where the runner is across the road, in metres.
    pub(super) fn path(&self, at: f64) -> f64 {
        let (last, part) = Self::behind(at);
        let from = last.map_or(0.0, |n| self.lane(n));
        let to = self.lane(last.map_or(0, |n| n + 1));
        LANE * (from + (to - from) * ease((part - 0.38) / 0.4))
    }

    /// How high the runner is over the road, in metres.
    pub(super) fn hop(&self, at: f64) -> f64 {
        let nearest = ((at - HEAD_START) / GAP).round();
        if nearest < 0.0 || !self.has_hurdle(nearest as u64) {
            return 0.0;
        }
        let off = (at - Self::place(nearest as u64)) / 3.4;
        if off.abs() < 1.0 { 1.55 * (1.0 - off * off) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_never_runs_through_a_block() {
        for seed in 0..40 {
            let course = Course { seed };
            for step in 0..4000 {
                let at = f64::from(step) * 0.25;
                let (last, part) = Course::behind(at);
                let Some(n) = last.filter(|_| part * GAP < 3.6) else { continue };
                for lane in -1..=1 {
                    if course.has_block(n, lane) {
                        let apart = (course.path(at) - f64::from(lane) * LANE).abs();
                        assert!(apart > 1.0, "seed {seed} at {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_hurdle_is_jumped() {
        let course = Course { seed: 3 };
        let hurdles = (0..200).filter(|&n| course.has_hurdle(n));
        assert!(hurdles.clone().count() > 40);
        assert!(hurdles.into_iter().all(|n| course.hop(Course::place(n)) > 1.0));
    }
}
