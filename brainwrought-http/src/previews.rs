//! [`Previews`]: the voices that can be chosen, and the samples that were made so far.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brainwrought_stages::audio::{VoiceLibrary, VoiceListing};
use bytes::Bytes;
use tokio::sync::{OnceCell, Semaphore};

use crate::ApiError;
use crate::video_options::VOICES;

/// A voice that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VoiceChoice {
    /// What the option is called, such as `heart` or `kokoro/am_michael`.
    pub(crate) name: String,
    /// Its name for people.
    pub(crate) label: String,
    /// What it is like, for people.
    pub(crate) detail: String,
    /// It is installed on this machine, so that a sample can be made.
    pub(crate) has_sample: bool,
}

/// The voices of this server, and the samples that were made so far. There are as many as voices and backgrounds, each of
/// a few hundred kilobytes at most, so they are kept in memory until the server ends.
#[derive(Debug)]
pub(crate) struct Previews {
    pub(crate) library: Option<VoiceLibrary>,
    voices: OnceCell<Vec<VoiceChoice>>,
    made: Mutex<BTreeMap<String, Bytes>>,
    /// Samples are made one at a time.
    turn: Semaphore,
    /// Requests that wait for their turn.
    queue: Semaphore,
}

/// How many requests may wait for a sample; the page asks for one after the other.
const MAX_WAITING: usize = 16;

/// What is tried, for [`ApiError::unavailable`].
pub(crate) const MAKE_SAMPLE: &str = "make the sample";

impl Previews {
    pub(crate) fn new(library: Option<VoiceLibrary>) -> Self {
        Self {
            library,
            voices: OnceCell::new(),
            made: Mutex::default(),
            turn: Semaphore::new(1),
            queue: Semaphore::new(MAX_WAITING),
        }
    }

    /// The voices that can be chosen: those that every server has, and those of Kokoro where they are installed. What is
    /// installed is looked up once.
    pub(crate) async fn voices(&self) -> &[VoiceChoice] {
        let look = async || {
            let Some(library) = self.library.clone() else { return menu(&[]) };
            let listed = tokio::task::spawn_blocking(move || library.list()).await;
            menu(&listed.unwrap_or_default())
        };
        self.voices.get_or_init(look).await
    }

    /// Refuses a voice that this server does not offer.
    ///
    /// # Errors
    ///
    /// Names the voices there are.
    pub(crate) async fn check_voice(&self, field: &str, name: &str) -> Result<(), ApiError> {
        // The usual voices need no look at this machine: they may be on the workers alone.
        if VOICES.contains(&name) {
            return Ok(());
        }
        let voices = self.voices().await;
        if voices.iter().any(|voice| voice.name == name) {
            return Ok(());
        }
        let names: Vec<&str> = voices.iter().map(|voice| voice.name.as_str()).collect();
        let names = names.join(", ");
        Err(ApiError::wrong_request(&format!("`{field}` must be auto, {names}, not `{name}`")))
    }

    /// Finds a sample, or makes it.
    pub(crate) async fn sample(
        &self,
        key: String,
        make: impl AsyncFnOnce() -> Result<Bytes, ApiError>,
    ) -> Result<Bytes, ApiError> {
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let busy = |_| ApiError::Busy {
            reason: "too many samples are being made".to_owned(),
            after: Duration::from_secs(5),
        };
        let _place = self.queue.try_acquire().map_err(busy)?;
        let turn = self.turn.acquire().await;
        let _turn = turn.map_err(|error| ApiError::unavailable(MAKE_SAMPLE, error))?;
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let made = make().await?;
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
        Ok(made)
    }

    fn known(&self, key: &str) -> Option<Bytes> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

/// The name of the file with the sample of a voice.
pub(crate) fn sample_file(voice: &str) -> String {
    format!("{}.wav", voice.replace('/', "-"))
}

/// Makes the menu of what was found.
fn menu(listed: &[VoiceListing]) -> Vec<VoiceChoice> {
    let is_present = |name: &str| listed.iter().any(|voice| voice.name == name && voice.present);
    let usual = [
        ("heart", "hibari/heart", "Heart", "warm, female"),
        ("oak", "hibari/oak", "Oak", "deep, male"),
        ("fern", "hibari/fern", "Fern", "bright, female"),
        ("espeak", "espeak-ng", "eSpeak", "robotic, many languages"),
    ];
    let mut voices: Vec<VoiceChoice> = usual
        .iter()
        .map(|(name, listed_as, label, detail)| VoiceChoice {
            name: (*name).to_owned(),
            label: (*label).to_owned(),
            detail: (*detail).to_owned(),
            has_sample: is_present(listed_as),
        })
        .collect();
    let kokoro = listed.iter().filter(|voice| voice.present && voice.name.starts_with("kokoro/"));
    voices.extend(kokoro.map(|voice| {
        let (kind, speaker) = voice.name.rsplit_once('_').unwrap_or(("", &voice.name));
        let mut letters = speaker.chars();
        let label =
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
        let detail = if kind.ends_with("/am") { "Kokoro, male" } else { "Kokoro, female" };
        VoiceChoice { name: voice.name.clone(), label, detail: detail.to_owned(), has_sample: true }
    }));
    voices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, present: bool) -> VoiceListing {
        let text = String::new;
        let name = name.to_owned();
        VoiceListing { name, engine: text(), language: text(), licence: text(), present, detail: text() }
    }

    #[test]
    fn voices_of_kokoro_are_offered_where_they_are_installed() {
        let names = |listed: &[VoiceListing]| {
            menu(listed).into_iter().map(|voice| (voice.label, voice.has_sample)).collect::<Vec<_>>()
        };
        let without = names(&[listed("hibari/heart", true), listed("kokoro/SPEAKER", false)]);
        assert_eq!(without.len(), 4);
        assert_eq!(without[..2], [("Heart".to_owned(), true), ("Oak".to_owned(), false)]);
        let with = names(&[listed("kokoro/am_michael", true), listed("openai:VOICE", true)]);
        assert_eq!(with.last(), Some(&("Michael".to_owned(), true)));
        assert_eq!(with.len(), 5, "hosted voices have no name that could be chosen");
    }

    #[tokio::test]
    async fn a_sample_is_made_once() {
        let previews = Previews::new(None);
        let mut count = 0;
        for _ in 0..3 {
            let made = previews.sample("x".to_owned(), async || {
                count += 1;
                Ok(Bytes::from_static(b"x"))
            });
            assert_eq!(made.await.unwrap(), "x");
        }
        assert_eq!(count, 1);
    }
}
