//! [`Sprite`]: a picture as planes of brightness, colour and alpha, ready to be laid over frames.

use std::ops::Range;

use crate::picture::{Area, RgbaImage, YuvFrame};

/// A picture that is laid over frames without any conversion. Values are premultiplied with alpha.
#[derive(Debug, Clone)]
pub(super) struct Sprite {
    /// Where it lies on the frame when it is not moved; even.
    x: i32,
    y: i32,
    /// The part of it that lets nothing through; even.
    solid: Area,
    luma: Plane,
    /// Half the size in each direction.
    blue: Plane,
    red: Plane,
}

#[derive(Debug, Clone)]
struct Plane {
    width: usize,
    values: Vec<u8>,
    alpha: Vec<u8>,
    rows: Vec<Row>,
}

/// Where a row has ink at all, and where it covers whatever lies below.
#[derive(Debug, Clone)]
struct Row {
    ink: Range<usize>,
    solid: Range<usize>,
}

impl Sprite {
    /// Converts a picture whose top left corner lies at `x`, `y` of the frame, to BT.709 limited range.
    pub(super) fn new(image: &RgbaImage, x: i32, y: i32) -> Self {
        // Colour has half the resolution, so the corner goes to an even place and the size is rounded up.
        let (left, top) = ((x & 1) as usize, (y & 1) as usize);
        let width = (image.width() + left).next_multiple_of(2);
        let height = (image.height() + top).next_multiple_of(2);
        let mut luma = vec![0_u8; width * height];
        let mut alpha = vec![0_u8; width * height];
        let (half_width, half_height) = (width / 2, height / 2);
        let mut colour = vec![[0_f32; 3]; half_width * half_height];
        for (row, line) in image.pixels.chunks_exact((image.width() * 4).max(4)).enumerate() {
            for (column, pixel) in line.chunks_exact(4).enumerate() {
                let [r, g, b, a] = [0, 1, 2, 3].map(|channel| f32::from(pixel[channel]));
                let at = (row + top) * width + column + left;
                luma[at] = (16.0 * a / 255.0 + 0.1826 * r + 0.6142 * g + 0.0620 * b).round() as u8;
                alpha[at] = pixel[3];
                let sum = &mut colour[(row + top) / 2 * half_width + (column + left) / 2];
                sum[0] += 128.0 * a / 255.0 - 0.1006 * r - 0.3386 * g + 0.4392 * b;
                sum[1] += 128.0 * a / 255.0 + 0.4392 * r - 0.3989 * g - 0.0403 * b;
                sum[2] += a;
            }
        }
        let quarter = |channel: usize| -> Vec<u8> {
            colour.iter().map(|sum| (sum[channel] / 4.0).round().clamp(0.0, 255.0) as u8).collect()
        };
        let half_alpha = quarter(2);
        let luma = Plane::new(width, luma, alpha);
        Self {
            x: x - left as i32,
            y: y - top as i32,
            solid: luma.solid().even(),
            luma,
            blue: Plane::new(half_width, quarter(0), half_alpha.clone()),
            red: Plane::new(half_width, quarter(1), half_alpha),
        }
    }

    /// A part of a frame of which nothing is left to see when the sprite is drawn there with full opacity.
    pub(super) fn covers(&self, frame: &YuvFrame, dx: i32, dy: i32) -> Area {
        let place = |range: &Range<usize>, by: i32, limit: usize| {
            let at = |n: usize| usize::try_from(n as i32 + by).unwrap_or(0).min(limit);
            at(range.start)..at(range.end)
        };
        let Area { columns, rows } = &self.solid;
        Area {
            columns: place(columns, self.x + (dx & !1), frame.width()),
            rows: place(rows, self.y + (dy & !1), frame.height()),
        }
    }

    /// Lays the sprite over a frame, moved by an even number of pixels; `opacity` goes from 0 to 256.
    pub(super) fn draw(&self, frame: &mut YuvFrame, dx: i32, dy: i32, opacity: u16) {
        let (width, height) = (frame.width(), frame.height());
        let (x, y) = (self.x + (dx & !1), self.y + (dy & !1));
        self.luma.draw(&mut frame.y, width, height, x, y, opacity);
        self.blue.draw(&mut frame.u, width / 2, height / 2, x / 2, y / 2, opacity);
        self.red.draw(&mut frame.v, width / 2, height / 2, x / 2, y / 2, opacity);
    }
}

impl Sprite {
    /// Its width and height in pixels of the frame.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.luma.width, self.luma.rows.len())
    }

    /// Lays a part of the sprite over a frame; the part is in pixels of the sprite.
    pub(super) fn draw_part(&self, frame: &mut YuvFrame, part: &Area) {
        let part = part.even();
        let (width, height) = (frame.width(), frame.height());
        self.luma.draw_part(&mut frame.y, width, height, (self.x, self.y), &part);
        let (half, at) = (part.half(), (self.x / 2, self.y / 2));
        self.blue.draw_part(&mut frame.u, width / 2, height / 2, at, &half);
        self.red.draw_part(&mut frame.v, width / 2, height / 2, at, &half);
    }
}

impl Plane {
    /// A rectangle that has no transparent pixel: the middle row's, and as far up and down as it goes on.
    fn solid(&self) -> Area {
        let Some(middle) = self.rows.get(self.rows.len() / 2) else { return Area::default() };
        let columns = middle.solid.clone();
        let is_solid = |row: &Row| row.solid.start <= columns.start && row.solid.end >= columns.end;
        let (above, below) = self.rows.split_at(self.rows.len() / 2);
        let up = above.iter().rev().take_while(|row| is_solid(row)).count();
        let down = below.iter().take_while(|row| is_solid(row)).count();
        Area { columns, rows: above.len() - up..above.len() + down }
    }

    fn new(width: usize, values: Vec<u8>, alpha: Vec<u8>) -> Self {
        let rows = alpha
            .chunks_exact(width.max(1))
            .map(|row| {
                let first = row.iter().position(|a| *a > 0).unwrap_or(width);
                let last = row.iter().rposition(|a| *a > 0).map_or(first, |last| last + 1);
                let solid = row.iter().position(|a| *a == 255).unwrap_or(last);
                let length = row[solid..].iter().take_while(|a| **a == 255).count();
                Row { ink: first..last, solid: solid..solid + length }
            })
            .collect();
        Self { width, values, alpha, rows }
    }

    fn draw_part(&self, target: &mut [u8], width: usize, height: usize, (x, y): (i32, i32), part: &Area) {
        for row in part.rows.start..part.rows.end.min(self.rows.len()) {
            let Some(line) = usize::try_from(y + row as i32).ok().filter(|line| *line < height) else {
                continue;
            };
            let ink = &self.rows[row].ink;
            let from = ink.start.max(part.columns.start).max(usize::try_from(-x).unwrap_or(0));
            let to = ink.end.min(part.columns.end).min(usize::try_from(width as i32 - x).unwrap_or(0));
            if from >= to {
                continue;
            }
            let target = &mut target[line * width..(line + 1) * width];
            let target = &mut target[(x + from as i32) as usize..(x + to as i32) as usize];
            let of_row = row * self.width + from..row * self.width + to;
            blend(target, &self.values[of_row.clone()], &self.alpha[of_row]);
        }
    }

    fn draw(&self, target: &mut [u8], width: usize, height: usize, x: i32, y: i32, opacity: u16) {
        for (row, spans) in self.rows.iter().enumerate() {
            let Ok(line) = usize::try_from(y + row as i32) else { continue };
            if line >= height || spans.ink.is_empty() {
                continue;
            }
            // What sticks out of the frame is cut off.
            let from = spans.ink.start.max(usize::try_from(-x).unwrap_or(0));
            let to = spans.ink.end.min(usize::try_from(width as i32 - x).unwrap_or(0));
            if from >= to {
                continue;
            }
            let target = &mut target[line * width..(line + 1) * width];
            let target = &mut target[(x + from as i32) as usize..(x + to as i32) as usize];
            let source = &self.values[row * self.width + from..row * self.width + to];
            let alpha = &self.alpha[row * self.width + from..row * self.width + to];
            if opacity < 256 {
                fade(target, source, alpha, opacity);
                continue;
            }
            let solid = spans.solid.start.clamp(from, to) - from..spans.solid.end.clamp(from, to) - from;
            blend(&mut target[..solid.start], &source[..solid.start], &alpha[..solid.start]);
            target[solid.clone()].copy_from_slice(&source[solid.clone()]);
            blend(&mut target[solid.end..], &source[solid.end..], &alpha[solid.end..]);
        }
    }
}

/// Lays premultiplied values over others.
fn blend(target: &mut [u8], source: &[u8], alpha: &[u8]) {
    for ((below, above), alpha) in target.iter_mut().zip(source).zip(alpha) {
        *below = above.saturating_add(scaled(*below, 255 - u16::from(*alpha)));
    }
}

fn fade(target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u16) {
    for ((below, above), alpha) in target.iter_mut().zip(source).zip(alpha) {
        let alpha = (u32::from(*alpha) * u32::from(opacity)) >> 8;
        let above = (u32::from(*above) * u32::from(opacity)) >> 8;
        *below = (above as u8).saturating_add(scaled(*below, 255 - alpha as u16));
    }
}

/// `value` × `share` / 255, rounded, in 16 bits so that the compiler can do many at a time.
fn scaled(value: u8, share: u16) -> u8 {
    let product = u16::from(value) * share + 128;
    ((product + (product >> 8)) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: usize, height: usize, pixel: [u8; 4]) -> RgbaImage {
        RgbaImage::from_premultiplied(width, height, pixel.repeat(width * height)).unwrap()
    }

    #[test]
    fn white_and_black_reach_the_ends_of_the_range() {
        let mut frame = YuvFrame::black(8, 8);
        Sprite::new(&image(4, 4, [255; 4]), 2, 2).draw(&mut frame, 0, 0, 256);
        assert_eq!((frame.y[2 * 8 + 2], frame.y[0]), (235, 16));
        assert_eq!((frame.u[4 + 1], frame.v[4 + 1]), (128, 128));
        Sprite::new(&image(8, 8, [0, 0, 0, 255]), 0, 0).draw(&mut frame, 0, 0, 256);
        assert!(frame.y.iter().all(|y| *y == 16));
    }

    #[test]
    fn half_transparent_white_on_black_is_grey() {
        let mut frame = YuvFrame::black(4, 4);
        Sprite::new(&image(4, 4, [128; 4]), 0, 0).draw(&mut frame, 0, 0, 256);
        assert!((125..=127).contains(&frame.y[0]), "{}", frame.y[0]);
        let mut faded = YuvFrame::black(4, 4);
        Sprite::new(&image(4, 4, [255; 4]), 0, 0).draw(&mut faded, 0, 0, 128);
        assert!((124..=127).contains(&faded.y[0]), "{}", faded.y[0]);
    }

    #[test]
    fn a_sprite_over_the_edge_is_clipped() {
        let sprite = Sprite::new(&image(6, 6, [255; 4]), -3, -3);
        for (dx, dy) in [(0, 0), (8, 8), (-40, 0), (40, 40), (0, -40), (5, 7)] {
            let mut frame = YuvFrame::black(8, 8);
            sprite.draw(&mut frame, dx, dy, 256);
        }
        let mut frame = YuvFrame::black(8, 8);
        sprite.draw(&mut frame, 0, 0, 256);
        assert_eq!((frame.y[0], frame.y[2 * 8 + 2], frame.y[4 * 8 + 4]), (235, 235, 16));
    }

    #[test]
    fn an_opaque_sprite_hides_the_background() {
        let mut picture = image(20, 12, [255; 4]);
        // A round corner, and a hole at the lower edge.
        picture.pixels[..8].fill(0);
        picture.pixels[(11 * 20 + 10) * 4..(11 * 20 + 11) * 4].fill(0);
        let sprite = Sprite::new(&picture, 5, 3);
        let mut frame = YuvFrame::black(40, 14);
        let covered = sprite.covers(&frame, 0, 2);
        assert_eq!(covered, Area { columns: 6..24, rows: 6..14 });
        sprite.draw(&mut frame, 0, 2, 256);
        for row in covered.rows {
            assert!(frame.y[row * 40..][covered.columns.clone()].iter().all(|y| *y == 235));
        }
    }

    #[test]
    fn colours_survive() {
        let mut frame = YuvFrame::black(4, 4);
        Sprite::new(&image(4, 4, [255, 215, 0, 255]), 0, 0).draw(&mut frame, 0, 0, 256);
        // #FFD700 in BT.709 limited range, by the matrix of ITU-R BT.709-6.
        assert!((i32::from(frame.y[0]) - 195).abs() <= 1 && (i32::from(frame.u[0]) - 30).abs() <= 1);
        assert!((i32::from(frame.v[0]) - 154).abs() <= 1);
    }
}
