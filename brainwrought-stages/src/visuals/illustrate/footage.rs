//! Downloaded clips: only known containers are accepted, checked before anything decodes them.

use crate::media::MediaError;

/// Tells the kind of a clip by its first bytes.
///
/// Playlists and the like are text that names other files, and FFmpeg would open them; so the first bytes decide whether
/// it gets to see the rest.
pub(super) fn check(bytes: &[u8]) -> Result<&'static str, MediaError> {
    match bytes.get(..12) {
        Some([_, _, _, _, b'f', b't', b'y', b'p', ..]) => Ok("video/mp4"),
        Some([0x1A, 0x45, 0xDF, 0xA3, ..]) => Ok("video/webm"),
        _ => Err(MediaError::Damaged("a clip is neither MP4 nor WebM")),
    }
}
