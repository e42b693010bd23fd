//! `make` of several files: one video after another, with one count, one result and one way to go on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use brainwrought_core::budget::Cost;
use brainwrought_core::job::JobStatus;
use brainwrought_core::report::chain;
use brainwrought_stages::parse::{FileFormat, MAX_PDF_BYTES};
use brainwrought_stages::standard::{Costs, Estimate, EstimateLine};
use serde_json::{Value, json};

use super::{estimate, make, target};
use crate::args::MakeArgs;
use crate::config::Config;
use crate::exit::{Ended, INTERRUPTED, JOB_FAILED, STORE_UNREACHABLE, WrongCommand, code_of};
use crate::money::MaxCost;
use crate::output;

/// What a command names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    Nothing,
    /// One file, whatever it is.
    One(PathBuf),
    /// The files of several names or of a folder, which are there and can be read as far as is known.
    Several(Vec<PathBuf>),
}

/// Finds the files that are named: a folder stands for the files directly in it whose names end as those of a kind that is
/// read, in the order of their names.
///
/// # Errors
///
/// Fails when one of several is no file or too large, when a folder holds none, and when a file is named twice.
pub(super) fn files(named: &[PathBuf]) -> Result<Named, WrongCommand> {
    match named {
        [] => return Ok(Named::Nothing),
        [one] if !one.is_dir() => return Ok(Named::One(one.clone())),
        _ => {}
    }
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            files.extend(files_in(path)?);
        } else {
            files.push(path.clone());
        }
    }
    let mut known = BTreeMap::new();
    for file in &files {
        check_file(file)?;
        let place = file.canonicalize().unwrap_or_else(|_| file.clone());
        if let Some(other) = known.insert(place, file) {
            let (file, other) = (file.display(), other.display());
            return Err(WrongCommand(format!("{other} and {file} are the same file; name it once")));
        }
    }
    Ok(Named::Several(files))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, WrongCommand> {
    let shown = folder.display();
    let wrong = |error: std::io::Error| WrongCommand(format!("could not list {shown}: {error}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') && FileFormat::of_name(&name).is_some() && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(WrongCommand(format!(
            "{shown} holds no file that can be read; PDF, EPUB, DOCX, PPTX, Markdown, HTML and plain text can"
        )));
    }
    files.sort();
    Ok(files)
}

fn check_file(file: &Path) -> Result<(), WrongCommand> {
    let wrong = |reason: String| WrongCommand(format!("could not read {}: {reason}", file.display()));
    let metadata = std::fs::metadata(file).map_err(|error| wrong(error.to_string()))?;
    if !metadata.is_file() {
        return Err(wrong("it is neither a file nor a folder".to_owned()));
    }
    if metadata.len() > MAX_PDF_BYTES {
        let (has, limit) = (metadata.len().div_ceil(1_000_000), MAX_PDF_BYTES / 1_000_000);
        return Err(wrong(format!("it has {has} MB; the limit is {limit} MB")));
    }
    Ok(())
}

/// Makes a video of each file. A file of which none can be made does not keep the others from it, and the same command makes
/// what is missing.
pub(super) async fn run(config: &Config, args: &MakeArgs, files: Vec<PathBuf>) -> anyhow::Result<()> {
    if args.estimate {
        return estimate_all(config, args, &files).await;
    }
    let outputs = outputs(&files, args)?;
    let shutdown = crate::signals::shutdown()?;
    let mut spent = Cost::FREE;
    let mut results = Vec::new();
    let mut failed = Vec::new();
    let mut is_stopped = false;
    for (place, (file, output)) in files.iter().zip(&outputs).enumerate() {
        explain(&format!("{} of {}  {}", place + 1, files.len(), file.display()));
        let limit = args.max_cost.map(|MaxCost(limit)| MaxCost(limit.map(|limit| limit.less(spent))));
        let error = match make::one(config, args, file, output, limit, &shutdown).await {
            Ok(made) => {
                spent += made.view.job.ledger.spent();
                let error = made.error();
                results.push(json!({ "file": file, "error": error, "job": made.json() }));
                if let Some(video) = made.video() {
                    if !args.json {
                        output::line(format!("video    {}", video.display()));
                    }
                } else if error.is_none() {
                    is_stopped = true;
                }
                error
            }
            Err(error) => match error.downcast_ref() {
                Some(Ended(INTERRUPTED)) => {
                    is_stopped = true;
                    None
                }
                // What is wrong with the command or with a store is wrong for the files that follow as well.
                _ if error.is::<WrongCommand>() || code_of(&error) == STORE_UNREACHABLE => return Err(error),
                _ => {
                    let text = chain(error.as_ref());
                    results.push(json!({ "file": file, "error": text, "job": Value::Null }));
                    Some(text)
                }
            },
        };
        if let Some(error) = error {
            explain(&format!("error: {}: {error}", file.display()));
            failed.push(file);
        }
        if is_stopped {
            break;
        }
    }
    conclude(args, files.len(), &results, &failed, is_stopped)
}

/// Tells what was made of how many files, and how to go on.
fn conclude(
    args: &MakeArgs,
    count: usize,
    results: &[Value],
    failed: &[&PathBuf],
    is_stopped: bool,
) -> anyhow::Result<()> {
    let is_made = |result: &&Value| result["job"]["status"] == json!(JobStatus::Completed);
    let made = results.iter().filter(is_made).count();
    if args.json {
        output::json(&Value::Array(results.to_vec()));
    } else {
        output::line(format!("made     {made} of {count} videos"));
        for file in failed {
            output::line(format!("failed   {}", file.display()));
        }
    }
    if is_stopped {
        explain("stopped; what is done stays done, and the same command goes on from here");
        return Err(Ended(INTERRUPTED).into());
    }
    if !failed.is_empty() {
        explain("the same command tries again what failed, and makes nothing else again");
        return Err(Ended(JOB_FAILED).into());
    }
    Ok(())
}

/// Where each video goes: into the folder that is named, which is made, or the current one. Everything is checked before any work.
fn outputs(files: &[PathBuf], args: &MakeArgs) -> Result<Vec<PathBuf>, WrongCommand> {
    if args.video.script.is_some() {
        return Err(WrongCommand(
            "--script is the script of one video, and several are to be made".to_owned(),
        ));
    }
    let folder = args.output.as_deref().unwrap_or(Path::new(""));
    let shown = folder.display();
    if args.output.is_some() {
        if folder.exists() && !folder.is_dir() {
            return Err(WrongCommand(format!("{shown} is no folder; -o names the folder of several videos")));
        }
        std::fs::create_dir_all(folder)
            .map_err(|error| WrongCommand(format!("could not make the folder {shown}: {error}")))?;
    }
    let mut made_from: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    let mut outputs = Vec::new();
    for file in files {
        let video = folder.join(target::default(file));
        if let Some(other) = made_from.insert(video.clone(), file) {
            return Err(WrongCommand(format!(
                "the videos of {} and {} would both be {}; make them with two commands and another -o",
                other.display(),
                file.display(),
                video.display()
            )));
        }
        target::check(&video, files, args.force)?;
        outputs.push(video);
    }
    Ok(outputs)
}

/// Prints what providers would be paid for each video and for all of them.
async fn estimate_all(config: &Config, args: &MakeArgs, files: &[PathBuf]) -> anyhow::Result<()> {
    let mut whole: Vec<EstimateLine> = Vec::new();
    for file in files {
        let estimate = estimate::of_file(config, &args.video, file).await;
        for line in estimate.with_context(|| format!("could not estimate {}", file.display()))?.lines {
            match whole
                .iter_mut()
                .find(|known| (known.stage, &known.provider) == (line.stage, &line.provider))
            {
                Some(known) => {
                    known.calls += line.calls;
                    known.costs = known.costs.zip(line.costs).map(|(one, other)| Costs {
                        usually: one.usually + other.usually,
                        most: one.most + other.most,
                    });
                }
                None => whole.push(line),
            }
        }
    }
    if !args.json {
        output::line(format!("{} videos", files.len()));
    }
    estimate::print(&Estimate { lines: whole }, args.json);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{}", crate::exit::repeatable(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_the_files_in_it_that_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("docs/deeper.pdf")).unwrap();
        for name in ["docs/b.pdf", "docs/a.md", "docs/.hidden.pdf", "docs/c.mp4", "other.txt"] {
            std::fs::write(path(name), "words").unwrap();
        }
        let several = |named: &[PathBuf]| match files(named) {
            Ok(Named::Several(files)) => Ok(files),
            Ok(named) => panic!("{named:?}"),
            Err(WrongCommand(text)) => Err(text),
        };
        assert_eq!(several(&[path("docs")]), Ok(vec![path("docs/a.md"), path("docs/b.pdf")]));
        let all = vec![path("other.txt"), path("docs/a.md"), path("docs/b.pdf")];
        assert_eq!(several(&[path("other.txt"), path("docs")]), Ok(all));
        assert_eq!(files(&[path("gone.pdf")]).unwrap(), Named::One(path("gone.pdf")));
        assert_eq!(files(&[]).unwrap(), Named::Nothing);
        for (named, said) in [
            (vec![path("docs/deeper.pdf")], "holds no file"),
            (vec![path("other.txt"), path("gone.pdf")], "could not read"),
            (vec![path("docs/b.pdf"), path("docs")], "the same file"),
        ] {
            let error = several(&named).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
