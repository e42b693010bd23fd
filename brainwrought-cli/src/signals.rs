//! SIGINT and SIGTERM: the first asks for a graceful end, the second does not wait for it. SIGXFSZ does not end the process.

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

/// Makes a write beyond the limit on the size of files (`ulimit -f`) an error that is told, where the signal would end the
/// process without a word. Needs the runtime.
pub(crate) fn survive_file_limit() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Its handler stays for the life of the process, and a signal with a handler does not end it.
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}
