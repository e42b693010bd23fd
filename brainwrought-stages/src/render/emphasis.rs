//! [`emphasised`]: which words of a narration carry their lines.

use std::ops::Range;

use brainwrought_core::data::{Segment, Word};

/// Tells of each word whether its line names it among those that carry it.
pub(super) fn emphasised(segment: &Segment, words: &[Word]) -> Vec<bool> {
    let mut marked = vec![false; words.len()];
    let mut from = 0;
    while from < words.len() {
        let place = (words[from].scene, words[from].line);
        let length = words[from..].iter().take_while(|word| (word.scene, word.line) == place).count();
        let scene = segment.scenes.get(place.0 as usize);
        if let Some(line) = scene.and_then(|scene| scene.lines.get(place.1 as usize)) {
            for phrase in &line.emphasis {
                for run in runs(&words[from..from + length], phrase) {
                    marked[from + run.start..from + run.end].fill(true);
                }
            }
        }
        from += length;
    }
    marked
}

/// Where the words of a phrase stand among others, whatever signs are around them.
fn runs(words: &[Word], phrase: &str) -> Vec<Range<usize>> {
    let wanted: Vec<String> = phrase.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    if wanted.is_empty() || wanted.len() > words.len() {
        return Vec::new();
    }
    let there: Vec<String> = words.iter().map(|word| bare(&word.text)).collect();
    let starts = there.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted);
    starts.map(|(start, _)| start..start + wanted.len()).collect()
}

/// A word in small letters without the signs around it.
fn bare(word: &str) -> String {
    word.trim_matches(|letter: char| !letter.is_alphanumeric() && !"%$€£¥°".contains(letter)).to_lowercase()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, Language, Line, LineRole, Scene, SceneKind, Speaker, VisualCue};

    use super::*;

    #[test]
    fn words_that_a_line_names_carry_it() {
        let line = |text: &str, emphasis: &[&str]| {
            let mut line = Line::new(text, LineRole::Fact, Citation { page: 1, quote: String::new() });
            line.emphasis = emphasis.iter().map(|word| (*word).to_owned()).collect();
            line
        };
        let lines =
            vec![line("Waiting explodes.", &["explodes"]), line("It costs $45, not 5%.", &["$45", "not 5%"])];
        let segment = Segment {
            index: 0,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes: vec![Scene::new(SceneKind::Content, lines, VisualCue::Motion, 0)],
        };
        let word = |text: &str, line| Word {
            text: text.to_owned(),
            start_ms: 0,
            end_ms: 0,
            scene: 0,
            line,
            speaker: Speaker::Explainer,
        };
        let texts =
            [("Waiting", 0), ("explodes.", 0), ("It", 1), ("costs", 1), ("$45,", 1), ("not", 1), ("5%.", 1)];
        let mut words: Vec<Word> = texts.into_iter().map(|(text, line)| word(text, line)).collect();
        assert_eq!(emphasised(&segment, &words), [false, true, false, false, true, true, true]);
        words[0].line = 7;
        assert!(!emphasised(&segment, &words[..1])[0], "a line that is not there marks nothing");
    }
}
