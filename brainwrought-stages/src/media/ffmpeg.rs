//! Starting FFmpeg, once a process.

use std::error::Error;
use std::io;
use std::sync::OnceLock;

use brainwrought_core::room;
use video_rs::ffmpeg;

use super::MediaError;

/// Starts FFmpeg and keeps it from printing.
pub(super) fn init() -> Result<(), MediaError> {
    static STARTED: OnceLock<Result<(), String>> = OnceLock::new();
    let started = STARTED.get_or_init(|| {
        video_rs::init().map_err(|error| error.to_string())?;
        ffmpeg::log::set_level(ffmpeg::log::Level::Quiet);
        Ok(())
    });
    started.clone().map_err(|error| MediaError::Ffmpeg { action: "start FFmpeg", source: error.into() })
}

/// Tells whether this FFmpeg can make the default video.
pub fn encoder_available() -> bool {
    init().is_ok() && ["libx264", "aac"].iter().all(|name| ffmpeg::encoder::find_by_name(name).is_some())
}

/// Names what was tried when FFmpeg refuses. A full disk is said as the system says it, so that the engine knows it.
pub(super) fn refused(action: &'static str) -> impl Fn(ffmpeg::Error) -> MediaError {
    move |source| {
        let full = match source {
            ffmpeg::Error::Other { errno } => Some(io::Error::from_raw_os_error(errno)).filter(room::is_full),
            _ => None,
        };
        let source: Box<dyn Error + Send + Sync> = match full {
            Some(full) => full.into(),
            None => source.into(),
        };
        MediaError::Ffmpeg { action, source }
    }
}

/// Tells whether a codec wants more before it can give more, or has given everything.
pub(super) fn is_drained(error: ffmpeg::Error) -> bool {
    matches!(error, ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN })
}
