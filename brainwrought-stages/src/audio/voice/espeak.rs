//! [`EspeakVoice`]: about a hundred languages through the outside program espeak-ng.

use std::ops::Range;
use std::path::PathBuf;

use brainwrought_core::data::Language;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::super::lexicon::Saying;
use super::super::spoken::spoken_form;
use super::envelope::Envelope;
use super::espeak_program::EspeakProgram;
use super::volume_alignment::{LOW_VOLUME, gated_words};
use super::wave::Wave;
use super::{ChunkSink, Engine, Speech, SpokenWord, Utterance, VoiceError, VoiceRights};

/// espeak-ng's words a minute that come out at about 170.
const PACE: f32 = 170.0;
/// The same for Mandarin, which it reads slowly: some 190 characters a minute, each of them a word.
const CHINESE_PACE: f32 = 240.0;
/// Grows whenever the same program would be asked for the same line in another way.
const GATE: u32 = 3;
/// All but the full volume: the sound that is kept has the same marks, so that both renderings have the same timing.
const FULL_VOLUME: u32 = 99;
/// The volume changes this much before a forced aligner hears the next word (measured against pocketsphinx).
const EARLY_MS: u32 = 30;
/// A voice of espeak-ng, which is not linked but run as a program of its own.
///
/// The program tells no word timings, so each line is rendered twice with the same marks, once with every second word
/// turned down: where the two differ says exactly which word is heard.
#[derive(Debug, Clone)]
pub struct EspeakVoice {
    program: EspeakProgram,
    /// The program's own name of the voice.
    language: String,
    spoken: Language,
    name: String,
    version: String,
}

impl EspeakVoice {
    /// Finds the voice for `language`; `variant` is one of the program's own, such as `f3`, or empty.
    ///
    /// # Errors
    ///
    /// Fails when espeak-ng is not at `program` (a path, or a name in `PATH`) or does not speak the language.
    pub fn find(
        program: impl Into<PathBuf>,
        language: &Language,
        variant: &str,
        cancellation: &CancellationToken,
    ) -> Result<Self, VoiceError> {
        let code = espeak_code(language.as_str());
        let plus = if variant.is_empty() { "" } else { "+" };
        let name = format!("espeak-ng/{code}{plus}{variant}");
        if !variant.chars().all(|c| c.is_ascii_alphanumeric()) {
            let choices = "espeak-ng+f1 to +f5, espeak-ng+m1 to +m8".to_owned();
            return Err(VoiceError::NoSuchVoice { voice: name, choices });
        }
        let program = EspeakProgram::new(program.into(), name.clone());
        let version = program.version(cancellation)?;
        let codes = program.languages(cancellation)?;
        if codes.iter().any(|known| *known == code || known.split('-').next() == Some(code)) {
            // Whatever the program reads as English is written out as English.
            let spoken = if code.starts_with("en") { Language::english() } else { language.clone() };
            return Ok(Self { program, language: format!("{code}{plus}{variant}"), spoken, name, version });
        }
        Err(VoiceError::NoSuchLanguage { language: language.to_string(), choices: codes.join(", ") })
    }

    /// Renders the words with alternating volumes, in percent.
    fn render(
        &self,
        words: &[String],
        volumes: [u32; 2],
        speed: f32,
        cancellation: &CancellationToken,
    ) -> Result<Wave, VoiceError> {
        let mut text = String::from("<speak>");
        for (word, volume) in words.iter().zip(volumes.iter().cycle()) {
            text.push_str(&format!("<prosody volume=\"{volume}\">{}</prosody> ", escaped(word)));
        }
        text.push_str("</speak>");
        let usual = if self.language.starts_with("cmn") { CHINESE_PACE } else { PACE };
        let pace = (usual * speed).round().clamp(80.0, 450.0).to_string();
        let arguments = ["-v", &self.language, "-m", "-z", "-b", "1", "-s", &pace, "--stdin", "--stdout"];
        let bytes = self.program.run(&arguments, Bytes::from(text), cancellation)?;
        Wave::read(&bytes).ok_or_else(|| self.program.failed("speak a line", "it wrote no 16-bit mono WAV"))
    }
}

/// What espeak-ng calls a language.
pub(super) fn espeak_code(language: &str) -> &str {
    match language {
        "en" | "und" => "en-us",
        "zh" => "cmn",
        "no" => "nb",
        other => other,
    }
}

impl Engine for EspeakVoice {
    fn name(&self) -> &str {
        &self.name
    }

    fn identity(&self) -> String {
        format!("{} gate {GATE} of {}", self.name, self.version)
    }

    fn rights(&self) -> VoiceRights {
        VoiceRights::espeak()
    }

    fn speak(
        &self,
        utterance: &Utterance,
        cancellation: &CancellationToken,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        let Utterance { line, manner, lexicon } = utterance;
        let (written, words): (Vec<Range<usize>>, Vec<String>) = spoken_form(line, &self.spoken)
            .into_iter()
            .map(|token| match lexicon.saying(&line[token.written.clone()]) {
                Some(Saying::Words(_)) => (token.written.clone(), lexicon.said(&line[token.written])),
                _ => (token.written, token.spoken),
            })
            .unzip();
        if words.is_empty() {
            return Ok(());
        }
        let full = self.render(&words, [100, FULL_VOLUME], manner.speed, cancellation)?;
        let low = self.render(&words, [100, LOW_VOLUME], manner.speed, cancellation)?;
        let envelope = Envelope::from_samples(&full.samples, full.rate);
        let heard = envelope.heard(0..full.samples.len());
        let early = (full.rate * EARLY_MS / 1000) as usize;
        let mut last = heard.start;
        let mut spoken = Vec::with_capacity(words.len());
        for (written, gate) in written.into_iter().zip(gated_words(&full, &low, words.len())) {
            let start = if gate.start == 0 { 0 } else { gate.start + early };
            let range = envelope.heard(start.max(last)..(gate.end + early).max(start).max(last));
            last = range.end;
            let range = range.start - heard.start..range.end.min(heard.end).max(range.start) - heard.start;
            spoken.push(SpokenWord { written, samples: range });
        }
        let samples = full.samples.get(heard).unwrap_or_default().to_vec();
        chunks(Speech { samples, sample_rate: full.rate, words: spoken });
        Ok(())
    }
}

/// Keeps the text from being read as marks.
fn escaped(word: &str) -> String {
    word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
