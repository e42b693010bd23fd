//! [`TrendChoice`]: where a user wants trends looked up.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::purse::Cost;
use brainwrought_core::stage::StageContext;
use serde::{Deserialize, Serialize};
use url::Url;

use super::file::{FileTrends, TrendFile};
use super::lexicon::TrendLexicon;
use super::mcp::{McpProgramTrends, McpServerTrends};
use super::program::Program;
use super::source::{TrendError, TrendSource, TrendTopic};
use super::tavily::TavilyTrends;
use super::trend::Trend;
use crate::provider::{Network, ProviderError, ProviderSettings, Secret};

/// Where trends are looked up. It is stored with the job, without any secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TrendChoice {
    /// In the built-in lexicon.
    #[default]
    Lexicon,
    /// Nowhere.
    None,
    /// In the web, by Tavily.
    Tavily,
    /// By an MCP server that is started as a program: its command, and after a `#` the name of its tool.
    Command(String),
    /// By an MCP server at an address: the address, and after a `#` the name of its tool.
    Server(String),
    /// In a file of the user's.
    File(TrendFile),
}

/// The command that a machine lets jobs start, with the variables it gets. Whoever can write a job could else run what they
/// like on every worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendCommand {
    command: String,
    variables: Vec<(String, Secret)>,
}

/// A text names no source of trends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no source of trends; give lexicon, none, tavily, mcp:COMMAND, the address of an MCP server, \
     http://127.0.0.1:8080/mcp, or a JSON, RSS or Atom file"
)]
pub struct NoSuchTrends(String);

impl TrendCommand {
    /// Allows the command of a choice, if it is one; `variable` reads the environment.
    pub fn allow(choice: &TrendChoice, variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let TrendChoice::Command(command) = choice else { return None };
        let program = Program::read(split(command).0)?;
        let known = |name: &String| Some((name.clone(), Secret::new(&variable(name)?)?));
        let variables = program.variables.iter().filter_map(known).collect();
        Some(Self { command: command.clone(), variables })
    }
}

impl TrendChoice {
    /// The name under which the key of an MCP server is kept in [`ProviderSettings::keys`].
    pub const SERVER_KEY: &str = "trends";

    /// Prepares the source as far as this machine can; nothing where no trends are wanted. Opens no connection. What is
    /// missing is said when the source is asked, and the lexicon is used then.
    pub fn open(
        &self,
        settings: &ProviderSettings,
        allowed: Option<&TrendCommand>,
    ) -> Option<Arc<dyn TrendSource>> {
        let opened: Result<Arc<dyn TrendSource>, TrendError> = match self {
            Self::None => return None,
            Self::Lexicon => Ok(Arc::new(TrendLexicon)),
            Self::File(file) => Ok(Arc::new(FileTrends::new(file.clone()))),
            Self::Tavily => {
                TavilyTrends::new(settings).map(|source| Arc::new(source) as _).map_err(Into::into)
            }
            Self::Server(server) => {
                let (url, tool) = split(server);
                McpServerTrends::new(self.to_string(), url.to_owned(), tool, settings)
                    .map(|source| Arc::new(source) as _)
                    .map_err(Into::into)
            }
            Self::Command(command) => {
                self.program(command, settings, allowed).map(|source| Arc::new(source) as _)
            }
        };
        let name = || self.to_string();
        Some(opened.unwrap_or_else(|error| Arc::new(Closed { name: name(), error: Arc::new(error) })))
    }

    /// Tells who would be paid for looking trends up, and how much for one time, if anybody knows; nobody where it costs
    /// nothing. Needs neither a key nor the network.
    ///
    /// # Errors
    ///
    /// Fails when the address of the provider is none.
    pub fn quote(
        &self,
        settings: &ProviderSettings,
    ) -> Result<Option<(String, Option<Cost>)>, ProviderError> {
        let Self::Tavily = self else { return Ok(None) };
        let one = TavilyTrends::new(&settings.for_quotes())?.one_search();
        Ok((one != Some(Cost::FREE)).then(|| (TavilyTrends::priced(), one)))
    }

    fn program(
        &self,
        command: &str,
        settings: &ProviderSettings,
        allowed: Option<&TrendCommand>,
    ) -> Result<McpProgramTrends, TrendError> {
        let (line, tool) = split(command);
        let who = || self.to_string();
        let program = Program::read(line)
            .ok_or_else(|| TrendError::unreadable(&who(), "no program is in the command"))?;
        if settings.network == Network::Off {
            return Err(TrendError::Offline { who: program.to_string() });
        }
        let Some(allowed) = allowed.filter(|allowed| allowed.command == command) else {
            return Err(TrendError::NotAllowed { who: program.to_string() });
        };
        let has = |name: &&String| !allowed.variables.iter().any(|(known, _)| known == *name);
        if let Some(variable) = program.variables.iter().find(has) {
            return Err(TrendError::NoVariable { who: program.to_string(), variable: variable.clone() });
        }
        Ok(McpProgramTrends::new(self.to_string(), program, tool, allowed.variables.clone()))
    }
}

/// Parts a command or an address from the name of a tool behind the last `#`.
fn split(text: &str) -> (&str, Option<String>) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    match text.rsplit_once('#') {
        Some((front, tool)) if !tool.is_empty() && tool.chars().all(is_name) => {
            (front.trim_end(), Some(tool.to_owned()))
        }
        _ => (text, None),
    }
}

/// A source that cannot be opened here.
#[derive(Debug)]
struct Closed {
    name: String,
    error: Arc<TrendError>,
}

#[async_trait]
impl TrendSource for Closed {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fetch(&self, _: &TrendTopic, _: &StageContext) -> Result<Vec<Trend>, TrendError> {
        Err(TrendError::Unopened(Arc::clone(&self.error)))
    }
}

impl FromStr for TrendChoice {
    type Err = NoSuchTrends;

    /// Reads everything but the name of a file, whose bytes [`TrendFile::read`] takes.
    fn from_str(text: &str) -> Result<Self, NoSuchTrends> {
        let wrong = || NoSuchTrends(text.to_owned());
        match text {
            "lexicon" => return Ok(Self::Lexicon),
            "none" => return Ok(Self::None),
            "tavily" => return Ok(Self::Tavily),
            _ => {}
        }
        if let Some(command) = text.strip_prefix("mcp:") {
            let command = command.trim();
            return Program::read(split(command).0)
                .map(|_| Self::Command(command.to_owned()))
                .ok_or_else(wrong);
        }
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Err(wrong());
        }
        let url = Url::parse(split(text).0).map_err(|_| wrong())?;
        // It is stored with the job and shown, so no password may be in it.
        if url.host().is_none() || !url.username().is_empty() || url.password().is_some() {
            return Err(NoSuchTrends("an address with a password".to_owned()));
        }
        Ok(Self::Server(text.to_owned()))
    }
}

impl fmt::Display for TrendChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lexicon => f.write_str(TrendLexicon::NAME),
            Self::None => f.write_str("none"),
            Self::Tavily => f.write_str(TavilyTrends::NAME),
            Self::Command(command) => write!(f, "mcp:{command}"),
            Self::Server(server) => f.write_str(server),
            Self::File(file) => f.write_str(&file.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_what_was_typed() {
        for text in [
            "lexicon",
            "none",
            "tavily",
            "mcp:npx -y 'some server' #search",
            "mcp:$TAVILY_API_KEY uvx tavily-mcp",
            "http://127.0.0.1:8080/mcp",
            "https://example.com/mcp#get_trends",
        ] {
            let choice: TrendChoice = text.parse().unwrap();
            assert_eq!(choice.to_string(), text);
            let json = serde_json::to_string(&choice).unwrap();
            assert_eq!(serde_json::from_str::<TrendChoice>(&json).unwrap(), choice);
        }
        for wrong in
            ["", "google", "mcp:", "mcp:'x", "http://", "https://me:hush@host/mcp", "ftp://x", "x.json"]
        {
            let error = wrong.parse::<TrendChoice>().unwrap_err();
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        assert_eq!(split("run a#b c"), ("run a#b c", None));
        assert_eq!(split("run#tool"), ("run", Some("tool".to_owned())));
    }
}
