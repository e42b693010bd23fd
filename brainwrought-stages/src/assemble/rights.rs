//! Every asset of a video, and the right to use it.

use std::collections::BTreeSet;

use brainwrought_core::data::{AssetRecord, Clip, Document, Script, VisualCue};
use brainwrought_core::id::Digest;

use super::soundtrack::Soundtrack;
use crate::audio::{Effects, Mix};

/// The licence of what this program draws and plays itself.
const OWN: &str = "MIT OR Apache-2.0";
/// The licence of what the user brings along.
const SUPPLIED: &str = "supplied by the user, who answers for the right to use it";
/// The fonts that captions and cards are drawn with, with their names.
const FONTS: [(&str, &[u8]); 2] = [
    ("Montserrat Black", include_bytes!("../../assets/fonts/Montserrat-Black.ttf")),
    ("Montserrat SemiBold", include_bytes!("../../assets/fonts/Montserrat-SemiBold.ttf")),
];

/// Lists every asset, sorted.
pub(super) fn assets(
    document: &Document,
    script: &Script,
    clips: &[Clip],
    mix: &Mix,
    soundtrack: &Soundtrack,
) -> Vec<AssetRecord> {
    let mut assets = BTreeSet::new();
    let rights = format!("rights stay with the author of {}", document.file_name);
    let record = |stage: &str, kind: &str, name: String, licence: &str| AssetRecord {
        stage: stage.to_owned(),
        kind: kind.to_owned(),
        name,
        bytes: None,
        sha256: None,
        licence: licence.to_owned(),
        provider: None,
        author: None,
        source: None,
        synthetic: false,
    };
    assets.insert(AssetRecord {
        bytes: Some(document.source.bytes),
        sha256: Some(document.source.digest.as_str().to_owned()),
        ..record("parse", "document", document.file_name.clone(), &rights)
    });
    for (name, font) in FONTS {
        assets.insert(AssetRecord {
            bytes: Some(font.len() as u64),
            sha256: Some(Digest::of(font).as_str().to_owned()),
            ..record("render", "font", name.to_owned(), "OFL-1.1")
        });
    }
    for scene in script.segments.iter().flat_map(|segment| &segment.scenes) {
        let had = |query: &str| clips.iter().flat_map(|clip| &clip.assets).any(|asset| asset.name == query);
        let shown = match &scene.visual {
            VisualCue::Illustration { query, fallback, .. } if !had(query) => fallback,
            visual => visual,
        };
        match shown {
            VisualCue::Figure { figure } => {
                let found = document.figures.iter().find(|known| known.id == *figure);
                let name = found.map_or_else(
                    || figure.clone(),
                    |f| format!("{}, p. {}", f.label.as_deref().unwrap_or(figure), f.page),
                );
                assets.insert(record("visuals", "figure", name, &rights));
            }
            VisualCue::PageCrop { page, .. } => {
                assets.insert(record("visuals", "page", format!("p. {page}"), &rights));
            }
            _ => {}
        }
    }
    for clip in clips {
        assets.extend(clip.assets.iter().cloned());
        for voice in clip.audio.voice.split(", ") {
            assets.insert(record("audio", "voice", voice.to_owned(), voice_licence(voice)));
        }
        // A clip that was found or made for a scene is told of there.
        let is_known = |asset: &AssetRecord| {
            asset.sha256.as_deref().is_some_and(|digest| clip.background == format!("clip:{digest}"))
        };
        if clip.assets.iter().any(is_known) {
            continue;
        }
        let own = clip.background.starts_with("procedural") || clip.background.starts_with("calm");
        let licence = if own { OWN } else { SUPPLIED };
        assets.insert(record("render", "background", clip.background.clone(), licence));
    }
    if soundtrack.is_supplied() {
        // By its digest alone: the name of a file of somebody's is nobody else's business.
        let (name, file) = ("the user's file".to_owned(), soundtrack.file.clone());
        assets.insert(AssetRecord {
            bytes: file.as_ref().map(|file| file.bytes),
            sha256: file.map(|file| file.digest.as_str().to_owned()),
            ..record("assemble", "music", name, SUPPLIED)
        });
    } else if soundtrack.is_composed() {
        assets.insert(record("assemble", "music", "composed by the program".to_owned(), OWN));
    }
    if mix.effects == Effects::On {
        assets.insert(record("assemble", "effects", "made by the program".to_owned(), OWN));
        for (sound, (provider, file)) in &soundtrack.effects.provided {
            let licence = "see the terms of the sound's provider";
            assets.insert(AssetRecord {
                bytes: Some(file.bytes),
                sha256: Some(file.digest.as_str().to_owned()),
                provider: Some((*provider).to_owned()),
                synthetic: true,
                ..record("assemble", "effects", format!("made by {provider}: {sound}"), licence)
            });
        }
    }
    assets.into_iter().collect()
}

fn voice_licence(voice: &str) -> &'static str {
    if voice.starts_with("hibari") || voice.starts_with("kokoro") {
        "Apache-2.0"
    } else if voice.starts_with("espeak") {
        "spoken by espeak-ng, a separate program under GPL-3.0-or-later"
    } else if voice.starts_with("piper:") {
        SUPPLIED
    } else {
        "see the terms of the voice's provider"
    }
}
