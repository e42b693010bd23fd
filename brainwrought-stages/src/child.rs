//! [`run`]: an outside program with its input, a deadline, limits and cancellation; and [`start`]: one that is talked to.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio_util::sync::CancellationToken;

/// The environment variables that an outside program gets to see beside those it is given: what the loader and the
/// shell's search need. Tokens and passwords of the user stay out of it.
const PASSED_ON: [&str; 6] =
    ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR"];

/// How much of the standard error output is kept, in bytes, from its end.
const STDERR_TAIL: usize = 4096;

/// How much of the standard output is read at once at least, in bytes: as much as a pipe holds.
const READ_AT_ONCE: usize = 64 * 1024;

/// What an outside program may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildLimits {
    /// How long it may run.
    pub wall: Duration,
    /// How much processor time it may use, in seconds.
    pub cpu_seconds: u64,
    /// How much memory it may map, in bytes. Linux only; elsewhere the other limits have to do.
    pub address_space: u64,
    /// How much it may write to its standard output, in bytes.
    pub output: u64,
}

/// What an outside program wrote.
#[derive(Debug, Clone)]
pub struct ChildOutput {
    /// All of its standard output.
    pub stdout: Bytes,
    /// The end of its standard error output.
    pub stderr_tail: String,
}

/// Why an outside program did not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChildError {
    /// There is no such program.
    #[error("the program {} was not found; install it, or set its path", program.display())]
    Missing {
        /// The program that was looked for.
        program: PathBuf,
    },
    /// It could not be started or talked to; a later attempt may go better.
    #[error("the program {} could not be run", program.display())]
    Io {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ran for longer than it may.
    #[error("the program {} was stopped after its time was up", program.display())]
    Timeout {
        /// The program.
        program: PathBuf,
    },
    /// It asked for more memory than it may have.
    #[error("the program {} needed more memory than it may have", program.display())]
    OutOfMemory {
        /// The program.
        program: PathBuf,
    },
    /// It wrote more than it may.
    #[error("the program {} wrote more than {limit} bytes", program.display())]
    TooMuchOutput {
        /// The program.
        program: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// It ended with a failure.
    #[error("the program {} failed ({status}): {stderr}", program.display())]
    Crashed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// The end of its standard error output.
        stderr: String,
    },
    /// The work was cancelled, and the program killed.
    #[error("the program was stopped because the work was cancelled")]
    Cancelled,
}

/// Runs `program`, feeds it `stdin` and collects what it writes.
///
/// It is guaranteed that the program and the processes it started in its group are killed when the time is up, when
/// `cancellation` fires and when the future is dropped. It sees none of the caller's environment but the search paths;
/// `env` adds to that. On Linux it can gain no privileges: set-user-id programs run as the caller.
///
/// # Errors
///
/// Fails when the program is missing, breaks a limit, ends with a failure, or the work is cancelled.
pub async fn run(
    program: &Path,
    args: &[OsString],
    env: &[(OsString, OsString)],
    stdin: Bytes,
    limits: &ChildLimits,
    cancellation: &CancellationToken,
) -> Result<ChildOutput, ChildError> {
    let mut unwatched = |_: &[u8]| {};
    let (stdout, result) =
        run_watching_output(program, args, env, stdin, limits, cancellation, &mut unwatched).await;
    result.map(|stderr_tail| ChildOutput { stdout, stderr_tail })
}

/// Runs `program` like [`run`], shows `watch` all that has come each time more of its standard output comes, and returns what
/// it wrote even if it then failed: its standard output, and the end of its standard error output or the failure.
pub async fn run_watching_output(
    program: &Path,
    args: &[OsString],
    env: &[(OsString, OsString)],
    stdin: Bytes,
    limits: &ChildLimits,
    cancellation: &CancellationToken,
    watch: &mut (dyn FnMut(&[u8]) + Send),
) -> (Bytes, Result<String, ChildError>) {
    let mut stdout = Vec::new();
    let result = run_into(&mut stdout, watch, program, args, env, stdin, limits, cancellation).await;
    (stdout.into(), result)
}

#[expect(clippy::too_many_arguments, reason = "they are those of `run` and two more")]
async fn run_into(
    stdout: &mut Vec<u8>,
    watch: &mut (dyn FnMut(&[u8]) + Send),
    program: &Path,
    args: &[OsString],
    env: &[(OsString, OsString)],
    stdin: Bytes,
    limits: &ChildLimits,
    cancellation: &CancellationToken,
) -> Result<String, ChildError> {
    let failed = |source| ChildError::Io { program: program.to_owned(), source };
    let mut child = spawn(&mut command(program, args, env)).map_err(|source| not_started(program, source))?;
    // Declared after `child`, so that it is dropped first: the group is killed before the child is reaped, and its
    // number cannot have gone to another process yet.
    let mut group = Group::new(&child);
    set_limits(&child, limits);

    let (mut input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let work = async {
        let write = async {
            if let Some(mut input) = input.take() {
                // A program may end before it has read everything; its exit status then tells what happened.
                let _ = input.write_all(&stdin).await;
                let _ = input.shutdown().await;
            }
            Ok(())
        };
        let read = async {
            if let Some(output) = output {
                let mut output = output.take(limits.output.saturating_add(1));
                loop {
                    stdout.reserve(READ_AT_ONCE);
                    if output.read_buf(stdout).await.map_err(failed)? == 0 {
                        break;
                    }
                    watch(stdout);
                }
            }
            if stdout.len() as u64 > limits.output {
                return Err(ChildError::TooMuchOutput { program: program.to_owned(), limit: limits.output });
            }
            Ok(())
        };
        let tail = async { read_tail(errors).await.map_err(failed) };
        let ((), (), stderr) = tokio::try_join!(write, read, tail)?;
        let status = child.wait().await.map_err(failed)?;
        Ok((String::from_utf8_lossy(&stderr).into_owned(), status))
    };
    let (stderr_tail, status) = tokio::select! {
        biased;
        () = cancellation.cancelled() => return Err(ChildError::Cancelled),
        done = tokio::time::timeout(limits.wall, work) => match done {
            Ok(done) => done?,
            Err(_) => return Err(ChildError::Timeout { program: program.to_owned() }),
        },
    };
    group.release();
    if status.success() { Ok(stderr_tail) } else { Err(failure(program, status, &stderr_tail)) }
}

/// A program that runs while it is talked to. It and the processes of its group are killed when this goes out of scope.
#[derive(Debug)]
pub struct RunningChild {
    // The group goes first, as in `run`.
    _group: Group,
    _child: Child,
}

/// Starts `program` to be talked to over its pipes; what it writes to its standard error output is for nobody.
///
/// It sees none of the caller's environment but the search paths; `env` adds to that. How long it may run is for the
/// caller, who drops it. It may gain privileges by set-user-id programs: whoever configures a program to talk to may
/// need `sudo` in front of it.
///
/// # Errors
///
/// Fails when the program is missing or cannot be started.
pub fn start(
    program: &Path,
    args: &[OsString],
    env: &[(OsString, OsString)],
) -> Result<(RunningChild, ChildStdin, ChildStdout), ChildError> {
    let mut command = command(program, args, env);
    command.stderr(Stdio::null());
    let mut child = command.spawn().map_err(|source| not_started(program, source))?;
    let group = Group::new(&child);
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(not_started(program, io::ErrorKind::BrokenPipe.into()));
    };
    Ok((RunningChild { _group: group, _child: child }, input, output))
}

fn not_started(program: &Path, source: io::Error) -> ChildError {
    let program = program.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => ChildError::Missing { program },
        _ => ChildError::Io { program, source },
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where outside programs are started")]
fn command(program: &Path, args: &[OsString], env: &[(OsString, OsString)]) -> Command {
    let mut command = std::process::Command::new(program);
    command.args(args).env_clear().env("LC_ALL", "C.UTF-8");
    command.envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.envs(env.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = Command::from(command);
    command.kill_on_drop(true);
    own_group(&mut command);
    command
}

/// Reads to the end and keeps the last [`STDERR_TAIL`] bytes.
async fn read_tail(source: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut tail = Vec::new();
    let Some(mut source) = source else { return Ok(tail) };
    let mut chunk = [0; STDERR_TAIL];
    loop {
        let count = source.read(&mut chunk).await?;
        if count == 0 {
            return Ok(tail);
        }
        tail.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let surplus = tail.len().saturating_sub(STDERR_TAIL);
        tail.drain(..surplus);
    }
}

/// Words that allocators leave behind when they give up.
const OUT_OF_MEMORY: [&str; 5] =
    ["memory allocation of", "out of memory", "Out of memory", "bad_alloc", "Cannot allocate memory"];

fn failure(program: &Path, status: ExitStatus, stderr: &str) -> ChildError {
    let program = program.to_owned();
    if is_cpu_limit(status) {
        ChildError::Timeout { program }
    } else if OUT_OF_MEMORY.iter().any(|words| stderr.contains(words)) {
        ChildError::OutOfMemory { program }
    } else {
        ChildError::Crashed { program, status, stderr: stderr.trim().to_owned() }
    }
}

/// A process group that is killed when it goes out of scope.
#[derive(Debug)]
struct Group {
    leader: Option<u32>,
}

impl Group {
    fn new(child: &Child) -> Self {
        Self { leader: child.id() }
    }

    fn release(&mut self) {
        self.leader = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            kill_group(leader);
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    command.process_group(0);
}

#[cfg(unix)]
fn kill_group(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // The group may be gone already, which is what we want.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(unix)]
fn is_cpu_limit(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

/// Starts a program that can gain no privileges.
///
/// The flag belongs to a thread, cannot be taken back, and is inherited: so a thread that then ends starts the program.
#[cfg(target_os = "linux")]
fn spawn(command: &mut Command) -> io::Result<Child> {
    let runtime = tokio::runtime::Handle::current();
    std::thread::scope(|scope| {
        let start = move || {
            let _context = runtime.enter();
            rustix::thread::set_no_new_privs(true)?;
            command.spawn()
        };
        let started = std::thread::Builder::new().spawn_scoped(scope, start)?;
        started.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    })
}

#[cfg(not(target_os = "linux"))]
fn spawn(command: &mut Command) -> io::Result<Child> {
    command.spawn()
}

/// Sets the limits from outside, right after the start: setting them between fork and exec would need unsafe code.
#[cfg(target_os = "linux")]
fn set_limits(child: &Child, limits: &ChildLimits) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return };
    let at = |soft, hard| Rlimit { current: Some(soft), maximum: Some(hard) };
    let limits = [
        (Resource::Core, at(0, 0)),
        (Resource::As, at(limits.address_space, limits.address_space)),
        // The soft limit sends the signal that tells the cause; one second later the hard one kills.
        (Resource::Cpu, at(limits.cpu_seconds, limits.cpu_seconds.saturating_add(1))),
    ];
    for (resource, limit) in limits {
        // A program that has ended already needs no limit, and the deadline holds in any case.
        let _ = prlimit(Some(pid), resource, limit);
    }
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(not(unix))]
fn kill_group(_: u32) {}

#[cfg(not(unix))]
fn is_cpu_limit(_: ExitStatus) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn set_limits(_: &Child, _: &ChildLimits) {}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ChildLimits = ChildLimits {
        wall: Duration::from_secs(20),
        cpu_seconds: 10,
        address_space: 1 << 30,
        output: 1 << 20,
    };

    async fn shell(script: &str, stdin: &str, limits: &ChildLimits) -> Result<ChildOutput, ChildError> {
        let args = ["-c".into(), script.into()];
        let stdin = Bytes::copy_from_slice(stdin.as_bytes());
        run(Path::new("/bin/sh"), &args, &[], stdin, limits, &CancellationToken::new()).await
    }

    #[tokio::test]
    async fn input_goes_in_and_output_comes_out() {
        let output = shell("cat; echo careful >&2", "hello", &LIMITS).await.unwrap();
        assert_eq!(output.stdout, "hello");
        assert_eq!(output.stderr_tail, "careful\n");
    }

    #[tokio::test]
    async fn missing_program_is_named() {
        let missing = Path::new("/nowhere/at-all");
        let error =
            run(missing, &[], &[], Bytes::new(), &LIMITS, &CancellationToken::new()).await.unwrap_err();
        assert!(matches!(error, ChildError::Missing { program } if program == missing));
    }

    #[tokio::test]
    async fn failure_carries_status_and_words() {
        let error = shell("echo broken >&2; exit 3", "", &LIMITS).await.unwrap_err();
        assert!(
            matches!(error, ChildError::Crashed { status, stderr, .. } if status.code() == Some(3) && stderr == "broken")
        );
    }

    #[tokio::test]
    async fn deadline_holds() {
        let limits = ChildLimits { wall: Duration::from_millis(50), ..LIMITS };
        let error = shell("sleep 600", "", &limits).await.unwrap_err();
        assert!(matches!(error, ChildError::Timeout { .. }));
    }

    #[cfg(unix)]
    #[tokio::test(flavor = "multi_thread")]
    async fn cancellation_kills_the_whole_group() {
        use std::io::Read;
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        let cancellation = CancellationToken::new();
        let token = cancellation.clone();
        let path = fifo.clone();
        // The pipe opens once the shell writes to it and ends once every process that inherited it is dead.
        let watcher = std::thread::spawn(move || {
            let mut pipe = std::fs::File::open(path).unwrap();
            token.cancel();
            pipe.read_to_end(&mut Vec::new()).unwrap()
        });
        let args = ["-c".into(), format!("exec 3>{}; sleep 60 & wait", fifo.display()).into()];
        let error = run(Path::new("/bin/sh"), &args, &[], Bytes::new(), &LIMITS, &cancellation).await;
        assert!(matches!(error, Err(ChildError::Cancelled)));
        assert_eq!(watcher.join().unwrap(), 0);
    }

    #[tokio::test]
    async fn output_is_bounded() {
        let limits = ChildLimits { output: 100, ..LIMITS };
        let error = shell("yes", "", &limits).await.unwrap_err();
        assert!(matches!(error, ChildError::TooMuchOutput { limit: 100, .. }));
    }

    #[tokio::test]
    async fn environment_stays_outside() {
        let env = [("GIVEN".into(), "1".into())];
        let token = CancellationToken::new();
        let args = Vec::new();
        let output =
            run(Path::new("/usr/bin/env"), &args, &env, Bytes::new(), &LIMITS, &token).await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("GIVEN=1\n"));
        assert!(!text.contains("HOME=") && !text.contains("CARGO"), "{text}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_program_can_gain_no_privileges() {
        let output = shell("grep NoNewPrivs /proc/self/status", "", &LIMITS).await.unwrap();
        assert_eq!(output.stdout, "NoNewPrivs:\t1\n");
        assert!(!rustix::thread::no_new_privs().unwrap(), "the caller keeps its own");
    }

    #[tokio::test]
    async fn output_before_a_failure_is_kept() {
        let args = ["-c".into(), "echo half; sleep 600".into()];
        let limits = ChildLimits { wall: Duration::from_millis(500), ..LIMITS };
        let token = CancellationToken::new();
        let mut seen = Vec::new();
        let mut watch = |so_far: &[u8]| seen = so_far.to_vec();
        let shell = Path::new("/bin/sh");
        let (stdout, result) =
            run_watching_output(shell, &args, &[], Bytes::new(), &limits, &token, &mut watch).await;
        assert_eq!((stdout.as_ref(), seen.as_slice()), (&b"half\n"[..], &b"half\n"[..]));
        assert!(matches!(result, Err(ChildError::Timeout { .. })));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn memory_is_bounded() {
        let limits = ChildLimits { address_space: 64 << 20, ..LIMITS };
        // `tail` keeps its whole last line in memory.
        let error = shell("head -c 300000000 /dev/zero | tail -n 1 | wc -c; exit 1", "", &limits).await;
        assert!(error.is_err());
    }
}
