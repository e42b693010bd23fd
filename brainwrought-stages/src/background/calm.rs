//! [`Calm`]: slow waves in one colour, for viewers who want little motion.

use super::canvas::{Canvas, SPACE_WIDTH};
use super::ink::{Ink, palette_of};
use super::seeded::{between, sine};
use super::{Clock, Setting, Shade, Style};
use crate::picture::{Area, YuvFrame};

/// Layers of waves.
const LAYERS: usize = 6;

/// Slow waves in one colour.
#[derive(Debug)]
pub(super) struct Calm {
    clock: Clock,
    seed: u64,
    sky: YuvFrame,
    inks: [Ink; LAYERS],
    shade: Shade,
}

impl Calm {
    pub(super) fn new(setting: &Setting) -> Self {
        let palette = palette_of(setting.seed, setting.colours);
        let mut sky = YuvFrame::black(setting.width, setting.height);
        let mut canvas = Canvas::new(&mut sky);
        let height = canvas.height();
        let top = palette.high.mix(palette.low, 0.25);
        let deep = palette.high.mix(palette.low, 0.62);
        canvas.gradient(0.0, height, top, deep);
        let inks = std::array::from_fn(|n| {
            let part = (n + 1) as f64 / LAYERS as f64;
            deep.mix(palette.high.lighter(0.04), part)
        });
        let shade = Shade::under_text(setting.width, setting.height);
        shade.apply(&mut sky);
        Self { clock: setting.clock, seed: setting.seed, sky, inks, shade }
    }
}

impl Style for Calm {
    fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame, covered: &Area) {
        let time = self.clock.seconds(frame_number);
        let mut canvas = Canvas::shaded(frame, &self.shade, covered);
        canvas.paste(&self.sky, f64::INFINITY);
        let height = canvas.height();
        for (n, &ink) in self.inks.iter().enumerate() {
            let layer = n as u64 * 8;
            let level = height * (0.30 + 0.115 * n as f64);
            // Rounds a second. At a third of this, the gate takes some seeds for a picture that stands still.
            let pace = between(self.seed, layer, 0.09, 0.13) * if n % 2 == 0 { 1.0 } else { -1.0 };
            let phase = between(self.seed, layer + 1, 0.0, 1.0);
            let swell = between(self.seed, layer + 2, 60.0, 84.0);
            let crest = |x: f64| {
                let u = x / SPACE_WIDTH;
                let slow = sine(u * 0.7 + phase + time * pace);
                let quick = sine(u * 1.6 - phase + time * pace * 1.7);
                level + swell * slow + swell * 0.35 * quick + 14.0 * sine(time * 0.07 + phase)
            };
            canvas.below(crest, ink);
        }
    }
}
