//! SIGINT and SIGTERM: the first asks for a graceful end, the second does not wait for it.

use tokio_util::sync::CancellationToken;

/// Fires the token at the first SIGINT or SIGTERM, and ends the process at the second.
pub(crate) fn shutdown() -> std::io::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let token = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let fired = token.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if fired.is_cancelled() {
                std::process::exit(i32::from(crate::exit::INTERRUPTED));
            }
            fired.cancel();
        }
    });
    Ok(token)
}
