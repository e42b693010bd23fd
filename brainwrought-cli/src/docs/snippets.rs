//! The snippets of documents: commands must be understood, files must be read, Rust must be an example that is compiled.

use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use super::{Document, documents, read, report, shell};
use crate::args::Args;
use crate::config_file::ConfigFile;

/// Stands for a job's id in documents.
const JOB_ID: &str = "JOB_ID";

/// What stands in front of a snippet that is a file of the examples.
const EXAMPLE: &str = "<!-- example: ";

/// Where snippets in TOML are styles of videos and no config files.
const STYLES: &str = "docs/guide/styles.md";

/// A block of code.
struct Snippet {
    /// The document and the line.
    place: String,
    language: String,
    text: String,
    /// The example that it shows, if it does.
    example: Option<String>,
}

fn snippets(document: &Document) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<Snippet> = None;
    let mut previous = "";
    for (number, line) in document.text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(language), None) => {
                let example = previous.strip_prefix(EXAMPLE).and_then(|rest| rest.strip_suffix(" -->"));
                open = Some(Snippet {
                    place: format!("{}:{}", document.name, number + 1),
                    language: language.to_owned(),
                    text: String::new(),
                    example: example.map(str::to_owned),
                });
            }
            (None, Some(snippet)) => {
                snippet.text.push_str(line);
                snippet.text.push('\n');
            }
            (None, None) => previous = line,
        }
    }
    assert!(open.is_none(), "{}: a block of code is not closed", document.name);
    found
}

/// The document with the text of each example below the comment that names it.
pub(super) fn with_examples(text: &str) -> String {
    let mut lines = text.lines();
    let mut whole = String::new();
    while let Some(line) = lines.next() {
        whole.push_str(line);
        whole.push('\n');
        let Some(path) = line.strip_prefix(EXAMPLE).and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let fence = lines.next().unwrap_or_default();
        assert_eq!(fence, "```rust", "a block of Rust must follow {line}");
        let example = read(Path::new(path));
        // It ends at its closing fence, whatever it holds now.
        lines.by_ref().find(|line| *line == "```").expect("the block is closed");
        whole.push_str(&format!("{fence}\n{}\n```\n", example.trim_end()));
    }
    whole
}

/// What is wrong with a command of ours; `None` when it is none, or nothing is. A text may leave out what is required.
fn fault(command: &[String], is_whole: bool) -> Option<String> {
    let is_fault = |kind: ErrorKind| match kind {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => false,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::TooFewValues => is_whole,
        _ => true,
    };
    match command.first()?.as_str() {
        "brainwrought" => {
            let id = "0".repeat(32);
            let words =
                command.iter().map(|word| if is_id(word) { id.as_str() } else { word }).collect::<Vec<_>>();
            let error = Args::try_parse_from(words).err().filter(|error| is_fault(error.kind()))?;
            Some(error.to_string().lines().next().unwrap_or_default().to_owned())
        }
        "make" => {
            let makefile = read(Path::new("Makefile"));
            let is_target = |name: &str| makefile.lines().any(|line| line.starts_with(&format!("{name}:")));
            let wrong = command[1..].iter().find(|word| !word.contains('=') && !is_target(word))?;
            Some(format!("the Makefile has no target `{wrong}`"))
        }
        "cargo" => {
            let name = command.iter().skip_while(|word| *word != "--example").nth(1)?;
            let is_there = super::root().join(format!("examples/{name}.rs")).is_file();
            (!is_there).then(|| format!("there is no example `{name}`"))
        }
        "curl" => {
            let address = command.iter().find(|word| word.starts_with("http://"))?;
            let path = address.trim_start_matches("http://").split_once('/')?.1.split('?').next()?;
            let path = format!("/{}", path.replace(JOB_ID, "{job_id}"));
            let is_there = !brainwrought_http::api_description()["paths"][path.as_str()].is_null();
            (!is_there).then(|| format!("the API has no `{path}`"))
        }
        _ => None,
    }
}

fn is_id(word: &str) -> bool {
    word == JOB_ID
        || word.ends_with('…')
            && word.len() > 3
            && word.trim_end_matches('…').chars().all(|c| c.is_ascii_hexdigit())
}

#[test]
fn every_command_of_the_documents_is_understood() {
    let mut count = 0;
    let mut faults = Vec::new();
    for snippet in documents().iter().flat_map(snippets).filter(|snippet| snippet.language == "sh") {
        for command in shell::commands(&snippet.text) {
            count += 1;
            let wrong = fault(&command, true);
            faults.extend(wrong.map(|wrong| format!("{}: `{}`: {wrong}", snippet.place, command.join(" "))));
        }
    }
    assert!(count > 50, "found {count} commands only: this looks in the wrong place");
    report(&faults);
}

#[test]
fn every_command_in_the_text_of_the_documents_is_understood() {
    let mut count = 0;
    let mut faults = Vec::new();
    for document in documents() {
        let mut is_code = false;
        for (number, line) in document.text.lines().enumerate() {
            is_code ^= line.starts_with("```");
            for text in line.split('`').skip(1).step_by(2).filter(|_| !is_code && !line.starts_with("```")) {
                for command in shell::commands(&text.replace("\\|", "|")) {
                    count += 1;
                    let wrong = fault(&command, false);
                    faults.extend(
                        wrong.map(|wrong| format!("{}:{}: `{text}`: {wrong}", document.name, number + 1)),
                    );
                }
            }
        }
    }
    assert!(count > 50, "found {count} commands only: this looks in the wrong place");
    report(&faults);
}

#[test]
fn every_example_of_the_help_is_understood() {
    fn help(command: &clap::Command) -> String {
        let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let below: Vec<String> = command.get_subcommands().map(help).collect();
        format!("{own}\n{}", below.join("\n"))
    }
    let text: Vec<String> =
        help(&Args::command()).split("\\\n").map(|part| part.trim_start().to_owned()).collect();
    let text = text.join("");
    // What stands behind two spaces explains the command.
    let lines = text.lines().map(|line| line.trim().split("  ").next().unwrap_or_default());
    let examples: Vec<Vec<String>> = lines.flat_map(shell::commands).collect();
    let examples: Vec<_> = examples.iter().filter(|words| words[0] == "brainwrought").collect();
    assert!(examples.len() > 40, "found {} examples only: this looks in the wrong place", examples.len());
    let wrong = |words: &&Vec<String>| Some(format!("`{}`: {}", words.join(" "), fault(words, true)?));
    report(&examples.iter().filter_map(wrong).collect::<Vec<_>>());
}

#[test]
fn every_config_file_of_the_documents_is_read() {
    let mut count = 0;
    let mut faults = Vec::new();
    let is_config = |snippet: &Snippet| snippet.language == "toml" && !snippet.place.starts_with(STYLES);
    for snippet in documents().iter().flat_map(snippets).filter(is_config) {
        count += 1;
        let wrong = ConfigFile::parse(&snippet.text, Path::new(crate::config_file::NAME)).err();
        faults.extend(wrong.map(|wrong| format!("{}: {wrong}", snippet.place)));
    }
    assert!(count > 2, "found {count} files only: this looks in the wrong place");
    report(&faults);
}

#[test]
fn every_style_of_the_documents_is_read() {
    let documents = documents();
    let is_style = |snippet: &Snippet| snippet.language == "toml" && snippet.place.starts_with(STYLES);
    let styles: Vec<Snippet> = documents.iter().flat_map(snippets).filter(is_style).collect();
    assert!(!styles.is_empty(), "this looks in the wrong place");
    let wrong = |snippet: &Snippet| {
        let wrong = snippet.text.parse::<brainwrought_stages::standard::Style>().err()?;
        Some(format!("{}: {wrong}", snippet.place))
    };
    report(&styles.iter().filter_map(wrong).collect::<Vec<_>>());
}

#[test]
fn every_other_snippet_of_the_documents_is_of_a_kind_that_is_checked() {
    let mut faults = Vec::new();
    let documents = documents();
    for document in &documents {
        let is_hidden = |line: &str| line.trim_start().starts_with("```") && !line.starts_with("```");
        let line = document.text.lines().position(is_hidden);
        faults.extend(
            line.map(|line| format!("{}:{}: an indented block is not checked", document.name, line + 1)),
        );
    }
    for snippet in documents.iter().flat_map(snippets) {
        match snippet.language.as_str() {
            // Shell and config files have tests of their own, plain text is nothing to run.
            "sh" | "toml" | "text" => {}
            "json" => {
                let wrong = serde_json::from_str::<serde_json::Value>(&snippet.text).err();
                faults.extend(wrong.map(|wrong| format!("{}: {wrong}", snippet.place)));
            }
            // The test of the embedding guide holds it against the file.
            "rust" if snippet.example.is_some() && snippet.place.starts_with("docs/embedding.md") => {}
            // The server's signatures are verified by it, in the tests of webhooks.
            "python" if snippet.place.starts_with("docs/guide/api.md") => {}
            other => faults.push(format!("{}: nothing checks a block of `{other}`", snippet.place)),
        }
    }
    report(&faults);
}
