//! [`Noise`]: seeded random numbers.
//!
//! Bits and evenly spread numbers are the same on every machine. Those of [`Noise::gaussian_pair`] are not guaranteed to be:
//! they take `ln`, `sin` and `cos` from the C library, so neural voices may differ in their last bits between two systems.

use std::f32::consts::TAU;

use brainwrought_core::split_mix::SplitMix64;

/// A seeded source of random numbers: small, fast and without state to share.
#[derive(Debug, Clone)]
pub(crate) struct Noise(SplitMix64);

impl Noise {
    /// Starts the sequence that belongs to `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    /// A number that is evenly spread over (0, 1].
    pub(crate) fn unit(&mut self) -> f32 {
        // 24 bits are what an f32 holds exactly; the 1 keeps a logarithm finite.
        ((self.bits() >> 40) as f32 + 1.0) / 16_777_216.0
    }

    /// A number that is evenly spread over (-1, 1].
    pub(crate) fn signed(&mut self) -> f32 {
        self.unit() * 2.0 - 1.0
    }

    /// Two independent numbers with mean 0 and variance 1 (Box and Muller 1958).
    pub(crate) fn gaussian_pair(&mut self) -> (f32, f32) {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        let (sine, cosine) = (TAU * self.unit()).sin_cos();
        (radius * cosine, radius * sine)
    }

    /// Picks one of `choices`; `None` when there are none.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let length = choices.len() as u64;
        if length == 0 {
            return None;
        }
        usize::try_from(self.bits() % length).ok().and_then(|index| choices.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaussian_numbers_have_mean_zero_and_variance_one() {
        let mut noise = Noise::new(7);
        let numbers: Vec<f32> = (0..20_000)
            .flat_map(|_| {
                let (a, b) = noise.gaussian_pair();
                [a, b]
            })
            .collect();
        let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / numbers.len() as f32;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }

    #[test]
    fn same_seed_gives_the_same_numbers() {
        assert_eq!(Noise::new(3).bits(), Noise::new(3).bits());
        assert_ne!(Noise::new(3).bits(), Noise::new(4).bits());
    }
}
