//! [`Limits`]: the numbers of the gate.

use serde::{Deserialize, Serialize};

use crate::frame::{CaptionStyle, SAFE_BOX};

/// Sound below this is silence, in dBFS: between words a neural voice leaves breath at -60 to -55.
pub(crate) const SILENCE_DB: f32 = -50.0;
/// How much longer than its words a scene may be shown, in milliseconds, unless the viewer is to think or to read. With the
/// pauses around the words it stays below [`Limits::silence_ms`].
pub(crate) const STILL_MS: u64 = 600;

/// The numbers of the gate, for a frame of 1080×1920; boxes are scaled to the video's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Limits {
    /// How far the length may be from the script's, in percent.
    pub duration_percent: f64,
    /// The integrated loudness to meet, in LUFS.
    pub loudness_lufs: f64,
    /// How far the loudness may be off, in LU.
    pub loudness_tolerance: f64,
    /// The highest true peak, in dBTP.
    pub true_peak_dbtp: f64,
    /// The longest silence inside speech, in milliseconds.
    pub silence_ms: u64,
    /// How far sound and pictures may drift apart, in milliseconds.
    pub drift_ms: f64,
    /// The longest black or frozen stretch, in milliseconds.
    pub still_ms: u64,
    /// The box that no platform covers with its buttons: left, top, right and bottom in pixels of 1080×1920.
    pub safe_box: [f32; 4],
    /// The least contrast of captions (WCAG 2.2, 1.4.3).
    pub contrast: f32,
    /// The least time that a caption is on screen, in milliseconds.
    pub caption_ms: u64,
    /// How far a word's start may be from the voice, in milliseconds.
    pub word_ms: u64,
    /// The fastest pace, in words a minute.
    pub words_per_minute: f64,
    /// The latest first sound of the voice, in milliseconds.
    pub first_speech_ms: u64,
    /// The most flashes in any second (WCAG 2.2, 2.3.1).
    pub flashes: u32,
    /// The most of the story, in percent, in which nothing but background is seen.
    pub bare_percent: f64,
    /// How often the picture changes in the middle, in milliseconds: viewers of the genre are used to 1,500 to 3,000.
    pub usual_change_ms: u64,
    /// The longest time without a change, in milliseconds.
    pub longest_change_ms: u64,
    /// The smallest letters of what is drawn for a line, in pixels of 1080×1920.
    pub smallest_type: f32,
    /// How captions are drawn into the picture; every word needs one, unless they are off.
    pub captions: CaptionStyle,
}

impl Limits {
    /// Sets how captions are drawn into the picture.
    #[must_use]
    pub fn with_captions(mut self, captions: CaptionStyle) -> Self {
        self.captions = captions;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            duration_percent: 7.0,
            loudness_lufs: -14.0,
            loudness_tolerance: 1.0,
            true_peak_dbtp: -1.0,
            silence_ms: 1200,
            drift_ms: 40.0,
            still_ms: 500,
            safe_box: SAFE_BOX,
            contrast: 4.5,
            caption_ms: 300,
            word_ms: 80,
            words_per_minute: 200.0,
            first_speech_ms: 300,
            flashes: 3,
            bare_percent: 5.0,
            usual_change_ms: 2_000,
            longest_change_ms: 5_000,
            smallest_type: 44.0,
            captions: CaptionStyle::Pop,
        }
    }
}
