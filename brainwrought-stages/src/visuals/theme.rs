//! The colours and measures that all panels share.

/// A colour as red, green, blue.
pub(super) type Rgb = [u8; 3];

/// Text on paper: 17:1 against [`PAPER`].
pub(super) const INK: Rgb = [0x16, 0x18, 0x2D];
/// Small text on paper: 6.6:1 against [`PAPER`].
pub(super) const MUTED: Rgb = [0x53, 0x57, 0x70];
/// Cards that hold print.
pub(super) const PAPER: Rgb = [0xFF, 0xFF, 0xFF];
/// Lines and quiet fields on paper.
pub(super) const RULE: Rgb = [0xE6, 0xE8, 0xF2];
/// Cards that shout: 15:1 against [`PAPER`].
pub(super) const NIGHT: Rgb = [0x1B, 0x17, 0x4A];
/// The lower end of such a card: 9:1 against [`PAPER`].
pub(super) const DUSK: Rgb = [0x3D, 0x2A, 0x96];
/// The grounds of what is shown while lines are said, upper end and lower end: white is at least 7:1 against each of them, and
/// what catches the eye at least 4.5:1.
pub(super) const HUES: [(Rgb, Rgb); 4] = [
    (NIGHT, DUSK),
    ([0x06, 0x2B, 0x3F], [0x0A, 0x50, 0x6E]),
    ([0x3A, 0x0D, 0x33], [0x6B, 0x1B, 0x55]),
    ([0x08, 0x30, 0x28], [0x0D, 0x57, 0x46]),
];
/// What catches the eye; the same as the lit word of a caption.
pub(super) const ACCENT: Rgb = [0xFF, 0xD7, 0x00];
/// One colour for every answer, each at least 4.5:1 against [`PAPER`].
pub(super) const ANSWERS: [Rgb; 4] =
    [[0xD4, 0x1F, 0x3F], [0x1D, 0x5F, 0xD0], [0x0B, 0x7A, 0x4B], [0x9A, 0x4A, 0x00]];
/// The right answer: 5.4:1 against [`PAPER`].
pub(super) const RIGHT: Rgb = [0x0B, 0x7A, 0x4B];
/// Wrong answers once the right one is known: 5.6:1 against [`NIGHT`].
pub(super) const FADED: Rgb = [0xA4, 0x9E, 0xD0];

/// The width of every panel in pixels of a frame 1,080 wide: what the platforms' overlays leave free.
pub(super) const PANEL_WIDTH: f32 = 852.0;
/// The most height that a panel may have, so that captions stay free.
pub(super) const PANEL_HEIGHT: f32 = 700.0;
/// The room around a card for its shadow.
pub(super) const MARGIN: f32 = 20.0;
/// The radius of a card's corners.
pub(super) const CORNER: f32 = 32.0;
/// The room between a card's edge and what is on it.
pub(super) const PADDING: f32 = 28.0;

/// The contrast of two colours, from 1 to 21 (WCAG 2.2).
#[cfg(test)]
pub(super) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |colour: Rgb| {
        let linear = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (light(one), light(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_that_carries_text_can_be_read() {
        let mut pairs = vec![
            (INK, PAPER),
            (MUTED, PAPER),
            (PAPER, NIGHT),
            (PAPER, DUSK),
            (ACCENT, DUSK),
            (INK, ACCENT),
            (MUTED, RULE),
            (PAPER, RIGHT),
            (FADED, NIGHT),
        ];
        pairs.extend(
            HUES.iter().flat_map(|&(top, bottom)| [(PAPER, bottom), (ACCENT, bottom), (ACCENT, top)]),
        );
        pairs.extend(ANSWERS.map(|answer| (PAPER, answer)));
        for (text, ground) in pairs {
            assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
        }
    }
}
