//! What was typed after `edit`.

use brainwrought_core::id::JobId;
use clap::Args as ClapArgs;

/// `edit`.
#[derive(Debug, ClapArgs)]
#[command(group(clap::ArgGroup::new("change").required(true).args(["lines", "undo", "show"])))]
pub(crate) struct EditArgs {
    /// The job's id
    pub(crate) job: JobId,
    /// Say TEXT in line N, counted from 1; may be given several times
    #[arg(long = "line", num_args = 2, value_names = ["N", "TEXT"])]
    pub(crate) lines: Vec<String>,
    /// Bring a version back; without a number, the one before
    #[arg(long, value_name = "VERSION", num_args = 0..=1)]
    pub(crate) undo: Option<Option<u32>>,
    /// List the lines and the versions
    #[arg(long)]
    pub(crate) show: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
