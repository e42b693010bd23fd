//! Procedural backgrounds: motion that is a function of style, seed, size and time.

mod calm;
mod canvas;
mod colours;
mod ink;
mod marble_course;
mod marbles;
mod runner;
mod runner_course;
mod seeded;
mod shade;
mod shape;
mod skyline;
mod slices;
mod sorting;

use std::fmt;

use crate::picture::{Area, YuvFrame};

pub use colours::Colours;
pub use shade::Shade;

/// Something that draws one frame after the other.
///
/// It is guaranteed that a style opened with the same arguments draws the same bytes in every process.
/// It is the caller's responsibility to ask for frames in order: 0, 1, 2 and so on.
pub trait Style: fmt::Debug {
    /// Draws frame `frame_number`, counted from 0 at the offset that the style was opened with, over all of `frame`.
    ///
    /// What lies inside `covered` may be left as it was: the caller draws over it, and what nobody sees takes no time.
    fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame, covered: &Area);
}

/// A style that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StyleInfo {
    /// The name, such as `marbles`.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub summary: &'static str,
}

/// The styles, in the order they are shown to people. `auto` chooses among all but `calm`.
pub const STYLES: &[StyleInfo] = &[
    StyleInfo { name: "runner", summary: "an endless run down a neon road, with hurdles and coins" },
    StyleInfo { name: "marbles", summary: "a marble race down ramps, pegs and spinning crosses" },
    StyleInfo { name: "sorting", summary: "coloured bars that sort themselves, over and over" },
    StyleInfo { name: "slices", summary: "a blade that cuts layered soap into even slices" },
    StyleInfo { name: "calm", summary: "slow waves in one colour" },
];

/// Why a background could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackgroundError {
    /// No style has this name.
    #[error("there is no background style `{name}`; choose one of {}", names())]
    UnknownStyle {
        /// What was asked for.
        name: String,
    },
    /// The frames would have no pixels, or time would not pass.
    #[error("a background of {width}×{height} at {fps} frames per second cannot be drawn")]
    Size {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Frames per second.
        fps: u32,
    },
}

/// How lively a background is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Intensity {
    /// Slow: about two thirds of the usual pace.
    Gentle,
    /// The usual pace.
    Usual,
    /// Fast: a third more than the usual pace.
    Wild,
}

impl Intensity {
    /// The pace, of the usual one.
    fn pace(self) -> f64 {
        match self {
            Self::Gentle => 0.65,
            Self::Usual => 1.0,
            Self::Wild => 1.35,
        }
    }
}

/// Turns a wish into the name that [`open`] takes: `auto` becomes a style that the seed chooses; the intensity dial (0 is
/// calm, 1 gentle, 2 usual, 3 and above wild) and colours that somebody chose are written behind colons.
///
/// # Errors
///
/// Fails when no style has the name.
pub fn choose(wish: &str, seed: u64, intensity: u8, colours: Colours) -> Result<String, BackgroundError> {
    if wish != "auto" {
        parse(wish)?;
    }
    let lively: Vec<&str> = STYLES.iter().map(|style| style.name).filter(|&name| name != "calm").collect();
    let name = if wish == "auto" { lively[seeded::below(seed, 0xA070, lively.len())] } else { wish };
    let name = name.split(':').next().unwrap_or(name);
    let (name, pace) = match intensity {
        _ if name == "calm" => (name, ""),
        0 => ("calm", ""),
        1 => (name, ":gentle"),
        2 => (name, ""),
        _ => (name, ":wild"),
    };
    let colours = if colours.is_auto() { String::new() } else { format!(":{}", colours.name()) };
    Ok(format!("{name}{pace}{colours}"))
}

/// Opens a style at a moment of its animation.
///
/// `style` is a name of [`STYLES`] or `auto`, with `:gentle` or `:wild` behind it where the usual pace is not wanted, and a
/// colon and the name of [`Colours`] where the seed shall not choose them.
/// Times are in milliseconds, sizes in pixels; odd sizes are rounded up to even ones.
///
/// # Errors
///
/// Fails when no style has the name, or a size or the rate is 0.
pub fn open(
    style: &str,
    seed: u64,
    width: usize,
    height: usize,
    fps: u32,
    offset_ms: u64,
) -> Result<Box<dyn Style + Send>, BackgroundError> {
    if width == 0 || height == 0 || fps == 0 {
        return Err(BackgroundError::Size { width, height, fps });
    }
    if style == "auto" {
        return open(&choose(style, seed, 2, Colours::Auto)?, seed, width, height, fps, offset_ms);
    }
    let (name, intensity, colours) = parse(style)?;
    let stage =
        Setting { seed, colours, width, height, clock: Clock { fps, offset_ms, pace: intensity.pace() } };
    Ok(match name {
        "runner" => Box::new(runner::Runner::new(&stage)),
        "marbles" => Box::new(marbles::Marbles::new(&stage)),
        "sorting" => Box::new(sorting::Sorting::new(&stage)),
        "slices" => Box::new(slices::Slices::new(&stage)),
        _ => Box::new(calm::Calm::new(&stage)),
    })
}

/// What a style is opened with.
#[derive(Debug, Clone, Copy)]
struct Setting {
    seed: u64,
    colours: Colours,
    width: usize,
    height: usize,
    clock: Clock,
}

/// Turns frame numbers into the animation's time.
#[derive(Debug, Clone, Copy)]
struct Clock {
    fps: u32,
    offset_ms: u64,
    pace: f64,
}

impl Clock {
    /// The time of a frame in seconds.
    fn seconds(&self, frame_number: u64) -> f64 {
        let thousandths = u128::from(self.offset_ms) * u128::from(self.fps) + u128::from(frame_number) * 1000;
        thousandths as f64 / (1000.0 * f64::from(self.fps)) * self.pace
    }

    /// The number of whole steps at `rate` a second that have passed by a frame.
    fn steps(&self, frame_number: u64, rate: f64) -> u64 {
        (self.seconds(frame_number) * rate + 1e-6) as u64
    }
}

fn parse(style: &str) -> Result<(&'static str, Intensity, Colours), BackgroundError> {
    let unknown = || BackgroundError::UnknownStyle { name: style.to_owned() };
    let mut parts = style.split(':');
    let name = parts.next().unwrap_or_default();
    let info = STYLES.iter().find(|info| info.name == name).ok_or_else(unknown)?;
    let (mut intensity, mut colours) = (Intensity::Usual, Colours::Auto);
    for part in parts {
        match part {
            "gentle" => intensity = Intensity::Gentle,
            "wild" => intensity = Intensity::Wild,
            _ => colours = Colours::named(part).ok_or_else(unknown)?,
        }
    }
    Ok((info.name, intensity, colours))
}

fn names() -> String {
    let names: Vec<&str> = STYLES.iter().map(|style| style.name).collect();
    format!("{} or auto", names.join(", "))
}
