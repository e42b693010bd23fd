//! Jobs as readable files in a folder, safe across the processes of one machine.

mod active_jobs;
mod boot_clock;
mod durable;
mod folder;
mod holder;
mod jobs;
mod locked_folder;

pub use jobs::FileJobStore;
