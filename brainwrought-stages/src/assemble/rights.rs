//! Every asset of a video, and the right to use it.

use std::collections::BTreeSet;

use brainwrought_core::data::{AssetRecord, Document};
use brainwrought_core::stage::Stage as _;

use super::Assemble;
use super::part::Part;
use super::soundtrack::Soundtrack;
use crate::audio::{Effects, Mix};
use crate::licence;

/// Lists every asset, sorted: the document, what the stages before recorded, and what is heard beside the voice.
pub(super) fn assets(
    document: &Document,
    parts: &[Part<'_>],
    mix: &Mix,
    soundtrack: &Soundtrack,
) -> Vec<AssetRecord> {
    let rights = licence::of_document(&document.file_name);
    let source = AssetRecord::new("parse", "document", document.file_name.clone(), rights);
    let mut assets = BTreeSet::from([source.with_blob(&document.source)]);
    let recorded =
        parts.iter().flat_map(|part| [&part.clip.assets, &part.visuals.assets, &part.audio.assets]);
    assets.extend(recorded.flatten().cloned());
    let record =
        |kind: &str, name: &str, licence: &str| AssetRecord::new(Assemble::NAME, kind, name, licence);
    if soundtrack.is_supplied() {
        // By its digest alone: the name of a file of somebody's is nobody else's business.
        let music = record("music", "the user's file", licence::SUPPLIED);
        assets.insert(match &soundtrack.file {
            Some(file) => music.with_blob(file),
            None => music,
        });
    } else if soundtrack.is_composed() {
        assets.insert(record("music", "composed by the program", licence::OWN));
    }
    if mix.effects != Effects::Off {
        assets.insert(record("effects", "made by the program", licence::OWN));
        for (sound, (provider, file)) in &soundtrack.effects.provided {
            let name = format!("made by {provider}: {sound}");
            assets.insert(AssetRecord {
                provider: Some((*provider).to_owned()),
                synthetic: true,
                ..record("effects", &name, licence::PROVIDER_TERMS).with_blob(file)
            });
        }
    }
    assets.into_iter().collect()
}
