//! [`Stages`]: the default stages, set up for one choice of options.

use std::sync::Arc;

use super::options::{BackgroundChoice, MakeOptions, Music};
use super::resources::Resources;
use super::trial_narration::NarratedTrial;
use crate::assemble::Assemble;
use crate::audio::{Mix, MusicSource, Narrate, NarrateSettings};
use crate::check::{Check, Limits};
use crate::frame::CaptionStyle;
use crate::llm::ChosenLlm;
use crate::media::EncoderSettings;
use crate::parse::{DrawLimits, ParsePdf};
use crate::publish::Publish;
use crate::render::Render;
use crate::script::{ApprovedScript, ModelWriter, ScriptWriter, TrendChoice, WriteScript, WrittenScript};
use crate::visuals::{Pictures, PrepareVisuals};

/// The default stages, ready to be wired by [`super::short`] or by a pipeline of your own.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stages {
    /// Reads the PDF.
    pub parse: ParsePdf,
    /// Writes the script.
    pub script: WriteScript,
    /// Speaks a segment.
    pub audio: Narrate,
    /// Draws the panels of a segment.
    pub visuals: PrepareVisuals,
    /// Draws and encodes the frames of a segment.
    pub render: Render,
    /// Joins the segments and mixes the sound.
    pub assemble: Assemble,
    /// Measures the result.
    pub check: Check,
    /// Delivers it.
    pub publish: Publish,
}

impl Stages {
    /// Sets the stages up.
    pub fn new(options: &MakeOptions, resources: &Resources) -> Self {
        let seed = options.seed.unwrap_or(1);
        let encoder = EncoderSettings {
            width: options.width,
            height: options.height,
            fps: options.fps,
            ..EncoderSettings::default()
        };
        let (background, clips) = match &options.background {
            BackgroundChoice::Style(style) => (style.clone(), Vec::new()),
            BackgroundChoice::Clips(clips) => ("auto".to_owned(), clips.clone()),
        };
        let (music, music_file, music_folder) = match &options.music {
            Music::Bed => (MusicSource::default(), None, Vec::new()),
            Music::Mood(mood) => (MusicSource::Bed { mood: Some(*mood) }, None, Vec::new()),
            Music::None => (MusicSource::None, None, Vec::new()),
            Music::File(file) => (MusicSource::None, Some(file.clone()), Vec::new()),
            Music::Folder(tracks) => (MusicSource::None, None, tracks.clone()),
        };
        let pictures =
            options.pictures.clone().map(|pictures| pictures.completed(&resources.video_generators));
        let narrate = Narrate {
            settings: NarrateSettings {
                voice: options.voice.clone(),
                voice2: options.voice2.clone(),
                voice_files: options.voice_files.clone(),
                voice_failure: options.voice_failure,
                lexicon: options.lexicon.clone(),
                fps: options.fps,
                seed,
                ..NarrateSettings::default()
            },
            voices: resources.voices.clone().with_providers(resources.providers.clone()),
        };
        let limits = Limits { captions: options.captions, ..Limits::default() };
        let trial = NarratedTrial {
            narrate: narrate.clone(),
            limits: limits.clone(),
            fonts: resources.fonts.clone(),
        };
        Self {
            parse: ParsePdf { host: resources.host.clone(), ocr: options.ocr, ..ParsePdf::default() },
            script: WriteScript {
                length_ms: options.length_ms,
                seed,
                slang: options.slang,
                memes: options.memes,
                dialogue: options.dialogue,
                kind: options.kind,
                writer: written(options).or_else(|| {
                    let choice = options.llm.as_ref()?;
                    let chosen = ChosenLlm::new(choice, &resources.providers);
                    let offer = pictures.as_ref().map(Pictures::offer);
                    let trends = options.trends.open(&resources.providers, resources.trend_command.as_ref());
                    let writer = ModelWriter::chosen(chosen).with_pictures(offer).with_trends(trends);
                    let writer = writer.with_document_tokens(options.document_tokens);
                    Some(Arc::new(writer) as Arc<dyn ScriptWriter>)
                }),
                trends: match &options.trends {
                    TrendChoice::File(file) if options.llm.is_none() => Some(file.clone()),
                    _ => None,
                },
                trial: Some(Arc::new(trial)),
                captions: (options.captions != CaptionStyle::Off).then(|| resources.fonts.clone()),
            },
            audio: narrate,
            visuals: PrepareVisuals {
                width: options.width,
                height: options.height,
                layout: options.layout,
                background,
                clips,
                intensity: options.intensity,
                seed,
                pictures,
                memes: options.memes_by,
                providers: resources.providers.clone(),
                dialogue: options.dialogue,
                characters: options.characters,
                colours: options.colours,
                host: resources.host.clone(),
                draw_limits: DrawLimits::default(),
                fonts: resources.fonts.clone(),
            },
            render: Render {
                encoder,
                layout: options.layout,
                captions: options.captions,
                fonts: resources.fonts.clone(),
                limits: limits.clone(),
                turns: resources.render_turns.clone(),
                hooks: Vec::new(),
            },
            assemble: Assemble {
                mix: Mix { music, effects: options.effects, seed, ..Mix::default() },
                music_file,
                music_folder,
                providers: resources.providers.clone(),
                ..Assemble::default()
            },
            check: Check { limits },
            publish: Publish { folder: resources.outputs.clone(), publisher: resources.publisher.clone() },
        }
    }
}

/// The script that somebody wrote or approved.
fn written(options: &MakeOptions) -> Option<Arc<dyn ScriptWriter>> {
    if let Some(script) = &options.approved_script {
        return Some(Arc::new(ApprovedScript::new(script.clone())));
    }
    Some(Arc::new(WrittenScript::new(options.script.clone()?)))
}
