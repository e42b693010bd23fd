//! [`unfit`]: what would keep a video from passing the gate if a clip moved behind it, before anything is made of it.

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::gate::Limits;
use crate::media::{ClipReader, ClipSettings, LumaView, MediaError, PictureMeter};
use crate::picture::YuvFrame;

/// So much of a clip is looked at, in seconds; one that is shorter is seen again, as it is in a video.
const SECONDS: u32 = 20;
const FPS: u32 = 30;
/// As large as the meter needs it, in pixels.
const SIZE: (u32, u32) = (144, 256);
/// A clip may stand still so many times as long as a video: captions move too.
const STILL: u64 = 2;

/// Tells why a video with this clip behind it would not pass the gate; nothing where nothing speaks against it.
///
/// # Errors
///
/// Fails when the clip cannot be decoded, and when the work should stop.
pub(super) fn unfit(clip: Bytes, cancellation: &CancellationToken) -> Result<Option<String>, MediaError> {
    let (width, height) = SIZE;
    let mut reader = ClipReader::open(clip, ClipSettings { width, height, fps: FPS, offset_ms: 0 })?;
    let mut picture = YuvFrame::black(width as usize, height as usize);
    let mut meter = PictureMeter::new(FPS, Vec::new());
    for index in 0..u64::from(SECONDS * FPS) {
        if cancellation.is_cancelled() {
            return Err(MediaError::Stopped);
        }
        reader.next_into(&mut picture)?;
        let (width, height) = (width as usize, height as usize);
        meter.frame(LumaView { index, luma: &picture.y, stride: width, width, height });
    }
    let limits = Limits::default();
    let still_ms = meter.longest_frozen * 1000 / u64::from(FPS);
    Ok(if meter.flashes() > limits.flashes {
        Some(format!("it flashes {} times a second", meter.flashes()))
    } else if still_ms > limits.still_ms * STILL {
        Some(format!("it stands still for {:.1} s", still_ms as f64 / 1000.0))
    } else {
        None
    })
}
