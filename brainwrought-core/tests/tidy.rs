//! The house rules that a compiler does not check, each as a test that names the file and the line.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a file that are not tests.
const MAX_LINES: usize = 500;

/// What the top level may hold, besides dot files and what git ignores there.
const TOP_LEVEL: &[&str] = &[
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benches",
    "book.toml",
    "brainwrought-cli",
    "brainwrought-core",
    "brainwrought-http",
    "brainwrought-stages",
    "brainwrought-store",
    "clippy.toml",
    "docker-compose.yml",
    "docs",
    "examples",
    "rustfmt.toml",
    "scripts",
];

/// Documents and videos of users, who run the commands where they cloned the repository.
const USER_FILES: &[&str] = &["mp4", "pdf"];

/// Names that say nothing about what is inside.
const VAGUE_NAMES: &[&str] = &["common", "helpers", "misc", "models", "types", "util", "utils"];

/// Which of our crates each may depend on. Development dependencies count too, but for what tests share.
const ARROWS: &[(&str, &[&str])] = &[
    ("brainwrought-core", &[]),
    ("brainwrought-stages", &["brainwrought-core"]),
    ("brainwrought-store", &["brainwrought-core"]),
    ("brainwrought-http", &["brainwrought-core", "brainwrought-stages", "brainwrought-store"]),
    (
        "brainwrought-cli",
        &["brainwrought-core", "brainwrought-http", "brainwrought-stages", "brainwrought-store"],
    ),
];

/// What the tests of several crates share: nothing but tests may depend on it.
const TESTING: &str = "brainwrought-testing";

/// Texts that no file may hold, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("todo!(", "finish it, or leave it out"),
    ("unimplemented!(", "finish it, or leave it out"),
    ("#[ignore", "a test that does not run proves nothing"),
    ("#[should_panic", "assert the error instead"),
    ("files.pythonhosted.org", "packages come through their package manager"),
    ("pypi.org/", "packages come through their package manager"),
    ("registry.npmjs.org", "packages come through their package manager"),
    ("static.crates.io", "packages come through their package manager"),
    ("index.crates.io", "packages come through their package manager"),
    ("/work/", "a path of one machine"),
    ("/root/", "a path of one machine"),
    ("/home/", "a path of one machine"),
    ("/Users/", "a path of one machine"),
];

/// The files that are read by people or by a compiler.
const TEXT_EXTENSIONS: &[&str] =
    &["css", "html", "js", "json", "md", "py", "rs", "sh", "sql", "svg", "toml", "txt", "typ", "yaml", "yml"];

#[test]
fn every_source_file_opens_by_saying_what_it_holds() {
    let faults = sources().into_iter().filter(|file| !file.text.starts_with("//!")).map(|file| {
        format!("{}:1: does not open with `//!` and one sentence that says what lives here", file.name)
    });
    report(faults);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let faults = sources().into_iter().filter_map(|file| {
        let path = Path::new(&file.name);
        let names = path.with_extension("");
        let vague = names.iter().filter_map(|part| part.to_str()).find(|part| VAGUE_NAMES.contains(part))?;
        Some(format!("{}: `{vague}` says nothing; name it after what it defines", file.name))
    });
    report(faults);
}

#[test]
fn no_file_grows_too_long() {
    let faults = sources().into_iter().filter(|file| !file.is_test()).filter_map(|file| {
        let lines = file.text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        (lines > MAX_LINES).then(|| {
            format!("{}:{lines}: more than {MAX_LINES} lines without tests; split it by noun", file.name)
        })
    });
    report(faults);
}

/// They show how little it takes, so they are measured in the form that they are formatted to.
#[test]
fn the_examples_that_are_read_first_stay_short() {
    for (name, most) in [("durable_pipeline", 40), ("own_stages", 60)] {
        let lines = read(&root().join(format!("examples/{name}.rs"))).lines().count();
        assert!(lines <= most, "examples/{name}.rs has {lines} lines, at most {most} are wanted");
    }
}

#[test]
fn no_folder_holds_one_file() {
    let sources = sources();
    let faults = sources.iter().filter(|file| file.name.ends_with("/mod.rs")).filter_map(|file| {
        let folder = file.name.strip_suffix("mod.rs")?;
        let siblings = sources.iter().filter(|other| other.name.starts_with(folder)).count();
        (siblings == 1).then(|| format!("{}: a folder of one file; make it a leaf", file.name))
    });
    report(faults);
}

#[test]
fn the_top_level_is_closed() {
    let ignored = read(&root().join(".gitignore"));
    let ignored: BTreeSet<&str> = ignored.lines().filter_map(|line| line.strip_prefix('/')).collect();
    let faults = children(&root()).into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.to_owned();
        let is_users = path.is_file() && USER_FILES.contains(&extension(&path));
        let is_known = name.starts_with('.') || TOP_LEVEL.contains(&name.as_str());
        let fault = !is_known && !is_users && !ignored.contains(name.as_str());
        fault.then(|| format!("{name}: not one of the entries that the top level may hold"))
    });
    report(faults);
}

#[test]
fn dependencies_point_one_way() {
    let mut faults = Vec::new();
    for (name, allowed) in ARROWS {
        let manifest = read(&root().join(name).join("Cargo.toml"));
        let (mut in_dependencies, mut is_for_tests) = (false, false);
        for (number, line) in manifest.lines().enumerate() {
            // A dependency is a line of a table, or a table of its own: `[dependencies.name]`.
            let line = match line.strip_prefix('[') {
                Some(table) => {
                    in_dependencies = table.contains("dependencies");
                    is_for_tests = table.starts_with("dev-dependencies");
                    table.rsplit('.').next().unwrap_or(table)
                }
                None => line,
            };
            let key: String =
                line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
            // A crate may name itself, to turn its own features on for its tests.
            if in_dependencies
                && key.starts_with("brainwrought-")
                && key != *name
                && !(is_for_tests && key == TESTING)
                && !allowed.contains(&key.as_str())
            {
                faults.push(format!("{name}/Cargo.toml:{}: {name} may not depend on {key}", number + 1));
            }
        }
    }
    report(faults);
}

#[test]
fn no_text_holds_what_must_not_be_published() {
    let mut faults = Vec::new();
    for file in texts() {
        // This file holds the list itself, the lock file the name of the registry.
        if file.name.ends_with("tests/tidy.rs") || file.name == "Cargo.lock" {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            for (text, why) in FORBIDDEN {
                if line.contains(text) {
                    faults.push(format!("{}:{}: `{text}`: {why}", file.name, number + 1));
                }
            }
            let is_bare = |mark: &str| line.contains(mark) && !line.contains(&format!("{mark}(#"));
            if is_bare("TODO") || is_bare("FIXME") {
                faults.push(format!("{}:{}: a `TODO` without the number of an issue", file.name, number + 1));
            }
        }
    }
    report(faults);
}

#[test]
fn every_line_ends_where_its_text_ends() {
    let mut faults = Vec::new();
    for file in texts() {
        let is_golden = file.name.ends_with(".stderr") || file.name.contains("/cases/");
        for (number, line) in file.text.lines().enumerate() {
            // Two spaces break a line in Markdown, so that they may be meant.
            let trailing = line.ends_with([' ', '\t']) && !file.name.ends_with(".md");
            if trailing && !is_golden {
                faults.push(format!("{}:{}: white space at the end of the line", file.name, number + 1));
            }
        }
    }
    report(faults);
}

#[test]
fn every_bundled_asset_has_its_licence_recorded() {
    let mut faults = Vec::new();
    for path in files(&root()) {
        let name = relative(&path);
        let Some((package, asset)) = name.split_once("/assets/") else { continue };
        if asset == "LICENSES.md" {
            continue;
        }
        let record = root().join(package).join("assets/LICENSES.md");
        let licences = if record.is_file() { read(&record) } else { String::new() };
        // A whole folder may be recorded at once, as `folder/`.
        let folders = Path::new(asset).ancestors().skip(1).filter_map(Path::to_str).filter(|f| !f.is_empty());
        let is_recorded = licences.contains(&format!("`{asset}`"))
            || folders.into_iter().any(|folder| licences.contains(&format!("`{folder}/`")));
        if !is_recorded {
            faults
                .push(format!("{name}: {package}/assets/LICENSES.md does not name `{asset}` or its folder"));
        }
    }
    report(faults);
}

#[test]
fn every_link_in_a_document_leads_somewhere() {
    let mut faults = Vec::new();
    for file in texts().into_iter().filter(|file| file.name.ends_with(".md")) {
        let folder = root().join(&file.name).parent().unwrap().to_owned();
        for (number, line) in prose(&file.text) {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
                if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                    continue;
                }
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { root().join(&file.name) } else { folder.join(path) };
                if !target.exists() {
                    faults.push(format!("{}:{number}: `{path}` does not exist", file.name));
                } else if !anchor.is_empty() && !anchors(&read(&target)).contains(anchor) {
                    faults.push(format!("{}:{number}: `{link}` names no heading", file.name));
                }
            }
        }
    }
    report(faults);
}

#[test]
fn every_path_in_a_document_exists() {
    let mut count = 0;
    let mut faults = Vec::new();
    for file in documents() {
        for (number, line) in prose(&file.text) {
            for path in line.split('`').skip(1).step_by(2) {
                let first = path.split('/').next().unwrap_or_default();
                let is_path = path.contains('/') && !path.contains([' ', '<', '*', '…']);
                if !is_path || !TOP_LEVEL.contains(&first) {
                    continue;
                }
                count += 1;
                if !root().join(path).exists() && !is_feature(path) {
                    faults.push(format!("{}:{number}: `{path}` does not exist", file.name));
                }
            }
        }
    }
    assert!(count > 20, "found {count} paths only: this test looks in the wrong place");
    report(faults);
}

#[test]
fn every_document_stands_in_the_summary() {
    let summary = read(&root().join("docs/SUMMARY.md"));
    let documents =
        documents().into_iter().filter_map(|file| Some(file.name.strip_prefix("docs/")?.to_owned()));
    let faults = documents
        .filter(|name| name != "SUMMARY.md" && !summary.contains(&format!("]({name})")))
        .map(|name| format!("docs/SUMMARY.md: does not list {name}"));
    report(faults);
}

/// The most lines of the README: what a visitor reads before the first try. The rest belongs into `docs`.
const MAX_README_LINES: usize = 130;

#[test]
fn the_readme_stays_short() {
    let lines = read(&root().join("README.md")).lines().count();
    assert!(lines <= MAX_README_LINES, "README.md has {lines} lines; move what is not for visitors to docs/");
}

#[test]
fn anchors_are_those_of_github() {
    let found =
        anchors("# What's `a_b` for?\n\n```sh\n# no heading\n```\n\n## A\n\n## A\n\n## `[prices.NAME]`\n");
    let expected = ["whats-a_b-for", "a", "a-1", "pricesname"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}

/// The documents for readers, at the top level and below `docs`.
fn documents() -> Vec<Source> {
    let mut documents = texts();
    documents.retain(|file| {
        let is_top = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].contains(&file.name.as_str());
        is_top || file.name.starts_with("docs/") && file.name.ends_with(".md")
    });
    assert!(documents.len() > 10, "found {} documents only: this looks in the wrong place", documents.len());
    documents
}

/// The lines of a document outside its blocks of code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((number + 1, line))
    })
}

/// The names that GitHub and mdBook give the headings of a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in prose(text).filter(|(_, line)| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let name: String = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let is_new = found.insert(name.clone());
        if !is_new {
            let next = (1..).map(|number| format!("{name}-{number}")).find(|name| !found.contains(name));
            found.extend(next);
        }
    }
    found
}

/// Tells whether this is a cargo feature of one of our crates, such as `brainwrought-cli/otlp`.
fn is_feature(text: &str) -> bool {
    let Some((package, feature)) = text.split_once('/') else { return false };
    let manifest = root().join(package).join("Cargo.toml");
    manifest.is_file() && read(&manifest).contains(&format!("\n{feature} = ["))
}

/// A file and its text, with its path from the top level.
struct Source {
    name: String,
    text: String,
}

impl Source {
    fn is_test(&self) -> bool {
        self.name.contains("/tests/") || self.name.ends_with("/tests.rs")
    }
}

/// Every Rust file.
fn sources() -> Vec<Source> {
    let mut sources = texts();
    sources.retain(|file| file.name.ends_with(".rs"));
    assert!(sources.len() > 20, "found {} files only: this test looks in the wrong place", sources.len());
    sources
}

/// Every file that is read by people or by a compiler.
fn texts() -> Vec<Source> {
    files(&root())
        .into_iter()
        .filter(|path| {
            let is_named = ["Makefile", "Dockerfile", "run"].iter().any(|name| path.ends_with(name));
            is_named || TEXT_EXTENSIONS.contains(&extension(path))
        })
        .map(|path| Source { name: relative(&path), text: read(&path) })
        .collect()
}

/// Every file under `folder`, in the order of names, without what git keeps, what is built and what users make.
fn files(folder: &Path) -> Vec<PathBuf> {
    const SKIPPED: &[&str] = &[".assets", ".git", "data", "target"];
    let is_top = folder == root();
    let mut found = Vec::new();
    for path in children(folder) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Deeper down these may be real folders: the data that travels between stages lives in one of them.
        if is_top && SKIPPED.contains(&name) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn report(faults: impl IntoIterator<Item = String>) {
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
