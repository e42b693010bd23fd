//! [`StageContext`]: what a stage sees while it runs.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::StageError;
use crate::artifact_store::{ArtifactStore, ArtifactStoreError};
use crate::budget::{Budget, BudgetError, Charge, Cost, UnlimitedBudget};
use crate::data::{BlobRef, OutboundCall, blobs_in};
use crate::event::{EventSink, LogLevel};
use crate::fingerprint::{canonical_json, fingerprint};
use crate::id::{Digest, Fingerprint, JobId, StageName, TaskKey};
use crate::metrics;

/// What a stage sees while it runs. Cloning is cheap; clones may move into blocking work.
#[derive(Debug, Clone)]
pub struct StageContext {
    job: JobId,
    task: TaskKey,
    attempt: u32,
    artifacts: Arc<dyn ArtifactStore>,
    scratch: PathBuf,
    events: EventSink,
    cancellation: CancellationToken,
    budget: Arc<dyn Budget>,
    calls: Arc<Mutex<Vec<OutboundCall>>>,
    /// The remembered steps whose calls are among these: who comes back to one was not called again.
    counted: Arc<Mutex<BTreeSet<Fingerprint>>>,
    /// The stage whose memory is used; its own where there is none.
    memory_of: Option<StageName>,
}

/// What [`StageContext::cached`] stores.
#[derive(Debug, Serialize, Deserialize)]
struct Memory {
    value: Value,
    calls: Vec<OutboundCall>,
}

impl StageContext {
    /// Puts a context together. The engine does this; tests and benches may too.
    pub fn new(
        job: JobId,
        task: TaskKey,
        artifacts: Arc<dyn ArtifactStore>,
        scratch: PathBuf,
        cancellation: CancellationToken,
    ) -> Self {
        Self {
            job,
            task,
            attempt: 1,
            artifacts,
            scratch,
            events: EventSink::default(),
            cancellation,
            budget: Arc::new(UnlimitedBudget),
            calls: Arc::default(),
            counted: Arc::default(),
            memory_of: None,
        }
    }

    /// Sets what the job may spend.
    #[must_use]
    pub fn with_budget(mut self, budget: Arc<dyn Budget>) -> Self {
        self.budget = budget;
        self
    }

    /// Sets where progress and log lines go.
    #[must_use]
    pub fn with_events(mut self, events: EventSink) -> Self {
        self.events = events;
        self
    }

    /// Sets the number of the attempt.
    #[must_use]
    pub fn with_attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// Shares the memory of another stage: what is [cached](Self::cached) here is found there, so that work which is
    /// done ahead of a stage is not done again by it.
    #[must_use]
    pub fn with_memory_of(mut self, stage: impl Into<StageName>) -> Self {
        self.memory_of = Some(stage.into());
        self
    }

    /// The job that the work is for.
    pub fn job(&self) -> &JobId {
        &self.job
    }

    /// The stage that the work belongs to: the one whose memory is [shared](Self::with_memory_of), else the one that runs.
    pub fn stage(&self) -> &StageName {
        self.memory_of.as_ref().unwrap_or(&self.task.stage)
    }

    /// The number of this attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The artifact store, where large bytes come from and go to.
    pub fn artifacts(&self) -> &Arc<dyn ArtifactStore> {
        &self.artifacts
    }

    /// A folder of this attempt's own; it exists, starts empty and is removed afterwards.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Fires when the work should stop: cancelled, lease lost, or the worker is shutting down.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }

    /// Tells how far the work is: `done` of `total` steps. Cheap enough to call once a frame.
    pub fn progress(&self, done: u64, total: u64) {
        self.events.progress(&self.job, &self.task, done, total);
    }

    /// Writes a line to the job's log.
    pub fn log(&self, level: LogLevel, message: impl Into<String>) {
        self.events.log(&self.job, &self.task, level, message.into());
    }

    /// Fails with [`StageError::cancelled`] when the work should stop.
    ///
    /// # Errors
    ///
    /// Fails once the cancellation token has fired.
    pub fn check_cancelled(&self) -> Result<(), StageError> {
        if self.cancellation.is_cancelled() { Err(StageError::cancelled()) } else { Ok(()) }
    }

    /// Stores bytes and returns the reference that travels in a value.
    ///
    /// # Errors
    ///
    /// Fails when the artifact store cannot take them.
    pub async fn put(&self, bytes: Bytes, media_type: &str) -> Result<BlobRef, StageError> {
        let length = bytes.len() as u64;
        let digest: Digest = self.artifacts.put(bytes).await?;
        metrics::moved(&self.task.stage, "written", length);
        Ok(BlobRef { digest, bytes: length, media_type: media_type.to_owned() })
    }

    /// Fetches the bytes behind a reference.
    ///
    /// # Errors
    ///
    /// Fails when the artifact store does not have them or cannot be reached.
    pub async fn get(&self, blob: &BlobRef) -> Result<Bytes, StageError> {
        let bytes = self.artifacts.get(&blob.digest).await?;
        metrics::moved(&self.task.stage, "read", bytes.len() as u64);
        Ok(bytes)
    }

    /// What the job may still spend.
    pub fn budget(&self) -> StageBudget<'_> {
        StageBudget { cx: self }
    }

    /// Notes a call to a provider. A stage that calls providers puts [`calls`](Self::calls) into its output.
    pub fn note_call(&self, call: OutboundCall) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// The calls to providers that what was made so far took, those of remembered steps included, in order.
    pub fn calls(&self) -> Vec<OutboundCall> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Finds what a step of this stage made of the same `key` before, in this job or another, or makes and remembers it.
    ///
    /// This is how one attempt goes on from where another was killed, and how one changed line costs one line. `key`
    /// must hold everything that determines the value: texts, settings, digests of inputs, a version of the code.
    /// `make` gets a context of its own, so that the calls it notes are remembered with the value. Memory is a cache:
    /// garbage collection may forget what no job needs.
    ///
    /// # Errors
    ///
    /// Fails when `make` does, or when the artifact store does in a way that may pass.
    pub async fn cached<K, T, F, R>(&self, step: &str, key: &K, make: F) -> Result<T, StageError>
    where
        K: Serialize + Sync + ?Sized,
        T: Serialize + DeserializeOwned + Send,
        F: FnOnce(Self) -> R + Send,
        R: Future<Output = Result<T, StageError>> + Send,
    {
        let key = serde_json::to_value(key).map_err(StageError::fatal)?;
        let step = StageName(format!("{}/{step}", self.stage()));
        let print = fingerprint(&step, 1, &key, &[]);
        if let Some(memory) = self.recall(&print).await?
            && let Ok(value) = serde_json::from_value(memory.value)
        {
            if self.counts(&print) {
                memory.calls.into_iter().for_each(|call| self.note_call(call));
            }
            return Ok(value);
        }
        self.counts(&print);
        let own = Self { calls: Arc::default(), counted: Arc::default(), ..self.clone() };
        let made = make(own.clone()).await;
        let calls = own.calls();
        // Whoever was spoken to in vain was spoken to.
        calls.iter().for_each(|call| self.note_call(call.clone()));
        let value = made?;
        let memory = Memory { value: serde_json::to_value(&value).map_err(StageError::fatal)?, calls };
        let memory = serde_json::to_value(&memory).map_err(StageError::fatal)?;
        let stored = self.artifacts.put(canonical_json(&memory).into()).await?;
        self.artifacts.bind(&print, &stored).await?;
        Ok(value)
    }

    /// Tells whether the calls of a step are counted now, and not yet before.
    fn counts(&self, print: &Fingerprint) -> bool {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).insert(print.clone())
    }

    /// Finds what is remembered, if it and all its blobs are whole.
    async fn recall(&self, print: &Fingerprint) -> Result<Option<Memory>, StageError> {
        let Some(stored) = self.artifacts.lookup(print).await? else { return Ok(None) };
        let Some(bytes) = self.whole(&stored).await? else { return Ok(None) };
        let Ok(memory) = serde_json::from_slice::<Memory>(&bytes) else { return Ok(None) };
        for blob in blobs_in(&memory.value) {
            if self.whole(&blob.digest).await?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(memory))
    }

    async fn whole(&self, digest: &Digest) -> Result<Option<Bytes>, StageError> {
        match self.artifacts.get(digest).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a job may still spend, as a stage sees it.
#[derive(Debug, Clone, Copy)]
pub struct StageBudget<'a> {
    cx: &'a StageContext,
}

impl StageBudget<'_> {
    /// Sets money aside for a call to a provider that is about to be made. Settle it with [`settle`](Self::settle); what
    /// is never settled stays set aside, as nobody knows whether the provider charged for it.
    ///
    /// # Errors
    ///
    /// Fails when the job's limit would be passed or its ledger cannot be written; then the call must not be made.
    pub async fn reserve(&self, charge: &Charge) -> Result<(), BudgetError> {
        self.cx.budget.reserve(charge).await
    }

    /// Refuses a call whose price nobody knows when the job has a limit.
    ///
    /// # Errors
    ///
    /// Fails when the job has a limit or its ledger cannot be read; then the call must not be made.
    pub async fn allow_unpriced(&self, provider: &str) -> Result<(), BudgetError> {
        match self.cx.budget.is_limited().await? {
            true => Err(BudgetError::Unpriced { provider: provider.to_owned() }),
            false => Ok(()),
        }
    }

    /// Settles a call for what it did cost.
    ///
    /// A ledger that cannot be written keeps the money set aside; the call was made all the same, so this is only
    /// logged.
    pub async fn settle(&self, charge: &Charge, cost: Cost) {
        if let Err(error) = self.cx.budget.settle(charge, cost).await {
            let error = crate::report::chain(&error);
            self.cx.log(
                LogLevel::Warn,
                format!("{} was called, and its cost of {cost} not booked: {error}", charge.provider),
            );
        }
    }
}

impl From<BudgetError> for StageError {
    /// A ledger may be reachable later; a limit only moves when somebody moves it.
    fn from(error: BudgetError) -> Self {
        match error {
            BudgetError::Unavailable { .. } => Self::retryable(error),
            BudgetError::Exhausted { .. } | BudgetError::Unpriced { .. } => Self::fatal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::memory::MemoryArtifactStore;

    fn context(artifacts: &Arc<dyn ArtifactStore>) -> StageContext {
        let key = TaskKey { stage: StageName("audio".to_owned()), segment: None };
        StageContext::new(
            JobId::random().unwrap(),
            key,
            Arc::clone(artifacts),
            PathBuf::new(),
            CancellationToken::new(),
        )
    }

    fn call(purpose: &str) -> OutboundCall {
        OutboundCall {
            stage: StageName::from("audio"),
            provider: "p/m".to_owned(),
            host: "127.0.0.1:9".to_owned(),
            purpose: purpose.to_owned(),
            sent_bytes: 1,
            received_bytes: 2,
            cost: Cost(3),
        }
    }

    #[tokio::test]
    async fn a_cached_step_is_made_once_and_brings_its_calls_along() {
        let artifacts: Arc<dyn ArtifactStore> = Arc::new(MemoryArtifactStore::default());
        let made = AtomicU32::new(0);
        let say = |cx: StageContext, line: &'static str| {
            let made = &made;
            async move {
                cx.cached("line", line, |cx| async move {
                    made.fetch_add(1, Ordering::Relaxed);
                    cx.note_call(call(line));
                    cx.put(Bytes::from_static(line.as_bytes()), "audio/pcm").await
                })
                .await
                .unwrap()
            }
        };
        let first = context(&artifacts);
        let spoken = say(first.clone(), "one").await;
        let again = context(&artifacts);
        assert_eq!(say(again.clone(), "one").await, spoken);
        say(again.clone(), "two").await;
        assert_eq!(made.load(Ordering::Relaxed), 2);
        assert_eq!(first.calls(), [call("one")]);
        say(again.clone(), "two").await;
        assert_eq!(again.calls(), [call("one"), call("two")], "who comes back to a step calls nobody");
        // A lost blob is made anew rather than referred to.
        artifacts.delete(&spoken.digest).await.unwrap();
        say(again, "one").await;
        assert_eq!(made.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn work_ahead_of_a_stage_is_found_by_it() {
        let artifacts: Arc<dyn ArtifactStore> = Arc::new(MemoryArtifactStore::default());
        let key = TaskKey { stage: StageName("script".to_owned()), segment: None };
        let token = CancellationToken::new();
        let script =
            StageContext::new(JobId::random().unwrap(), key, Arc::clone(&artifacts), PathBuf::new(), token);
        let own = script.cached("line", "one", |_| async { Ok(1) });
        assert_eq!(own.await.unwrap(), 1);
        let ahead = script.with_memory_of("audio");
        assert_eq!(*ahead.stage(), StageName::from("audio"));
        assert_eq!(ahead.cached("line", "one", |_| async { Ok(2) }).await.unwrap(), 2);
        let audio = context(&artifacts);
        assert_eq!(audio.cached("line", "one", |_| async { Ok(3) }).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_step_that_fails_is_not_remembered() {
        let artifacts: Arc<dyn ArtifactStore> = Arc::new(MemoryArtifactStore::default());
        let cx = context(&artifacts);
        let failed = cx.cached("s", "k", |_| async { Err::<u8, _>(StageError::retryable("no")) }).await;
        assert!(failed.is_err());
        assert_eq!(cx.cached("s", "k", |_| async { Ok(7_u8) }).await.unwrap(), 7);
    }
}
