//! Word starts from the aligner against exact ones, beside the guess by letters.
//!
//! The sound that is aligned comes from voices that tell their timings, so the truth is known: the embedded voice and
//! its speakers at other paces than the reference, espeak-ng, and any Piper voice that is named on the command line.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use brainwrought_benches::{median, resources, time};
use brainwrought_core::data::Language;
use brainwrought_stages::audio::{
    Engine, EngineExt as _, EspeakVoice, HibariVoice, PiperVoice, Speech, SpokenWord, Utterance,
    VoiceSettings, align, guess_words,
};
use tokio_util::sync::CancellationToken;

/// One sentence a line.
const LINES: &str = include_str!("align.txt");
/// What the median of the first pair may be, in milliseconds.
const LIMIT_MS: f64 = 60.0;

fn main() -> anyhow::Result<()> {
    let token = CancellationToken::new();
    let english = Language::english();
    let voices = resources(std::env::current_exe()?)?.voices;
    let heart = HibariVoice::load(&voices.files())?;
    let speaker = |name: &str| heart.speaker(name).context("the embedded voice lacks a speaker");
    let (oak, fern) = (speaker("hibari/oak")?, speaker("hibari/fern")?);
    let espeak = EspeakVoice::find(&voices.espeak, &english, "", &token)?;
    let mut pairs: Vec<(&dyn Engine, f32, &dyn Engine, f32)> = vec![
        (&espeak, 1.0, &heart, 1.0),
        (&heart, 1.0, &heart, 0.85),
        (&heart, 1.0, &heart, 1.25),
        (&heart, 1.0, &oak, 0.9),
        (&heart, 1.0, &fern, 1.15),
        (&heart, 1.0, &espeak, 1.0),
    ];
    let piper = piper(&voices.espeak, &english, &token)?;
    if let Some(piper) = &piper {
        pairs.push((&heart, 1.0, piper, 1.0));
        pairs.push((piper, 1.0, &heart, 1.0));
    }
    let lines: Vec<&str> = LINES.lines().filter(|line| !line.is_empty()).collect();
    println!(
        "align  {} sentences; distance of word starts from exact ones, median / 90 % in ms",
        lines.len()
    );
    let mut first = None;
    for (reference, pace, target, target_pace) in pairs {
        let (mut aligned, mut guessed) = (Vec::new(), Vec::new());
        let (mut spent, mut spoken) = (0.0, 0.0);
        for line in &lines {
            let say = |engine: &dyn Engine, speed: f32, seed: u64| {
                let utterance = Utterance { manner: VoiceSettings { speed, seed }, ..Utterance::new(*line) };
                engine.speak_whole(&utterance, &token)
            };
            let known = say(reference, pace, 1)?;
            let truth = say(target, target_pace, 2)?;
            let (found, wall) = time(|| align(&known, &truth.samples, truth.sample_rate));
            spent += wall.as_secs_f64();
            spoken += truth.samples.len() as f64 / f64::from(truth.sample_rate);
            aligned.extend(distances(&found?, &truth));
            guessed.extend(distances(&guess_words(line, &truth.samples, truth.sample_rate), &truth));
        }
        println!(
            "  {:24} by {:13}: {:3.0} / {:3.0}   by letters: {:3.0} / {:3.0}   {:.1} ms a second of speech",
            format!("{} at {target_pace}", target.name()),
            reference.name(),
            median(aligned.clone()),
            high(aligned.clone()),
            median(guessed.clone()),
            high(guessed),
            1e3 * spent / spoken,
        );
        first = first.or(Some(median(aligned)));
    }
    let first = first.context("nothing was aligned")?;
    anyhow::ensure!(first <= LIMIT_MS, "the median of {first:.0} ms is over {LIMIT_MS} ms");
    println!("  the embedded voice by another engine: {first:.0} ms (at most {LIMIT_MS:.0})");
    Ok(())
}

/// The Piper voice that the command line names.
fn piper(
    espeak: &Path,
    language: &Language,
    token: &CancellationToken,
) -> anyhow::Result<Option<PiperVoice>> {
    let named = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(path) = named.into_iter().find(|path| path.extension().is_some_and(|end| end == "onnx")) else {
        println!("align  no Piper voice is named on the command line, so none is compared");
        return Ok(None);
    };
    let mut settings = path.clone().into_os_string();
    settings.push(".json");
    let (model, settings) = (std::fs::read(&path)?, std::fs::read(PathBuf::from(settings))?);
    Ok(Some(PiperVoice::load("piper", model, &settings, language, espeak, token)?))
}

/// How far each word starts from where it should, in milliseconds.
fn distances(found: &[SpokenWord], truth: &Speech) -> Vec<f64> {
    let pairs = found.iter().zip(&truth.words);
    pairs
        .map(|(found, truth)| found.samples.start.abs_diff(truth.samples.start) as f64)
        .map(|samples| 1e3 * samples / f64::from(truth.sample_rate))
        .collect()
}

/// The figure that nine of ten stay under.
fn high(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() * 9 / 10).copied().unwrap_or(f64::NAN)
}
