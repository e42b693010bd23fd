//! Where the examples find their PDF and leave what they make.

use std::path::PathBuf;

use anyhow::Context as _;

/// The PDF and the output from the command line; the paper that ships with the project and `output` under the build
/// folder stand in.
pub fn arguments(output: &str) -> (PathBuf, PathBuf) {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let pdf =
        arguments.next().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("queues.pdf"));
    (pdf, arguments.next().unwrap_or_else(|| build_folder().join(output)))
}

/// A folder of the example's own, emptied first.
///
/// # Errors
///
/// Fails when the folder cannot be made.
pub fn scratch(example: &str) -> anyhow::Result<PathBuf> {
    let folder = build_folder().join("example-data").join(example);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    Ok(folder)
}

/// The folder that `make setup` puts the voice and the PDF engine in.
#[expect(clippy::disallowed_methods, reason = "an example is a program, and programs read the environment")]
pub fn resources() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let share = || named("XDG_DATA_HOME").or_else(|| Some(named("HOME")?.join(".local/share")));
    named("BRAINWROUGHT_DATA").unwrap_or_else(|| share().unwrap_or_default().join("brainwrought"))
}

/// The folder of the running program, two levels up: `target/debug` for `target/debug/examples/make_video`.
fn build_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program.ancestors().nth(2).map(PathBuf::from).unwrap_or_default()
}
