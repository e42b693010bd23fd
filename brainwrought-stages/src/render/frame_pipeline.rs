//! The frame pipeline: one thread composes frames while another encodes them, with a bounded number of frames in flight.

use std::sync::mpsc;

use tokio_util::sync::CancellationToken;

use super::error::RenderError;
use crate::media::{EncoderSettings, H264Encoder};
use crate::picture::YuvFrame;

/// Enough that neither side waits for the other's slow frames; 3 MB each at 1080 × 1920.
const POOL: usize = 6;

/// Encodes `frames` frames that `compose` draws one after the other into frames it is given.
pub(super) fn encode_frames(
    settings: &EncoderSettings,
    frames: u64,
    cancellation: &CancellationToken,
    progress: impl Fn(u64) + Sync,
    mut compose: impl FnMut(u64, &mut YuvFrame) -> Result<(), RenderError> + Send,
) -> Result<Vec<u8>, RenderError> {
    let (full, drawn) = mpsc::sync_channel::<YuvFrame>(POOL);
    let (empty, spare) = mpsc::channel::<YuvFrame>();
    for _ in 0..POOL {
        // The receiver lives in this function, so there is somebody to take it.
        let _ = empty.send(YuvFrame::black(settings.width as usize, settings.height as usize));
    }
    std::thread::scope(|scope| {
        let composing = scope.spawn(move || {
            for n in 0..frames {
                if cancellation.is_cancelled() {
                    return Err(RenderError::Cancelled);
                }
                // A closed channel means that the encoder failed, and says why itself.
                let Ok(mut frame) = spare.recv() else { return Ok(()) };
                compose(n, &mut frame)?;
                if full.send(frame).is_err() {
                    return Ok(());
                }
            }
            Ok(())
        });
        let encoded = encode(settings, drawn, empty, progress);
        let composed = composing.join().map_err(|_| RenderError::Panicked)?;
        composed?;
        encoded
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "both ends must close when encoding fails, or composing waits for ever"
)]
fn encode(
    settings: &EncoderSettings,
    drawn: mpsc::Receiver<YuvFrame>,
    empty: mpsc::Sender<YuvFrame>,
    progress: impl Fn(u64),
) -> Result<Vec<u8>, RenderError> {
    let mut encoder = H264Encoder::new(settings)?;
    let mut done = 0;
    for frame in drawn {
        encoder.push(&frame)?;
        let _ = empty.send(frame);
        done += 1;
        progress(done);
    }
    Ok(encoder.finish()?)
}
