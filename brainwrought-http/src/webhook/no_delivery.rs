//! The delivery of webhooks where the feature `webhooks` is off: there is none, and no callback is accepted.

use brainwrought_core::engine::Engine;
use tokio_util::sync::CancellationToken;

use crate::HttpSettings;

/// Whether this build delivers webhooks.
pub(super) const IS_BUILT: bool = false;

/// Delivers nothing: this build of the crate leaves webhooks out.
pub async fn deliver_webhooks(_: Engine, _: HttpSettings, _: CancellationToken) {}
