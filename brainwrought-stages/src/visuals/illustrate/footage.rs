//! Downloaded clips: only known containers are accepted, checked before anything decodes them, and fit for a video.

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::error::IllustrateError;
use super::screening::unfit;
use crate::MissingFeature;
use crate::media::MediaError;

/// Tells whether this build can play clips, before anybody is paid for one.
pub(super) fn check_build() -> Result<(), MissingFeature> {
    Ok(())
}

/// What is kept of a clip that somebody sent, and its kind.
pub(super) fn checked(
    bytes: Bytes,
    provider: String,
    cancellation: &CancellationToken,
) -> Result<(Bytes, &'static str), IllustrateError> {
    let damaged = |source| IllustrateError::Clip { provider: provider.clone(), source };
    let media_type = container(&bytes).map_err(damaged)?;
    match unfit(bytes.clone(), cancellation).map_err(damaged)? {
        Some(what) => Err(IllustrateError::Unfit { provider, what }),
        None => Ok((bytes, media_type)),
    }
}

/// Tells the kind of a clip by its first bytes.
///
/// Playlists and the like are text that names other files, and FFmpeg would open them; so the first bytes decide whether
/// it gets to see the rest.
fn container(bytes: &[u8]) -> Result<&'static str, MediaError> {
    match bytes.get(..12) {
        Some([_, _, _, _, b'f', b't', b'y', b'p', ..]) => Ok("video/mp4"),
        Some([0x1A, 0x45, 0xDF, 0xA3, ..]) => Ok("video/webm"),
        _ => Err(MediaError::Damaged("a clip is neither MP4 nor WebM")),
    }
}
