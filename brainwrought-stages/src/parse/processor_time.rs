//! The processor time of this process: [`used`], and [`allow_until`] for how much more it may use.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// How much all threads of this process have used since it started.
pub(super) fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Sets when this process is told that its time is up, in seconds since its start, within what it may use in all.
pub(super) fn allow_until(seconds: u64) {
    let hard = getrlimit(Resource::Cpu).maximum;
    // Below the hard limit, at which a process is killed without a sign of the cause.
    let most = hard.map_or(u64::MAX, |hard| hard.saturating_sub(1));
    let soft = seconds.min(most);
    // Where it cannot be set, the limit of the process holds.
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(soft), maximum: hard });
}
