//! [`Network`]: one of the models, run by rten.

use std::error::Error;
use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool, Value};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

/// Why text recognition cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OcrError {
    #[error(transparent)]
    Weights(#[from] super::weights::OcrWeightsError),
    #[error("the model that {task} cannot be run")]
    Model { task: &'static str, source: Box<dyn Error + Send + Sync> },
}

/// A model with one input and one output.
pub(super) struct Network {
    model: Model,
    /// What it does, for errors.
    task: &'static str,
    threads: Arc<ThreadPool>,
}

impl Network {
    /// Loads a model that runs in `threads`.
    pub(super) fn load(
        bytes: Vec<u8>,
        task: &'static str,
        threads: &Arc<ThreadPool>,
    ) -> Result<Self, OcrError> {
        let model = Model::load(bytes).map_err(|error| OcrError::Model { task, source: error.into() })?;
        Ok(Self { model, task, threads: Arc::clone(threads) })
    }

    /// A text that came with the model.
    pub(super) fn note(&self, name: &str) -> Result<&str, OcrError> {
        self.model.metadata().get(name).ok_or_else(|| self.failed("it lacks a part"))
    }

    /// Runs the model on a picture of one channel, which is given to it as one of three, with a part taken off each value
    /// and the rest scaled.
    pub(super) fn run(
        &self,
        pixels: &[u8],
        [height, width]: [usize; 2],
        scale: &[Scale; 3],
    ) -> Result<(Vec<usize>, Vec<f32>), OcrError> {
        let mut values = Vec::with_capacity(3 * height * width);
        for Scale { mean, spread } in scale {
            values.extend(pixels.iter().map(|pixel| (f32::from(*pixel) / 255.0 - mean) / spread));
        }
        let input = NdTensor::from_data([1, 3, height, width], values);
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&self.threads));
        let output: Value =
            self.model.run_one(input.view().into(), Some(options)).map_err(|error| self.failed(error))?;
        let output = Tensor::<f32>::try_from(output).map_err(|error| self.failed(error))?;
        Ok((output.shape().to_vec(), output.into_data()))
    }

    /// Says that the model did not do what it should.
    pub(super) fn failed(&self, source: impl Into<Box<dyn Error + Send + Sync>>) -> OcrError {
        OcrError::Model { task: self.task, source: source.into() }
    }
}

/// How a channel is given to a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) mean: f32,
    pub(super) spread: f32,
}

impl Scale {
    /// From -1 (black) to 1 (white).
    pub(super) const EVEN: [Self; 3] = [Self { mean: 0.5, spread: 0.5 }; 3];
}
