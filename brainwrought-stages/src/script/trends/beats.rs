//! [`voiced`]: expressions of the user's own file as the beats of a script that no model writes.

use brainwrought_core::data::{LineRole, Script};

use super::super::duration::estimate_ms;
use super::super::seeded::Seeded;
use super::file::TrendFile;
use super::trend::{Trend, kept};

/// The most words of a beat.
const WORDS: usize = 5;
/// A beat may be this much longer or shorter than the one in its place, in milliseconds, or the video would be off.
const DRIFT_MS: u64 = 450;

/// Says phrases of `file` where the script has beats that state nothing; each once, by the seed.
pub(in crate::script) fn voiced(mut script: Script, file: &TrendFile, seed: u64) -> Script {
    if let Some(problem) = &file.problem {
        script.warnings.push(format!("no trends were read, and the built-in beats were used: {problem}"));
        return script;
    }
    let mut trends: Vec<Trend> = kept(&file.trends).into_iter().filter(is_beat).collect();
    Seeded::new(seed).shuffle(&mut trends);
    let lines = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
    for line in lines.flat_map(|scene| &mut scene.lines) {
        if line.role != LineRole::Interjection {
            continue;
        }
        let own = estimate_ms(&line.text);
        let fits = |trend: &Trend| estimate_ms(&spoken(&trend.phrase)).abs_diff(own) <= DRIFT_MS;
        if let Some(place) = trends.iter().position(fits) {
            line.text = spoken(&trends.remove(place).phrase);
        }
    }
    script
}

/// Tells whether a phrase can stand alone: short words, no numbers, no names, which could be taken for facts.
fn is_beat(trend: &Trend) -> bool {
    let mut words = trend.phrase.split_whitespace();
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    trend.phrase.split_whitespace().count() <= WORDS
        && !trend.phrase.chars().any(char::is_numeric)
        && words.next().is_some()
        && !words.any(capital)
}

fn spoken(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let start: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let ends = phrase.ends_with(['.', '!', '?', '…']);
    format!("{start}{}{}", letters.as_str(), if ends { "" } else { "." })
}
