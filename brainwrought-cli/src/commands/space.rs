//! `space`: puts the server into a Space at the Hugging Face Hub.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use brainwrought_store::{HubSpace, SpaceRun};
use bytes::Bytes;
use serde_json::json;

use crate::args::SpaceArgs;
use crate::config::{Config, variable};
use crate::exit::WrongCommand;
use crate::output;

/// What of a checkout the image is built from. Whole crates go along, for Cargo reads every member of the workspace.
const SOURCES: [&str; 12] = [
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "benches",
    "brainwrought-cli",
    "brainwrought-core",
    "brainwrought-http",
    "brainwrought-stages",
    "brainwrought-store",
    "scripts",
];

/// Only the example paper is needed, but the examples are a member of the workspace too.
const EXAMPLES: &str = "examples";

/// The Space's front page, whose head tells the Hub how to build and run it.
const CARD: &str = "scripts/space.md";

/// Uploads a checkout, and makes the Space run as it should.
pub(crate) async fn run(config: &Config, args: SpaceArgs) -> anyhow::Result<()> {
    let files = files(&args.source)?;
    if args.dry_run {
        output::line(files.keys().map(String::as_str).collect::<Vec<_>>().join("\n"));
        return Ok(());
    }
    let mut run = SpaceRun::default();
    run.hardware.clone_from(&args.hardware);
    run.sleep_seconds = args.sleep_time;
    run.variables = args.variables.iter().cloned().collect();
    for name in &args.secrets {
        let missing =
            || WrongCommand(format!("--secret {name} takes its value from ${name}, which is not set"));
        run.secrets.insert(name.clone(), variable(name).ok_or_else(missing)?);
    }
    let space = HubSpace::new(&args.repo, args.public, &config.options)?;
    let done = space.deploy(files, &run).await?;
    if args.json {
        output::json(&json!({ "url": done.url, "commit": done.commit, "changed": done.changed }));
    } else {
        output::line(done.url);
    }
    Ok(())
}

/// Reads what the image is built from, by path. Names that begin with a dot, and what a build leaves, stay here.
fn files(source: &Path) -> anyhow::Result<BTreeMap<String, Bytes>> {
    let missing = |name: &str| {
        WrongCommand(format!(
            "{} has no {name}; name a checkout of Brainwrought with --source",
            source.display()
        ))
    };
    let mut files = BTreeMap::new();
    for name in SOURCES.into_iter().chain([EXAMPLES]) {
        let path = source.join(name);
        let kind = path.symlink_metadata().map_err(|_| missing(name))?;
        if kind.is_dir() {
            read_folder(&path, name, &mut files)?;
        } else {
            files.insert(name.to_owned(), read(&path)?);
        }
    }
    let card = files.remove(CARD).ok_or_else(|| missing(CARD))?;
    files.insert("README.md".to_owned(), card);
    Ok(files)
}

fn read_folder(folder: &Path, name: &str, files: &mut BTreeMap<String, Bytes>) -> anyhow::Result<()> {
    let entries = folder.read_dir().with_context(|| format!("could not read {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("could not read {}", folder.display()))?;
        let Ok(file_name) = entry.file_name().into_string() else { continue };
        if file_name.starts_with('.') || file_name == "target" {
            continue;
        }
        let (path, name) = (entry.path(), format!("{name}/{file_name}"));
        // What a link leads to may lie outside.
        match entry.file_type()? {
            kind if kind.is_dir() => read_folder(&path, &name, files)?,
            kind if kind.is_file() => drop(files.insert(name, read(&path)?)),
            _ => {}
        }
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Bytes> {
    Ok(std::fs::read(path).with_context(|| format!("could not read {}", path.display()))?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_has_what_the_image_is_built_from() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = files(&source).unwrap();
        let text = |name: &str| String::from_utf8(files[name].to_vec()).unwrap();
        let card = text("README.md");
        let head = card.strip_prefix("---\n").unwrap().split("\n---\n").next().unwrap();
        for line in ["sdk: docker", "app_port: 7860", "license: apache-2.0"] {
            assert!(head.lines().any(|found| found == line), "{line} in {head}");
        }
        assert!(text("Dockerfile").contains("USER 1000") && text("Dockerfile").contains("EXPOSE 7860"));
        for member in text("Cargo.toml").lines().filter_map(|line| line.trim().strip_prefix('"')) {
            let member = member.trim_end_matches("\",");
            assert!(files.contains_key(&format!("{member}/Cargo.toml")), "{member}");
        }
        assert!(files.keys().all(|name| !name.contains("/.") && !name.contains("target/")));
        assert!(super::files(Path::new("/nowhere")).is_err());
    }
}
