//! Who holds a lease, as far as this machine can tell: process id, its start time, and its process namespace.

use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// Describes this process, so that others can later tell that it is gone. `None` where there is no `/proc`.
pub(super) fn this_process() -> Option<String> {
    let pid = std::process::id();
    Some(format!("{pid} {} {}", start_time(pid)?, namespace()?))
}

/// Tells whether a holder is certainly gone. Whoever lives in another process namespace, or cannot be looked at, cannot
/// be judged: its lease ends by its time.
pub(super) fn is_gone(holder: &str) -> bool {
    is_gone_from(Path::new("/proc"), holder)
}

fn is_gone_from(proc: &Path, holder: &str) -> bool {
    let mut parts = holder.split(' ');
    let (Some(pid), Some(start), Some(space)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let pid = pid.parse::<u32>().ok().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    let Some(pid) = pid else { return false };
    if namespace().is_none_or(|ours| ours != space) {
        return false;
    }
    match std::fs::read_to_string(proc.join(pid.to_string()).join("stat")) {
        Ok(stat) => match Stat::parse(&stat) {
            Some(stat) => stat.is_over || stat.start != start,
            None => false,
        },
        // A /proc that hides the processes of others (`hidepid`, see proc(5)) says the same of those that live.
        Err(_) => test_kill_process(pid) == Err(Errno::SRCH),
    }
}

/// When a process started, in clock ticks since boot. Process ids come round again; together with it they do not.
fn start_time(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Stat::parse(&stat).filter(|stat| !stat.is_over).map(|stat| stat.start.to_owned())
}

/// What `/proc/<pid>/stat` says, see proc_pid_stat(5).
struct Stat<'a> {
    /// A zombie does no more work.
    is_over: bool,
    /// Field 22.
    start: &'a str,
}

impl<'a> Stat<'a> {
    fn parse(stat: &'a str) -> Option<Self> {
        // The second field is the program's name in parentheses and may hold anything.
        let (_, after) = stat.rsplit_once(')')?;
        let mut fields = after.split_whitespace();
        let state = fields.next()?;
        Some(Self { is_over: matches!(state, "Z" | "X"), start: fields.nth(18)? })
    }
}

fn namespace() -> Option<String> {
    let link = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(link.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_of_the_past_does_not() {
        let Some(holder) = this_process() else { return };
        assert!(!is_gone(&holder));
        let mut parts: Vec<&str> = holder.split(' ').collect();
        parts[1] = "1";
        assert!(is_gone(&parts.join(" ")), "the same id with another start is another process");
        parts[2] = "pid:[1]";
        assert!(!is_gone(&parts.join(" ")), "who lives elsewhere cannot be judged");
        assert!(!is_gone("nonsense"));
    }

    #[test]
    fn whoever_cannot_be_looked_at_may_live() {
        let Some(holder) = this_process() else { return };
        let proc = tempfile::tempdir().unwrap();
        assert!(!is_gone_from(proc.path(), &holder), "hidden");
        let folder = proc.path().join(std::process::id().to_string());
        std::fs::create_dir_all(folder.join("stat")).unwrap();
        assert!(!is_gone_from(proc.path(), &holder), "not readable");
        std::fs::remove_dir(folder.join("stat")).unwrap();
        std::fs::write(folder.join("stat"), "1 (odd").unwrap();
        assert!(!is_gone_from(proc.path(), &holder), "not understood");
    }

    #[test]
    fn a_process_that_does_not_exist_is_gone() {
        let Some(space) = namespace() else { return };
        // Linux gives no process an id beyond 2^22, see proc_sys_kernel(5).
        assert!(is_gone(&format!("{} 1 {space}", 1 << 23)));
    }
}
