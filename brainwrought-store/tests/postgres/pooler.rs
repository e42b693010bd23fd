//! The database behind PgBouncer: a session for each connection works, one for each transaction is refused.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use brainwrought_core::job_store::JobStore as _;
use brainwrought_core::report::chain;
use brainwrought_store::PostgresJobStore;

use crate::jobs::{ask, done, job, submit};
use brainwrought_testing::PostgresServer;

/// A PgBouncer that ends with this.
struct Pooler {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Pooler {
    #[expect(clippy::disallowed_methods, reason = "the tests bring their own pooler")]
    async fn start(server: &PostgresServer, mode: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("bw").tempdir_in("/tmp").unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={} port={} user=tester\n\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\nmax_client_conn = 100\ndefault_pool_size = 40\n\
             ignore_startup_parameters = extra_float_digits\n",
            server.folder().display(),
            server.port(),
        );
        std::fs::write(&settings, text).unwrap();
        let mut command = Command::new(program());
        command.arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(user) = server.user() {
            std::os::unix::fs::chown(folder.path(), Some(user), None).unwrap();
            std::os::unix::fs::chown(&settings, Some(user), None).unwrap();
            command.uid(user);
        }
        let child = command.spawn().unwrap();
        let pooler = Self { child, port, _folder: folder };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return pooler;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PgBouncer did not start");
    }

    /// The way to a database that `direct` leads to, through the pooler.
    fn url(&self, direct: &str) -> String {
        let database = direct.rsplit_once('/').unwrap().1.split('?').next().unwrap();
        format!("postgres://tester@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

fn program() -> &'static str {
    let usual = "/usr/sbin/pgbouncer";
    if Path::new(usual).exists() { usual } else { "pgbouncer" }
}

#[tokio::test]
async fn a_pool_in_session_mode_works() {
    let server = PostgresServer::shared().await;
    let pooler = Pooler::start(server, "session").await;
    let store = PostgresJobStore::connect(&pooler.url(&server.database().await)).await.unwrap();
    let id = submit(&store, job(&["work"])).await;
    let claim = store.claim(&ask(1, Duration::from_secs(60))).await.unwrap().remove(0);
    store.commit(&claim.id, claim.token, done()).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().status.as_str(), "COMPLETED");
}

#[tokio::test]
async fn a_pool_in_transaction_mode_is_refused_with_the_reason() {
    let server = PostgresServer::shared().await;
    for mode in ["transaction", "statement"] {
        let pooler = Pooler::start(server, mode).await;
        let url = pooler.url(&server.database().await);
        let error = chain(&PostgresJobStore::connect(&url).await.unwrap_err());
        assert!(error.contains("in session mode"), "{mode}: {error}");
        assert!(error.contains(&pooler.port.to_string()), "{mode}: {error}");
        // A store that connects later says the same.
        let lazy = PostgresJobStore::new(&url).unwrap();
        let error = chain(&lazy.advance().await.unwrap_err());
        assert!(error.contains("in session mode"), "{mode}: {error}");
    }
}
