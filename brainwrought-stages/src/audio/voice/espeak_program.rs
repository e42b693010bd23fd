//! [`EspeakProgram`]: the outside program espeak-ng, which speaks and says how words are pronounced.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::VoiceError;
use crate::child::{self, ChildError, ChildLimits};

/// What a line of speech may take: it is a matter of milliseconds.
const LIMITS: ChildLimits =
    ChildLimits { wall: Duration::from_secs(30), cpu_seconds: 20, address_space: 1 << 30, output: 64 << 20 };

/// The program espeak-ng. It is not linked but run as a program of its own. Call it from blocking threads.
#[derive(Debug, Clone)]
pub(super) struct EspeakProgram {
    /// A path, or a name in `PATH`.
    path: PathBuf,
    /// Who runs it, for errors.
    voice: String,
}

impl EspeakProgram {
    pub(super) fn new(path: PathBuf, voice: String) -> Self {
        Self { path, voice }
    }

    /// Asks which version it is.
    pub(super) fn version(&self, cancellation: &CancellationToken) -> Result<String, VoiceError> {
        // "eSpeak NG text-to-speech: 1.51  Data at: …", of which the folder says nothing about the sound.
        let version = self.run(&["--version"], Bytes::new(), cancellation)?;
        let version = String::from_utf8_lossy(&version).into_owned();
        Ok(version.split("Data at").next().unwrap_or_default().trim().to_owned())
    }

    /// Lists the codes of the languages that it speaks.
    pub(super) fn languages(&self, cancellation: &CancellationToken) -> Result<Vec<String>, VoiceError> {
        let list = self.run(&["--voices"], Bytes::new(), cancellation)?;
        // A table: priority, language, age and gender, name, file, other languages.
        let list = String::from_utf8_lossy(&list).into_owned();
        Ok(list
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().nth(1))
            .map(str::to_owned)
            .collect())
    }

    /// Says how each word is pronounced by `language`, in the International Phonetic Alphabet; one entry for each word.
    pub(super) fn phonemes(
        &self,
        words: &[&str],
        language: &str,
        cancellation: &CancellationToken,
    ) -> Result<Vec<String>, VoiceError> {
        // A paragraph for each word: words of one sentence would be run together. What a word holds may break its
        // paragraph in two, so a mark that nothing else makes stands between them.
        let mut phonemes = Vec::with_capacity(words.len());
        let plain = |word: &str| -> String {
            word.chars().map(|c| if c.is_alphanumeric() || "'’-".contains(c) { c } else { ' ' }).collect()
        };
        let text: Vec<String> = words.iter().map(|word| plain(word).trim().to_owned()).collect();
        let said: Vec<&String> = text.iter().filter(|word| !word.is_empty()).collect();
        let input = said.iter().map(|word| word.as_str()).collect::<Vec<_>>().join("\n\n");
        let output =
            self.run(&["-q", "--ipa", "-v", language, "--stdin"], Bytes::from(input), cancellation)?;
        let output = String::from_utf8_lossy(&output).into_owned();
        let lines: Vec<&str> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let lines: Vec<String> = if lines.len() == said.len() {
            lines.into_iter().map(str::to_owned).collect()
        } else {
            // Rare: a word made two lines or none. Then each is asked for alone.
            let alone = said.iter().map(|word| {
                let input = Bytes::from(word.as_bytes().to_vec());
                let output = self.run(&["-q", "--ipa", "-v", language, "--stdin"], input, cancellation)?;
                let output = String::from_utf8_lossy(&output).into_owned();
                Ok(output.split_whitespace().collect::<Vec<_>>().join(" "))
            });
            alone.collect::<Result<_, VoiceError>>()?
        };
        let mut lines = lines.into_iter();
        for word in &text {
            let line = if word.is_empty() { None } else { lines.next() };
            phonemes.push(without_switches(&line.unwrap_or_default()));
        }
        Ok(phonemes)
    }

    /// Runs it to its end and returns what it wrote.
    pub(super) fn run(
        &self,
        arguments: &[&str],
        input: Bytes,
        cancellation: &CancellationToken,
    ) -> Result<Bytes, VoiceError> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let work = child::run(&self.path, &arguments, &[], input, &LIMITS, cancellation);
        let result = match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime.block_on(work),
            Err(_) => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|e| self.failed("be started", e))?
                .block_on(work),
        };
        match result {
            Ok(output) => Ok(output.stdout),
            Err(ChildError::Missing { program }) => Err(VoiceError::NoEspeak { path: program }),
            Err(ChildError::Cancelled) => Err(VoiceError::Cancelled),
            Err(error) => Err(self.failed("speak a line", error)),
        }
    }

    pub(super) fn failed(
        &self,
        action: &str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> VoiceError {
        VoiceError::Engine { voice: self.voice.clone(), action: action.to_owned(), source: source.into() }
    }
}

/// Takes out the marks that tell of a change of language: "(en)ˈɒnlaɪn(de)".
fn without_switches(phonemes: &str) -> String {
    let mut depth = 0_usize;
    let kept = phonemes.chars().filter(|c| match c {
        '(' => {
            depth += 1;
            false
        }
        ')' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    kept.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_language_are_not_said() {
        assert_eq!(without_switches("(en)ˈɒnlaɪn(de)"), "ˈɒnlaɪn");
        assert_eq!(without_switches("hallo)"), "hallo");
    }

    #[test]
    fn every_word_has_its_own_phonemes() {
        let espeak = EspeakProgram::new("espeak-ng".into(), "test".to_owned());
        let words = ["The", "cat,", "—", "e.g.", "sat."];
        let said = espeak.phonemes(&words, "en-us", &CancellationToken::new()).unwrap();
        assert_eq!(said.len(), 5);
        assert_eq!((said[1].as_str(), said[2].as_str(), said[4].as_str()), ("kˈæt", "", "sˈæt"));
        assert!(!said[3].is_empty());
    }
}
