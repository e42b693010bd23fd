//! [`Pipeline`]: stages wired together by typed handles.
//!
//! A handle can only be had from a stage that is already wired, so a cycle cannot be written, and a stage only takes
//! handles of the types that it needs, so a wrong wire does not compile.

mod erased;
mod handle;
mod wiring;

pub(crate) use erased::Envelope;
pub use handle::{Handle, Once, PerItem, Wires, Within};
pub use wiring::{EachWiring, Wiring};
pub(crate) use wiring::{Input, Node};

use crate::data::SourcePdf;
use crate::id::StageName;
use crate::job::{Plan, PlanError};

/// Stages wired together, from a PDF to a result.
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
#[derive(Debug)]
pub struct Pipeline {
    name: String,
    nodes: Vec<Node>,
    plan: Plan,
}

impl Pipeline {
    /// Wires a pipeline. What `wire` returns is the pipeline's result.
    ///
    /// # Errors
    ///
    /// Fails when two stages have one name, or a value leaves its `each` without being gathered.
    pub fn new<T>(
        name: &str,
        wire: impl FnOnce(&mut Wiring, Handle<SourcePdf>) -> Handle<T>,
    ) -> Result<Self, PlanError> {
        let mut wiring = Wiring::default();
        wire(&mut wiring, Handle::source());
        let (nodes, plan) = wiring.finish()?;
        Ok(Self { name: name.to_owned(), nodes, plan })
    }

    /// The name that a stored job finds it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a store needs to know of it.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn node(&self, stage: &StageName) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name() == *stage)
    }

    /// Names the stages that exist for an effect outside the artifact store.
    pub(crate) fn uncached(&self) -> impl Iterator<Item = StageName> {
        self.nodes.iter().filter(|node| !node.stage.is_cached()).map(Node::name)
    }

    pub(crate) fn node_at(&self, place: usize) -> Option<&Node> {
        self.nodes.get(place)
    }
}
