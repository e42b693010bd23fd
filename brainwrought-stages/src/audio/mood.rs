//! Music that fits a mood: which built-in bed it means, and which file of a folder.

use brainwrought_core::data::BlobRef;
use serde::{Deserialize, Serialize};

use super::mix::Mood;
use super::noise::Noise;
use super::sound_words::{SoundWords, meant};

/// What people call the moods of the built-in beds.
const NAMES: [(Mood, &str); 3] = [
    (
        Mood::Bright,
        "bright upbeat happy playful energetic fun funny cheerful quirky joyful light optimistic lively comedic silly \
         triumphant epic inspiring hopeful hype fast excited",
    ),
    (
        Mood::Focus,
        "focus focused serious tense dark mysterious mystery dramatic suspense suspenseful steady curious driving urgent \
         investigative cool edgy ominous thriller determined tech electronic",
    ),
    (
        Mood::Calm,
        "calm soft ambient relaxed relaxing dreamy gentle slow sad melancholic peaceful chill lofi quiet warm soothing \
         reflective thoughtful serene contemplative wonder",
    ),
];

/// A file of the user's own folder of music.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MusicTrack {
    /// Its name, without its folder; empty where that is not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its bytes.
    pub file: BlobRef,
}

impl Mood {
    /// The bed that a mood means, as far as its words are known.
    pub fn meant_by(mood: &str) -> Option<Self> {
        meant(mood, &NAMES)
    }
}

/// Chooses a file of a folder: the one whose name shares most words with the mood, then one whose name means the same bed;
/// among equals, by the seed.
pub fn best_track<'a>(tracks: &'a [MusicTrack], mood: &str, seed: u64) -> Option<&'a MusicTrack> {
    let (wanted, bed) = (SoundWords::from_text(mood), Mood::meant_by(mood));
    let score = |track: &MusicTrack| {
        let stem = track.name.rsplit_once('.').map_or(track.name.as_str(), |(stem, _)| stem);
        let same_bed = bed.is_some() && Mood::meant_by(stem) == bed;
        (SoundWords::from_text(stem).shared(&wanted), same_bed)
    };
    let best = tracks.iter().map(&score).max()?;
    let mut fitting: Vec<&MusicTrack> = tracks.iter().filter(|track| score(track) == best).collect();
    // The order in which files were read must not matter.
    fitting.sort_by(|a, b| (&a.name, &a.file.digest).cmp(&(&b.name, &b.file.digest)));
    Noise::new(seed).pick(&fitting).copied()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::id::Digest;

    use super::*;

    fn track(name: &str) -> MusicTrack {
        let file =
            BlobRef { digest: Digest::of(name.as_bytes()), bytes: 1, media_type: "audio/*".to_owned() };
        MusicTrack { name: name.to_owned(), file }
    }

    #[test]
    fn moods_are_understood() {
        for (text, mood) in [
            ("upbeat and playful", Mood::Bright),
            ("dark, mysterious", Mood::Focus),
            ("Calm ambient pads", Mood::Calm),
            ("relaxing", Mood::Calm),
        ] {
            assert_eq!(Mood::meant_by(text), Some(mood), "{text}");
        }
        assert_eq!(Mood::meant_by("polka"), None);
    }

    #[test]
    fn a_file_is_chosen_by_its_name_and_then_by_the_seed() {
        let tracks = ["dark_drones.mp3", "happy-ukulele.flac", "Take 5.wav", "sleepy calm.ogg"].map(track);
        let chosen = |mood: &str, seed| best_track(&tracks, mood, seed).unwrap().name.as_str();
        assert_eq!(chosen("happy", 1), "happy-ukulele.flac");
        assert_eq!(chosen("suspenseful", 1), "dark_drones.mp3");
        assert_eq!(chosen("gentle and warm", 9), "sleepy calm.ogg");
        let by_seed: std::collections::BTreeSet<&str> = (0..40).map(|seed| chosen("", seed)).collect();
        assert_eq!(by_seed.len(), 4);
        let mut turned = tracks.to_vec();
        turned.reverse();
        for seed in 0..10 {
            assert_eq!(best_track(&turned, "", seed).unwrap().name, chosen("", seed));
        }
        assert_eq!(best_track(&[], "happy", 1), None);
    }
}
