//! [`BootClock`]: a clock that all processes of one machine share and nobody can set.

use brainwrought_core::clock::{Clock, Now, Reading, wall_time};

/// Counts milliseconds since the machine booted, sleep included; the epoch is the boot.
#[derive(Debug)]
pub(super) struct BootClock {
    boot: String,
}

impl BootClock {
    pub(super) fn new() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let boot = boot.trim();
        Self { boot: if boot.is_empty() { "boot".to_owned() } else { boot.to_owned() } }
    }
}

impl Clock for BootClock {
    fn now(&self) -> Now {
        #[cfg(target_os = "linux")]
        let clock = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let clock = rustix::time::ClockId::Monotonic;
        let time = rustix::time::clock_gettime(clock);
        let ms = time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000;
        Now { wall: wall_time(), reading: Reading { epoch: self.boot.clone(), ms } }
    }
}
