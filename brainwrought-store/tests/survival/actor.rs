//! [`Actor`]: a process of its own that plays a part in a test: this program, started again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use brainwrought_store::open_job_store;
use rustix::process::getppid;

use super::jobs::ask;

/// Tells this program to play a part: `<part> <argument>`.
const PART: &str = "BRAINWROUGHT_TEST_PART";

/// What an actor says stands behind this, so that the lines of the test harness are not taken for it.
const SAYS: &str = "actor: ";

/// A process that does not outlive the test.
pub(crate) struct Actor {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Actor {
    /// Starts an actor. The arguments that come `before` are a program that starts it, such as a tracer.
    pub(crate) fn start(before: &[String], part: &str, argument: &str) -> Self {
        let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
        let play = [&program, "actor::actor_process", "--exact", "--nocapture"].map(str::to_owned);
        let words = [before, &play].concat();
        #[expect(clippy::disallowed_methods, reason = "an actor is this program, started again")]
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env(PART, format!("{part} {argument}"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next thing that it says; `None` once it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            // The harness may have begun the line.
            if let Some((_, said)) = line.split_once(SAYS) {
                return Some(said.trim_end().to_owned());
            }
            line.clear();
        }
        None
    }

    /// Kills it, and waits until it is dead.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says something to the test that started this process.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{SAYS}{text}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Does nothing, unless this process is an actor that another test started.
#[test]
fn actor_process() {
    #[expect(clippy::disallowed_methods, reason = "a child process of a test learns what it is")]
    let Ok(order) = std::env::var(PART) else { return };
    let (part, argument) = order.split_once(' ').unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match part {
            "hold" => hold(argument).await,
            #[cfg(target_os = "linux")]
            "write" => super::broken_disk::write(argument).await,
            #[cfg(target_os = "linux")]
            "open" => super::broken_disk::open(argument),
            #[cfg(target_os = "linux")]
            "finish" => super::broken_disk::finish(argument).await,
            other => panic!("there is no part `{other}`"),
        }
    });
}

/// Claims one task and keeps its lease for as long as it lives.
async fn hold(url: &str) {
    const LEASE: Duration = Duration::from_millis(600);
    let (store, parent) = (open_job_store(url).unwrap(), getppid());
    let claim = loop {
        if let Some(claim) = store.claim(&ask(1, LEASE)).await.unwrap().pop() {
            break claim;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    say(&claim.token.to_string());
    while getppid() == parent {
        tokio::time::sleep(LEASE / 6).await;
        store.renew(&claim.id, claim.token, LEASE).await.unwrap();
    }
}
