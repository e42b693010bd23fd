//! [`filter`]: the system calls that a reading process may make, by seccomp.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

/// Calls that are allowed whatever their arguments: memory, reading, what is open already, clocks, the end.
///
/// No call of these opens a connection, starts a process or changes a file.
const ALLOWED: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_newfstatat,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Older forms of the above that only this architecture has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[i64] =
    &[libc::SYS_access, libc::SYS_lstat, libc::SYS_readlink, libc::SYS_stat, libc::SYS_time];
#[cfg(target_arch = "aarch64")]
const ALLOWED_HERE: &[i64] = &[];

/// Calls that open a file, with the place of their flags among the arguments.
#[cfg(target_arch = "x86_64")]
const OPENING: &[(i64, u8)] = &[(libc::SYS_openat, 2), (libc::SYS_open, 1)];
#[cfg(target_arch = "aarch64")]
const OPENING: &[(i64, u8)] = &[(libc::SYS_openat, 2)];

/// Flags of `open` of which none may be set: to write, to make a file, to cut one off.
const CHANGING: i32 = libc::O_ACCMODE
    | libc::O_CREAT
    | libc::O_TRUNC
    | libc::O_APPEND
    | libc::O_TMPFILE
    // Contained in `O_TMPFILE`, and harmless by itself.
    & !libc::O_DIRECTORY;

/// What `fcntl` may be asked: the flags of a descriptor, and a copy of it.
const ASKING: [i32; 4] = [libc::F_DUPFD_CLOEXEC, libc::F_GETFD, libc::F_GETFL, libc::F_SETFD];

/// Takes away every other system call for good: those fail with `EPERM`, which a library takes for a file or a
/// connection that it may not have.
///
/// # Errors
///
/// Fails when the kernel offers no seccomp, and then takes nothing away.
pub(super) fn filter() -> Result<(), seccompiler::Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter =
        SeccompFilter::new(rules()?, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, arch)?;
    let program: BpfProgram = filter.try_into()?;
    apply_filter(&program)
}

fn rules() -> Result<BTreeMap<i64, Vec<SeccompRule>>, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().chain(ALLOWED_HERE).map(|&call| (call, Vec::new())).collect();
    for &(call, flags) in OPENING {
        rules.insert(call, vec![without(flags, CHANGING)?]);
    }
    // Memory never becomes code: all libraries are loaded.
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![without(2, libc::PROT_EXEC)?]);
    }
    let asked = ASKING.iter().map(|&command| is(1, command as u64)).collect::<Result<_, _>>()?;
    rules.insert(libc::SYS_fcntl, asked);
    // `abort` sends a signal to its own process.
    rules.insert(libc::SYS_tgkill, vec![is(0, std::process::id().into())?]);
    // Limits may be asked for. That of processor time is set anew for each picture, up to the hard limit.
    let only_ask = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?;
    let processor_time = is(1, libc::RLIMIT_CPU as u64)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![only_ask])?, processor_time]);
    Ok(rules)
}

/// Allows a call whose argument is `value`.
fn is(argument: u8, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?])
}

/// Allows a call whose argument has none of these bits.
fn without(argument: u8, bits: i32) -> Result<SeccompRule, BackendError> {
    let bits = SeccompCmpOp::MaskedEq(u64::from(bits.cast_unsigned()));
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, bits, 0)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_starts_connects_or_traces_is_allowed() {
        let rules = rules().unwrap();
        let forbidden = [
            libc::SYS_bpf,
            libc::SYS_clone,
            libc::SYS_clone3,
            libc::SYS_connect,
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_io_uring_setup,
            libc::SYS_ioctl,
            libc::SYS_kill,
            libc::SYS_mount,
            libc::SYS_openat2,
            libc::SYS_pidfd_open,
            libc::SYS_process_vm_readv,
            libc::SYS_ptrace,
            libc::SYS_renameat2,
            libc::SYS_sendto,
            libc::SYS_socket,
            libc::SYS_unlinkat,
        ];
        assert_eq!(forbidden.iter().find(|call| rules.contains_key(call)), None);
        assert!(
            SeccompFilter::new(
                rules,
                SeccompAction::Errno(1),
                SeccompAction::Allow,
                TargetArch::try_from(std::env::consts::ARCH).unwrap()
            )
            .and_then(BpfProgram::try_from)
            .is_ok()
        );
    }

    #[test]
    fn a_folder_may_be_opened_and_a_file_not_changed() {
        assert_eq!(CHANGING & (libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC), 0);
        for flag in [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC, libc::O_TMPFILE] {
            assert_ne!(CHANGING & flag, 0);
        }
    }
}
