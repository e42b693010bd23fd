//! Who holds a lease, as far as this machine can tell: process id, its start time, and its process namespace.

/// Describes this process, so that others can later tell that it is gone. `None` where there is no `/proc`.
pub(super) fn this_process() -> Option<String> {
    let pid = std::process::id();
    let Presence::Since(start) = presence(pid) else { return None };
    Some(format!("{pid} {start} {}", namespace()?))
}

/// Tells whether a holder is certainly gone. Whoever lives in another process namespace, or is hidden, cannot be judged.
pub(super) fn is_gone(holder: &str) -> bool {
    let mut parts = holder.split(' ');
    let (Some(pid), Some(start), Some(space)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Ok(pid) = pid.parse::<u32>() else { return false };
    if namespace().is_none_or(|ours| ours != space) {
        return false;
    }
    match presence(pid) {
        Presence::Gone => true,
        Presence::Since(found) => found != start,
        Presence::Unknown => false,
    }
}

/// What this process can tell about another one.
enum Presence {
    /// It lives, and started then: field 22 of `/proc/<pid>/stat` in clock ticks since boot, see proc_pid_stat(5).
    /// Process ids come round again; together with the start time they do not.
    Since(String),
    Gone,
    Unknown,
}

fn presence(pid: u32) -> Presence {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        // `/proc` may hide the processes of other users, a signal does not: it is refused.
        return if exists(pid) { Presence::Unknown } else { Presence::Gone };
    };
    // The second field is the program's name in parentheses and may hold anything.
    let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    match (fields.next(), fields.nth(18)) {
        // A zombie does no more work.
        (Some("Z" | "X"), _) => Presence::Gone,
        (Some(_), Some(start)) => Presence::Since(start.to_owned()),
        _ => Presence::Unknown,
    }
}

/// Whether there is a process with this id; true when that cannot be told.
fn exists(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return true };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
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
        // Process ids end at 2^22, see proc_sys_kernel(5).
        let nobody = holder.replacen(&std::process::id().to_string(), "4194305", 1);
        assert!(is_gone(&nobody), "{nobody}");
    }

    #[test]
    fn a_process_that_has_ended_is_gone_before_anybody_waits_for_it() {
        #[expect(clippy::disallowed_methods, reason = "the test needs a process that ends")]
        let mut child = std::process::Command::new("true").spawn().unwrap();
        while !matches!(presence(child.id()), Presence::Gone) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(matches!(presence(child.id()), Presence::Gone));
    }
}
