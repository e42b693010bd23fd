//! [`HttpError`]: how a conversation over HTTP failed.

use std::error::Error;

/// How a conversation failed. Addresses may hold keys, so none is in it.
#[derive(Debug)]
#[cfg_attr(not(feature = "providers"), expect(dead_code, reason = "only a client that connects makes them"))]
pub(super) enum HttpError {
    /// There was no connection, so nothing was sent.
    Unreachable(Box<dyn Error + Send + Sync>),
    /// It ended after it had begun.
    Broken(Broken),
}

/// What ended a conversation that had begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "providers"), expect(dead_code, reason = "only a client that connects makes them"))]
pub(super) enum Broken {
    /// It took too long.
    Timeout,
    /// Anything else.
    Cut,
}
