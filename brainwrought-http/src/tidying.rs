//! [`tidy`]: removes what deleted jobs left behind and what is no longer needed.

use std::time::Duration;

use brainwrought_core::data::{BlobRef, blobs_in};
use brainwrought_core::engine::Engine;
use brainwrought_core::report::chain;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::HttpSettings;

/// For so long after a deletion a worker may not have heard of it.
const WATCHED_FOR: Duration = Duration::from_secs(120);
/// How often is looked while a worker may not have heard of a deletion: users are told "within a minute".
const SHORT_REST: Duration = Duration::from_secs(15);
/// How often is looked otherwise: servers and workers elsewhere delete jobs too, and may be killed half way.
const LONG_REST: Duration = Duration::from_secs(600);
/// How often everything is listed to find what nobody needs.
const COLLECT_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Removes what jobs left that were deleted here or elsewhere, and what nobody needs, until `shutdown` fires; and keeps
/// the server's own pictures in the artifact store while no job needs them.
///
/// Several servers of one fleet may do so at the same time.
pub async fn tidy(engine: Engine, settings: HttpSettings, shutdown: CancellationToken) {
    let pictures = pictures(&settings);
    let engine = engine.with_folders(settings.inputs, settings.outputs);
    let mut deleted: Option<Instant> = None;
    // A server that has just been started has better things to do than to list everything.
    let mut collected = Instant::now();
    while !shutdown.is_cancelled() {
        if let Err(error) = engine.keep(&pictures).await {
            tracing::warn!(error = chain(&error), "could not keep the server's pictures");
        }
        let is_due = collected.elapsed() >= COLLECT_EVERY;
        let tidied =
            if is_due { engine.collect_leftovers().await.map(drop) } else { engine.sweep_deleted().await };
        if let Err(error) = tidied {
            tracing::warn!(error = chain(&error), "could not remove what deleted jobs left");
        }
        if is_due {
            collected = Instant::now();
        }
        let is_watched = deleted.is_some_and(|at| at.elapsed() < WATCHED_FOR);
        tokio::select! {
            () = tokio::time::sleep(if is_watched { SHORT_REST } else { LONG_REST }) => {}
            () = after_deletion(&engine, &mut deleted) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Waits for a deletion, and then for as long as a worker may need to hear of it.
async fn after_deletion(engine: &Engine, deleted: &mut Option<Instant>) {
    engine.wait_for_deletion().await;
    *deleted = Some(Instant::now());
    tokio::time::sleep(SHORT_REST).await;
}

fn pictures(settings: &HttpSettings) -> Vec<BlobRef> {
    settings
        .pictures
        .as_ref()
        .and_then(|pictures| serde_json::to_value(pictures).ok())
        .iter()
        .flat_map(blobs_in)
        .collect()
}
