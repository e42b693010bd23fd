//! What was typed about trends: a source by its name, or a file of one's own.

use std::path::Path;

use brainwrought_stages::script::{TrendChoice, TrendCommand, TrendFile};

use crate::exit::WrongCommand;
use crate::small_file;

/// A file larger than this is no list of phrases, in bytes.
const MAX_FILE_BYTES: u64 = 4_000_000;

/// Gives a text its meaning; reads the file where it names one.
pub(crate) fn choice(text: &str) -> Result<TrendChoice, WrongCommand> {
    if let Some(name) = text.strip_prefix("mcp:").and_then(assigned) {
        return Err(WrongCommand(format!(
            "trends: the command after `mcp:` sets {name}, which no shell reads; set the variable in the environment, and \
             name it in front of the program, without its value: mcp:$NAME program"
        )));
    }
    let wrong = match text.parse() {
        Ok(choice) => return Ok(choice),
        Err(error) => WrongCommand(format!("trends: {error}")),
    };
    let path = Path::new(text);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if !ending.is_some_and(|ending| TrendFile::ENDINGS.contains(&ending.as_str())) {
        return Err(wrong);
    }
    let unread = |reason: String| WrongCommand(format!("could not read {}: {reason}", path.display()));
    let bytes = small_file::read(path, MAX_FILE_BYTES).map_err(|error| unread(error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(TrendChoice::File(TrendFile::read(&name, &bytes)))
}

/// Tells which variable a command sets as a shell does, `NAME=value program`. It would be taken for the program, whose name
/// is stored. What was typed is repeated only where it is a name.
fn assigned(command: &str) -> Option<String> {
    let word = command.split_whitespace().find(|word| !word.starts_with('$'))?;
    let (name, _) = word.trim_start_matches(['\'', '"']).split_once('=')?;
    if name.contains('/') {
        return None;
    }
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    Some(if is_name { format!("`{name}`") } else { "a variable".to_owned() })
}

/// As [`choice`], for what was asked for a video: who asks others for trends needs a model that can use them.
pub(crate) fn chosen(text: &str, has_model: bool) -> Result<TrendChoice, WrongCommand> {
    let choice = choice(text)?;
    let asks = !matches!(choice, TrendChoice::Lexicon | TrendChoice::None | TrendChoice::File(_));
    if asks && !has_model {
        return Err(WrongCommand(format!(
            "--trends {choice} is for scripts that a language model writes; choose one with --llm"
        )));
    }
    Ok(choice)
}

/// The command that this machine starts for jobs, with the variables that it names, which `variable` looks up.
pub(crate) fn command(
    choice: &TrendChoice,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<TrendCommand> {
    TrendCommand::allow(choice, variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_sets_no_variables() {
        for typed in [
            "mcp:API_KEY=hush /bin/echo --api-key hush#t",
            "mcp:$OTHER API_KEY='hush hush' npx",
            "mcp: 'API_KEY=hush' npx",
            "mcp:\"API_KEY=hush/hush\" npx",
        ] {
            let told = choice(typed).unwrap_err().to_string();
            assert!(told.contains("sets `API_KEY`") && told.contains("mcp:$NAME program"), "{told}");
            assert!(!told.contains("hush"), "{told}");
        }
        let told = choice("mcp:SECRET34=SECRET35 /bin/echo").unwrap_err().to_string();
        assert!(told.contains("sets a variable") && !told.contains("SECRET"), "{told}");
        for fine in ["mcp:npx --key=value#t", "mcp:$API_KEY npx a=b", "mcp:/opt/a=b/run", "mcp:env A=b npx"] {
            assert!(choice(fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_file_is_read_and_what_is_nothing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slang.json");
        std::fs::write(&path, r#"[{"phrase":"no cap","meaning":"truly"}]"#).unwrap();
        let TrendChoice::File(file) = choice(path.to_str().unwrap()).unwrap() else { panic!("no file") };
        assert_eq!((file.name.as_str(), file.trends.len()), ("slang.json", 1));
        let endless = folder.path().join("endless.json");
        std::os::unix::fs::symlink("/dev/zero", &endless).unwrap();
        assert!(choice(endless.to_str().unwrap()).unwrap_err().to_string().contains("the limit"));
        // What a file lacks is for the report to tell.
        std::fs::write(&path, "nonsense").unwrap();
        let TrendChoice::File(file) = choice(path.to_str().unwrap()).unwrap() else { panic!("no file") };
        assert!(file.problem.is_some());
        assert!(choice("/nowhere/at/all.xml").is_err());
        assert!(choice("google").unwrap_err().to_string().contains("tavily"));
        assert!(chosen("tavily", false).unwrap_err().to_string().contains("--llm"));
        assert_eq!(chosen("tavily", true).unwrap(), TrendChoice::Tavily);
        assert_eq!(chosen("none", false).unwrap(), TrendChoice::None);
    }
}
