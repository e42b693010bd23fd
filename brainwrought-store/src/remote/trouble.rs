//! [`Trouble`]: what is wrong with a remote store, whoever says it.

/// What is wrong with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    NoSuchPlace,
    KeyRefused,
    #[cfg_attr(not(feature = "network"), expect(dead_code, reason = "nothing tries to reach anything"))]
    Unreachable,
}
