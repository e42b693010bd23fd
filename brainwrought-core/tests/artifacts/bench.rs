//! A small pipeline that fans out, remembers steps and nests blobs, on stores in memory that a test can look into.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{ArtifactStore as _, ArtifactStoreError, Hold};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission, WorkScope};
use brainwrought_core::id::{Digest, JobId, StageName, WorkerId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::{JobStore, JobView};
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Fan, Stage, StageContext, StageData, StageError};
use brainwrought_testing::{ArtifactCall, ArtifactWatch, WatchedArtifacts, no_space};
use bytes::Bytes;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

/// What the stages share with a test.
#[derive(Debug)]
pub(crate) struct Strings {
    /// Each spoken word takes one permit.
    pub(crate) gate: Semaphore,
    /// Told whenever a word waits at the gate.
    pub(crate) waits: Notify,
    /// The stage `film` fails after it has stored its film.
    pub(crate) film_fails: AtomicBool,
    /// What the next film says beside its words.
    pub(crate) edition: Mutex<String>,
    /// How often a word was spoken and a film was made.
    pub(crate) spoken: AtomicU32,
    pub(crate) filmed: AtomicU32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Words(Vec<Word>);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Word {
    word: String,
    /// Handed on from the document, as figures are.
    document: BlobRef,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Said {
    word: Word,
    sound: BlobRef,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mixed {
    word: String,
    sound: BlobRef,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Film {
    film: BlobRef,
}

impl StageData for Words {
    const SCHEMA: &'static str = "words/1";
}

impl StageData for Word {
    const SCHEMA: &'static str = "word/1";
}

impl StageData for Said {
    const SCHEMA: &'static str = "said/1";
}

impl StageData for Mixed {
    const SCHEMA: &'static str = "mixed/1";
}

impl StageData for Film {
    const SCHEMA: &'static str = "film/1";
}

impl Fan for Words {
    type Item = Word;

    fn items(&self) -> Vec<Word> {
        self.0.clone()
    }
}

#[derive(Debug, Serialize)]
struct Read;

impl Stage for Read {
    const NAME: &'static str = "read";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Words;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Words, StageError> {
        let text = String::from_utf8(cx.get(&input.pdf).await?.to_vec()).map_err(StageError::fatal)?;
        let document = cx.put(text.to_uppercase().into(), "text/plain").await?;
        let words = text.split(' ').map(|word| Word { word: word.to_owned(), document: document.clone() });
        Ok(Words(words.collect()))
    }
}

#[derive(Debug, Serialize)]
struct Speak {
    voice: String,
    #[serde(skip)]
    strings: Arc<Strings>,
}

impl Stage for Speak {
    const NAME: &'static str = "speak";
    const VERSION: u32 = 1;
    type Input = Word;
    type Output = Said;

    async fn run(&self, cx: &StageContext, word: Word) -> Result<Said, StageError> {
        self.strings.waits.notify_one();
        // It does not look whether it should stop, as work that has gone to another thread does not.
        self.strings.gate.acquire().await.unwrap().forget();
        let sound = format!("sound of {}", word.word);
        let heard = cx
            .cached("word", &word.word, |cx| async move {
                self.strings.spoken.fetch_add(1, Ordering::SeqCst);
                cx.put(sound.into(), "audio/pcm").await
            })
            .await?;
        cx.get(&word.document).await?;
        let sound = [cx.get(&heard).await?.as_ref(), self.voice.as_bytes()].concat();
        Ok(Said { sound: cx.put(sound.into(), "audio/pcm").await?, word })
    }
}

/// Hands the sound on, as a clip does.
#[derive(Debug, Serialize)]
struct Mix;

impl Stage for Mix {
    const NAME: &'static str = "mix";
    const VERSION: u32 = 1;
    type Input = Said;
    type Output = Mixed;

    async fn run(&self, cx: &StageContext, said: Said) -> Result<Mixed, StageError> {
        cx.get(&said.sound).await?;
        Ok(Mixed { word: said.word.word, sound: said.sound })
    }
}

#[derive(Debug, Serialize)]
struct MakeFilm {
    clip: Option<BlobRef>,
    #[serde(skip)]
    strings: Arc<Strings>,
}

impl Stage for MakeFilm {
    const NAME: &'static str = "film";
    const VERSION: u32 = 1;
    type Input = (Words, Vec<Mixed>);
    type Output = Film;

    async fn run(&self, cx: &StageContext, (words, mixed): (Words, Vec<Mixed>)) -> Result<Film, StageError> {
        let mut film = b"film:".to_vec();
        for (word, mixed) in words.0.iter().zip(&mixed) {
            assert_eq!(word.word, mixed.word);
            film.extend_from_slice(&cx.get(&mixed.sound).await?);
        }
        if let Some(clip) = &self.clip {
            film.extend_from_slice(&cx.get(clip).await?);
        }
        film.extend_from_slice(self.strings.edition.lock().unwrap().as_bytes());
        self.strings.filmed.fetch_add(1, Ordering::SeqCst);
        let film = cx.put(film.into(), "video/mp4").await?;
        if self.strings.film_fails.load(Ordering::SeqCst) {
            return Err(StageError::fatal("no more film"));
        }
        Ok(Film { film })
    }
}

/// Called before a removal, with what is about to go.
type Interruption = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// Lets something else happen to a store at the worst moment.
#[derive(Default)]
pub(crate) struct Shelf {
    before_unbind: Mutex<Option<Interruption>>,
    before_delete: Mutex<Option<Interruption>>,
    /// Whatever is stored under this digest is lost at once.
    pub(crate) loses: Mutex<Option<Digest>>,
    /// Nothing can be noted.
    pub(crate) is_full: AtomicBool,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl Shelf {
    /// Runs something before the next binding is forgotten.
    pub(crate) fn before_unbind(&self, work: impl FnOnce() -> BoxFuture<'static, ()> + Send + 'static) {
        *self.before_unbind.lock().unwrap() = Some(Box::new(work));
    }

    /// Runs something before the next artifact is removed.
    pub(crate) fn before_delete(&self, work: impl FnOnce() -> BoxFuture<'static, ()> + Send + 'static) {
        *self.before_delete.lock().unwrap() = Some(Box::new(work));
    }
}

#[async_trait]
impl ArtifactWatch for Shelf {
    async fn before(&self, call: ArtifactCall<'_>) -> Result<(), ArtifactStoreError> {
        let interruption = match call {
            ArtifactCall::Get(digest) if self.loses.lock().unwrap().as_ref() == Some(digest) => {
                return Err(ArtifactStoreError::NotFound(digest.clone()));
            }
            ArtifactCall::Hold(..) if self.is_full.load(Ordering::SeqCst) => return Err(no_space()),
            ArtifactCall::Delete(_) => self.before_delete.lock().unwrap().take(),
            ArtifactCall::Unbind(_) => self.before_unbind.lock().unwrap().take(),
            _ => None,
        };
        if let Some(interruption) = interruption {
            interruption().await;
        }
        Ok(())
    }
}

/// An engine with its stores.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) jobs: Arc<dyn JobStore>,
    pub(crate) shelf: Arc<WatchedArtifacts<Shelf>>,
    pub(crate) strings: Arc<Strings>,
    pub(crate) folder: Arc<tempfile::TempDir>,
}

impl Bench {
    /// Words are spoken at once.
    pub(crate) fn new() -> Self {
        Self::with_permits(1000)
    }

    /// So many words are spoken at once, and the others wait.
    pub(crate) fn with_permits(permits: usize) -> Self {
        let strings = Arc::new(Strings {
            gate: Semaphore::new(permits),
            waits: Notify::new(),
            film_fails: AtomicBool::new(false),
            edition: Mutex::default(),
            spoken: AtomicU32::new(0),
            filmed: AtomicU32::new(0),
        });
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let (jobs, shelf) =
            (Arc::new(MemoryJobStore::default()), Arc::new(WatchedArtifacts::new(Shelf::default())));
        let stages = Arc::clone(&strings);
        let pipelines = move |_: &str, options: &Value| {
            let voice = options["voice"].as_str().unwrap_or_default().to_owned();
            let clip = serde_json::from_value(options["clip"].clone())?;
            let strings = || Arc::clone(&stages);
            let pipeline = Pipeline::new("film", |p, pdf: Handle<SourcePdf>| {
                let words = p.stage(Read, pdf);
                let mixed = p.each(words, |p, word| {
                    let said = p.stage(Speak { voice, strings: strings() }, word);
                    p.stage(Mix, said)
                });
                p.stage(MakeFilm { clip, strings: strings() }, (words, mixed))
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
        };
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), folder.path().join("scratch"));
        settings.poll = Duration::from_millis(20);
        settings.lease = Duration::from_millis(300);
        settings.retry.base_ms = 1;
        let engine = Engine::new(
            Arc::<MemoryJobStore>::clone(&jobs),
            Arc::<WatchedArtifacts<Shelf>>::clone(&shelf),
            pipelines,
            settings,
        )
        .with_folders(folder.path().join("inputs"), folder.path().join("outputs"));
        Self { engine, jobs, shelf, strings, folder }
    }

    pub(crate) async fn submit(&self, pdf: &str, options: Value) -> JobId {
        self.engine.submit(submission(pdf, options)).await.unwrap().view.job.job_id
    }

    pub(crate) async fn run(&self, id: &JobId) -> JobView {
        let run = self.engine.run_job(id, CancellationToken::new());
        tokio::time::timeout(Duration::from_secs(20), run).await.unwrap().unwrap()
    }

    /// Submits a PDF and makes its film.
    pub(crate) async fn finished(&self, pdf: &str, options: Value) -> JobId {
        let id = self.submit(pdf, options).await;
        let view = self.run(&id).await;
        assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
        id
    }

    /// Submits a PDF and lets everything be done but the film.
    pub(crate) async fn half_done(&self, pdf: &str) -> JobId {
        self.done_before(pdf, "film").await
    }

    /// Submits a PDF and lets everything be done that comes before a stage.
    pub(crate) async fn done_before(&self, pdf: &str, stage: &str) -> JobId {
        let id = self.submit(pdf, json!({})).await;
        let stop = CancellationToken::new();
        let earlier = ["read", "speak", "mix", "film"].into_iter().take_while(|name| *name != stage);
        let scope = WorkScope { stages: Some(earlier.map(StageName::from).collect()), job: Some(id.clone()) };
        let all_wait = async {
            while !self.all_wait(&id, stage).await {
                self.jobs.wait_for_work(Duration::from_millis(5)).await;
            }
            stop.cancel();
        };
        tokio::join!(self.engine.run_all(scope, stop.clone()), all_wait);
        id
    }

    async fn all_wait(&self, id: &JobId, stage: &str) -> bool {
        let job = self.jobs.get(id).await.unwrap().job;
        let mut tasks = job.stages.iter().filter(|task| task.key.stage.0 == stage).peekable();
        tasks.peek().is_some() && tasks.all(|task| task.status == TaskStatus::Ready)
    }

    /// The bytes of the film of a job.
    pub(crate) async fn film(&self, id: &JobId) -> Result<Bytes, ArtifactStoreError> {
        let job = self.jobs.get(id).await.unwrap().job;
        let output = job.stages.last().unwrap().output.clone().unwrap();
        let stored: Value = serde_json::from_slice(&self.shelf.get(&output).await?).unwrap();
        let film: Film = serde_json::from_value(stored["value"].clone()).unwrap();
        self.shelf.get(&film.film.digest).await
    }

    pub(crate) async fn stored(&self) -> BTreeSet<Digest> {
        let listing = self.shelf.list().await.unwrap();
        listing.artifacts.into_iter().map(|artifact| artifact.digest).collect()
    }

    /// Asserts that there is neither an artifact nor a binding, and that all that is held is nothing.
    pub(crate) async fn assert_empty(&self) {
        let listing = self.shelf.list().await.unwrap();
        let mut left = Vec::new();
        for artifact in &listing.artifacts {
            left.push(self.shelf.get(&artifact.digest).await.unwrap());
        }
        assert_eq!((left, listing.bindings), (Vec::new(), Vec::new()));
        let holds = self.shelf.holds().await.unwrap();
        assert!(holds.iter().all(|stored| stored.hold == Hold::Deleting), "{holds:?}");
    }
}

pub(crate) fn submission(pdf: &str, options: Value) -> Submission<SourcePdf> {
    Submission::of_pdf("film", "a.pdf", pdf.to_owned().into()).with_options(options)
}
