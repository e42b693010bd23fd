//! [`Seeded`]: a small stream of numbers that depends on a seed only.

use brainwrought_core::split_mix::SplitMix64;

/// Draws from the numbers of a seed.
#[derive(Debug, Clone)]
pub(super) struct Seeded(SplitMix64);

impl Seeded {
    /// Starts the stream that belongs to `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// Draws a number below `end`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    /// Shuffles `items`.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_gives_the_same_order() {
        let order = |seed| {
            let mut items: Vec<u32> = (0..10).collect();
            Seeded::new(seed).shuffle(&mut items);
            items
        };
        assert_eq!(order(3), order(3));
        assert_ne!(order(3), order(4));
    }
}
