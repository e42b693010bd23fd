//! [`TrendFile`]: a file of the user's with expressions, as JSON, RSS or Atom.

use async_trait::async_trait;
use brainwrought_core::id::Digest;
use brainwrought_core::stage::StageContext;
use serde::{Deserialize, Serialize};

use super::source::{TrendError, TrendSource, TrendTopic};
use super::trend::Trend;
use super::{feed, listing};

/// The most entries of a file that are kept.
const MAX_ENTRIES: usize = 200;

/// What stands in a file of the user's. It travels with the job, so that every worker has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrendFile {
    /// Its name, without its folder.
    pub name: String,
    /// Tells one content from another.
    pub sha256: Digest,
    /// What stands in it.
    #[serde(default)]
    pub trends: Vec<Trend>,
    /// Why nothing could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl TrendFile {
    /// The endings of files that are taken.
    pub const ENDINGS: [&str; 5] = ["json", "xml", "rss", "atom", "rdf"];

    /// Reads the bytes of a JSON, RSS or Atom file. What cannot be read is a problem that the report will tell of.
    pub fn read(name: &str, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        let read =
            if text.starts_with('<') { feed::read(text, name) } else { listing::read_json(text, name) };
        let (trends, problem) = match read {
            // They are stored with the job, so they are cut here already.
            Ok(trends) => (trends.iter().filter_map(Trend::checked).take(MAX_ENTRIES).collect(), None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        Self { name: name.to_owned(), sha256: Digest::of(bytes), trends, problem }
    }
}

/// A file as a source.
#[derive(Debug)]
pub(super) struct FileTrends {
    name: String,
    file: TrendFile,
}

impl FileTrends {
    pub(super) fn new(file: TrendFile) -> Self {
        Self { name: format!("{}@{}", file.name, file.sha256), file }
    }
}

#[async_trait]
impl TrendSource for FileTrends {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fetch(&self, _: &TrendTopic, _: &StageContext) -> Result<Vec<Trend>, TrendError> {
        match &self.file.problem {
            Some(problem) => Err(TrendError::unreadable(&self.file.name, problem)),
            None => Ok(self.file.trends.clone()),
        }
    }
}
