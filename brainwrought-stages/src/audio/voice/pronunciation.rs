//! [`Pronunciation`]: English words to the phonemes that the voice was trained on.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;

use misaki_rs::fallback::FallbackError;
use misaki_rs::{Fallback, G2P, Language};
use rten::{Model, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use serde::Deserialize;

use super::super::spoken::SpokenToken;
use super::{VoiceError, VoiceFiles};

/// Marks that are phonemes for the voice but pauses for the ear.
const PUNCTUATION: &str = ";:,.!?—…\"()“” ";

/// One phoneme with the written word that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Phone {
    /// Its number in the voice's table.
    pub(super) id: i32,
    /// The sign it is written with.
    pub(super) symbol: char,
    /// The place of the written word; a space belongs to none.
    pub(super) word: Option<usize>,
}

impl Phone {
    /// Tells whether it is heard as a pause, if at all.
    pub(super) fn is_pause(self) -> bool {
        PUNCTUATION.contains(self.symbol)
    }

    /// Tells whether it ends a word.
    pub(super) fn is_space(self) -> bool {
        self.symbol == ' '
    }
}

/// Reads words aloud on paper.
pub(super) struct Pronunciation {
    g2p: G2P,
    ids: BTreeMap<char, i32>,
}

impl std::fmt::Debug for Pronunciation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pronunciation").field("ids", &self.ids.len()).finish_non_exhaustive()
    }
}

impl Pronunciation {
    /// Loads the tables and the model for unknown words.
    pub(super) fn load(files: &VoiceFiles) -> Result<Self, VoiceError> {
        let failed = |source: Box<dyn Error + Send + Sync>| VoiceError::Engine {
            voice: super::timbre::HEART.name.to_owned(),
            action: "load its pronunciation tables".to_owned(),
            source,
        };
        let ids = serde_json::from_slice(&files.read("vocab.json")?).map_err(|e| failed(e.into()))?;
        let table: LetterTable =
            serde_json::from_slice(&files.read("oov.json")?).map_err(|e| failed(e.into()))?;
        let model = Model::load(files.read("oov.onnx")?).map_err(|e| failed(e.into()))?;
        let unknown = UnknownWords { model, table };
        Ok(Self { g2p: G2P::with_fallback(Language::EnglishUS, Some(Box::new(unknown))), ids })
    }

    /// Finds the phonemes of a line, without spaces at its ends. `laid_down` has phonemes of the International Phonetic
    /// Alphabet for words by their place.
    pub(super) fn phones(
        &self,
        tokens: &[SpokenToken],
        laid_down: &BTreeMap<usize, String>,
    ) -> Result<Vec<Phone>, FallbackError> {
        let mut text = String::new();
        let mut places: Vec<(Range<usize>, usize)> = Vec::new();
        for (word, token) in tokens.iter().enumerate().filter(|(_, token)| !token.spoken.is_empty()) {
            if !text.is_empty() {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(&token.spoken);
            places.push((start..text.len(), word));
        }
        let (_, sounds) = self.g2p.g2p(&text).map_err(|error| match error {
            misaki_rs::g2p::G2PError::Fallback(error) => error,
        })?;
        let mut phones: Vec<Phone> = Vec::new();
        let mut at = 0;
        for sound in sounds {
            let start = text.get(at..).and_then(|rest| rest.find(&sound.text)).map_or(at, |gap| at + gap);
            at = start + sound.text.len();
            let place = places.partition_point(|(range, _)| range.end <= start);
            let word = places.get(place).or(places.last()).map(|(_, word)| *word);
            let symbols = sound.phonemes.as_deref().unwrap_or_default().chars();
            let spaces = (!sound.whitespace.is_empty()).then_some(' ');
            for symbol in symbols.chain(spaces) {
                let Some(id) = self.ids.get(&symbol).copied() else { continue };
                let is_space = symbol == ' ';
                if is_space && phones.last().is_none_or(|last| last.is_space()) {
                    continue;
                }
                phones.push(Phone { id, symbol, word: word.filter(|_| !is_space) });
            }
        }
        while phones.last().is_some_and(|last| last.is_space()) {
            phones.pop();
        }
        for (word, ipa) in laid_down {
            self.lay_down(&mut phones, *word, ipa);
        }
        Ok(phones)
    }

    /// Puts the phonemes of a word in the place of what was found for it; its pauses stay.
    fn lay_down(&self, phones: &mut Vec<Phone>, word: usize, ipa: &str) {
        let signs = american(ipa);
        let said: Vec<Phone> = signs
            .chars()
            .filter_map(|symbol| Some(Phone { id: *self.ids.get(&symbol)?, symbol, word: Some(word) }))
            .collect();
        let own = |phone: &Phone| phone.word == Some(word) && !phone.is_pause();
        let Some(start) = phones.iter().position(own) else { return };
        let end = phones.iter().rposition(own).map_or(start, |last| last + 1);
        if !said.is_empty() {
            phones.splice(start..end, said);
        }
    }
}

/// The signs that the voice was trained on for those of the International Phonetic Alphabet: diphthongs and affricates are
/// one sign, and length is not marked.
fn american(ipa: &str) -> String {
    const SIGNS: [(&str, &str); 15] = [
        ("eɪ", "A"),
        ("aɪ", "I"),
        ("oʊ", "O"),
        ("əʊ", "O"),
        ("aʊ", "W"),
        ("ɔɪ", "Y"),
        ("t͡ʃ", "ʧ"),
        ("d͡ʒ", "ʤ"),
        ("tʃ", "ʧ"),
        ("dʒ", "ʤ"),
        ("ɚ", "əɹ"),
        ("ɝ", "ɜɹ"),
        ("r", "ɹ"),
        ("g", "ɡ"),
        ("ː", ""),
    ];
    SIGNS.iter().fold(ipa.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The letters that the model for unknown words reads and the phonemes that it writes; both are numbered from 1.
#[derive(Debug, Deserialize)]
struct LetterTable {
    #[serde(rename = "in")]
    letters: Vec<char>,
    #[serde(rename = "out")]
    phonemes: Vec<char>,
    maxlen: usize,
}

/// Guesses how a word that no lexicon has is said.
struct UnknownWords {
    model: Model,
    table: LetterTable,
}

impl UnknownWords {
    fn guess(&self, word: &str) -> Option<String> {
        let letters = word.chars().filter_map(|letter| self.table.letters.iter().position(|l| *l == letter));
        let ids: Vec<i32> =
            letters.take(self.table.maxlen).filter_map(|place| i32::try_from(place + 1).ok()).collect();
        if ids.is_empty() {
            return None;
        }
        let input = NdTensor::from_data([1, ids.len()], ids);
        let output = self.model.run_one(ValueOrView::from(input.view()), None).ok()?;
        let slots: NdTensor<i32, 2> = output.try_into().ok()?;
        let mut phonemes = String::new();
        let mut previous = 0;
        // One slot is one guess; 0 says nothing and a repeated guess is the same sound going on.
        for &slot in slots.iter() {
            if slot != previous && slot > 0 {
                phonemes.extend(self.table.phonemes.get(slot as usize - 1));
            }
            previous = slot;
        }
        Some(phonemes)
    }
}

impl Fallback for UnknownWords {
    /// Never fails: one failure would silence the whole sentence, so what cannot be read is left out.
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        let (stem, ending) = word.rsplit_once(['\'', '’']).unwrap_or((word, ""));
        let pieces = stem.split(|c: char| !c.is_alphabetic()).filter(|piece| !piece.is_empty());
        let sounds: Vec<String> = pieces.filter_map(|piece| self.guess(piece)).collect();
        let mut sounds = sounds.join(" ");
        sounds.push_str(match (ending, sounds.chars().last()) {
            ("s" | "S", Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ')) => "ᵻz",
            ("s" | "S", Some('p' | 't' | 'k' | 'f' | 'θ')) => "s",
            ("s" | "S", _) => "z",
            ("d", _) => "d",
            ("ll", _) => "ᵊl",
            ("ve", _) => "v",
            ("re", _) => "ɹ",
            ("t", _) => "t",
            _ => "",
        });
        Ok(sounds)
    }
}
