//! [`PostgresServer`]: a Postgres of the tests' own, on a socket in a folder that goes away with them.

use std::fmt::Write as _;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use brainwrought_store::PostgresJobStore;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The account that runs nothing else, where there is none for Postgres.
const NOBODY: u32 = 65_534;

/// The machine does not lose power during a test, so that nothing need be forced to disk.
const HASTY: &str = "fsync = off";

/// A database with the tables, from which others are copied.
const TEMPLATE: &str = "with_tables";

/// A Postgres server of the tests' own. It ends with the test program, however that ends.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    user: Option<u32>,
    port: u16,
    around: Around,
    next: AtomicUsize,
    /// Stops the server and removes the folder once its input ends: also when this process is killed.
    _undertaker: Child,
}

/// What a server is run in: harmful surroundings, for tests that see what it makes of them.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Environment variables of the server.
    pub environment: Vec<(&'static str, String)>,
    /// What stands before the program: its arguments end with the program and its arguments.
    pub before: Vec<String>,
}

impl PostgresServer {
    /// The server that the tests of this program share.
    pub async fn shared() -> &'static Self {
        static SERVER: OnceLock<PostgresServer> = OnceLock::new();
        SERVER.get_or_init(|| {
            let server = Self::start(HASTY, Around::default());
            // The first caller may already be inside a runtime, which cannot wait for another on its own thread.
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(server.make_template());
                });
            });
            server
        })
    }

    /// A server of the caller's own that forces every commit to disk, for measurements.
    pub async fn durable() -> Self {
        let server = Self::start("shared_buffers = 256MB", Around::default());
        server.make_template().await;
        server
    }

    /// A server of the caller's own, for tests that stop it.
    pub async fn own() -> Self {
        Self::own_in(HASTY, Around::default()).await
    }

    /// A server of the caller's own, with these settings, in these surroundings.
    pub async fn own_in(settings: &str, around: Around) -> Self {
        let server = Self::start(settings, around);
        server.make_template().await;
        server
    }

    /// A server of the caller's own that also listens on `localhost`, with this certificate and key.
    pub async fn with_tls(certificate: &str, key: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let settings = format!("{HASTY}\nlisten_addresses = '127.0.0.1'\nport = {port}");
        let server = Self::start_at(port, &settings, Around::default());
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = server.folder.join("data").join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
            chown(&path, server.user, None).unwrap();
        }
        let mut connection = PgConnection::connect(&server.url("postgres")).await.unwrap();
        sqlx::raw_sql("alter system set ssl = on").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        server.kill();
        server.revive();
        server.make_template().await;
        server
    }

    /// The port, on `localhost` too where the server listens there.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a fresh database with tables.
    pub async fn database(&self) -> String {
        self.copy_of(TEMPLATE).await
    }

    /// The URL of a fresh database without tables.
    pub async fn empty_database(&self) -> String {
        self.copy_of("template1").await
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://tester@localhost:{}/{database}?host={host}", self.port)
    }

    /// The Unix socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    /// The account that the server runs as, where it is another one.
    pub fn user(&self) -> Option<u32> {
        self.user
    }

    /// The folder with `postgres`, `pg_ctl` and their siblings.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// The folder that holds its data, socket and log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops the server without letting it finish anything, as a power cut would.
    ///
    /// A server with a set clock may not hear the signal: its handlers read the clock, and `libfaketime` cannot be entered
    /// twice. Then it is ended from outside, with all that belongs to it.
    pub fn kill(&self) {
        let family = self.family();
        let mut stop = command(self.programs.join("pg_ctl"), self.user);
        stop.arg("-D").arg(self.folder.join("data")).args(["stop", "-m", "immediate", "-t", "10"]);
        if stop.status().unwrap().success() {
            return;
        }
        assert!(!family.is_empty(), "the server is not there to be stopped");
        for process in family.iter().copied().filter_map(Pid::from_raw) {
            // Some are gone already.
            let _ = kill_process(process, Signal::KILL);
        }
        while family.iter().any(|process| is_alive(*process)) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The server and its children, none when it does not run.
    fn family(&self) -> Vec<i32> {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let Some(server) = file.lines().next().and_then(|line| line.trim().parse().ok()) else {
            return Vec::new();
        };
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        let children = children.unwrap_or_default();
        std::iter::once(server)
            .chain(children.split_whitespace().filter_map(|pid| pid.parse().ok()))
            .collect()
    }

    /// Starts the server after [`kill`](Self::kill).
    pub fn revive(&self) {
        self.bring_up("start");
    }

    /// Starts the server anew, whether it still runs, has stopped itself, or is about to.
    pub fn restart(&self) {
        self.bring_up("restart");
    }

    fn bring_up(&self, action: &str) {
        let log = self.folder.join("log");
        let options = format!("-k {}", self.folder.display());
        let mut arguments =
            vec![action, "-w", "-m", "immediate", "-l", log.to_str().unwrap(), "-o", &options];
        let wrapped = self.wrapped();
        if !self.around.before.is_empty() {
            arguments.extend(["-p", wrapped.to_str().unwrap()]);
        }
        // What an ended server shared with its children may still be there for a moment.
        for _ in 0..5 {
            if self.control(&arguments) {
                return;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("the server does not {action}: {}", self.log());
    }

    /// The program with what stands before it.
    fn wrapped(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    async fn make_template(&self) {
        self.make(TEMPLATE, "template1").await;
        PostgresJobStore::migrate(&self.url(TEMPLATE)).await.unwrap();
    }

    async fn copy_of(&self, template: &str) -> String {
        let name = format!("test_{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.make(&name, template).await;
        self.url(&name)
    }

    async fn make(&self, name: &str, template: &str) {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.unwrap();
        // Two copies of one template at once are refused.
        sqlx::query("select pg_advisory_lock(1)").execute(&mut connection).await.unwrap();
        let sql = format!("create database {name} template {template} strategy file_copy");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn start(settings: &str, around: Around) -> Self {
        Self::start_at(5432, settings, around)
    }

    fn start_at(port: u16, settings: &str, around: Around) -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("brainwrought-pg-").tempdir().unwrap().keep();
        let user = rustix::process::geteuid().is_root().then(|| id_of("postgres").unwrap_or(NOBODY));
        if let Some(user) = user {
            chown(&folder, Some(user), None).unwrap();
        }
        let data = folder.join("data");
        let script = format!(
            "read line; server=$(head -n 1 '{data}/postmaster.pid' 2>/dev/null)
             '{programs}/pg_ctl' -D '{data}' stop -m immediate -t 10 >/dev/null 2>&1 ||
                [ -z \"$server\" ] || kill -9 \"$server\" 2>/dev/null
             rm -rf '{folder}'",
            programs = programs.display(),
            data = data.display(),
            folder = folder.display()
        );
        let undertaker =
            command("sh", user).args(["-c", &script]).process_group(0).stdin(Stdio::piped()).spawn().unwrap();
        let next = AtomicUsize::new(0);
        let server = Self { folder, programs, user, port, around, next, _undertaker: undertaker };
        let mut initdb = command(server.programs.join("initdb"), user);
        initdb.args([
            "--no-sync",
            "--username=tester",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "-D",
        ]);
        run(initdb.arg(&data));
        let mut file = std::fs::read_to_string(data.join("postgresql.conf")).unwrap();
        write!(file, "\nlisten_addresses = ''\nmax_connections = 300\n{settings}\n").unwrap();
        std::fs::write(data.join("postgresql.conf"), file).unwrap();
        if !server.around.before.is_empty() {
            let before = server.around.before.join(" ");
            let script =
                format!("#!/bin/sh\nexec {before} '{}/postgres' \"$@\"\n", server.programs.display());
            std::fs::write(server.wrapped(), script).unwrap();
            std::fs::set_permissions(server.wrapped(), PermissionsExt::from_mode(0o755)).unwrap();
        }
        server.revive();
        server
    }

    fn control(&self, arguments: &[&str]) -> bool {
        let mut control = command(self.programs.join("pg_ctl"), self.user);
        control.envs(self.around.environment.iter().map(|(name, value)| (name, value)));
        control.arg("-D").arg(self.folder.join("data")).args(arguments).status().unwrap().success()
    }
}

/// Tells whether a process still holds anything; one that only waits to be counted does not.
fn is_alive(process: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[expect(clippy::disallowed_methods, reason = "the tests bring their own server")]
fn command(program: impl AsRef<std::ffi::OsStr>, user: Option<u32>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(user) = user {
        command.uid(user);
    }
    command
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?} failed: {status}");
}

/// Finds `initdb` and its siblings: Debian keeps them beside the version, others on the path.
#[expect(clippy::disallowed_methods, reason = "the tests look where the system keeps its programs")]
fn programs() -> PathBuf {
    let mut folders = Vec::new();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|entry| entry.path().join("bin")));
        folders.sort();
        folders.reverse();
    }
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let found = folders
        .into_iter()
        .find(|folder| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file()));
    found.expect("these tests need Postgres; install the package `postgresql` (Debian, Ubuntu)")
}

#[expect(clippy::disallowed_methods, reason = "the tests ask for the account that runs servers")]
fn id_of(user: &str) -> Option<u32> {
    let output = Command::new("id").args(["-u", user]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
