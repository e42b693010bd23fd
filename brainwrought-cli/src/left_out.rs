//! [`LeftOut`]: something was asked for that this build of the program leaves out.

/// Something was asked for that this build of the program leaves out.
#[derive(Debug, thiserror::Error)]
#[error("{what} needs the feature `{feature}`, which this program was built without")]
pub(crate) struct LeftOut {
    /// What was asked for, such as `` `brainwrought migrate` ``.
    pub(crate) what: &'static str,
    /// The feature that brings it.
    pub(crate) feature: &'static str,
}
