//! Where artifacts, bindings and holds lie among the objects of a store.

use brainwrought_core::id::{Digest, Fingerprint};
use object_store::path::Path;

/// The folder of everything.
pub(crate) const ARTIFACTS: &str = "artifacts";
/// The folders in it, beside those with the first two digits of digests.
pub(crate) const BINDINGS: &str = "bindings";
pub(crate) const HOLDS: &str = "holds";
const DAMAGED: &str = "damaged";

/// Where an artifact lies.
pub(crate) fn artifact_path(digest: &Digest) -> Path {
    Path::from_iter([ARTIFACTS, &digest.as_str()[..2], digest.as_str()])
}

/// Where an artifact lies whose bytes do not match its digest. The name is no digest, so that no listing takes it for an artifact.
pub(crate) fn damaged_path(digest: &Digest) -> Path {
    Path::from_iter([ARTIFACTS, DAMAGED, &format!("{digest}.damaged")])
}

/// Where the output of a fingerprint is noted.
pub(crate) fn binding_path(fingerprint: &Fingerprint) -> Path {
    let digits = fingerprint.0.as_str();
    Path::from_iter([ARTIFACTS, BINDINGS, &digits[..2], digits])
}
