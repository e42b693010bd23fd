//! [`Surface`]: the surface that panels are drawn on.

use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Mask, Paint, PathBuilder, Pixmap, PixmapPaint, Point,
    Rect, SpreadMode, Transform,
};

use super::theme::Rgb;
use crate::picture::RgbaImage;

/// A rectangle with round corners, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Field {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) corner: f32,
}

impl Field {
    pub(super) fn new(x: f32, y: f32, width: f32, height: f32, corner: f32) -> Self {
        Self { x, y, width, height, corner: corner.min(width / 2.0).min(height / 2.0).max(0.0) }
    }

    fn path(&self) -> Option<tiny_skia::Path> {
        let rect = Rect::from_xywh(self.x, self.y, self.width, self.height)?;
        let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
        let r = self.corner;
        // The distance of the control points that makes a cubic closest to a quarter circle.
        let k = r * (1.0 - 0.552_284_8);
        let mut path = PathBuilder::new();
        path.move_to(left + r, top);
        path.line_to(right - r, top);
        path.cubic_to(right - k, top, right, top + k, right, top + r);
        path.line_to(right, bottom - r);
        path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
        path.line_to(left + r, bottom);
        path.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
        path.line_to(left, top + r);
        path.cubic_to(left, top + k, left + k, top, left + r, top);
        path.close();
        path.finish()
    }
}

/// A transparent surface to draw on.
pub(super) struct Surface {
    pixmap: Pixmap,
}

impl Surface {
    /// Makes a transparent sheet; sizes are in pixels and at least 1.
    pub(super) fn new(width: f32, height: f32) -> Self {
        let (width, height) = ((width.ceil() as u32).clamp(1, 8192), (height.ceil() as u32).clamp(1, 8192));
        Self { pixmap: Pixmap::new(width, height).expect("both sizes are between 1 and 8192") }
    }

    /// Fills a field with one colour.
    pub(super) fn fill(&mut self, field: Field, colour: Rgb, opacity: f32) {
        let mut paint = Paint::default();
        paint.set_color(colour_of(colour, opacity));
        self.fill_with(field, &paint);
    }

    /// Fills a field with a colour at its top that turns into another at its bottom.
    pub(super) fn fill_gradient(&mut self, field: Field, top: Rgb, bottom: Rgb) {
        let stops =
            vec![GradientStop::new(0.0, colour_of(top, 1.0)), GradientStop::new(1.0, colour_of(bottom, 1.0))];
        let from = Point::from_xy(field.x, field.y);
        let to = Point::from_xy(field.x + field.width * 0.35, field.y + field.height);
        if let Some(shader) = LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity()) {
            self.fill_with(field, &Paint { shader, ..Paint::default() });
        }
    }

    fn fill_with(&mut self, field: Field, paint: &Paint<'_>) {
        if let Some(path) = field.path() {
            let mut paint = paint.clone();
            paint.anti_alias = true;
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// Draws the soft shadow of a field, to be covered by the field itself.
    pub(super) fn shadow(&mut self, field: Field, blur: f32, drop: f32, opacity: f32) {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let Some(mut mask) = Mask::new(width, height) else { return };
        let dropped = Field { y: field.y + drop, ..field };
        if let Some(path) = dropped.path() {
            mask.fill_path(&path, FillRule::Winding, true, Transform::identity());
        }
        blur_mask(mask.data_mut(), width as usize, blur as usize);
        for (pixel, &cover) in self.pixmap.data_mut().chunks_exact_mut(4).zip(mask.data()) {
            let alpha = (f32::from(cover) * opacity) as u32;
            let rest = 255 - alpha;
            for channel in &mut *pixel {
                *channel = (u32::from(*channel) * rest / 255) as u8;
            }
            pixel[3] = (u32::from(pixel[3]) + alpha).min(255) as u8;
        }
    }

    /// Puts a picture down with its top left corner at a place.
    pub(super) fn paste(&mut self, image: &RgbaImage, x: f32, y: f32) {
        self.paste_turned(image, x.round(), y.round(), 0.0, None);
    }

    /// Puts a picture down so that only what lies inside `field` shows.
    pub(super) fn paste_inside(&mut self, image: &RgbaImage, x: f32, y: f32, field: Field) {
        self.paste_turned(image, x.round(), y.round(), 0.0, Some(field));
    }

    /// Puts a picture down, turned by `degrees` around its centre; only what lies inside `field` shows.
    pub(super) fn paste_turned(
        &mut self,
        image: &RgbaImage,
        x: f32,
        y: f32,
        degrees: f32,
        field: Option<Field>,
    ) {
        let (width, height) = (image.width() as u32, image.height() as u32);
        let Some(source) = tiny_skia::PixmapRef::from_bytes(&image.pixels, width, height) else { return };
        let mut paint = PixmapPaint::default();
        let mut transform = Transform::from_translate(x, y);
        if degrees != 0.0 {
            paint.quality = tiny_skia::FilterQuality::Bilinear;
            let centre = (x + width as f32 / 2.0, y + height as f32 / 2.0);
            transform = transform.post_concat(Transform::from_rotate_at(degrees, centre.0, centre.1));
        }
        let mask = field.and_then(|field| {
            let mut mask = Mask::new(self.pixmap.width(), self.pixmap.height())?;
            mask.fill_path(&field.path()?, FillRule::Winding, true, Transform::identity());
            Some(mask)
        });
        self.pixmap.draw_pixmap(0, 0, source, &paint, transform, mask.as_ref());
    }

    /// Hands over the picture.
    pub(super) fn into_image(self) -> RgbaImage {
        let (width, height) = (self.pixmap.width() as usize, self.pixmap.height() as usize);
        RgbaImage::from_premultiplied(width, height, self.pixmap.take())
            .expect("a pixmap holds four bytes for every pixel")
    }
}

fn colour_of([r, g, b]: Rgb, opacity: f32) -> Color {
    let mut colour = Color::from_rgba8(r, g, b, 255);
    colour.set_alpha(opacity.clamp(0.0, 1.0));
    colour
}

/// Three box blurs come close to a Gaussian one.
fn blur_mask(data: &mut [u8], width: usize, radius: usize) {
    if radius == 0 || width == 0 {
        return;
    }
    let height = data.len() / width;
    let mut line = vec![0u8; width.max(height)];
    for _ in 0..3 {
        for row in data.chunks_exact_mut(width) {
            line[..width].copy_from_slice(row);
            box_blur(&line[..width], radius, |n, value| row[n] = value);
        }
        for x in 0..width {
            for y in 0..height {
                line[y] = data[y * width + x];
            }
            box_blur(&line[..height], radius, |n, value| data[n * width + x] = value);
        }
    }
}

fn box_blur(line: &[u8], radius: usize, mut put: impl FnMut(usize, u8)) {
    let window = 2 * radius + 1;
    let mut sum: usize = line.iter().take(radius).map(|&value| usize::from(value)).sum();
    for n in 0..line.len() {
        sum += line.get(n + radius).map_or(0, |&value| usize::from(value));
        put(n, (sum / window) as u8);
        if n >= radius {
            sum -= usize::from(line[n - radius]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_clear_corners_and_a_soft_shadow() {
        let mut sheet = Surface::new(200.0, 160.0);
        let card = Field::new(30.0, 30.0, 140.0, 90.0, 20.0);
        sheet.shadow(card, 6.0, 6.0, 0.5);
        sheet.fill(card, [255, 255, 255], 1.0);
        let image = sheet.into_image();
        let alpha = |x: usize, y: usize| image.pixels[(y * 200 + x) * 4 + 3];
        assert_eq!(alpha(100, 70), 255);
        assert_eq!(alpha(2, 2), 0);
        assert!((10..200).contains(&alpha(100, 126)));
    }
}
