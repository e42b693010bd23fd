//! [`ErasedStage`]: a stage without its types, as the engine runs it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::StageName;
use crate::stage::{Stage, StageContext, StageData, StageError, StageInput};

/// How a value is stored: with the name and number of its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) schema: String,
    pub(crate) value: Value,
}

impl Envelope {
    /// The JSON that it serialises to, without a copy of the value.
    pub(crate) fn into_json(self) -> Value {
        Value::Object(
            [("schema".to_owned(), self.schema.into()), ("value".to_owned(), self.value)]
                .into_iter()
                .collect(),
        )
    }
}

type RunFuture<'a> = Pin<Box<dyn Future<Output = Result<Envelope, StageError>> + Send + 'a>>;

pub(crate) trait ErasedStage: fmt::Debug + Send + Sync {
    fn name(&self) -> StageName;
    fn version(&self) -> u32;
    fn is_cached(&self) -> bool;
    fn output_schema(&self) -> &'static str;
    fn settings(&self) -> Result<Value, serde_json::Error>;
    fn run<'a>(&'a self, cx: &'a StageContext, inputs: Vec<Value>) -> RunFuture<'a>;
}

impl<S: Stage> ErasedStage for S {
    fn name(&self) -> StageName {
        StageName::from(S::NAME)
    }

    fn version(&self) -> u32 {
        S::VERSION
    }

    fn is_cached(&self) -> bool {
        S::IS_CACHED
    }

    fn output_schema(&self) -> &'static str {
        S::Output::SCHEMA
    }

    fn settings(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn run<'a>(&'a self, cx: &'a StageContext, inputs: Vec<Value>) -> RunFuture<'a> {
        Box::pin(async move {
            // A stored value of another form cannot become right by trying again.
            let input = S::Input::decode(inputs).map_err(StageError::fatal)?;
            let output = Stage::run(self, cx, input).await?;
            let value = serde_json::to_value(output).map_err(StageError::fatal)?;
            Ok(Envelope { schema: S::Output::SCHEMA.to_owned(), value })
        })
    }
}
