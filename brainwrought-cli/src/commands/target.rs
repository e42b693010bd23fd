//! The output file that `-o` names: checked before any work, written at its end.

use std::path::{Path, PathBuf};

use brainwrought_stages::parse::FileFormat;
use brainwrought_stages::publish::{OutputError, OutputTarget, Overwrite};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::exit::{Ended, INTERRUPTED, WrongCommand};

/// Checks where a video should go. `inputs` are the files that it is made from.
pub(super) fn check(path: &Path, inputs: &[PathBuf], force: bool) -> Result<OutputTarget, WrongCommand> {
    checked(path, inputs, if force { Overwrite::Anything } else { Overwrite::OwnVideos })
}

/// Checks where a text should go that people edit: it replaces nothing unless asked to.
pub(super) fn check_text(path: &Path, inputs: &[PathBuf], force: bool) -> Result<OutputTarget, WrongCommand> {
    checked(path, inputs, if force { Overwrite::Anything } else { Overwrite::Nothing })
}

fn checked(path: &Path, inputs: &[PathBuf], overwrite: Overwrite) -> Result<OutputTarget, WrongCommand> {
    if path == Path::new("-") {
        return Err(WrongCommand(
            "`-o -` is ambiguous; use /dev/stdout for standard output, or ./- for a file of that name"
                .to_owned(),
        ));
    }
    OutputTarget::check(path, inputs, overwrite).map_err(|error| WrongCommand(told(&error)))
}

/// Refuses a target among the files of the stores, which belong to jobs.
pub(super) fn check_outside(target: &OutputTarget, folder: &Path) -> Result<(), WrongCommand> {
    match (target.folder(), folder.canonicalize()) {
        (Some(place), Ok(folder)) if place.starts_with(&folder) => Err(WrongCommand(format!(
            "{} lies in {}, where jobs keep their files; choose another place with -o",
            target.path().display(),
            folder.display()
        ))),
        _ => Ok(()),
    }
}

/// Writes what was made. A pipe may wait for its reader until `shutdown` fires.
pub(super) async fn write(
    target: &OutputTarget,
    made: Bytes,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    if target.is_pipe() {
        explain(&format!("writing to {}, which waits for its reader", target.path().display()));
    }
    let own = target.clone();
    let writing = tokio::task::spawn_blocking(move || own.write(&made));
    tokio::select! {
        written = writing => Ok(written?.map_err(|error| match error.is_about_overwriting() {
            // The file was not there when the work began.
            true => anyhow::anyhow!(told(&error)),
            false => error.into(),
        })?),
        () = shutdown.cancelled() => Err(Ended(INTERRUPTED).into()),
    }
}

/// Tells whether a video that goes there goes to standard output, so that nothing else may.
pub(super) fn is_standard_output(target: &OutputTarget) -> bool {
    let Ok(found) = rustix::fs::stat(target.path()) else { return false };
    rustix::fs::fstat(std::io::stdout())
        .is_ok_and(|own| (own.st_dev, own.st_ino) == (found.st_dev, found.st_ino))
}

/// Where the video of a file goes when nobody says where: its name with `.mp4` for the ending of a kind that is read, in the
/// current folder.
pub(super) fn default(pdf: &Path) -> PathBuf {
    let is_known = FileFormat::of_name(&pdf.to_string_lossy()).is_some() && pdf.extension().is_some();
    let name = if is_known { pdf.file_stem() } else { pdf.file_name() };
    let mut name = name.unwrap_or_default().to_owned();
    name.push(".mp4");
    name.into()
}

fn told(error: &OutputError) -> String {
    let text = brainwrought_core::report::chain(error);
    match error.is_about_overwriting() {
        true => format!("{text}; choose another with -o, or replace it with --force"),
        false => text,
    }
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{}", crate::exit::repeatable(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ending_of_a_known_kind_is_cut_from_a_name() {
        for (pdf, video) in [
            ("folder/2305.03393v1.pdf", "2305.03393v1.mp4"),
            ("2305.11111.pdf", "2305.11111.mp4"),
            ("notes.md", "notes.mp4"),
            ("2305.11111", "2305.11111.mp4"),
            ("PAPER.PDF", "PAPER.mp4"),
            ("notes", "notes.mp4"),
            (".pdf", ".pdf.mp4"),
        ] {
            assert_eq!(default(Path::new(pdf)), Path::new(video), "{pdf}");
        }
    }
}
