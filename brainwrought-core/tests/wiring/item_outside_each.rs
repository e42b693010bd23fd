//! A value of one segment leaves its each.
use brainwrought_core::data::{Audio, Document, Script, Segment, SourcePdf};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageError};

#[derive(Debug, serde::Serialize)]
struct Parse;

impl Stage for Parse {
    const NAME: &'static str = "parse";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Document;

    async fn run(&self, _cx: &StageContext, _input: SourcePdf) -> Result<Document, StageError> {
        unreachable!()
    }
}

#[derive(Debug, serde::Serialize)]
struct Write;

impl Stage for Write {
    const NAME: &'static str = "script";
    const VERSION: u32 = 1;
    type Input = Document;
    type Output = Script;

    async fn run(&self, _cx: &StageContext, _input: Document) -> Result<Script, StageError> {
        unreachable!()
    }
}

#[derive(Debug, serde::Serialize)]
struct Narrate;

impl Stage for Narrate {
    const NAME: &'static str = "audio";
    const VERSION: u32 = 1;
    type Input = (Document, Segment);
    type Output = Audio;

    async fn run(&self, _cx: &StageContext, _input: (Document, Segment)) -> Result<Audio, StageError> {
        unreachable!()
    }
}

fn main() {
    let _ = Pipeline::new("short", |p, pdf: Handle<SourcePdf>| {
        let document = p.stage(Parse, pdf);
        let script = p.stage(Write, document);
        let mut leaked = None;
        p.each(script, |p, segment| {
            leaked = Some(segment);
            p.stage(Narrate, (document, segment))
        });
        p.stage(Narrate, (document, leaked.unwrap()))
    });
}
