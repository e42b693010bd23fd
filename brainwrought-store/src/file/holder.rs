//! Who holds a lease, as far as this machine can tell: process id, its start time, and its process namespace.

/// Describes this process, so that others can later tell that it is gone. `None` where there is no `/proc`.
pub(super) fn this_process() -> Option<String> {
    let pid = std::process::id();
    Some(format!("{pid} {} {}", start_time(pid)?, namespace()?))
}

/// Tells whether a holder is certainly gone. Whoever lives in another process namespace cannot be judged.
pub(super) fn is_gone(holder: &str) -> bool {
    let mut parts = holder.split(' ');
    let (Some(pid), Some(start), Some(space)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Ok(pid) = pid.parse::<u32>() else { return false };
    namespace().is_some_and(|ours| ours == space) && start_time(pid).as_deref() != Some(start)
}

/// When a process started, in clock ticks since boot: field 22 of `/proc/<pid>/stat`, see proc_pid_stat(5). Process
/// ids come round again; together with the start time they do not.
fn start_time(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything.
    let after = &stat[stat.rfind(')')? + 1..];
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    let start = fields.nth(18)?;
    // A zombie does no more work.
    (state != "Z" && state != "X").then(|| start.to_owned())
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
}
