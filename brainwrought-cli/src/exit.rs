//! Exit codes: 0 done, 1 the job failed or the result could not be printed, 2 the command was wrong, 3 a store could not be
//! reached or the scratch folder has no room, 130 interrupted, 141 whoever read standard output has gone.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::engine::{CollectError, EngineError};
use brainwrought_core::job_store::JobStoreError;
use brainwrought_core::redaction::without_credentials;
use brainwrought_core::report::chain;
use clap::error::ContextValue;

use crate::left_out::LeftOut;
use crate::output;

/// Everything was done.
pub(crate) const DONE: u8 = 0;
/// The job failed.
pub(crate) const JOB_FAILED: u8 = 1;
/// The work was done, and its result could not be written to standard output.
const OUTPUT_FAILED: u8 = 1;
/// The command was wrong.
pub(crate) const WRONG_COMMAND: u8 = 2;
/// A store could not be reached.
pub(crate) const STORE_UNREACHABLE: u8 = 3;
/// Somebody pressed Ctrl-C; what is done stays done.
pub(crate) const INTERRUPTED: u8 = 130;

/// Nobody reads standard output any more. A shell says the same of a program that SIGPIPE, signal 13, has ended.
pub(crate) const OUTPUT_CLOSED: u8 = 128 + 13;

/// An end that is no error to explain any further: it was printed already.
#[derive(Debug, thiserror::Error)]
#[error("ended with exit code {0}")]
pub(crate) struct Ended(pub(crate) u8);

/// The command was wrong, with a hint.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongCommand(pub(crate) String);

/// Prints an error and finds its exit code. `printed` tells whether all output could be written.
#[expect(clippy::print_stderr, reason = "this is where the command speaks to people")]
pub(crate) fn code(result: anyhow::Result<()>, printed: io::Result<()>) -> ExitCode {
    let Err(error) = result else { return of_output(printed, DONE) };
    if let Some(Ended(code)) = error.downcast_ref() {
        return ExitCode::from(*code);
    }
    eprintln!("error: {}", repeatable(&chain(error.as_ref())));
    if let Some(advice) = crate::advice::on(&error) {
        eprintln!("{}", repeatable(&advice));
    }
    ExitCode::from(code_of(&error))
}

/// Prints what is wrong with what was typed. The parser repeats values as they are, and an address may hold a password.
#[expect(clippy::print_stderr, reason = "this is where the command speaks to people")]
pub(crate) fn complain(error: &clap::Error) {
    let text = error.render().to_string();
    let safe = repeatable(&without_credentials(&text, values_in(error)));
    if safe == text {
        // In colours, where there are any.
        let _ = error.print();
    } else {
        eprint!("{safe}");
    }
}

/// The longest line of an error that is printed, in characters: an error may repeat a line of a file, which may be endless.
const MAX_LINE_CHARS: usize = 2_000;

/// A text as it may be printed: what was typed may be an address with a password, and in the wrong place, and what a file
/// says may be commands for a terminal.
pub(crate) fn repeatable(text: &str) -> String {
    let safe = output::visible(&without_typed_credentials(text));
    let cut = |line: &str| match line.char_indices().nth(MAX_LINE_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    };
    safe.split('\n').map(cut).collect::<Vec<_>>().join("\n")
}

fn without_typed_credentials(text: &str) -> String {
    let typed: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let values = typed.iter().flat_map(|typed| {
        let value = typed.split_once('=').filter(|(flag, _)| flag.starts_with("--")).map(|(_, value)| value);
        std::iter::once(typed.as_str()).chain(value)
    });
    without_credentials(text, values)
}

/// The values that an error of the parser repeats.
fn values_in(error: &clap::Error) -> Vec<&str> {
    let values = error.context().flat_map(|(_, value)| match value {
        ContextValue::String(value) => std::slice::from_ref(value),
        ContextValue::Strings(values) => values.as_slice(),
        _ => &[],
    });
    values.map(String::as_str).collect()
}

/// The exit code of a command that did its work: `code`, unless its output could not be written.
#[expect(clippy::print_stderr, reason = "this is where the command speaks to people")]
pub(crate) fn of_output(printed: io::Result<()>, code: u8) -> ExitCode {
    match printed {
        Ok(()) => ExitCode::from(code),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(OUTPUT_CLOSED),
        Err(error) => {
            eprintln!("error: could not write to standard output: {error}");
            ExitCode::from(OUTPUT_FAILED)
        }
    }
}

/// The exit code that tells of an error.
pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if let Some(error) = cause.downcast_ref::<JobStoreError>() {
            return of_jobs(error);
        }
        if let Some(EngineError::Jobs(error)) = cause.downcast_ref::<EngineError>() {
            return of_jobs(error);
        }
        if let Some(CollectError::Engine(EngineError::Jobs(error))) = cause.downcast_ref::<CollectError>() {
            return of_jobs(error);
        }
        let unreachable = cause.is::<ArtifactStoreError>()
            || matches!(
                cause.downcast_ref::<EngineError>(),
                Some(
                    EngineError::Artifacts(_)
                        | EngineError::ScratchFull { .. }
                        | EngineError::InputCopy { .. }
                )
            )
            || cause
                .downcast_ref::<brainwrought_store::OpenError>()
                .is_some_and(|error| !error.is_wrong_url());
        if unreachable {
            return STORE_UNREACHABLE;
        }
        if cause.is::<WrongCommand>() || cause.is::<LeftOut>() || cause.is::<brainwrought_store::OpenError>()
        {
            return WRONG_COMMAND;
        }
    }
    JOB_FAILED
}

fn of_jobs(error: &JobStoreError) -> u8 {
    match error {
        JobStoreError::JobNotFound(_) | JobStoreError::Refused { .. } => WRONG_COMMAND,
        JobStoreError::LeaseLost { .. } => JOB_FAILED,
        _ => STORE_UNREACHABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_holds_no_commands_for_a_terminal_and_no_endless_line() {
        let said = repeatable(&format!("unknown field `\u{1b}]0;x\u{7}`\nat {}\nend", "[".repeat(400_000)));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "unknown field `\\u{1b}]0;x\\u{7}`");
        assert_eq!((lines[1].chars().count(), lines[2]), (MAX_LINE_CHARS + 1, "end"));
    }

    #[test]
    fn what_was_typed_is_repeated_without_secrets() {
        let command = || {
            let number = clap::Arg::new("n").long("number").value_parser(clap::value_parser!(u32));
            clap::Command::new("brainwrought").arg(number)
        };
        for (value, safe) in [
            ("http://me:pass w'ord@host/v1", "http://***@host/v1"),
            ("http://me:p?w/d@host/v1?key=secret", "http://***@host/v1?***"),
            ("http:/me:pass w'ord@host/v1", "http:/***@host/v1"),
            ("me:p?w@host", "***@host"),
            ("me:pass word@host:80", "***@host:80"),
            ("a@2x.png", "a@2x.png"),
            ("C:\\a.pdf", "C:\\a.pdf"),
        ] {
            for arguments in [["brainwrought", "--number", value].as_slice(), &["brainwrought", value]] {
                let error = command().try_get_matches_from(arguments).unwrap_err();
                let text = without_credentials(&error.render().to_string(), values_in(&error));
                assert!(text.contains(&format!("'{safe}'")), "{text}");
                assert!(safe == value || !text.contains(value), "{text}");
            }
        }
    }
}
