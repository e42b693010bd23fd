//! [`ShowArt`]: a show as pictures, each layer a function of the frame's number.

use std::ops::Range;

use brainwrought_core::data::{Layer, Moment, Motion, Patch, ShowVisual, Side};

use super::show_track::StoredShow;
use super::sprite::Sprite;
use super::window::Window;
use crate::frame::{FramePlan, ShowTime};
use crate::picture::{Area, RgbaImage, RgbaImageError, YuvFrame};

/// How long a layer takes to come in, in frames at 30 a second.
const ENTRANCE: u64 = 6;
/// The sizes of what pops, frame by frame: small, a little too large, as it stays.
const POP: [f32; 5] = [0.55, 0.85, 1.06, 1.10, 1.04];
/// How far a layer rises, in pixels of a frame 1,080 wide.
const RISE: f32 = 70.0;
/// How far a layer slides.
const SLIDE: f32 = 160.0;

/// A show that is on screen.
#[derive(Debug)]
pub(super) struct ShowArt {
    frames: Range<u64>,
    layers: Vec<LayerArt>,
    plan: FramePlan,
}

#[derive(Debug)]
struct LayerArt {
    /// The frames in which it is there.
    frames: Range<u64>,
    motion: Motion,
    ink: LayerInk,
}

#[derive(Debug)]
enum LayerInk {
    /// One picture, and the smaller and larger ones that it comes in as.
    One {
        still: Box<Sprite>,
        entering: Vec<Sprite>,
    },
    /// Pictures one after the other.
    Many(Vec<Sprite>),
    Window(Box<Window>),
}

impl ShowArt {
    /// Opens a show. `centre` is where its middle stands in pixels from the top of the frame.
    pub(super) fn new(
        stored: &StoredShow,
        time: &ShowTime,
        plan: &FramePlan,
        centre: f32,
    ) -> Result<Self, RgbaImageError> {
        Ok(Self::from_sheet(&stored.visual, &RgbaImage::from_png(&stored.sheet)?, time, plan, centre))
    }

    /// The same for a sheet that is no PNG any more.
    pub(super) fn from_sheet(
        visual: &ShowVisual,
        sheet: &RgbaImage,
        time: &ShowTime,
        plan: &FramePlan,
        centre: f32,
    ) -> Self {
        let middle = plan.safe.x + plan.safe.width / 2.0;
        let left = (middle - visual.width as f32 / 2.0).round() as i32;
        let top = ((centre - visual.height as f32 / 2.0).round() as i32).max(plan.safe.y.ceil() as i32);
        let at = |moment: &Moment| time.frame_at(moment, plan);
        let layers = visual.layers.iter().map(|layer| LayerArt {
            frames: at(&layer.enters)..layer.leaves.as_ref().map_or(u64::MAX, at),
            motion: layer.motion,
            ink: LayerInk::new(layer, sheet, (left, top)),
        });
        Self { frames: time.frames.clone(), layers: layers.collect(), plan: *plan }
    }

    /// The frames in which it is on screen.
    pub(super) fn frames(&self) -> Range<u64> {
        self.frames.clone()
    }

    /// A part of the frame of which nothing is left to see at frame `n`: what its lowest layer covers.
    pub(super) fn covers(&self, n: u64, frame: &YuvFrame) -> Option<Area> {
        let lowest = self.layers.first().filter(|layer| layer.frames.contains(&n))?;
        let LayerInk::One { still, .. } = &lowest.ink else { return None };
        let pose = lowest.pose(n, &self.plan)?;
        (pose.opacity == 256).then(|| still.covers(frame, pose.dx, pose.dy))
    }

    /// Draws it as it is at frame `n`.
    pub(super) fn draw(&self, n: u64, frame: &mut YuvFrame) {
        for layer in self.layers.iter().filter(|layer| layer.frames.contains(&n)) {
            layer.draw(n, &self.plan, frame);
        }
    }
}

/// How a layer is moved in a frame.
struct Pose {
    dx: i32,
    dy: i32,
    /// Of 256.
    opacity: u16,
}

impl LayerArt {
    fn age(&self, n: u64) -> u64 {
        n.saturating_sub(self.frames.start)
    }

    /// How far it has come on its way in, from 0 to 1, slower towards the end.
    fn entered(&self, n: u64, plan: &FramePlan) -> f32 {
        let frames = ENTRANCE * u64::from(plan.fps) / 30;
        let left = 1.0 - ((self.age(n) + 1) as f32 / (frames + 1) as f32).min(1.0);
        1.0 - left * left
    }

    fn pose(&self, n: u64, plan: &FramePlan) -> Option<Pose> {
        let entered = self.entered(n, plan);
        let opacity = (entered * 256.0) as u16;
        let left = 1.0 - entered;
        let pose = match self.motion {
            Motion::Fade => Pose { dx: 0, dy: 0, opacity },
            Motion::Rise => Pose { dx: 0, dy: (left * RISE * plan.scale) as i32, opacity },
            Motion::Slide { from_right } => {
                let by = (left * SLIDE * plan.scale) as i32;
                Pose { dx: if from_right { by } else { -by }, dy: 0, opacity }
            }
            Motion::Travel { dx, dy, over_ms } => {
                let frames = plan.frame_at(u64::from(over_ms)).max(1);
                let way = (self.age(n) % frames) as f32 / frames as f32;
                Pose { dx: (dx as f32 * way) as i32, dy: (dy as f32 * way) as i32, opacity: 256 }
            }
            _ => Pose { dx: 0, dy: 0, opacity: 256 },
        };
        Some(pose)
    }

    /// The share of the way at a frame, from 0 to 1.
    fn share(&self, n: u64, over_ms: u32, plan: &FramePlan) -> f32 {
        let frames = plan.frame_at(u64::from(over_ms)).max(1);
        ((self.age(n) + 1) as f32 / frames as f32).min(1.0)
    }

    fn draw(&self, n: u64, plan: &FramePlan, frame: &mut YuvFrame) {
        let Some(pose) = self.pose(n, plan) else { return };
        match (&self.ink, self.motion) {
            (LayerInk::One { still, entering }, Motion::Pop) => {
                let step = self.age(n) * 30 / u64::from(plan.fps);
                entering.get(step as usize).unwrap_or(still).draw(frame, 0, 0, 256);
            }
            (LayerInk::One { still, .. }, Motion::Wipe { towards, over_ms }) => {
                still.draw_part(frame, &uncovered(still, towards, self.share(n, over_ms, plan)));
            }
            (LayerInk::One { still, .. }, _) => still.draw(frame, pose.dx, pose.dy, pose.opacity),
            (LayerInk::Many(pictures), Motion::Count { over_ms, .. }) => {
                let share = self.share(n, over_ms, plan);
                // Fast at first, so that the last numbers can be seen.
                let place = ((1.0 - (1.0 - share).powi(2)) * (pictures.len() - 1) as f32).round() as usize;
                if let Some(picture) = pictures.get(place) {
                    picture.draw(frame, 0, 0, 256);
                }
            }
            (LayerInk::Many(pictures), _) => {
                if let Some(last) = pictures.last() {
                    last.draw(frame, 0, 0, 256);
                }
            }
            (LayerInk::Window(window), Motion::Push { over_ms, .. }) => {
                window.draw(frame, self.share(n, over_ms, plan));
            }
            (LayerInk::Window(window), _) => window.draw(frame, 1.0),
        }
    }
}

impl LayerInk {
    fn new(layer: &Layer, sheet: &RgbaImage, (left, top): (i32, i32)) -> Self {
        let (x, y) = (left + layer.x, top + layer.y);
        let image = patch(sheet, &layer.from);
        match layer.motion {
            Motion::Count { steps, .. } => {
                let steps = steps.max(1);
                let height = layer.from.height / steps;
                let step = |n: u32| Patch { y: layer.from.y + n * height, height, ..layer.from };
                Self::Many((0..steps).map(|n| Sprite::new(&patch(sheet, &step(n)), x, y)).collect())
            }
            Motion::Push { width, height, to, .. } => {
                let inner = |value: u32, from: u32| value.saturating_sub(from) as f32;
                let to =
                    [inner(to.x, layer.from.x), inner(to.y, layer.from.y), to.width as f32, to.height as f32];
                Self::Window(Box::new(Window::new(&image, (x, y), (width, height), to)))
            }
            Motion::Pop => {
                let (width, height) = (image.width() as f32, image.height() as f32);
                let entering = POP
                    .iter()
                    .filter_map(|&scale| {
                        let scaled = image.scaled(scale)?;
                        let dx = (width - scaled.width() as f32) / 2.0;
                        let dy = (height - scaled.height() as f32) / 2.0;
                        Some(Sprite::new(&scaled, x + dx.round() as i32, y + dy.round() as i32))
                    })
                    .collect();
                Self::One { still: Box::new(Sprite::new(&image, x, y)), entering }
            }
            _ => Self::One { still: Box::new(Sprite::new(&image, x, y)), entering: Vec::new() },
        }
    }
}

/// Cuts a patch out of a sheet; what lies outside is left out.
fn patch(sheet: &RgbaImage, patch: &Patch) -> RgbaImage {
    let (left, top) = ((patch.x as usize).min(sheet.width()), (patch.y as usize).min(sheet.height()));
    let width = (patch.width as usize).min(sheet.width() - left);
    let height = (patch.height as usize).min(sheet.height() - top);
    let row = sheet.width() * 4;
    let pixels = (top..top + height)
        .flat_map(|y| sheet.pixels[y * row + left * 4..y * row + (left + width) * 4].iter().copied())
        .collect();
    RgbaImage::from_premultiplied(width, height, pixels).unwrap_or_else(|_| RgbaImage::transparent(0, 0))
}

/// The part of a sprite that is uncovered.
fn uncovered(sprite: &Sprite, towards: Side, share: f32) -> Area {
    let (width, height) = sprite.size();
    let of = |length: usize| (length as f32 * share).round() as usize;
    let (columns, rows) = match towards {
        Side::Left => (width - of(width)..width, 0..height),
        Side::Top => (0..width, height - of(height)..height),
        Side::Bottom => (0..width, 0..of(height)),
        _ => (0..of(width), 0..height),
    };
    Area { columns, rows }
}
