//! [`enter`]: what the reading process gives up before it sees the bytes of a file.
//!
//! On Linux that is every system call that reading does not need (seccomp) and every file but fonts (Landlock). Where
//! the kernel offers less, the process goes on with what there is: limits and a process of its own always hold.
//! [`probe`] finds out what is still possible, and `doctor` tells.

#[cfg(target_os = "linux")]
mod file_access;
mod probe;
#[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64")))]
mod system_calls;

pub use probe::Power;
pub(super) use probe::probe;

/// Gives up everything that reading a file does not need. Nothing gives it back.
///
/// Libraries must be loaded before. It is not guaranteed that anything is enforced; ask [`probe`].
pub(super) fn enter() {
    // Files first: the filter forbids the calls that this takes.
    restrict_files();
    filter_system_calls();
}

#[cfg(target_os = "linux")]
fn restrict_files() {
    // Without Landlock the filter of system calls still forbids writing.
    let _ = file_access::restrict();
}

#[cfg(not(target_os = "linux"))]
fn restrict_files() {}

#[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64")))]
fn filter_system_calls() {
    // A kernel without seccomp leaves the limits, which hold on every system.
    let _ = system_calls::filter();
}

#[cfg(not(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64"))))]
fn filter_system_calls() {}
