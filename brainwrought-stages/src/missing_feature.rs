//! [`MissingFeature`]: something was asked for that this build of the crate leaves out.

/// Something was asked for that this build of the crate leaves out. The table in the documentation of the crate tells
/// what each feature brings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} needs the feature `{feature}` of brainwrought-stages, which this build leaves out; build it with that feature"
)]
pub struct MissingFeature {
    /// What was asked for, such as `the voice kokoro/af_heart`.
    pub what: String,
    /// The feature that brings it.
    pub feature: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_feature_to_build_with() {
        let missing =
            MissingFeature { what: "the voice kokoro/am_michael".to_owned(), feature: "onnxruntime" };
        let expected = "the voice kokoro/am_michael needs the feature `onnxruntime` of brainwrought-stages, which this \
                        build leaves out; build it with that feature";
        assert_eq!(missing.to_string(), expected);
    }
}
