//! [`Ink`]: a colour as the encoder has it, and the palettes that styles draw with.

use super::{Colours, seeded};

/// A colour in BT.709 limited range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) y: u8,
    pub(super) u: u8,
    pub(super) v: u8,
}

impl Ink {
    /// Converts 0xRRGGBB (ITU-R BT.709-6, limited range).
    pub(super) const fn rgb(hex: u32) -> Self {
        let r = ((hex >> 16) & 255) as i64;
        let g = ((hex >> 8) & 255) as i64;
        let b = (hex & 255) as i64;
        let luma = 2126 * r + 7152 * g + 722 * b;
        let y = 16 + (luma * 219 / 255 + 5000) / 10_000;
        let u = 128 + (10_000 * b - luma) * 224 / (255 * 18_556);
        let v = 128 + (10_000 * r - luma) * 224 / (255 * 15_748);
        Self { y: y as u8, u: u as u8, v: v as u8 }
    }

    /// Goes from this colour (0) to another (1).
    pub(super) fn mix(self, other: Self, part: f64) -> Self {
        let part = part.clamp(0.0, 1.0);
        let blend = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part + 0.5) as u8;
        Self { y: blend(self.y, other.y), u: blend(self.u, other.u), v: blend(self.v, other.v) }
    }

    /// Makes the colour darker; 1 is black.
    pub(super) fn darker(self, part: f64) -> Self {
        self.mix(Self { y: 16, u: 128, v: 128 }, part)
    }

    /// Makes the colour lighter; 1 is white.
    pub(super) fn lighter(self, part: f64) -> Self {
        self.mix(Self { y: 235, u: 128, v: 128 }, part)
    }
}

/// Colours that go together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// The top of the backdrop.
    pub(super) high: Ink,
    /// The bottom of the backdrop, or the horizon.
    pub(super) low: Ink,
    /// Floors and large dark shapes.
    pub(super) ground: Ink,
    /// Things that shine, most important first.
    pub(super) accents: [Ink; 5],
}

/// Palettes of our own; each has one warm and one cold accent so that shapes part from the backdrop.
const PALETTES: [Palette; 6] = [
    // Dusk.
    palette(0x3B1B73, 0xF0567A, 0x2A1650, [0xFFC857, 0x3DF5FF, 0xFF5DA2, 0x9B6BFF, 0x58F29B]),
    // Lagoon.
    palette(0x0A4A6B, 0x2BB6B0, 0x0C3750, [0xFFD166, 0xFF7A59, 0x7CF5D2, 0x4CC9F0, 0xF5F1E3]),
    // Ember.
    palette(0x5A1A30, 0xFF8A3D, 0x3B1828, [0xFFE066, 0x5CE1E6, 0xFF4D6D, 0xFFA94D, 0xC77DFF]),
    // Orchard.
    palette(0x17523F, 0x9AD65B, 0x154036, [0xFFDD57, 0xFF6F91, 0x6BE4C8, 0x57B8FF, 0xFFF3D6]),
    // Midnight.
    palette(0x1D2C7A, 0x7A6CF5, 0x192357, [0xFFCF4A, 0xFF5E8A, 0x52E5FF, 0x8CF28A, 0xB79CFF]),
    // Candy.
    palette(0x55208A, 0xFF79C6, 0x3F1B66, [0xFFE45E, 0x66F2D5, 0xFF6392, 0x7FC8F8, 0xFFB86B]),
];

/// The palette of colours, or one that the seed chooses.
pub(super) fn palette_of(seed: u64, colours: Colours) -> Palette {
    let place = match colours {
        Colours::Dusk => 0,
        Colours::Lagoon => 1,
        Colours::Ember => 2,
        Colours::Orchard => 3,
        Colours::Midnight => 4,
        Colours::Candy => 5,
        Colours::Auto => seeded::below(seed, 0xC010, PALETTES.len()),
    };
    PALETTES[place]
}

const fn palette(high: u32, low: u32, ground: u32, accents: [u32; 5]) -> Palette {
    Palette {
        high: Ink::rgb(high),
        low: Ink::rgb(low),
        ground: Ink::rgb(ground),
        accents: [
            Ink::rgb(accents[0]),
            Ink::rgb(accents[1]),
            Ink::rgb(accents[2]),
            Ink::rgb(accents[3]),
            Ink::rgb(accents[4]),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_are_those_of_the_standard() {
        // Values of the 100 % colour bars in limited range.
        assert_eq!(Ink::rgb(0xFFFFFF), Ink { y: 235, u: 128, v: 128 });
        assert_eq!(Ink::rgb(0), Ink { y: 16, u: 128, v: 128 });
        let red = Ink::rgb(0xFF0000);
        assert!(red.y.abs_diff(63) <= 1 && red.u.abs_diff(102) <= 1 && red.v.abs_diff(240) <= 1, "{red:?}");
    }
}
