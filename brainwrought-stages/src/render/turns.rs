//! [`RenderTurns`]: how many pixels are rendered at once, because that is what rendering takes memory for.

use std::sync::Arc;

use brainwrought_core::stage::{StageContext, StageError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many pixels are rendered at once in one process. Clones share them.
///
/// A task holds 110 MB at 1080 × 1920 and 440 MB at 2160 × 3840, most of it frames of the encoder (measured as resident
/// memory beyond that of the stages before). With as many turns as there are tasks of the usual size, a frame of twice that
/// size takes two of them, and the largest one all.
#[derive(Debug, Clone)]
pub struct RenderTurns {
    semaphore: Arc<Semaphore>,
    total: u32,
}

/// The pixels of one turn: those of the usual size.
const PIXELS: u64 = 1080 * 1920;

impl RenderTurns {
    /// Makes room for `tasks` tasks of the usual size at once, at least 1.
    pub fn for_tasks(tasks: usize) -> Self {
        let total = u32::try_from(tasks).unwrap_or(u32::MAX).clamp(1, 1 << 16);
        Self { semaphore: Arc::new(Semaphore::new(total as usize)), total }
    }

    /// Waits until frames of this size may be rendered. A larger one waits for all turns and then goes alone; turns are given
    /// in the order they are asked for, so that it is not passed by for ever.
    pub(super) async fn take(
        &self,
        cx: &StageContext,
        width: u32,
        height: u32,
    ) -> Result<OwnedSemaphorePermit, StageError> {
        let turns = (u64::from(width) * u64::from(height)).div_ceil(PIXELS);
        let turns = u32::try_from(turns).unwrap_or(u32::MAX).clamp(1, self.total);
        tokio::select! {
            turn = Arc::clone(&self.semaphore).acquire_many_owned(turns) => turn.map_err(StageError::fatal),
            () = cx.cancellation().cancelled() => Err(StageError::cancelled()),
        }
    }
}

impl Default for RenderTurns {
    /// Two at once, as many tasks as a worker takes on unless it is told.
    fn default() -> Self {
        Self::for_tasks(2)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use brainwrought_core::id::{JobId, TaskKey};
    use brainwrought_core::memory::MemoryArtifactStore;
    use tokio_util::sync::CancellationToken;

    use super::*;

    async fn is_waiting(future: impl Future) -> bool {
        tokio::select! {
            biased;
            _ = future => false,
            () = std::future::ready(()) => true,
        }
    }

    #[tokio::test]
    async fn a_large_frame_is_rendered_alone() {
        let stop = CancellationToken::new();
        let key = TaskKey { stage: "render".into(), segment: None };
        let store = Arc::new(MemoryArtifactStore::default());
        let cx = StageContext::new(JobId::from_bytes([1; 16]), key, store, PathBuf::new(), stop.clone());
        let turns = RenderTurns::for_tasks(2);
        let usual = [turns.take(&cx, 1080, 1920).await.unwrap(), turns.take(&cx, 540, 960).await.unwrap()];
        let mut large = std::pin::pin!(turns.take(&cx, 2160, 3840));
        assert!(is_waiting(large.as_mut()).await);
        drop(usual);
        let large = large.await.unwrap();
        let mut next = std::pin::pin!(turns.take(&cx, 180, 320));
        assert!(is_waiting(next.as_mut()).await, "nothing is rendered beside it");
        stop.cancel();
        assert!(next.await.unwrap_err().is_cancelled(), "a task that is told to stop does not wait");
        drop(large);
    }
}
