//! [`Notifier`]: how a process learns that there is work, and tells the others.
//!
//! Notifications never ride in the transaction of a transition: a commit that carries one takes a lock of the whole
//! database. One task a process sends them, many changes at a time, over a connection that is not in its way. They may
//! get lost, as with any break of a connection; whoever waits looks again soon anyway.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

const CHANNEL: &str = "brainwrought_work";

/// Changes within this time are told as one.
const GATHER: Duration = Duration::from_millis(20);

/// The rest after a connection was lost.
const REST: Duration = Duration::from_secs(1);

/// Tells of work, and hears of it.
#[derive(Debug)]
pub(super) struct Notifier {
    local: Arc<Notify>,
    changed: Arc<Notify>,
    tasks: [AbortHandle; 2],
}

impl Notifier {
    /// Starts to listen and to tell.
    pub(super) fn start(options: &PgConnectOptions) -> Self {
        let (local, changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let listening = tokio::spawn(listen(options.clone(), Arc::downgrade(&local)));
        let telling = tokio::spawn(tell(options.clone(), Arc::clone(&changed)));
        Self { local, changed, tasks: [listening.abort_handle(), telling.abort_handle()] }
    }

    /// Says that there may be work.
    pub(super) fn announce(&self) {
        self.local.notify_waiters();
        self.changed.notify_one();
    }

    /// Waits until somebody says so, or for a while that is a little less than `at_most`, so that the processes of a
    /// fleet do not all look at once.
    pub(super) async fn wait(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most.mul_f64(0.75 + 0.25 * draw()), self.local.notified()).await;
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn listen(options: PgConnectOptions, local: Weak<Notify>) {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            // Between two connections something may have been missed.
            let mut heard = Ok(());
            while heard.is_ok() {
                let Some(local) = local.upgrade() else { return };
                local.notify_waiters();
                drop(local);
                heard = listener.recv().await.map(drop);
            }
        }
        tokio::time::sleep(REST.mul_f64(0.5 + draw())).await;
    }
}

async fn tell(options: PgConnectOptions, changed: Arc<Notify>) {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options);
    loop {
        changed.notified().await;
        tokio::time::sleep(GATHER).await;
        let told = sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(&pool);
        if !matches!(tokio::time::timeout(Duration::from_secs(5), told).await, Ok(Ok(_))) {
            tracing::debug!("could not tell other processes of work; they will look by themselves");
            tokio::time::sleep(REST).await;
        }
    }
}

/// Draws from 0 to 1; the standard library seeds each hasher at random.
fn draw() -> f64 {
    let bits = std::hash::RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}
