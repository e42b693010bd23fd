//! [`Pipeline`]: stages wired together by typed handles.
//!
//! A handle can only be had from a stage that is already wired, so a cycle cannot be written, and a stage only takes
//! handles of the types that it needs, so a wrong wire does not compile.

mod erased;
mod handle;
mod wiring;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub(crate) use erased::Envelope;
pub use handle::{Gathers, Handle, Once, PerItem, Wires, Within};
pub use wiring::{EachWiring, Wiring};
pub(crate) use wiring::{Input, Node};

use crate::id::StageName;
use crate::job::{Plan, PlanError};
use crate::stage::StageData;

/// Stages wired together, from an input `I` to a result `O`. Cloning is cheap.
///
/// ```
/// use brainwrought_core::data::{Document, SourcePdf};
/// use brainwrought_core::pipeline::{Handle, Pipeline};
/// use brainwrought_core::stage::{Stage, StageContext, StageError};
/// # #[derive(Debug, serde::Serialize)] struct Parse;
/// # impl Stage for Parse {
/// #     const NAME: &'static str = "parse"; const VERSION: u32 = 1;
/// #     type Input = SourcePdf; type Output = Document;
/// #     async fn run(&self, _: &StageContext, _: SourcePdf) -> Result<Document, StageError> { unreachable!() }
/// # }
/// # #[derive(Debug, serde::Serialize)] struct Shout;
/// # impl Stage for Shout {
/// #     const NAME: &'static str = "shout"; const VERSION: u32 = 1;
/// #     type Input = Document; type Output = Document;
/// #     async fn run(&self, _: &StageContext, d: Document) -> Result<Document, StageError> { Ok(d) }
/// # }
/// let pipeline = Pipeline::new("loud", |p, pdf: Handle<SourcePdf>| {
///     let document = p.stage(Parse, pdf);
///     p.stage(Shout, document)
/// })?;
/// assert_eq!(pipeline.plan().stages().len(), 2);
/// # Ok::<_, brainwrought_core::job::PlanError>(())
/// ```
pub struct Pipeline<I, O> {
    erased: ErasedPipeline,
    of: PhantomData<fn(I) -> O>,
}

/// A [`Pipeline`] without its types, as an engine of several holds it. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct ErasedPipeline(Arc<Wired>);

#[derive(Debug)]
struct Wired {
    name: String,
    input_schema: &'static str,
    nodes: Vec<Node>,
    plan: Plan,
    result: Input,
}

impl<I: StageData, O: StageData> Pipeline<I, O> {
    /// Wires a pipeline. What `wire` returns is the pipeline's result.
    ///
    /// # Errors
    ///
    /// Fails when two stages have one name, when a value leaves its `each` without being gathered, and when the input is
    /// fanned out over without a stage in between.
    pub fn new(
        name: &str,
        wire: impl FnOnce(&mut Wiring, Handle<I>) -> Handle<O>,
    ) -> Result<Self, PlanError> {
        let mut wiring = Wiring::default();
        let result = wire(&mut wiring, Handle::source()).origin();
        let (nodes, plan) = wiring.finish()?;
        let wired = Wired { name: name.to_owned(), input_schema: I::SCHEMA, nodes, plan, result };
        Ok(Self { erased: ErasedPipeline(Arc::new(wired)), of: PhantomData })
    }
}

impl<I, O> Pipeline<I, O> {
    /// The name that a stored job finds it by.
    pub fn name(&self) -> &str {
        self.erased.name()
    }

    /// What a store needs to know of it.
    pub fn plan(&self) -> &Plan {
        self.erased.plan()
    }

    pub(crate) fn erased(&self) -> &ErasedPipeline {
        &self.erased
    }
}

impl<I, O> Clone for Pipeline<I, O> {
    fn clone(&self) -> Self {
        Self { erased: self.erased.clone(), of: PhantomData }
    }
}

impl<I, O> fmt::Debug for Pipeline<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pipeline").field(&self.erased.0).finish()
    }
}

impl<I, O> From<Pipeline<I, O>> for ErasedPipeline {
    fn from(pipeline: Pipeline<I, O>) -> Self {
        pipeline.erased
    }
}

impl ErasedPipeline {
    /// The name that a stored job finds it by.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What a store needs to know of it.
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// The name and number of the form that its input has.
    pub fn input_schema(&self) -> &'static str {
        self.0.input_schema
    }

    /// Where its result comes from.
    pub(crate) fn result(&self) -> Input {
        self.0.result
    }

    pub(crate) fn node(&self, stage: &StageName) -> Option<&Node> {
        self.0.nodes.iter().find(|node| node.name() == *stage)
    }

    /// Names the stages that exist for an effect outside the artifact store.
    pub(crate) fn uncached(&self) -> impl Iterator<Item = StageName> {
        self.0.nodes.iter().filter(|node| !node.stage.is_cached()).map(Node::name)
    }

    pub(crate) fn node_at(&self, place: usize) -> Option<&Node> {
        self.0.nodes.get(place)
    }
}
