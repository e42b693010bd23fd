//! [`Trouble`]: what is wrong with a remote store, whoever says it.

/// What is wrong with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "network"),
    allow(dead_code, reason = "a build without a network has no use for all of it")
)]
pub(crate) enum Trouble {
    NoSuchPlace,
    KeyRefused,
    Unreachable,
}
