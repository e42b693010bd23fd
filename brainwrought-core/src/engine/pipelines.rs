//! [`Pipelines`]: the pipelines that an engine can run, built once for each choice of options.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::EngineError;
use crate::fingerprint::canonical_json;
use crate::pipeline::{ErasedPipeline, Pipeline};

/// Builds pipelines by the name and options that a job carries.
///
/// A closure `Fn(&str, &Value) -> Result<Pipeline<I, O>, E>` is one, which does not tell the names it knows, and so is a
/// [`Pipeline`], which knows one name and takes no options.
pub trait PipelineSource: Send + Sync + 'static {
    /// Names the pipelines that there are; `None` when that cannot be told. Workers ask for tasks of these alone. One that
    /// does not know the names asks for all, and leaves those whose pipeline it cannot build to others.
    fn names(&self) -> Option<Vec<String>> {
        None
    }

    /// Builds the pipeline.
    ///
    /// # Errors
    ///
    /// Fails when there is no pipeline of that name, or it does not know the options.
    fn build(
        &self,
        name: &str,
        options: &Value,
    ) -> Result<ErasedPipeline, Box<dyn std::error::Error + Send + Sync>>;
}

/// An engine of one pipeline has no pipeline of another name.
#[derive(Debug, thiserror::Error)]
#[error("there is no pipeline `{asked}`; this engine has `{has}`")]
struct OtherName {
    asked: String,
    has: String,
}

impl<I: 'static, O: 'static> PipelineSource for Pipeline<I, O> {
    fn names(&self) -> Option<Vec<String>> {
        Some(vec![self.name().to_owned()])
    }

    fn build(
        &self,
        name: &str,
        _options: &Value,
    ) -> Result<ErasedPipeline, Box<dyn std::error::Error + Send + Sync>> {
        if name == self.name() {
            return Ok(self.clone().into());
        }
        Err(OtherName { asked: name.to_owned(), has: self.name().to_owned() }.into())
    }
}

impl<F, P, E> PipelineSource for F
where
    F: Fn(&str, &Value) -> Result<P, E> + Send + Sync + 'static,
    P: Into<ErasedPipeline>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn build(
        &self,
        name: &str,
        options: &Value,
    ) -> Result<ErasedPipeline, Box<dyn std::error::Error + Send + Sync>> {
        self(name, options).map(Into::into).map_err(Into::into)
    }
}

/// A source that tells the names of its pipelines.
///
/// ```
/// use brainwrought_core::engine::{NamedPipelines, PipelineSource};
/// # use brainwrought_core::pipeline::ErasedPipeline;
/// # let build = |_: &str, _: &serde_json::Value| Err::<ErasedPipeline, _>("no such pipeline");
///
/// let source = NamedPipelines::new(["loud", "quiet"], build);
/// assert_eq!(source.names(), Some(vec!["loud".to_owned(), "quiet".to_owned()]));
/// ```
pub struct NamedPipelines<S> {
    names: Vec<String>,
    source: S,
}

impl<S> Debug for NamedPipelines<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamedPipelines").field("names", &self.names).finish_non_exhaustive()
    }
}

impl<S: PipelineSource> NamedPipelines<S> {
    /// Says which names `source` knows.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>, source: S) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), source }
    }
}

impl<S: PipelineSource> PipelineSource for NamedPipelines<S> {
    fn names(&self) -> Option<Vec<String>> {
        Some(self.names.clone())
    }

    fn build(
        &self,
        name: &str,
        options: &Value,
    ) -> Result<ErasedPipeline, Box<dyn std::error::Error + Send + Sync>> {
        self.source.build(name, options)
    }
}

/// Keeps the pipelines that were built last, so that a stage can keep what it loaded between two tasks of a job.
pub struct Pipelines {
    source: Box<dyn PipelineSource>,
    built: Mutex<BTreeMap<Vec<u8>, ErasedPipeline>>,
}

impl Debug for Pipelines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pipelines").finish_non_exhaustive()
    }
}

impl Pipelines {
    /// Enough for the jobs that one process works on at a time.
    const KEPT: usize = 16;

    pub(super) fn new(source: Box<dyn PipelineSource>) -> Self {
        Self { source, built: Mutex::default() }
    }

    pub(super) fn names(&self) -> Option<Vec<String>> {
        self.source.names()
    }

    pub(super) fn get(&self, name: &str, options: &Value) -> Result<ErasedPipeline, EngineError> {
        let key = canonical_json(&Value::Array(vec![Value::String(name.to_owned()), options.clone()]));
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = built.get(&key) {
            return Ok(pipeline.clone());
        }
        let pipeline = self
            .source
            .build(name, options)
            .map_err(|source| EngineError::Pipeline { name: name.to_owned(), source })?;
        if built.len() >= Self::KEPT {
            built.clear();
        }
        built.insert(key, pipeline.clone());
        Ok(pipeline)
    }
}
