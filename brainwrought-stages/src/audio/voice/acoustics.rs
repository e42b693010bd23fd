//! [`Acoustics`]: models that turn phonemes into sound, and what is the same for all of them: passages, word times, cuts.

use std::collections::BTreeMap;
use std::ops::Range;

use brainwrought_core::data::Language;
use tokio_util::sync::CancellationToken;

use super::super::lexicon::Saying;
use super::super::spoken::{SpokenToken, spoken_form};
use super::envelope::Envelope;
use super::pronunciation::{Phone, Pronunciation};
use super::vocoder::{HOP, SAMPLE_RATE};
use super::{ChunkSink, Engine, Speech, SpokenWord, Utterance, VoiceError, VoiceSettings};

/// Samples of one unit of duration: two frames, 25 ms.
const UNIT: usize = 2 * HOP;
/// The durations place a word this much later than a forced aligner hears it (45 ms, measured against pocketsphinx).
const LATE: usize = SAMPLE_RATE as usize * 45 / 1000;
/// The model was trained on sentences up to about this length.
const MAX_PHONES: usize = 400;
/// What stays of the silence at either end of a line.
const MARGIN: usize = SAMPLE_RATE as usize * 15 / 1000;
/// How far around its computed place the onset of a word after a pause is looked for.
const REACH: usize = SAMPLE_RATE as usize * 120 / 1000;

/// A model that turns phonemes into sound at [`SAMPLE_RATE`].
pub(super) trait Acoustics: Engine {
    /// Speaks phonemes; returns the samples, and how many units each phoneme lasts, with the blanks before and after them.
    fn synthesise(
        &self,
        phones: &[Phone],
        manner: VoiceSettings,
    ) -> Result<(Vec<f32>, Vec<usize>), VoiceError>;
}

/// Speaks a line with a model, passage by passage.
pub(super) fn speak(
    acoustics: &impl Acoustics,
    pronunciation: &Pronunciation,
    utterance: &Utterance,
    cancellation: &CancellationToken,
    chunks: ChunkSink<'_>,
) -> Result<(), VoiceError> {
    let (tokens, laid_down) = said(utterance);
    let phones = pronunciation.phones(&tokens, &laid_down).map_err(|source| VoiceError::Engine {
        voice: acoustics.name().to_owned(),
        action: "find how the line is said".to_owned(),
        source: source.into(),
    })?;
    let mut tokens = tokens.into_iter().enumerate().peekable();
    let passages = passages(&phones);
    let last_passage = passages.len().saturating_sub(1);
    for (number, passage) in passages.iter().enumerate() {
        if cancellation.is_cancelled() {
            return Err(VoiceError::Cancelled);
        }
        let (sound, units) = acoustics.synthesise(passage, utterance.manner)?;
        let places = place_words(passage, &units, &sound);
        let trimmed = trim(&sound, &places);
        let mut words: Vec<SpokenWord> = Vec::with_capacity(places.len());
        for (word, range) in places {
            let shift = |at: usize| at.clamp(trimmed.start, trimmed.end) - trimmed.start;
            let last = words.last().map_or(0, |last| last.samples.end);
            let (start, end) = (shift(range.start).max(last), shift(range.end).max(last));
            // Words without phones are heard as nothing, after the word before them.
            while let Some((_, token)) = tokens.next_if(|(place, _)| *place < word) {
                words.push(silence(token.written, last));
            }
            match tokens.next_if(|(place, _)| *place == word) {
                Some((_, token)) => {
                    words.push(SpokenWord { written: token.written, samples: start..end });
                }
                // The word was begun in the passage before; what is left of it has no place of its own.
                None => words.last_mut().map_or((), |last| last.samples.end = end),
            }
        }
        if number == last_passage {
            let last = words.last().map_or(0, |last| last.samples.end);
            words.extend(tokens.by_ref().map(|(_, token)| silence(token.written, last)));
        }
        let mut samples = sound.get(trimmed).unwrap_or_default().to_vec();
        fade_ends(&mut samples);
        chunks(Speech { samples, sample_rate: SAMPLE_RATE, words });
    }
    // Nothing is left unless nothing of the line is said.
    let words: Vec<SpokenWord> = tokens.map(|(_, token)| silence(token.written, 0)).collect();
    if !words.is_empty() {
        chunks(Speech { samples: Vec::new(), sample_rate: SAMPLE_RATE, words });
    }
    Ok(())
}

/// What is said for each word, and the phonemes of those for which the lexicon has them.
fn said(utterance: &Utterance) -> (Vec<SpokenToken>, BTreeMap<usize, String>) {
    // The pronunciation tables are English.
    let english = Language::english();
    let mut tokens = spoken_form(&utterance.line, &english);
    let mut phonemes = BTreeMap::new();
    for (word, token) in tokens.iter_mut().enumerate() {
        let written = utterance.line.get(token.written.clone()).unwrap_or_default();
        match utterance.lexicon.saying(written) {
            Some(Saying::Words(words)) => {
                let stop = token.spoken.chars().next_back().filter(|c| c.is_ascii_punctuation());
                let words = spoken_form(&words, &english).into_iter().map(|token| token.spoken);
                token.spoken = words.collect::<Vec<_>>().join(" ");
                token.spoken.extend(stop);
            }
            Some(Saying::Phonemes(said)) => drop(phonemes.insert(word, said)),
            None => {}
        }
    }
    (tokens, phonemes)
}

/// A word that is heard as nothing.
fn silence(written: Range<usize>, at: usize) -> SpokenWord {
    SpokenWord { written, samples: at..at }
}

/// Splits a line that is longer than the model was trained on, at punctuation if there is any, else between words.
fn passages(phones: &[Phone]) -> Vec<&[Phone]> {
    let mut rest = phones;
    let mut passages = Vec::new();
    while rest.len() > MAX_PHONES {
        let window = &rest[..MAX_PHONES];
        let spaces = || (1..window.len()).rev().filter(|&at| window[at].is_space());
        let cut = spaces().find(|&at| window[at - 1].is_pause()).or_else(|| spaces().next());
        let cut = cut.unwrap_or(MAX_PHONES - 1);
        passages.push(&rest[..cut]);
        rest = &rest[cut..];
        while rest.first().is_some_and(|first| first.is_space()) {
            rest = &rest[1..];
        }
    }
    if !rest.is_empty() {
        passages.push(rest);
    }
    passages
}

/// Finds where each word is heard. Words that only pause are left out.
fn place_words(phones: &[Phone], units: &[usize], sound: &[f32]) -> Vec<(usize, Range<usize>)> {
    let envelope = Envelope::from_samples(sound, SAMPLE_RATE);
    // starts[i] is where phone i starts; the blank before the first phone comes first.
    let mut starts = Vec::with_capacity(phones.len() + 1);
    let mut at = units.first().copied().unwrap_or(0);
    for place in 0..=phones.len() {
        starts.push((at * UNIT).saturating_sub(LATE).min(sound.len()));
        at += units.get(place + 1).copied().unwrap_or(0);
    }
    let mut words: Vec<(usize, Range<usize>)> = Vec::new();
    let mut after_pause = true;
    let mut place = 0;
    while place < phones.len() {
        let phone = phones[place];
        let Some(word) = phone.word.filter(|_| !phone.is_pause()) else {
            after_pause |= !phone.is_space();
            place += 1;
            continue;
        };
        let first = place;
        while place < phones.len() && phones[place].word == Some(word) && !phones[place].is_pause() {
            place += 1;
        }
        let mut range = starts[first]..starts[place].max(starts[first]);
        let before = words.last().map_or(0, |(_, known)| known.end);
        if after_pause {
            let from = before.max(range.start.saturating_sub(REACH));
            let to = (range.start + REACH).min(range.end).max(from);
            if let Some(onset) = envelope.onset(from..to) {
                range.start = onset;
            }
        }
        let pauses = phones.get(place).is_none_or(|next| next.is_pause() && !next.is_space());
        if pauses {
            // The sound of a last word runs on past its phonemes' own time, and the silence of the pause may be
            // counted to them: what is heard decides.
            let until = starts.get(place + 1).copied().unwrap_or(sound.len()).min(range.end + REACH);
            let heard = envelope.heard(range.start..until.max(range.end));
            if !heard.is_empty() {
                range.end = heard.end;
            }
        }
        range.start = range.start.max(before);
        range.end = range.end.max(range.start);
        match words.last_mut() {
            Some((known, whole)) if *known == word => whole.end = range.end,
            _ => words.push((word, range)),
        }
        after_pause = false;
    }
    words
}

/// What of the sound is kept: from shortly before the first word to shortly after the last.
fn trim(sound: &[f32], words: &[(usize, Range<usize>)]) -> Range<usize> {
    let heard = Envelope::from_samples(sound, SAMPLE_RATE).heard(0..sound.len());
    let first = words.first().map_or(heard.start, |(_, range)| range.start.min(heard.start));
    let last = words.last().map_or(heard.end, |(_, range)| range.end.max(heard.end));
    first.saturating_sub(MARGIN)..(last + MARGIN).min(sound.len())
}

/// Takes the edge off a cut.
fn fade_ends(samples: &mut [f32]) {
    let length = (SAMPLE_RATE as usize / 200).min(samples.len() / 2);
    let total = samples.len();
    for n in 0..length {
        let gain = n as f32 / length as f32;
        samples[n] *= gain;
        samples[total - 1 - n] *= gain;
    }
}
