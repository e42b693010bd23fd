//! [`Program`]: the command of an MCP server, taken apart.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// The command of an MCP server: `$NAME… PROGRAM ARGUMENT…`, with quotes around what has spaces. The variables in front
/// are passed on to it by their names; it sees no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// The names of the variables that it gets.
    pub(super) variables: Vec<String>,
}

impl Program {
    /// Takes a command apart; nothing where no program is in it or a quote stays open.
    pub(super) fn read(command: &str) -> Option<Self> {
        let words = words(command)?;
        let is_variable = |word: &&String| word.starts_with('$') && word.len() > 1;
        let variables: Vec<String> = words
            .iter()
            .take_while(is_variable)
            .map(|word| word.trim_start_matches('$').to_owned())
            .collect();
        let mut rest = words.into_iter().skip(variables.len());
        let path = rest.next().filter(|path| !path.is_empty())?;
        Some(Self { path: path.into(), arguments: rest.map(OsString::from).collect(), variables })
    }
}

impl fmt::Display for Program {
    /// The name of the program alone: its arguments may be long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path.file_name().unwrap_or_default().to_string_lossy())
    }
}

fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in command.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => word.get_or_insert_default().push(letter),
            None if matches!(letter, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart() {
        let program = Program::read("$KEY $OTHER npx -y 'a server' \"\" x").unwrap();
        assert_eq!(program.path, PathBuf::from("npx"));
        assert_eq!(program.arguments, ["-y", "a server", "", "x"]);
        assert_eq!(program.variables, ["KEY", "OTHER"]);
        assert_eq!(Program::read("/usr/bin/server").unwrap().to_string(), "server");
        for wrong in ["", "  ", "$ONLY", "open 'quote", "''"] {
            assert_eq!(Program::read(wrong), None, "{wrong}");
        }
    }
}
