//! Wall time of a whole default short over its length, and the memory it takes.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use brainwrought_benches::{PeakMemory, Short, time};
use brainwrought_core::data::Video;
use brainwrought_stages::standard::input_name;

fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let url = format!("file:{}", folder.path().join("data").display());
    let jobs = brainwrought_store::open_job_store(&url)?;
    let artifacts = brainwrought_store::open_artifact_store(&url)?;
    let memory = PeakMemory::watch();
    let (short, wall) = time(|| runtime.block_on(Short::make(jobs, artifacts, folder.path())));
    let (short, wall) = (short?, wall.as_secs_f64());
    let megabytes = memory.megabytes();
    let video: Video = runtime.block_on(short.output("assemble", None))?;
    let length = video.duration_ms() as f64 / 1000.0;
    println!("pipeline  {}", input_name(&short.job));
    println!(
        "  {wall:.1} s for {length:.1} s of video: {:.2} of its length (at most 0.8, goal 0.5)",
        wall / length
    );
    println!("  peak memory of the process tree: {megabytes:.0} MB (at most 700)");
    Ok(())
}
