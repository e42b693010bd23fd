//! [`TimedBody`]: the body of an upload, read piece by piece within limits of size and time.

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::time::Instant;

use crate::ApiError;
use crate::pace::Pace;
use crate::settings::Timeouts;

/// What a body may be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// The most bytes of content.
    pub(crate) bytes: u64,
    /// How long it may take.
    pub(crate) timeouts: Timeouts,
}

/// A body that is read within limits.
#[derive(Debug)]
pub(crate) struct TimedBody<S> {
    source: S,
    room: u64,
    limit: u64,
    pace: Pace,
}

impl<S, E> TimedBody<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// Begins to read. `overhead` is how many bytes there may be beside the content.
    pub(crate) fn new(source: S, limits: BodyLimits, overhead: u64) -> Self {
        Self {
            source,
            room: limits.bytes.saturating_add(overhead),
            limit: limits.bytes,
            pace: Pace::begin(limits.timeouts),
        }
    }

    /// Reads the next piece, or `None` at the end of the body.
    ///
    /// # Errors
    ///
    /// Fails when the body is too large, breaks off, or comes too slowly.
    pub(crate) async fn next_chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match tokio::time::timeout_at(self.pace.deadline(Instant::now()), self.source.next()).await {
            Ok(Some(Ok(bytes))) => {
                self.pace.received(bytes.len());
                self.room = (self.room.checked_sub(bytes.len() as u64))
                    .ok_or(ApiError::TooLarge { limit: self.limit })?;
                Ok(Some(bytes))
            }
            Ok(Some(Err(_))) => Err(ApiError::Truncated),
            Ok(None) => Ok(None),
            Err(_) => Err(ApiError::TooSlow),
        }
    }
}
