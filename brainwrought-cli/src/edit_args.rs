//! What was typed after `edit`.

use brainwrought_core::id::JobId;
use brainwrought_core::job::Versions;
use clap::Args as ClapArgs;

/// `edit`.
#[derive(Debug, ClapArgs)]
#[command(group(clap::ArgGroup::new("change").required(true).args(["lines", "undo", "show"])))]
pub(crate) struct EditArgs {
    /// Job id
    pub(crate) job: JobId,
    /// Replace line N, counted from 1, with TEXT; may be repeated
    #[arg(long = "line", num_args = 2, value_names = ["N", "TEXT"])]
    pub(crate) lines: Vec<String>,
    /// Let the new text of line N stand although the document does not bear it out; the report lists it. May be repeated
    #[arg(long, value_name = "N", requires = "lines")]
    pub(crate) overrule: Vec<usize>,
    #[arg(long, help = undo_help(), value_name = "VERSION", num_args = 0..=1)]
    pub(crate) undo: Option<Option<u32>>,
    /// List lines and versions
    #[arg(long)]
    pub(crate) show: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn undo_help() -> String {
    let most = Versions::MAX_KEPT;
    format!(
        "Restore a version; without a number, the one that the current one was made from. The last {most} versions are kept"
    )
}
