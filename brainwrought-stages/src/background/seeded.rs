//! Seeded numbers and smooth curves that are the same on every machine.
//!
//! Only `+ - * /`, `sqrt` and `floor` are used: IEEE 754 fixes their results, while `sin` differs between C libraries.

use brainwrought_core::split_mix::SplitMix64;

/// Mixes a seed and a counter into 64 even bits, so that any number can be drawn without those before it.
pub(super) fn bits(seed: u64, counter: u64) -> u64 {
    SplitMix64::mix(seed ^ counter.wrapping_add(1).wrapping_mul(SplitMix64::GAMMA))
}

/// Draws a number from 0 up to but without 1.
pub(super) fn unit(seed: u64, counter: u64) -> f64 {
    (bits(seed, counter) >> 11) as f64 / (1u64 << 53) as f64
}

/// Draws a number from `low` up to but without `high`.
pub(super) fn between(seed: u64, counter: u64, low: f64, high: f64) -> f64 {
    low + (high - low) * unit(seed, counter)
}

/// Draws a whole number below `bound`, which must not be 0.
pub(super) fn below(seed: u64, counter: u64, bound: usize) -> usize {
    (bits(seed, counter) % bound as u64) as usize
}

/// The sine of an angle in turns: 1 is a full circle. Off by less than 1e-6.
pub(super) fn sine(turns: f64) -> f64 {
    let mut x = turns - (turns + 0.5).floor();
    if x > 0.25 {
        x = 0.5 - x;
    } else if x < -0.25 {
        x = -0.5 - x;
    }
    let a = x * std::f64::consts::TAU;
    let s = a * a;
    a * (1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0 * (1.0 - s / 110.0)))))
}

/// The cosine of an angle in turns.
pub(super) fn cosine(turns: f64) -> f64 {
    sine(turns + 0.25)
}

/// Eases from 0 to 1 while `x` goes from 0 to 1, flat at both ends and outside.
pub(super) fn ease(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_close_to_the_real_one() {
        for step in -400..400 {
            let turns = f64::from(step) / 97.0;
            assert!((sine(turns) - (turns * std::f64::consts::TAU).sin()).abs() < 1e-6, "{turns}");
        }
    }

    #[test]
    fn units_fill_the_range() {
        let mean = (0..1000).map(|n| unit(7, n)).sum::<f64>() / 1000.0;
        assert!((mean - 0.5).abs() < 0.05);
    }
}
