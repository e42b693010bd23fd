//! Exit codes: 0 done, 1 the job failed or the result could not be printed, 2 the command was wrong, 3 a store could not be
//! reached or the scratch folder has no room, 130 interrupted, 141 whoever read standard output has gone.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::engine::{CollectError, EngineError};
use brainwrought_core::job_store::JobStoreError;
use brainwrought_core::report::chain;
use clap::error::ContextValue;

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
    eprintln!("error: {}", chain(error.as_ref()));
    if let Some(advice) = crate::advice::on(&error) {
        eprintln!("{advice}");
    }
    ExitCode::from(code_of(&error))
}

/// Prints what is wrong with what was typed. The parser repeats values as they are, and an address may hold a password.
#[expect(clippy::print_stderr, reason = "this is where the command speaks to people")]
pub(crate) fn complain(error: &clap::Error) {
    let text = error.render().to_string();
    let safe = without_secrets(&text, &values_in(error));
    if safe == text {
        // In colours, where there are any.
        let _ = error.print();
    } else {
        eprint!("{safe}");
    }
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

/// Takes user names, passwords and queries out of all addresses in a text. `values` are texts in it whose ends are known: a
/// password may have blanks and quotes in it. Elsewhere an address ends with the first of these.
fn without_secrets(text: &str, values: &[&str]) -> String {
    let mut text = text.to_owned();
    for value in values {
        let safe = concealed(value);
        if safe != **value {
            text = text.replace(value, &safe);
        }
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at);
        let ends = |next: char| next.is_whitespace() || matches!(next, '\'' | '"' | '`');
        let (address, behind) = after.split_at(after.find(ends).unwrap_or(after.len()));
        safe.push_str(before);
        safe.push_str(&concealed(address));
        rest = behind;
    }
    safe + rest
}

/// An address as it may be repeated. Whatever stands before the last `@` may be a password, even with a `/` or a `?` in it;
/// without `://` only what looks like `user:password@host` is taken for an address.
fn concealed(value: &str) -> String {
    let (scheme, rest) = match value.find("://") {
        Some(at) => value.split_at(at + 3),
        None if value.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) => ("", value),
        None => return value.to_owned(),
    };
    let (user, place) = rest.rsplit_once('@').map_or(("", rest), |(_, place)| ("***@", place));
    let (place, query) = place.split_once('?').map_or((place, ""), |(place, _)| (place, "?***"));
    format!("{scheme}{user}{place}{query}")
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

fn code_of(error: &anyhow::Error) -> u8 {
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
        if cause.is::<WrongCommand>() || cause.is::<brainwrought_store::OpenError>() {
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
    fn addresses_are_repeated_without_secrets() {
        for (text, safe) in [
            (
                "invalid value 'http://me:pw@host/v1' for '--llm'",
                "invalid value 'http://***@host/v1' for '--llm'",
            ),
            ("'https://host/v1?key=secret' and https://b", "'https://host/v1?***' and https://b"),
            ("'https://me:p?w@host'", "'https://***@host'"),
            ("invalid value '0' for '--concurrency <N>'", "invalid value '0' for '--concurrency <N>'"),
        ] {
            assert_eq!(without_secrets(text, &[]), safe);
        }
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
            ("me:p?w@host", "***@host"),
            ("me:pass word@host:80", "***@host:80"),
            ("a@2x.png", "a@2x.png"),
            ("C:\\a.pdf", "C:\\a.pdf"),
        ] {
            for arguments in [["brainwrought", "--number", value].as_slice(), &["brainwrought", value]] {
                let error = command().try_get_matches_from(arguments).unwrap_err();
                let text = without_secrets(&error.render().to_string(), &values_in(&error));
                assert!(text.contains(&format!("'{safe}'")), "{text}");
                assert!(safe == value || !text.contains(value), "{text}");
            }
        }
    }
}
