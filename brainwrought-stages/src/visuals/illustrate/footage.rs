//! Clips out of the net: of known containers only, of bounded size, and with a first frame.

use bytes::Bytes;

use crate::media::{ClipReader, ClipSettings, MediaError};
use crate::picture::YuvFrame;

/// Tells the kind of a clip that can be played.
///
/// Playlists and the like are text that names other files, and FFmpeg would open them; so the first bytes decide whether
/// it gets to see the rest.
pub(super) fn check(bytes: &Bytes) -> Result<&'static str, MediaError> {
    let media_type = match bytes.get(..12) {
        Some([_, _, _, _, b'f', b't', b'y', b'p', ..]) => "video/mp4",
        Some([0x1A, 0x45, 0xDF, 0xA3, ..]) => "video/webm",
        _ => return Err(MediaError::Damaged("a clip is neither MP4 nor WebM")),
    };
    // Small, as only whether there is a picture counts.
    let settings = ClipSettings { width: 64, height: 64, fps: 30, offset_ms: 0 };
    let mut reader = ClipReader::open(bytes.clone(), settings)?;
    reader.next_into(&mut YuvFrame::black(64, 64))?;
    Ok(media_type)
}
