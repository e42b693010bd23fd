//! `script`: the script of a video alone, to be read and edited before anything is rendered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::WorkerId;
use brainwrought_stages::script::ScriptFile;
use brainwrought_stages::standard::{SCRIPT_PIPELINE, Stages, script_only};

use super::{intake, target};
use crate::args::ScriptArgs;
use crate::config::{Config, VideoConfig, pdf_password};
use crate::context::Context;
use crate::output;
use crate::progress::Progress;

/// Writes the script of a video and stops: no voice speaks, and nothing is drawn.
pub(crate) async fn run(config: &Config, args: ScriptArgs) -> anyhow::Result<()> {
    let mut video = VideoConfig::new(&args.video, config)?;
    crate::local_model::resolve(config, &mut video).await?;
    if let Some(llm) = &video.options.llm {
        config.check_llm(llm)?;
    }
    let pdf = intake::read_pdf(&args.pdf).await?;
    let target = args.output.clone().unwrap_or_else(|| default_target(&args.pdf));
    let is_printed = target == Path::new("-");
    let target = match is_printed {
        true => None,
        false => Some(target::check_text(&target, &intake::files(&args.pdf, &video), args.force)?),
    };
    let (context, _temporary) = Context::open_to_try(config)?;
    let context = context.allowing(&video.options);
    for folder in context.kept_folders() {
        target.iter().try_for_each(|target| target::check_outside(target, &folder))?;
    }
    let password = video.password.clone().or_else(pdf_password);
    let resources = context.resources(password)?;
    let options = video.options.seeded_by(&pdf);
    let pipeline = script_only(Stages::new(&options, &resources))?;
    let progress = Progress::start(is_printed);
    // Jobs of this kind need not outlive the command; what was read of the document stays for the video.
    let worker = WorkerId(format!("brainwrought-script-{}", std::process::id()));
    let engine = Engine::builder(pipeline)
        .artifact_store(Arc::clone(&context.artifacts))
        .settings(EngineSettings::new(worker, context.scratch_folder()))
        .events(progress.sink())
        .build()?;
    let name = args.pdf.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let submission = Submission::of_pdf(SCRIPT_PIPELINE, &name, pdf)
        .with_options(serde_json::to_value(&options)?)
        .with_max_cost(config.max_cost.0);
    let shutdown = crate::signals::shutdown()?;
    let made = engine.run_submission(submission, shutdown.clone()).await;
    progress.finish();
    let script = made?;
    let text = ScriptFile::new(&script).to_toml(&args.pdf.to_string_lossy());
    let Some(target) = target else {
        output::for_programs(text.trim_end());
        return Ok(());
    };
    target::write(&target, text.into(), &shutdown).await?;
    if target::is_standard_output(&target) {
        return Ok(());
    }
    let shown = target.path().display();
    for warning in &script.warnings {
        output::line(format!("note     {warning}"));
    }
    output::line(format!("script   {shown}"));
    output::line(format!("lines    {}, about {} s", script.lines().count(), script.target_ms / 1000));
    output::line(format!("video    brainwrought make {} --script {shown}", args.pdf.display()));
    Ok(())
}

/// Where the script of a file goes when nobody says where: its name with `.script.toml`, in the current folder.
fn default_target(pdf: &Path) -> PathBuf {
    let stem = pdf.file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{stem}.script.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_lies_beside_the_shell_and_not_beside_the_document() {
        assert_eq!(default_target(Path::new("/shelf/paper.v2.pdf")), Path::new("paper.v2.script.toml"));
    }
}
