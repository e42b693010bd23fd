//! [`SplitMix64`]: numbers that depend on a seed only.

/// The generator of Steele, Lea and Flood (Fast Splittable Pseudorandom Number Generators, 2014). It is guaranteed that a seed
/// gives the same numbers on every machine and in every version: videos and tests depend on them. It is no source of secrets.
#[derive(Debug, Clone)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// What the state grows by: the golden ratio of 64 bits, made odd.
    pub const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

    /// Starts the numbers that belong to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(Self::GAMMA);
        Self::mix(self.state)
    }

    /// The next number below `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let bits = self.bits();
        if end == 0 { 0 } else { (bits % end as u64) as usize }
    }

    /// Spreads the bits of a state evenly: the last step of the generator, for those who count on their own.
    pub fn mix(state: u64) -> u64 {
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_reference_implementation() {
        // The first three of seed 1234567, as Vigna's splitmix64.c prints them.
        let mut numbers = SplitMix64::new(1_234_567);
        let drawn = [numbers.bits(), numbers.bits(), numbers.bits()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
        assert_eq!(SplitMix64::new(7).below(0), 0);
    }
}
