//! Stickers: small drawings that memes are made of.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::picture::RgbaImage;

macro_rules! stickers {
    ($($name:literal),* $(,)?) => {
        /// The drawings by their names; see `assets/LICENSES.md` for where they come from.
        const STICKERS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../assets/stickers/", $name, ".svg")))),*];
    };
}

stickers![
    "brain",
    "clown-face",
    "exploding-head",
    "eyes",
    "face-screaming-in-fear",
    "face-with-monocle",
    "face-with-raised-eyebrow",
    "face-with-spiral-eyes",
    "fire",
    "goat",
    "grinning-face-with-sweat",
    "hundred-points",
    "light-bulb",
    "loudly-crying-face",
    "melting-face",
    "milky-way",
    "nerd-face",
    "popcorn",
    "saluting-face",
    "skull",
    "slightly-smiling-face",
    "smiling-face-with-sunglasses",
    "smirking-face",
    "star-struck",
    "thinking-face",
    "thumbs-down",
    "thumbs-up",
    "unamused-face",
    "weary-cat",
];

/// Draws a sticker into a square of `side` pixels; nothing when there is none of that name.
pub(super) fn sticker(name: &str, side: f32) -> Option<RgbaImage> {
    let (_, drawing) = STICKERS.iter().find(|(known, _)| *known == name)?;
    draw(drawing, side, side)
}

/// Draws an SVG over a picture of `width` × `height` pixels; nothing when it cannot be read.
pub(super) fn draw(svg: &str, width: f32, height: f32) -> Option<RgbaImage> {
    let tree = Tree::from_str(svg, &Options::default()).ok()?;
    let (columns, rows) = (width.round().max(1.0) as u32, height.round().max(1.0) as u32);
    let mut canvas = Pixmap::new(columns, rows)?;
    let size = tree.size();
    let fill = Transform::from_scale(columns as f32 / size.width(), rows as f32 / size.height());
    resvg::render(&tree, fill, &mut canvas.as_mut());
    RgbaImage::from_premultiplied(columns as usize, rows as usize, canvas.take()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sticker_can_be_drawn() {
        for (name, _) in STICKERS {
            let image = sticker(name, 64.0).unwrap();
            let inked = image.pixels.chunks_exact(4).filter(|pixel| pixel[3] > 200).count();
            assert!((300..=64 * 64).contains(&inked), "{name}: {inked} pixels");
        }
        assert_eq!(sticker("no-such", 64.0), None);
    }
}
