//! [`watch()`]: gives memory back to the system when no job has moved for a while.
//!
//! The allocator of glibc keeps what was freed, in an arena for each thread that ever waited for another: with a job's
//! frames, models and PDFs that is hundreds of megabytes. So there are few arenas, and an idle process trims them.

use std::time::Duration;

use brainwrought_core::event::{Event, EventSink};
use brainwrought_stages::standard::Resources;
use tokio::sync::watch;

/// Nothing happens in a job for this long before memory is given back. What a stage then still needs it loads again in
/// half a second.
const QUIET: Duration = Duration::from_secs(5);

/// An idle process trims its memory this often: requests, too, leave some behind, and no job tells of them.
const IDLE: Duration = Duration::from_secs(45);

/// Keeps the allocator to an arena for each core, but at least two and at most eight. Call it before threads start.
pub(crate) fn limit_arenas() {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    allocator::limit_arenas(cores.clamp(2, 8));
}

/// Watches the events of an engine on their way to `events`, and unloads `resources` once they cease. Must run inside
/// the runtime.
pub(crate) fn watch(events: EventSink, resources: Resources) -> EventSink {
    let (sender, receiver) = watch::channel(());
    tokio::spawn(release_when_quiet(receiver, resources));
    EventSink::new(move |event: Event| {
        sender.send_replace(());
        events.send(event);
    })
}

async fn release_when_quiet(mut happened: watch::Receiver<()>, resources: Resources) {
    loop {
        match tokio::time::timeout(IDLE, happened.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => {
                if tokio::task::spawn_blocking(allocator::trim).await.is_err() {
                    return;
                }
                continue;
            }
        }
        while let Ok(Ok(())) = tokio::time::timeout(QUIET, happened.changed()).await {}
        let resources = resources.clone();
        // Trimming takes milliseconds, and waits for the locks of the voices.
        let release = move || {
            resources.unload();
            allocator::trim();
        };
        if tokio::task::spawn_blocking(release).await.is_err() {
            return;
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod allocator {
    //! The two calls of glibc that no safe crate offers.

    #[expect(
        unsafe_code,
        reason = "glibc has no other way to set it; the call takes two integers and no memory"
    )]
    pub(super) fn limit_arenas(most: usize) {
        let most = i32::try_from(most).unwrap_or(i32::MAX);
        // SAFETY: `mallopt` may be called at any time and by any thread; what it refuses it leaves as it is.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, most) };
    }

    #[expect(
        unsafe_code,
        reason = "glibc has no other way to ask for it; the call takes an integer and no memory"
    )]
    pub(super) fn trim() {
        // SAFETY: `malloc_trim` takes the locks of the arenas itself and touches only memory that nobody holds.
        unsafe { libc::malloc_trim(0) };
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod allocator {
    //! Other allocators are left as they are.

    pub(super) fn limit_arenas(_: usize) {}

    pub(super) fn trim() {}
}
