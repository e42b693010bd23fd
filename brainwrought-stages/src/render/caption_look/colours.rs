//! The colours of captions, and how well they can be told from what lies under them.

use brainwrought_core::data::Speaker;

/// Straight RGBA.
pub(super) type Rgba = [u8; 4];

pub(super) const WHITE: Rgba = [255, 255, 255, 255];
pub(super) const BLACK: Rgba = [0, 0, 0, 255];
/// The genre's yellow, #FFD700.
const LIT: Rgba = [255, 215, 0, 255];
/// The words of the one who asks: a pale mint that turns to a bright one.
const ASKED: Rgba = [196, 255, 236, 255];
const ASKED_LIT: Rgba = [36, 255, 190, 255];
/// What fills a word that carries the line: an orange that differs from both of the above.
const STRONG: Rgba = [255, 150, 64, 255];
/// The boxes behind the words of the one who explains, and of the one who asks: violet and teal.
const BOX: Rgba = [109, 40, 217, 255];
const ASKED_BOX: Rgba = [15, 118, 110, 255];
/// Words that are not said yet, where they are seen before.
pub(super) const DIM: Rgba = [196, 202, 214, 255];
/// A word that carries the line where nothing shouts: a pale gold.
pub(super) const SOFT: Rgba = [255, 232, 160, 255];
/// The plate under calm captions. So much of what lies below shines through that white becomes #3D3D45 at most.
pub(super) const PLATE: Rgba = [10, 12, 22, 204];

/// The colours of who speaks.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Colours {
    pub(super) words: Rgba,
    /// The word that is said.
    pub(super) lit: Rgba,
    /// A word that carries the line, where being said has a colour of its own.
    pub(super) strong: Rgba,
    /// What lies behind the word that is said.
    pub(super) plate: Rgba,
}

impl Colours {
    pub(super) fn of(speaker: Speaker) -> Self {
        match speaker {
            Speaker::Explainer => Self { words: WHITE, lit: LIT, strong: STRONG, plate: BOX },
            Speaker::Asker => Self { words: ASKED, lit: ASKED_LIT, strong: STRONG, plate: ASKED_BOX },
        }
    }
}

/// A colour over white, which is the brightest that a background can be.
pub(super) fn over_white([r, g, b, a]: Rgba) -> Rgba {
    let mix = |channel: u8| {
        let (above, below) = (u32::from(channel) * u32::from(a), 255 * u32::from(255 - a));
        ((above + below) / 255) as u8
    };
    [mix(r), mix(g), mix(b), 255]
}

/// The contrast ratio of two opaque colours, as WCAG 2.2 defines it.
pub(super) fn contrast(one: Rgba, other: Rgba) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance([r, g, b, _]: Rgba) -> f32 {
    let linear = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(WHITE, BLACK) - 21.0).abs() < 0.01);
        assert!((contrast([119, 119, 119, 255], WHITE) - 4.48).abs() < 0.01);
        assert_eq!(over_white([0, 0, 0, 255]), BLACK);
        assert_eq!(over_white([0, 0, 0, 0]), WHITE);
    }
}
