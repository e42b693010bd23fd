//! [`Wiring`]: what the closure of a pipeline wires its stages with.

use std::sync::Arc;

use serde_json::Value;

use super::erased::ErasedStage;
use super::handle::{Gathers, Handle, Once, Origin, PerItem, Wires};
use crate::id::StageName;
use crate::job::{Plan, PlanError, StagePlan};
use crate::stage::{Fan, Stage};

/// One wired stage.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) stage: Arc<dyn ErasedStage>,
    pub(crate) inputs: Vec<Input>,
    /// The place of the stage that it fans out over.
    fan: Option<usize>,
    /// Lists the items of its output, when some stage fans out over it.
    pub(crate) items: Option<ListItems>,
}

pub(crate) type Input = Origin;
type ListItems = fn(Value) -> Result<Vec<Value>, serde_json::Error>;

impl Node {
    pub(crate) fn name(&self) -> StageName {
        self.stage.name()
    }
}

/// Wires the stages that run once a job.
///
/// Wrong wiring does not compile. Of these stages, `Parse` makes a document of a PDF, `Write` a script of a document, and
/// `Narrate` takes the document and one segment of the script:
///
/// ```
/// # use brainwrought_core::data::{Audio, Document, Script, Segment, SourcePdf};
/// # use brainwrought_core::pipeline::{Handle, Pipeline};
/// # use brainwrought_core::stage::{Stage, StageContext, StageError};
/// # macro_rules! stage {
/// #     ($name:ident, $stage:literal, $input:ty, $output:ty) => {
/// #         #[derive(Debug, serde::Serialize)]
/// #         struct $name;
/// #         impl Stage for $name {
/// #             const NAME: &'static str = $stage;
/// #             const VERSION: u32 = 1;
/// #             type Input = $input;
/// #             type Output = $output;
/// #             async fn run(&self, _: &StageContext, _: $input) -> Result<$output, StageError> { unreachable!() }
/// #         }
/// #     };
/// # }
/// # stage!(Parse, "parse", SourcePdf, Document);
/// # stage!(Write, "script", Document, Script);
/// # stage!(Narrate, "audio", (Document, Segment), Audio);
/// Pipeline::new("short", |p, pdf: Handle<SourcePdf>| {
///     let document = p.stage(Parse, pdf);
///     let script = p.stage(Write, document);
///     p.each(script, |p, segment| p.stage(Narrate, (document, segment)))
/// })?;
/// # Ok::<_, brainwrought_core::job::PlanError>(())
/// ```
///
/// A stage takes what it was made for:
///
/// ```compile_fail,E0277
/// # use brainwrought_core::data::{Audio, Document, Script, Segment, SourcePdf};
/// # use brainwrought_core::pipeline::{Handle, Pipeline};
/// # use brainwrought_core::stage::{Stage, StageContext, StageError};
/// # macro_rules! stage {
/// #     ($name:ident, $stage:literal, $input:ty, $output:ty) => {
/// #         #[derive(Debug, serde::Serialize)]
/// #         struct $name;
/// #         impl Stage for $name {
/// #             const NAME: &'static str = $stage;
/// #             const VERSION: u32 = 1;
/// #             type Input = $input;
/// #             type Output = $output;
/// #             async fn run(&self, _: &StageContext, _: $input) -> Result<$output, StageError> { unreachable!() }
/// #         }
/// #     };
/// # }
/// # stage!(Parse, "parse", SourcePdf, Document);
/// # stage!(Write, "script", Document, Script);
/// # stage!(Narrate, "audio", (Document, Segment), Audio);
/// Pipeline::new("short", |p, pdf: Handle<SourcePdf>| p.stage(Write, pdf))?;
/// # Ok::<_, brainwrought_core::job::PlanError>(())
/// ```
///
/// A value of one item stays inside its `each`:
///
/// ```compile_fail,E0277
/// # use brainwrought_core::data::{Audio, Document, Script, Segment, SourcePdf};
/// # use brainwrought_core::pipeline::{Handle, Pipeline};
/// # use brainwrought_core::stage::{Stage, StageContext, StageError};
/// # macro_rules! stage {
/// #     ($name:ident, $stage:literal, $input:ty, $output:ty) => {
/// #         #[derive(Debug, serde::Serialize)]
/// #         struct $name;
/// #         impl Stage for $name {
/// #             const NAME: &'static str = $stage;
/// #             const VERSION: u32 = 1;
/// #             type Input = $input;
/// #             type Output = $output;
/// #             async fn run(&self, _: &StageContext, _: $input) -> Result<$output, StageError> { unreachable!() }
/// #         }
/// #     };
/// # }
/// # stage!(Parse, "parse", SourcePdf, Document);
/// # stage!(Write, "script", Document, Script);
/// # stage!(Narrate, "audio", (Document, Segment), Audio);
/// Pipeline::new("short", |p, pdf: Handle<SourcePdf>| {
///     let document = p.stage(Parse, pdf);
///     let script = p.stage(Write, document);
///     let mut leaked = None;
///     p.each(script, |p, segment| {
///         leaked = Some(segment);
///         p.stage(Narrate, (document, segment))
///     });
///     p.stage(Narrate, (document, leaked.unwrap()))
/// })?;
/// # Ok::<_, brainwrought_core::job::PlanError>(())
/// ```
///
/// And only what has items can be fanned out over:
///
/// ```compile_fail,E0277
/// # use brainwrought_core::data::{Audio, Document, Script, Segment, SourcePdf};
/// # use brainwrought_core::pipeline::{Handle, Pipeline};
/// # use brainwrought_core::stage::{Stage, StageContext, StageError};
/// # macro_rules! stage {
/// #     ($name:ident, $stage:literal, $input:ty, $output:ty) => {
/// #         #[derive(Debug, serde::Serialize)]
/// #         struct $name;
/// #         impl Stage for $name {
/// #             const NAME: &'static str = $stage;
/// #             const VERSION: u32 = 1;
/// #             type Input = $input;
/// #             type Output = $output;
/// #             async fn run(&self, _: &StageContext, _: $input) -> Result<$output, StageError> { unreachable!() }
/// #         }
/// #     };
/// # }
/// # stage!(Parse, "parse", SourcePdf, Document);
/// # stage!(Write, "script", Document, Script);
/// # stage!(Narrate, "audio", (Document, Segment), Audio);
/// Pipeline::new("short", |p, pdf: Handle<SourcePdf>| {
///     let document = p.stage(Parse, pdf);
///     p.each(document, |p, segment| p.stage(Narrate, (document, segment)))
/// })?;
/// # Ok::<_, brainwrought_core::job::PlanError>(())
/// ```
#[derive(Debug, Default)]
pub struct Wiring {
    nodes: Vec<Node>,
    error: Option<PlanError>,
}

/// Wires the stages that run once for each item.
#[derive(Debug)]
pub struct EachWiring<'a> {
    wiring: &'a mut Wiring,
    fan: usize,
}

impl Wiring {
    /// Adds a stage that takes `inputs`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "handles are copied, and `&(a, b)` would read badly in a pipeline"
    )]
    pub fn stage<S: Stage>(&mut self, stage: S, inputs: impl Wires<S::Input, Once>) -> Handle<S::Output> {
        Handle::new(Origin::Stage(self.add(stage, inputs.origins(), None)))
    }

    /// Runs the stages that `wire` adds once for each item of `over`, and gathers what it returns, in order: of one handle a
    /// list, of a tuple of up to six handles a list each.
    pub fn each<F: Fan, G: Gathers>(
        &mut self,
        over: Handle<F>,
        wire: impl FnOnce(&mut EachWiring<'_>, Handle<F::Item, PerItem>) -> G,
    ) -> G::Lists {
        // What a job starts from and a gathered list have no stage whose items could be counted.
        let fan = match over.origin() {
            Origin::Stage(fan) => Some(fan),
            _ => {
                self.error.get_or_insert(PlanError::NoFan);
                None
            }
        };
        if let Some(node) = fan.and_then(|fan| self.nodes.get_mut(fan)) {
            node.items = Some(list_items::<F>);
        }
        let fan = fan.unwrap_or(usize::MAX);
        let item = Handle::new(Origin::Item(fan));
        wire(&mut EachWiring { wiring: self, fan }, item).gather(fan)
    }

    pub(super) fn finish(self) -> Result<(Vec<Node>, Plan), PlanError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let name = |place: usize| self.nodes[place].name();
        let stages = self
            .nodes
            .iter()
            .map(|node| StagePlan {
                name: node.name(),
                needs: node.inputs.iter().filter_map(|input| place_of(*input)).map(name).collect(),
                fan: node.fan.map(name),
            })
            .collect();
        let plan = Plan::new(stages)?;
        Ok((self.nodes, plan))
    }

    fn add<S: Stage>(&mut self, stage: S, inputs: Vec<Input>, fan: Option<usize>) -> usize {
        for input in &inputs {
            if let Origin::Item(other) = input
                && fan != Some(*other)
            {
                let need = self.nodes.get(*other).map_or_else(|| StageName::from("input"), Node::name);
                self.error.get_or_insert(PlanError::CrossedFans { stage: S::NAME.into(), need });
            }
        }
        self.nodes.push(Node { stage: Arc::new(stage), inputs, fan, items: None });
        self.nodes.len() - 1
    }
}

impl EachWiring<'_> {
    /// Adds a stage that takes `inputs` and runs once for each item.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "handles are copied, and `&(a, b)` would read badly in a pipeline"
    )]
    pub fn stage<S: Stage>(
        &mut self,
        stage: S,
        inputs: impl Wires<S::Input, PerItem>,
    ) -> Handle<S::Output, PerItem> {
        Handle::new(Origin::PerItem(self.wiring.add(stage, inputs.origins(), Some(self.fan))))
    }
}

fn place_of(input: Input) -> Option<usize> {
    match input {
        Origin::Source => None,
        Origin::Stage(place)
        | Origin::Item(place)
        | Origin::PerItem(place)
        | Origin::Gathered(place)
        | Origin::Items(place) => Some(place),
    }
}

fn list_items<F: Fan>(value: Value) -> Result<Vec<Value>, serde_json::Error> {
    let fan: F = serde_json::from_value(value)?;
    fan.items().into_iter().map(serde_json::to_value).collect()
}
