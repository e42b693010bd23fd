//! [`HttpSettings`]: what a server allows, to whom and for how long.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use brainwrought_core::id::Digest;
use brainwrought_core::purse::Cost;
use brainwrought_stages::llm::LlmChoice;
use brainwrought_stages::script::TrendChoice;
use brainwrought_stages::visuals::{MemesBy, Pictures};

use crate::{Example, Webhooks};

/// What a server allows, to whom and for how long. The defaults are for strangers on the other side.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HttpSettings {
    /// The folder that gets `<job_id>/input.pdf`; uploads pass through it too.
    pub inputs: PathBuf,
    /// The folder with `<job_id>/video.mp4`. What is not there is fetched from the artifact store.
    pub outputs: PathBuf,
    /// Who may list all jobs.
    pub operators: Operators,
    /// The names that the server answers to in `Host`, without a port; `None` means any. A short list keeps foreign
    /// pages from reaching a server on this machine by a name of their own.
    pub hosts: Option<Vec<String>>,
    /// The origins that may show the page in a frame; usually none.
    pub frame_ancestors: Vec<String>,
    /// How many proxies stand in front and append to `X-Forwarded-For`. With 0 the header is not believed.
    pub proxies: usize,
    /// Finished videos that the start page shows.
    pub examples: Vec<Example>,
    /// The language model that writes the scripts of all jobs; without one, they are written offline. It is the server's
    /// to choose, because it is the server's key that pays.
    pub llm: Option<LlmChoice>,
    /// The most that providers may be paid for one job; a client may ask for less. `None` is no limit.
    pub max_cost: Option<Cost>,
    /// Where the slang of scripts is looked up; the server's to choose, as the model is.
    pub trends: TrendChoice,
    /// Where pictures come from that scripts ask for; the server's to choose, as the model is. `None` is nowhere.
    pub pictures: Option<Pictures>,
    /// Who draws memes; the server's to choose, because it is the server's account.
    pub memes_by: MemesBy,
    /// How long a job that is over stays, with its PDF and its video; `None` means until somebody deletes it. It is
    /// [`expire`](crate::expire) that removes what is older.
    pub keep: Option<Duration>,
    /// Whom clients may have called once their job has ended; `None` is nobody. It is
    /// [`deliver_webhooks`](crate::deliver_webhooks) that calls them.
    pub webhooks: Option<Webhooks>,
    /// What one client may do.
    pub quotas: Quotas,
    /// What all clients together may do.
    pub limits: HttpLimits,
    /// How long things may take.
    pub patience: Patience,
}

/// Who may list all jobs. A job's id is all that is needed to see and steer it, so a list opens every job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operators {
    /// Nobody.
    Nobody,
    /// Everybody who reaches the server: for a server that only its own machine reaches.
    Everybody,
    /// Whoever sends `Authorization: Bearer <token>`.
    Bearer(OperatorToken),
}

/// The operators' token. Only its digest is kept, so that no message can show it.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorToken(Digest);

/// What one client may do: so many at once, then one more each so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Uploads and changes at once.
    pub changes: u32,
    /// The time after which one more change is allowed.
    pub change_every: Duration,
    /// Requests of any kind at once.
    pub requests: u32,
    /// The time after which one more request is allowed.
    pub request_every: Duration,
}

/// What all clients together may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// The largest PDF, in bytes.
    pub upload_bytes: u64,
    /// Uploads under way at once.
    pub uploads: usize,
    /// Jobs that are not over; a new one is refused while there are so many.
    pub active_jobs: usize,
    /// Event streams open at once.
    pub streams: usize,
    /// Connections open at once.
    pub connections: usize,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The head of a request, and the rest between two requests of a connection.
    pub head: Duration,
    /// The next bytes of an upload.
    pub chunk: Duration,
    /// A whole upload.
    pub upload: Duration,
    /// Anything else, until the answer begins.
    pub answer: Duration,
    /// A client that does not take what is sent to it.
    pub stalled: Duration,
    /// Requests under way when the server shuts down.
    pub drain: Duration,
}

impl HttpSettings {
    /// The usual settings, with the folders for inputs and outputs.
    pub fn new(inputs: PathBuf, outputs: PathBuf) -> Self {
        Self {
            inputs,
            outputs,
            operators: Operators::Nobody,
            hosts: None,
            frame_ancestors: Vec::new(),
            proxies: 0,
            examples: Vec::new(),
            llm: None,
            max_cost: None,
            trends: TrendChoice::Lexicon,
            pictures: None,
            memes_by: MemesBy::Own,
            keep: None,
            webhooks: None,
            quotas: Quotas::default(),
            limits: HttpLimits::default(),
            patience: Patience::default(),
        }
    }
}

impl OperatorToken {
    /// Keeps the digest of a token.
    pub fn new(token: &str) -> Self {
        Self(Digest::of(token.as_bytes()))
    }

    /// Tells whether `token` is the one. Digests are compared, so the time it takes says nothing about the token.
    pub fn fits(&self, token: &str) -> bool {
        Digest::of(token.as_bytes()) == self.0
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(…)")
    }
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            changes: 12,
            change_every: Duration::from_secs(5),
            requests: 240,
            request_every: Duration::from_millis(50),
        }
    }
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { upload_bytes: 100_000_000, uploads: 64, active_jobs: 64, streams: 1024, connections: 2048 }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            chunk: Duration::from_secs(20),
            upload: Duration::from_secs(600),
            answer: Duration::from_secs(30),
            stalled: Duration::from_secs(60),
            drain: Duration::from_secs(8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_checked_and_never_shown() {
        let token = OperatorToken::new("secret");
        assert!(token.fits("secret") && !token.fits("secre") && !token.fits(""));
        assert!(!format!("{token:?}").contains("secret"));
    }
}
