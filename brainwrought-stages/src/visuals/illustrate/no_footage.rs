//! Clips where the feature `ffmpeg` is off: nothing plays them, and whoever wants one is told so.

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::error::IllustrateError;
use crate::MissingFeature;

pub(super) fn check_build() -> Result<(), MissingFeature> {
    Err(missing())
}

pub(super) fn checked(
    _bytes: Bytes,
    _provider: String,
    _cancellation: &CancellationToken,
) -> Result<(Bytes, &'static str), IllustrateError> {
    Err(missing().into())
}

fn missing() -> MissingFeature {
    MissingFeature { what: "a clip".to_owned(), feature: "ffmpeg" }
}
