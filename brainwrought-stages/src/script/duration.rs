//! How long speech takes: an estimate from syllables for a voice of about 175 words a minute, and [`Pace`], what is known of
//! the voice that will speak.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use brainwrought_core::data::{Scene, SceneKind, Script};

use crate::gate::STILL_MS;

/// The lengths that a script can be written for, in seconds. Below, little is left beside hook and source; YouTube takes Shorts
/// of up to three minutes.
pub const LENGTH_SECONDS: RangeInclusive<u32> = 15..=180;

/// [`LENGTH_SECONDS`] in milliseconds.
pub(super) const LENGTHS_MS: RangeInclusive<u64> =
    *LENGTH_SECONDS.start() as u64 * 1000..=*LENGTH_SECONDS.end() as u64 * 1000;

/// The pause between two lines of a scene, in milliseconds.
pub const LINE_GAP_MS: u64 = 180;
/// The pause between two scenes, in milliseconds.
pub const SCENE_GAP_MS: u64 = 250;
/// What a syllable takes of the default voice, in milliseconds: a linear fit over 140 sentences that it spoke, with a
/// relative error of 6 to 7 % (root mean square); so are the next three.
const SYLLABLE_MS: f64 = 146.0;
/// What a word takes beside its syllables, in milliseconds.
const WORD_MS: f64 = 64.0;
/// What a comma, colon or dash inside a line takes, in milliseconds.
const COMMA_MS: f64 = 152.0;
/// What a line takes less than its words, in milliseconds.
const LINE_MS: f64 = 112.0;
/// What a word takes at least, in milliseconds: the voice is slowed down to 196 words a minute where it would be faster.
const MIN_WORD_MS: f64 = 306.0;
/// The syllables of a letter in scripts that leave vowels out or write them as marks, such as Arabic and Hindi: an average
/// of espeak-ng's reading.
const UNVOWELLED_SYLLABLES: f64 = 0.5;
/// What one Chinese character takes, in milliseconds: each is a word of its own, and no word is spoken faster.
const HAN_MS: f64 = 306.0;
/// What one kana takes, in milliseconds: an average of espeak-ng's reading at its usual pace.
const KANA_MS: f64 = 150.0;
/// What one syllable of Hangul takes, in milliseconds, the spaces between words included; from the same.
const HANGUL_MS: f64 = 190.0;

/// How much a voice may differ from the estimate, in thousandths; beyond, something else is wrong with it.
const RELATIVE: RangeInclusive<u64> = 400..=2500;

/// Estimates how long `text` takes to say, in milliseconds. Numbers count as the words they are read as.
pub fn estimate_ms(text: &str) -> u64 {
    let (mut total, mut least) = (0.0, 0.0);
    for word in text.split_whitespace() {
        let ideographs: f64 = word.chars().map(ideograph_ms).sum();
        if ideographs > 0.0 {
            total += ideographs;
            continue;
        }
        let syllables = syllables(word);
        if syllables > 0.0 {
            total += WORD_MS + syllables * SYLLABLE_MS;
            least += MIN_WORD_MS;
        }
        if word.ends_with([',', ':', ';', '…']) || matches!(word, "–" | "—") {
            total += COMMA_MS;
        }
    }
    (total - LINE_MS).max(total * 0.5).max(least).round() as u64
}

/// What is known of how long a voice takes: lines that it has said, and how it compares with the estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// How much longer than estimated it takes, in thousandths.
    permille: u64,
    /// What lines took, in milliseconds.
    spoken: BTreeMap<String, u64>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { permille: 1000, spoken: BTreeMap::new() }
    }
}

impl Pace {
    /// Learns how long the lines of a script took, in milliseconds and in their order. Tells whether any of them is news.
    pub fn learn(&mut self, script: &Script, lines_ms: &[u64]) -> bool {
        let mut is_news = false;
        for (line, ms) in script.lines().zip(lines_ms) {
            is_news |= self.spoken.insert(line.text.clone(), *ms).is_none();
        }
        let estimated: u64 = self.spoken.keys().map(|text| estimate_ms(text)).sum();
        let spoken: u64 = self.spoken.values().sum();
        if estimated > 0 && spoken > 0 {
            self.permille = (spoken * 1000 / estimated).clamp(*RELATIVE.start(), *RELATIVE.end());
        }
        is_news
    }

    /// How long `text` takes to say, in milliseconds: as it was said, or an estimate.
    pub fn line_ms(&self, text: &str) -> u64 {
        self.spoken.get(text).copied().unwrap_or_else(|| estimate_ms(text) * self.permille / 1000)
    }

    /// How long a scene runs, in milliseconds.
    pub(super) fn scene_ms(&self, scene: &Scene) -> u64 {
        let lines: u64 = scene.lines.iter().map(|line| self.line_ms(&line.text)).sum();
        let spoken = lines + LINE_GAP_MS * (scene.lines.len() as u64).saturating_sub(1);
        let least = match scene.kind {
            SceneKind::Quiz | SceneKind::Source => scene.min_ms,
            _ => scene.min_ms.min(spoken + STILL_MS),
        };
        spoken.max(least)
    }

    /// How long the whole script runs, in milliseconds: lines, pauses, and the least times of scenes.
    pub fn planned_ms(&self, script: &Script) -> u64 {
        let scenes: Vec<&Scene> = script.segments.iter().flat_map(|segment| &segment.scenes).collect();
        scenes.iter().map(|scene| self.scene_ms(scene)).sum::<u64>()
            + SCENE_GAP_MS * (scenes.len() as u64).saturating_sub(1)
    }

    /// What is estimated of speech that takes this long, in milliseconds.
    pub(super) fn estimated(&self, spoken_ms: u64) -> u64 {
        spoken_ms * 1000 / self.permille.max(1)
    }
}

/// Estimates how long the whole script runs, in milliseconds, with a voice that nothing is known of.
pub fn planned_ms(script: &Script) -> u64 {
    Pace::default().planned_ms(script)
}

/// Estimates how long a scene runs, in milliseconds.
pub(super) fn scene_ms(scene: &Scene) -> u64 {
    Pace::default().scene_ms(scene)
}

pub(super) fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

fn ideograph_ms(letter: char) -> f64 {
    match letter {
        '\u{3040}'..='\u{30FF}' => KANA_MS,
        '\u{AC00}'..='\u{D7AF}' => HANGUL_MS,
        other if is_ideograph(other) => HAN_MS,
        _ => 0.0,
    }
}

fn syllables(word: &str) -> f64 {
    let mut total = 0.0;
    let mut letters = String::new();
    let mut digits = String::new();
    for letter in word.chars().chain([' ']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else if matches!(letter, ',' | '.') && !digits.is_empty() && letters.is_empty() {
            // A point is read aloud; the comma of a thousand is not, but a later group of digits is.
            total += if letter == '.' { 0.5 } else { 0.0 };
            total += number_syllables(&digits);
            digits.clear();
        } else {
            total += number_syllables(&digits);
            digits.clear();
            total += match letter {
                '%' | '$' | '€' | '£' => 2.0,
                '=' | '+' | '×' | '÷' | '/' | '&' => 1.0,
                _ => 0.0,
            };
        }
        if letter.is_alphabetic() {
            letters.push(letter);
        } else if !letters.is_empty() && letter != '\'' && letter != '’' {
            total += word_syllables(&letters);
            letters.clear();
        }
    }
    total
}

/// Tells whether a letter is of a script between the Greek and Cyrillic ones and those of East Asia, such as Arabic.
fn is_unvowelled(letter: char) -> bool {
    matches!(letter, '\u{0590}'..='\u{109F}')
}

fn number_syllables(digits: &str) -> f64 {
    match digits.len() {
        0 => 0.0,
        1 => 1.2,
        2 => 2.5,
        3 => 5.0,
        4 => 5.0,
        more => more as f64 * 1.6,
    }
}

fn word_syllables(word: &str) -> f64 {
    let upper = word.chars().filter(|letter| letter.is_uppercase()).count();
    let count = word.chars().count();
    if count > 1 && count <= 5 && upper == count {
        // Initials are spelled out.
        return count as f64;
    }
    if word.chars().any(is_unvowelled) {
        return (count as f64 * UNVOWELLED_SYLLABLES).max(1.0);
    }
    let mut groups = 0_u32;
    let mut in_vowels = false;
    for letter in word.to_lowercase().chars() {
        let vowel = "aeiouyäöüáéíóúàèìòùâêîôûãõœæøåаеёиоуыэюя".contains(letter);
        if vowel && !in_vowels {
            groups += 1;
        }
        in_vowels = vowel;
    }
    let lower = word.to_lowercase();
    if groups > 1 && lower.ends_with('e') && !lower.ends_with("le") && !lower.ends_with("ee") {
        groups -= 1;
    }
    if groups > 1 && lower.ends_with("ed") && !lower.ends_with("ted") && !lower.ends_with("ded") {
        groups -= 1;
    }
    f64::from(groups.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_english_runs_near_175_words_a_minute() {
        let text = "Commerce on the Internet has come to rely almost exclusively on financial institutions \
                    serving as trusted third parties to process payments. The server works on the first line it \
                    gets, and the people wait until the barista is free again. Nobody would ever wait at all.";
        let words = text.split_whitespace().count() as f64;
        let rate = words * 60_000.0 / estimate_ms(text) as f64;
        assert!((150.0..200.0).contains(&rate), "{rate}");
    }

    #[test]
    fn numbers_count_as_spoken() {
        assert!(estimate_ms("95%") > estimate_ms("it"));
        assert!(estimate_ms("$1,250,000") > estimate_ms("$5"));
        assert_eq!(estimate_ms(""), 0);
    }

    #[test]
    fn a_pace_knows_what_was_said_and_reckons_the_rest() {
        let script = super::super::offline::tests::script_with("Nobody waits for long.", 1);
        let mut pace = Pace::default();
        let estimated = estimate_ms("Nobody waits for long.");
        assert_eq!(pace.line_ms("Nobody waits for long."), estimated);
        let lines = script.lines().count();
        assert!(pace.learn(&script, &vec![estimated * 2; lines]));
        assert!(!pace.learn(&script, &vec![estimated * 2; lines]), "it is known already");
        assert_eq!(pace.line_ms("Nobody waits for long."), estimated * 2);
        let other = "Somebody else says other words.";
        assert_eq!(pace.line_ms(other), estimate_ms(other) * 2);
        assert_eq!(pace.estimated(2_000), 1_000);
    }

    #[test]
    fn words_without_written_vowels_have_syllables() {
        assert!(estimate_ms("المستعمرات الكبيرة") > estimate_ms("نحل ورد"));
        assert!(estimate_ms("تضم المستعمرة الواحدة نحو ستين ألف نحلة") > 2_700);
    }
}
