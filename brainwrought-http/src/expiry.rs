//! [`expire`]: removes jobs that have been over for long enough.

use brainwrought_core::engine::Engine;
use tokio_util::sync::CancellationToken;

use crate::HttpSettings;

/// Removes jobs that have been over for as long as `settings.keep` says, with their PDFs and videos, until `shutdown`
/// fires. Without such a setting it returns at once.
///
/// Several servers of one fleet may do so at the same time.
pub async fn expire(engine: Engine, settings: HttpSettings, shutdown: CancellationToken) {
    if let Some(keep) = settings.keep {
        let engine = engine.with_folders(settings.inputs, settings.outputs);
        engine.keep_expiring(keep, shutdown).await;
    }
}
