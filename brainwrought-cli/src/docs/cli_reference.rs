//! The reference of the command line, from what clap knows.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};

use super::markdown::{code, table};
use crate::args::Args;

/// How the reference begins.
const INTRODUCTION: &str = "# Command line

Arguments win over environment variables, these over the [config file](config.md), and that over defaults.

## Commands

COMMANDS## Exit codes

| code | meaning |
| --- | --- |
| 0 | The command succeeded. |
| 1 | The job failed, or the result could not be printed. |
| 2 | The command line, the environment or the config file was wrong. |
| 3 | A store could not be reached, or it or the scratch folder is full. |
| 130 | Interrupted; finished steps are kept. |
| 141 | The reader of standard output closed it. |

## Global options

Every command takes these.

";

/// Renders the whole document.
pub(super) fn render() -> String {
    let mut root = Args::command();
    root.build();
    let introduction = INTRODUCTION.replace("COMMANDS", &overview(&root));
    let mut text = format!("{}\n{introduction}", super::NOTE);
    text.push_str(&options(&root, |_| true));
    for command in root.get_subcommands() {
        section(command, "brainwrought", 2, &mut text);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// All commands with a link to the section of each.
fn overview(root: &Command) -> String {
    let commands = root.get_subcommands().filter(|command| command.get_name() != "help");
    let rows: Vec<Vec<String>> = commands
        .map(|command| {
            let name = command.get_name();
            vec![format!("[`{name}`](#brainwrought-{name})"), about(command)]
        })
        .collect();
    table(&["command", "what it does"], &rows)
}

fn about(command: &Command) -> String {
    command.get_about().map(|about| format!("{about}.")).unwrap_or_default()
}

fn section(command: &Command, parent: &str, level: usize, text: &mut String) {
    if command.get_name() == "help" {
        return;
    }
    let name = format!("{parent} {}", command.get_name());
    let _ = write!(text, "{} {name}\n\n{}\n\n", "#".repeat(level), about(command));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let usage =
        if usage.starts_with("brainwrought") { usage.to_owned() } else { format!("{parent} {usage}") };
    let _ = write!(text, "```text\n{usage}\n```\n\n");
    text.push_str(&arguments(command));
    // What holds for a command and those below it is listed once, with the command that defines it.
    let is_defined_here = |arg: &Arg| !arg.is_global_set() || command.has_subcommands();
    text.push_str(&options(command, is_defined_here));
    if let Some(after) = command.get_after_help() {
        let _ = write!(text, "```text\n{}\n```\n\n", after.to_string().trim_end());
    }
    for command in command.get_subcommands() {
        section(command, &name, level + 1, text);
    }
}

fn arguments(command: &Command) -> String {
    let rows: Vec<Vec<String>> =
        command.get_positionals().map(|arg| vec![code(&value(arg)), meaning(arg)]).collect();
    table(&["argument", "meaning"], &rows)
}

fn options(command: &Command, is_listed: impl Fn(&Arg) -> bool) -> String {
    let is_root = command.get_name() == "brainwrought";
    let global = |arg: &Arg| Args::command().get_arguments().any(|other| other.get_id() == arg.get_id());
    let rows: Vec<Vec<String>> = command
        .get_opts()
        .chain(command.get_arguments().filter(|arg| !arg.is_positional() && !takes_value(arg)))
        .filter(|arg| !arg.is_hide_set() && !["help", "version"].contains(&arg.get_id().as_str()))
        .filter(|arg| is_listed(arg) && (is_root || !global(arg)))
        .fold(Vec::new(), |mut found: Vec<&Arg>, arg| {
            // Options that take a value come from both.
            if !found.iter().any(|other| other.get_id() == arg.get_id()) {
                found.push(arg);
            }
            found
        })
        .into_iter()
        .map(|arg| vec![code(&flags(arg)), meaning(arg)])
        .collect();
    table(&["option", "meaning"], &rows)
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn flags(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names = short.into_iter().chain(long).collect::<Vec<_>>().join(", ");
    if takes_value(arg) { format!("{names} {}", value(arg)) } else { names }
}

/// What stands for the value, as `--help` writes it.
fn value(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let text = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let least = arg.get_num_args().map_or(1, |range| range.min_values());
    if least == 0 || (arg.is_positional() && !arg.is_required_set()) { format!("[{text}]") } else { text }
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    // A default in brackets closes the sentence.
    let (help, said) = match help.split_once(" [default: ") {
        Some((help, default)) => (help.to_owned(), Some(default.trim_end_matches(']').to_owned())),
        None => (help, None),
    };
    let mut text = format!("{}.", help.trim_end_matches('.'));
    let choices: Vec<String> = if takes_value(arg) {
        let choices = arg.get_possible_values();
        choices.iter().filter(|choice| !choice.is_hide_set()).map(choice_of).collect()
    } else {
        Vec::new()
    };
    if !choices.is_empty() {
        let _ = write!(text, " Values: {}.", choices.join("; "));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if let Some(said) = said {
        let _ = write!(text, " Default: {said}.");
    } else if takes_value(arg) && !defaults.is_empty() {
        let _ = write!(text, " Default: `{}`.", defaults.join(" "));
    }
    text
}

fn choice_of(choice: &clap::builder::PossibleValue) -> String {
    match choice.get_help() {
        Some(help) => format!("`{}` ({})", choice.get_name(), help.to_string().trim_end_matches('.')),
        None => code(choice.get_name()),
    }
}

#[test]
fn help_names_every_background() {
    let help = render();
    let line = help.lines().find(|line| line.contains("--background")).unwrap();
    for style in brainwrought_stages::standard::background_styles() {
        assert!(line.contains(&code(style)), "{style} is missing: {line}");
    }
}
