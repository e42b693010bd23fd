//! The folders of this crate form a tree: a test that names each `use` that points up or sideways.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each folder or file of `src`, and the ones it may use. A row may only name rows below it, so there is no circle.
const ARROWS: &[(&str, &[&str])] = &[
    // The façade: the default pipeline, what it costs, and edits of what it made.
    (
        "standard",
        &[
            "publish",
            "check",
            "assemble",
            "render",
            "visuals",
            "parse",
            "script",
            "audio",
            "llm",
            "gate",
            "frame",
            "background",
            "media",
            "text",
            "picture",
            "provider",
        ],
    ),
    // Stages. Each may use the ones before it in the pipeline for what they measure or write, never the ones after it.
    // What is signed is what the manifest says. Its tests sign a video that they encode.
    ("credentials", &["check", "assemble", "media", "picture"]),
    // A video goes to a place of the user's when it passed, and may replace one that `assemble` marked as its own.
    ("publish", &["check", "assemble", "media"]),
    // What was said and cited is measured the way the stages that wrote it understand it.
    ("check", &["assemble", "script", "audio", "gate", "frame", "media"]),
    ("assemble", &["audio", "media", "text", "picture", "provider", "licence"]),
    ("render", &["language", "gate", "frame", "background", "media", "text", "picture", "licence"]),
    // Pages are drawn in the child process of `parse`.
    (
        "visuals",
        &["parse", "icons", "gate", "frame", "background", "media", "text", "picture", "provider", "licence"],
    ),
    ("parse", &["language", "text", "picture", "child"]),
    ("script", &["direction", "icons", "language", "llm", "gate", "frame", "text", "provider", "child"]),
    ("audio", &["gate", "text", "provider", "child", "licence", "contained"]),
    // What is shown while a line is said, for whoever writes it.
    ("direction", &["icons", "language", "text"]),
    // What several stages stand on. Nothing below this line knows a stage.
    ("llm", &["provider"]),
    ("gate", &["frame"]),
    ("frame", &["language"]),
    ("background", &["picture"]),
    ("media", &["picture"]),
    ("text", &["picture"]),
    ("picture", &[]),
    ("provider", &[]),
    ("licence", &[]),
    // What words mean, as drawings.
    ("icons", &["language"]),
    // The words of languages, which parsing, writing and drawing look up.
    ("language", &[]),
    ("child", &[]),
    // Libraries that may give up on a file by a panic.
    ("contained", &[]),
    // What this build leaves out, for the errors of every folder.
    ("missing_feature", &[]),
];

#[test]
fn every_folder_uses_only_the_folders_below_it() {
    let source = source();
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for path in files(&source) {
        let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        let module = module_of(&name);
        let Some(folder) = module.first() else { continue };
        let Some((_, allowed)) = ARROWS.iter().find(|(row, _)| row == folder) else {
            faults
                .push(format!("src/{name}: `{folder}` has no row in `ARROWS`; give it a place in the tree"));
            continue;
        };
        for found in uses(&fs::read_to_string(&path).unwrap(), &module) {
            let is_known = ARROWS.iter().any(|(row, _)| *row == found.folder);
            if !is_known || found.folder == *folder {
                continue;
            }
            if allowed.contains(&found.folder.as_str()) {
                used.insert((folder.clone(), found.folder));
            } else {
                let (line, text) = (found.line, found.text);
                faults.push(format!("src/{name}:{line}: `{folder}` may not use `{}`: {text}", found.folder));
            }
        }
    }
    for (row, allowed) in ARROWS {
        let idle = allowed.iter().filter(|other| !used.contains(&((*row).to_owned(), (**other).to_owned())));
        faults.extend(
            idle.map(|other| format!("`{row}` may use `{other}` and does not; take it out of `ARROWS`")),
        );
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_rows_form_no_circle() {
    for (place, (row, allowed)) in ARROWS.iter().enumerate() {
        for other in *allowed {
            let below = ARROWS[place + 1..].iter().any(|(name, _)| name == other);
            assert!(below, "`{row}` names `{other}`, which does not stand below it");
        }
    }
}

#[test]
fn every_way_to_name_a_folder_is_found() {
    let text = "\
use crate::media::{probe, tags};
use crate::{
    gate::{Limits, rules},
    script::citations,
};
use super::super::visuals::Plan;
/// See [`crate::check::Check`].
fn inline() -> crate::text::Fonts {
    super::open()
}
mod tests {
    use super::*;
    use super::super::Timeline;
    use super::super::super::frame::FramePlan;
}
";
    let found: Vec<(usize, String)> = uses(text, &module_of("assemble/stage.rs"))
        .into_iter()
        .map(|use_| (use_.line, use_.folder))
        .collect();
    let expected = [
        (1, "media"),
        (2, "gate"),
        (2, "script"),
        (6, "visuals"),
        (8, "text"),
        (9, "assemble"),
        (12, "assemble"),
        (13, "assemble"),
        (14, "frame"),
    ];
    assert_eq!(found, expected.map(|(line, folder)| (line, folder.to_owned())));
    assert_eq!(module_of("llm/tests/mod.rs"), ["llm", "tests"]);
    assert_eq!(module_of("child.rs"), ["child"]);
}

/// A path that leads to a folder of this crate.
struct Use {
    line: usize,
    folder: String,
    text: String,
}

/// Finds every `crate::` and `super::` outside comments. Modules inside a file count by rustfmt's indentation.
fn uses(text: &str, module: &[String]) -> Vec<Use> {
    let mut found = Vec::new();
    // The indentation of each module that is open.
    let mut inside: Vec<usize> = Vec::new();
    let mut start = 0;
    for (number, line) in text.lines().enumerate() {
        let from = start;
        start += line.len() + 1;
        let code = line.trim_start();
        let indent = line.len() - code.len();
        if code == "}" && inside.last() == Some(&indent) {
            inside.pop();
        }
        if code.starts_with("//") {
            continue;
        }
        let mut add = |folder: String| {
            found.push(Use { line: number + 1, folder, text: code.to_owned() });
        };
        for (at, _) in line.match_indices("crate::").filter(|(at, _)| is_start(line, *at)) {
            targets(&text[from + at + "crate::".len()..]).into_iter().for_each(&mut add);
        }
        for (at, _) in line.match_indices("super::").filter(|(at, _)| is_start(line, *at)) {
            let mut rest = &text[from + at..];
            let mut up = 0;
            while let Some(after) = rest.strip_prefix("super::") {
                (rest, up) = (after, up + 1);
            }
            match (module.len() + inside.len()).checked_sub(up) {
                Some(0) => targets(rest).into_iter().for_each(&mut add),
                Some(_) => add(module[0].clone()),
                None => {}
            }
        }
        let is_module = code.trim_start_matches("pub(crate) ").starts_with("mod ") && code.ends_with('{');
        if is_module {
            inside.push(indent);
        }
    }
    found
}

/// True where a path begins: not inside a longer one, such as the second `super` of two, and not at `$crate`.
fn is_start(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    !before.is_some_and(|letter| letter.is_alphanumeric() || "_:$".contains(letter))
}

/// The first names of what follows `crate::`: one, or one for each entry in braces.
fn targets(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let Some(list) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut names, mut depth, mut from) = (Vec::new(), 1, 0);
    for (at, letter) in list.char_indices() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        if depth == 0 || (depth == 1 && letter == ',') {
            names.push(name(&list[from..at]));
            from = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The modules that lead to a file, from the crate's root.
fn module_of(name: &str) -> Vec<String> {
    let path = name.strip_suffix(".rs").unwrap();
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (folders, mut found): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found.extend(folders.iter().flat_map(|folder| files(folder)));
    found
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
