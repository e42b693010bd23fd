//! [`Short`]: the default pipeline, with places for stages of one's own.

use brainwrought_core::data::{
    Audio, Clip, Document, Publication, Report, Script, Segment, SourcePdf, Video, Visuals,
};
use brainwrought_core::job::PlanError;
use brainwrought_core::pipeline::{EachWiring, Handle, PerItem, Pipeline, Wiring};

use super::Stages;

/// A step of the wiring that is done once a job.
type Step<I, O> = Box<dyn FnOnce(&mut Wiring, I) -> Handle<O>>;

/// A step of the wiring that is done for each segment.
type EachStep<I, O> = Box<dyn FnOnce(&mut EachWiring<'_>, I) -> Handle<O, PerItem>>;

/// A value of the segment.
type Each<T> = Handle<T, PerItem>;

/// What the frames of a segment are drawn from.
type Shown = (Each<Segment>, Each<Audio>, Each<Visuals>);

/// What was made of a document and its script before it is joined.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Made {
    /// The document.
    pub document: Handle<Document>,
    /// The script.
    pub script: Handle<Script>,
    /// The narration of each segment.
    pub audios: Handle<Vec<Audio>>,
    /// The pictures of each segment.
    pub visuals: Handle<Vec<Visuals>>,
    /// The frames of each segment.
    pub clips: Handle<Vec<Clip>>,
}

/// The default pipeline for a short, from a PDF to a delivered video. Behind each stage others can be put, and each can be
/// replaced by one of the same input and output.
///
/// ```
/// use brainwrought_core::data::Script;
/// use brainwrought_core::stage::{Stage, StageContext, StageError};
/// use brainwrought_stages::standard::{Short, Stages};
///
/// #[derive(Debug, serde::Serialize)]
/// struct Shout;
///
/// impl Stage for Shout {
///     const NAME: &'static str = "shout";
///     const VERSION: u32 = 1;
///     type Input = Script;
///     type Output = Script;
///
///     async fn run(&self, _cx: &StageContext, mut script: Script) -> Result<Script, StageError> {
///         script.title = script.title.to_uppercase();
///         Ok(script)
///     }
/// }
///
/// fn pipeline(stages: Stages) -> Result<(), brainwrought_core::job::PlanError> {
///     let pipeline = Short::new(stages).named("loud").map_script(|p, script| p.stage(Shout, script)).build()?;
///     assert!(pipeline.plan().stages().iter().any(|stage| stage.name.0 == "shout"));
///     Ok(())
/// }
/// ```
#[must_use]
pub struct Short {
    name: String,
    document: Step<Handle<SourcePdf>, Document>,
    script: Step<Handle<Document>, Script>,
    audio: EachStep<Each<Segment>, Audio>,
    visuals: EachStep<(Handle<Document>, Each<Segment>), Visuals>,
    clip: EachStep<Shown, Clip>,
    video: Step<Made, Video>,
    report: Step<(Made, Handle<Video>), Report>,
    publication: Step<Handle<Report>, Publication>,
}

impl std::fmt::Debug for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Short").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! place {
    ($field:ident, $map:ident, $replace:ident, $wiring:ty, $input:ty => $output:ty, $what:literal) => {
        #[doc = concat!("Puts stages behind the one that makes ", $what, ": what `wire` returns takes its place.")]
        pub fn $map(mut self, wire: impl FnOnce(&mut $wiring, $output) -> $output + 'static) -> Self {
            let before = self.$field;
            self.$field = Box::new(move |p, input| {
                let made = before(p, input);
                wire(p, made)
            });
            self
        }

        #[doc = concat!("Makes ", $what, " by stages of one's own, in place of the default one and all behind it so far.")]
        pub fn $replace(mut self, wire: impl FnOnce(&mut $wiring, $input) -> $output + 'static) -> Self {
            self.$field = Box::new(wire);
            self
        }
    };
}

impl Short {
    /// The default pipeline, named `short`.
    pub fn new(stages: Stages) -> Self {
        let Stages { parse, script, audio, visuals, render, assemble, check, publish } = stages;
        Self {
            name: "short".to_owned(),
            document: Box::new(|p, pdf| p.stage(parse, pdf)),
            script: Box::new(|p, document| p.stage(script, document)),
            audio: Box::new(|p, segment| p.stage(audio, segment)),
            visuals: Box::new(|p, input| p.stage(visuals, input)),
            clip: Box::new(|p, input| p.stage(render, input)),
            video: Box::new(|p, Made { document, script, audios, visuals, clips }| {
                p.stage(assemble, (document, script, audios, visuals, clips))
            }),
            report: Box::new(|p, (Made { document, script, audios, visuals, clips }, video)| {
                p.stage(check, (document, script, video, audios, visuals, clips))
            }),
            publication: Box::new(|p, report| p.stage(publish, report)),
        }
    }

    /// Gives it another name. Stored jobs find their pipeline by it, so one with other stages should have its own in a fleet
    /// that runs the default one, too.
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    place!(document, map_document, replace_parse, Wiring, Handle<SourcePdf> => Handle<Document>, "the document");
    place!(script, map_script, replace_script, Wiring, Handle<Document> => Handle<Script>, "the script");
    place!(audio, map_audio, replace_audio, EachWiring<'_>, Each<Segment> => Each<Audio>, "the narration of a segment");
    place!(visuals, map_visuals, replace_visuals, EachWiring<'_>, (Handle<Document>, Each<Segment>) => Each<Visuals>,
        "the pictures of a segment");
    place!(clip, map_clip, replace_render, EachWiring<'_>, (Each<Segment>, Each<Audio>, Each<Visuals>) => Each<Clip>,
        "the frames of a segment");
    place!(video, map_video, replace_assemble, Wiring, Made => Handle<Video>, "the video");
    place!(report, map_report, replace_check, Wiring, (Made, Handle<Video>) => Handle<Report>, "the report on the video");
    place!(publication, map_publication, replace_publish, Wiring, Handle<Report> => Handle<Publication>, "the delivery");

    /// Wires the pipeline.
    ///
    /// # Errors
    ///
    /// Fails when two stages have one name.
    pub fn build(self) -> Result<Pipeline<SourcePdf, Publication>, PlanError> {
        Pipeline::new(&self.name, |p, pdf| {
            let document = (self.document)(p, pdf);
            let script = (self.script)(p, document);
            let (audios, visuals, clips) = p.each(script, |p, segment| {
                let audio = (self.audio)(p, segment);
                let visuals = (self.visuals)(p, (document, segment));
                (audio, visuals, (self.clip)(p, (segment, audio, visuals)))
            });
            let made = Made { document, script, audios, visuals, clips };
            let video = (self.video)(p, made);
            let report = (self.report)(p, (made, video));
            (self.publication)(p, report)
        })
    }
}
