//! [`TrendChoice`]: where a user wants trends looked up.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::id::Digest;
use brainwrought_core::stage::StageContext;
use serde::{Deserialize, Serialize};
use url::Url;

use super::file::{FileTrends, TrendFile};
use super::lexicon::TrendLexicon;
use super::mcp;
use super::program::Program;
use super::source::{TrendError, TrendSource, TrendTopic};
use super::tavily::TavilyTrends;
use super::trend::Trend;
use crate::provider::{Address, Network, ProviderError, ProviderSettings, Secret, start_of};

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
    /// By an MCP server that is started as a program.
    Command(TrendProgram),
    /// By an MCP server at an address.
    Server(TrendServer),
    /// In a file of the user's.
    File(TrendFile),
}

/// An MCP server that is started as a program, and the name of its tool.
///
/// Its command may hold secrets, so it stays in memory. What is serialised, displayed and compared is the file name of the
/// program, the tool, and the start of the command's SHA-256, such as `npx#search@1f0c2a9b`; a machine that reads it back
/// starts its own command of that name, see [`TrendCommand`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct TrendProgram {
    name: String,
    command: Secret,
}

/// An MCP server at an address, and the name of its tool: `https://example.com/mcp#search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct TrendServer {
    address: Address,
    tool: Option<String>,
}

/// How much of a command's digest tells it from others.
const DIGEST_LETTERS: usize = 8;

/// The command that a machine lets jobs start, with the variables it gets. Whoever can write a job could else run what they
/// like on every worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendCommand {
    program: TrendProgram,
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
        let TrendChoice::Command(program) = choice else { return None };
        let known = |name: &String| Some((name.clone(), Secret::new(&variable(name)?)?));
        let variables = program.read()?.0.variables.iter().filter_map(known).collect();
        Some(Self { program: program.clone(), variables })
    }
}

impl TrendChoice {
    /// The name under which the key of an MCP server is kept in [`ProviderSettings::keys`].
    pub const SERVER_KEY: &str = super::source::SERVER_KEY;

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
                mcp::server(&self.to_string(), &server.address, server.tool.clone(), settings)
            }
            Self::Command(program) => self.program(program, settings, allowed),
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
        wanted: &TrendProgram,
        settings: &ProviderSettings,
        allowed: Option<&TrendCommand>,
    ) -> Result<Arc<dyn TrendSource>, TrendError> {
        let who = || self.to_string();
        if settings.network == Network::Off {
            return Err(TrendError::Offline { who: who() });
        }
        let Some(allowed) = allowed.filter(|allowed| allowed.program == *wanted) else {
            return Err(TrendError::NotAllowed { who: who() });
        };
        let (program, tool) = allowed
            .program
            .read()
            .ok_or_else(|| TrendError::unreadable(&who(), "no program is in the command"))?;
        let has = |name: &&String| !allowed.variables.iter().any(|(known, _)| known == *name);
        if let Some(variable) = program.variables.iter().find(has) {
            return Err(TrendError::NoVariable { who: program.to_string(), variable: variable.clone() });
        }
        mcp::program(&self.to_string(), program, tool, allowed.variables.clone())
    }
}

impl TrendProgram {
    /// Takes a command; nothing where no program is in it.
    fn new(command: &str) -> Option<Self> {
        let (line, tool) = split(command);
        let program = Program::read(line)?;
        let tool = tool.map_or_else(String::new, |tool| format!("#{tool}"));
        let digest = Digest::of(command.as_bytes());
        let name = format!("{program}{tool}@{}", &digest.as_str()[..DIGEST_LETTERS]);
        Some(Self { name, command: Secret::new(command)? })
    }

    /// The program and its tool.
    fn read(&self) -> Option<(Program, Option<String>)> {
        let (line, tool) = split(self.command.reveal());
        Some((Program::read(line)?, tool))
    }
}

impl TrendServer {
    /// The address of the server.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl fmt::Display for TrendProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for TrendProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TrendProgram").field(&self.name).finish()
    }
}

impl PartialEq for TrendProgram {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for TrendProgram {}

impl From<String> for TrendProgram {
    /// Reads what was stored: a name, or the whole command of a job from before commands were kept out of jobs.
    fn from(text: String) -> Self {
        let is_digest =
            |end: &str| end.len() == DIGEST_LETTERS && end.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_name = text.rsplit_once('@').is_some_and(|(_, end)| is_digest(end));
        let read = if is_name { None } else { Self::new(&text) };
        read.unwrap_or_else(|| Self { name: text, command: Secret::default() })
    }
}

impl From<TrendProgram> for String {
    fn from(program: TrendProgram) -> Self {
        program.name
    }
}

impl fmt::Display for TrendServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tool {
            Some(tool) => write!(f, "{}#{tool}", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl From<String> for TrendServer {
    fn from(text: String) -> Self {
        let (address, tool) = split(&text);
        Self { address: Address::new(address), tool }
    }
}

impl From<TrendServer> for String {
    fn from(server: TrendServer) -> Self {
        server.to_string()
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
        // A command or an address may hold secrets, and what is wrong with a text is shown.
        let wrong = || {
            let command = text.strip_prefix("mcp:").map(|_| "mcp:…".to_owned());
            NoSuchTrends(command.unwrap_or_else(|| start_of(text)))
        };
        match text {
            "lexicon" => return Ok(Self::Lexicon),
            "none" => return Ok(Self::None),
            "tavily" => return Ok(Self::Tavily),
            _ => {}
        }
        if let Some(command) = text.strip_prefix("mcp:") {
            return TrendProgram::new(command.trim()).map(Self::Command).ok_or_else(wrong);
        }
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Err(wrong());
        }
        let is_address = Url::parse(split(text).0).is_ok_and(|url| url.host().is_some());
        if is_address { Ok(Self::Server(TrendServer::from(text.to_owned()))) } else { Err(wrong()) }
    }
}

impl fmt::Display for TrendChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lexicon => f.write_str(TrendLexicon::NAME),
            Self::None => f.write_str("none"),
            Self::Tavily => f.write_str(TavilyTrends::NAME),
            Self::Command(program) => write!(f, "mcp:{program}"),
            Self::Server(server) => write!(f, "{server}"),
            Self::File(file) => f.write_str(&file.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_secrets_of_addresses_are_not_stored() {
        for (typed, stored) in [
            ("mcp:npx -y 'some server' --key=hush #search", r#"{"command":"npx#search@"#),
            ("mcp:$TAVILY_API_KEY /opt/bin/uvx tavily-mcp hush", r#"{"command":"uvx@"#),
            ("https://me:hush@host/mcp?key=hush#tool", r#"{"server":"https://***@host/mcp?key=***#tool"}"#),
        ] {
            let choice: TrendChoice = typed.parse().unwrap();
            let json = serde_json::to_string(&choice).unwrap();
            assert!(json.starts_with(stored), "{json}");
            assert!(!format!("{choice} {choice:?}").contains("hush"), "{choice:?}");
            assert_eq!(serde_json::from_str::<TrendChoice>(&json).unwrap(), choice);
        }
        // Jobs of earlier versions hold the whole command.
        let old = r#"{"command":"npx -y 'some server' --key=hush #search"}"#;
        let read: TrendChoice = serde_json::from_str(old).unwrap();
        assert!(read.to_string().starts_with("mcp:npx#search@"), "{read}");
        let other: TrendChoice = "mcp:npx -y 'other server' --key=hush #search".parse().unwrap();
        assert_ne!(read, other);
    }

    #[test]
    fn a_choice_is_what_was_typed() {
        for text in
            ["lexicon", "none", "tavily", "http://127.0.0.1:8080/mcp", "https://example.com/mcp#get_trends"]
        {
            let choice: TrendChoice = text.parse().unwrap();
            assert_eq!(choice.to_string(), text);
            let json = serde_json::to_string(&choice).unwrap();
            assert_eq!(serde_json::from_str::<TrendChoice>(&json).unwrap(), choice);
        }
        for wrong in
            ["", "google", "mcp:", "mcp:'hush", "http://", "https://me:hush@/mcp", "ftp://x", "x.json"]
        {
            let error = wrong.parse::<TrendChoice>().unwrap_err();
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        assert_eq!(split("run a#b c"), ("run a#b c", None));
        assert_eq!(split("run#tool"), ("run", Some("tool".to_owned())));
    }
}
