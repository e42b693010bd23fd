//! [`all`]: many calls of a store at once.

use futures::future::BoxFuture;
use futures::{StreamExt as _, TryStreamExt as _, stream};

/// Calls under way at once: a remote store takes its time over each, and some take many together.
const AT_ONCE: usize = 64;

/// Awaits many calls of a store, [`AT_ONCE`] at a time, until one fails.
pub(super) async fn all<'a, T, E>(
    calls: impl Iterator<Item = BoxFuture<'a, Result<T, E>>>,
) -> Result<Vec<T>, E> {
    // Gathered first: a stream that borrows its calls cannot be sent to another thread.
    let calls: Vec<_> = calls.collect();
    stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await
}
