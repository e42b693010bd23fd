//! [`HttpSettings`]: what a server allows, to whom and for how long.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::budget::Cost;
use brainwrought_core::id::Digest;
use brainwrought_stages::audio::VoiceLibrary;
use brainwrought_stages::llm::LlmChoice;
use brainwrought_stages::parse::{MAX_PDF_BYTES, OcrMode};
use brainwrought_stages::script::TrendChoice;
use brainwrought_stages::text::Fonts;
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
    /// How much may be stored.
    pub storage: StorageLimits,
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
    /// The most tokens of a document that the language model is sent at once; `None` goes by its context.
    pub document_tokens: Option<u32>,
    /// The most that providers may be paid for one job; a client may ask for less. `None` is no limit.
    pub max_cost: Option<Cost>,
    /// Where the slang of scripts is looked up; the server's to choose, as the model is.
    pub trends: TrendChoice,
    /// Where pictures come from that scripts ask for; the server's to choose, as the model is. `None` is nowhere.
    pub pictures: Option<Pictures>,
    /// Who draws memes; the server's to choose, because it is the server's account.
    pub memes_by: MemesBy,
    /// When text is recognised for jobs that leave it to the server.
    pub ocr: OcrMode,
    /// The voices of this machine: those that are installed are offered, with a sample of each. `None` offers the usual ones
    /// without samples.
    pub voices: Option<VoiceLibrary>,
    /// The fonts that captions are set in, so that an edit is refused which they could not show.
    pub fonts: Fonts,
    /// How long a job that is over stays, with its PDF and its video; `None` means until somebody deletes it. It is
    /// [`expire`](crate::expire) that removes what is older.
    pub keep: Option<Duration>,
    /// Whom clients may have called once their job has ended; `None` is nobody. It is
    /// [`deliver_webhooks`](crate::deliver_webhooks) that calls them.
    pub webhooks: Option<Webhooks>,
    /// What `GET /metrics` answers with; `None` is no metrics. Whoever reaches the server reaches them.
    pub metrics: Option<MetricsRenderer>,
    /// What one client may do.
    pub quotas: Quotas,
    /// What all clients together may do.
    pub limits: HttpLimits,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// Who may list all jobs. A job's id is all that is needed to see and steer it, so a list opens every job.
///
/// A request that shows signs of a proxy is never an operator's while [`HttpSettings::proxies`] is 0: the server does not
/// know then who sent it, or who else may read the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operators {
    /// Nobody.
    Nobody,
    /// Everybody who reaches the server. Behind a proxy that is everybody who reaches the proxy, and a proxy need not show
    /// itself: nginx's plain `proxy_pass` adds no header and replaces `Host`. So this is only for servers that nothing
    /// stands in front of.
    Everybody,
    /// Whoever sends `Authorization: Bearer <token>`.
    Bearer(OperatorToken),
}

/// The operators' token. Only its digest is kept, so that no message can show it.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorToken(Digest);

/// Writes what the process has measured, in Prometheus's text format (version 0.0.4).
///
/// The server measures with the `metrics` crate, as the engine does, so what they counted is in the recorder of the process.
/// The program installs one before it calls [`app`](crate::app), and hands over how it is written; with
/// `metrics-exporter-prometheus`:
///
/// ```
/// # use brainwrought_http::MetricsRenderer;
/// # use metrics_exporter_prometheus::PrometheusBuilder;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = PrometheusBuilder::new().install_recorder()?;
/// let metrics = Some(MetricsRenderer::new(move || recorder.render()));
/// # assert!(metrics.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MetricsRenderer(Arc<dyn Fn() -> String + Send + Sync>);

/// What one client may do: so many at once, then one more each so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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

/// What all clients together may do, and how much of that one client may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpLimits {
    /// The largest PDF, in bytes.
    pub upload_bytes: u64,
    /// Uploads under way at once.
    pub uploads: usize,
    /// Uploads under way at once from one client.
    pub uploads_per_client: usize,
    /// The largest video: its width, height and seconds multiplied are the most that a job may ask for.
    pub video: VideoSize,
    /// Jobs that are not over; a new one is refused while there are so many.
    pub active_jobs: usize,
    /// Event streams open at once.
    pub streams: usize,
    /// Event streams open at once to one client.
    pub streams_per_client: usize,
    /// Connections open at once. When there is no place left, the one that has been idle longest is closed.
    pub connections: usize,
    /// Connections open at once from one address, or from one network of 64 bits where it is IPv6. Behind a proxy all
    /// connections have one address: set it to `connections` there.
    pub connections_per_client: usize,
}

/// The size of a video in all its dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct VideoSize {
    /// The width of the frames in pixels.
    pub width: u32,
    /// The height of the frames in pixels.
    pub height: u32,
    /// The length in seconds.
    pub seconds: u32,
}

/// How much may be stored. Uploads that would go beyond it are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageLimits {
    /// The folders whose files count.
    pub folders: Vec<PathBuf>,
    /// The most bytes that those files may have; `None` is no limit. Jobs that were accepted are finished, so the sum may
    /// exceed it by what they make.
    pub bytes: Option<u64>,
    /// The bytes that stay free on the disk that takes the uploads.
    pub reserve: u64,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// The head of a request, and the rest between two requests of a connection.
    pub head: Duration,
    /// The next bytes of an upload.
    pub chunk: Duration,
    /// A whole upload.
    pub upload: Duration,
    /// How long an upload may be slower than `upload_rate`.
    pub upload_grace: Duration,
    /// The bytes per second that an upload needs on average once its grace time is over.
    pub upload_rate: u64,
    /// Anything else, until the answer begins.
    pub answer: Duration,
    /// A client that does not take what is sent to it.
    pub stalled: Duration,
    /// Requests under way when the server shuts down.
    pub drain: Duration,
}

/// The disk space that stays free where nothing is said: room for the videos of a few jobs that were accepted before.
const DEFAULT_RESERVE: u64 = 500_000_000;

impl HttpSettings {
    /// The usual settings, with the folders for inputs and outputs.
    pub fn new(inputs: PathBuf, outputs: PathBuf) -> Self {
        let folders = vec![inputs.clone(), outputs.clone()];
        Self {
            storage: StorageLimits { folders, bytes: None, reserve: DEFAULT_RESERVE },
            inputs,
            outputs,
            operators: Operators::Nobody,
            hosts: None,
            frame_ancestors: Vec::new(),
            proxies: 0,
            examples: Vec::new(),
            llm: None,
            document_tokens: None,
            max_cost: None,
            trends: TrendChoice::Lexicon,
            pictures: None,
            memes_by: MemesBy::Own,
            ocr: OcrMode::Auto,
            voices: None,
            fonts: Fonts::embedded(),
            keep: None,
            webhooks: None,
            metrics: None,
            quotas: Quotas::default(),
            limits: HttpLimits::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// A text is no operators' token: it could be guessed, or no header can carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the operator token must be at least {} visible ASCII characters without blanks, drawn at random, such as \
     `openssl rand -hex 32` prints",
    OperatorToken::MIN_LENGTH
)]
pub struct WrongOperatorToken;

impl OperatorToken {
    /// The fewest characters of a token: in base64 they have 144 bits.
    pub const MIN_LENGTH: usize = 24;

    /// Keeps the digest of a token.
    ///
    /// # Errors
    ///
    /// Fails when the token has fewer than [`MIN_LENGTH`](Self::MIN_LENGTH) characters, or others than visible ASCII ones.
    pub fn new(token: &str) -> Result<Self, WrongOperatorToken> {
        let is_token = token.len() >= Self::MIN_LENGTH && token.bytes().all(|byte| byte.is_ascii_graphic());
        if is_token { Ok(Self(Digest::of(token.as_bytes()))) } else { Err(WrongOperatorToken) }
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

impl MetricsRenderer {
    /// Takes what writes the metrics. It is called for each request, and must not wait.
    pub fn new(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    pub(crate) fn render(&self) -> String {
        (self.0)()
    }
}

impl fmt::Debug for MetricsRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsRenderer(…)")
    }
}

impl VideoSize {
    /// Puts the dimensions together.
    pub const fn new(width: u32, height: u32, seconds: u32) -> Self {
        Self { width, height, seconds }
    }

    /// Pixels times seconds.
    pub fn volume(self) -> u64 {
        u64::from(self.width) * u64::from(self.height) * u64::from(self.seconds)
    }
}

impl fmt::Display for VideoSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.width, self.height, self.seconds)
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
        Self {
            upload_bytes: MAX_PDF_BYTES,
            uploads: 64,
            uploads_per_client: 8,
            // The longest video at the usual size, or one of a minute at the largest.
            video: VideoSize::new(2160, 3840, 60),
            active_jobs: 64,
            streams: 1024,
            streams_per_client: 64,
            connections: 2048,
            // A household or a class behind one address: browsers open six connections each.
            connections_per_client: 256,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            chunk: Duration::from_secs(20),
            upload: Duration::from_secs(600),
            upload_grace: Duration::from_secs(15),
            // Less than the slowest mobile networks give (EDGE: some 20 kB/s).
            upload_rate: 4_000,
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
        let text = "a-secret-of-25-characters";
        let token = OperatorToken::new(text).unwrap();
        assert!(token.fits(text) && !token.fits(&text[..24]) && !token.fits(""));
        assert!(!format!("{token:?}").contains("secret"));
    }

    #[test]
    fn a_token_that_could_be_guessed_or_not_be_sent_is_refused() {
        for wrong in
            ["", "x", " ", &" ".repeat(30), &"ü".repeat(30), "a-secret-of-25 characters", &"x".repeat(23)]
        {
            assert_eq!(OperatorToken::new(wrong), Err(WrongOperatorToken), "{wrong:?}");
        }
        assert!(OperatorToken::new(&"x".repeat(24)).is_ok());
        assert!(WrongOperatorToken.to_string().contains("at least 24 visible ASCII characters"));
    }
}
