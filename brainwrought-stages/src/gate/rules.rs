//! Rules of the gate, each from its figure: one place for what is judged early and for what is judged at the end.

use brainwrought_core::data::Rule;

use super::Limits;
use super::rule::rule;

/// How far a length in seconds is from the one that the script is for.
pub(crate) fn duration(length: f64, target_ms: u64, limits: &Limits) -> Rule {
    let target = target_ms as f64 / 1000.0;
    let off = (length / target.max(0.001) - 1.0) * 100.0;
    let figure = format!("{length:.1} s ({off:+.1} %)");
    let limit = format!("{target:.1} s ±{} %", limits.duration_percent);
    rule("duration", off.abs() <= limits.duration_percent, figure, limit)
}

/// As [`duration`], for a video with words of a person's, which take what they take: `narrated_ms` is the length of the
/// narration, and `most_ms` the longest that a script may be for.
pub(crate) fn edited_duration(length: f64, narrated_ms: u64, most_ms: u64, limits: &Limits) -> Rule {
    let as_narrated = duration(length, narrated_ms, limits);
    let most = most_ms as f64 * (1.0 + limits.duration_percent / 100.0) / 1000.0;
    let passed = as_narrated.passed && length <= most;
    let limit = format!("{} as narrated, and at most {most:.1} s", as_narrated.limit);
    Rule { passed, limit, ..as_narrated }
}

/// The longest silence where somebody should be speaking.
pub(crate) fn silence(longest_ms: u64, limits: &Limits) -> Rule {
    let limit = format!("at most {:.1} s", limits.silence_ms as f64 / 1000.0);
    rule("silence", longest_ms <= limits.silence_ms, format!("{:.2} s", longest_ms as f64 / 1000.0), limit)
}

/// When the voice is first heard, in milliseconds.
pub(crate) fn first_speech(first_ms: Option<f64>, limits: &Limits) -> Rule {
    let (figure, passed) = match first_ms {
        Some(first) => (format!("{first:.0} ms"), first <= limits.first_speech_ms as f64),
        None => ("not heard".to_owned(), false),
    };
    rule("first speech", passed, figure, format!("at most {} ms", limits.first_speech_ms))
}

/// How fast the voice speaks.
pub(crate) fn pace(words_per_minute: f64, limits: &Limits) -> Rule {
    let most = limits.words_per_minute;
    let figure = format!("{words_per_minute:.0} words a minute");
    rule("pace", words_per_minute <= most, figure, format!("at most {most} words a minute"))
}

/// How far words are from the voice: the distances, sorted, and that of nine words of ten.
pub(crate) fn word_timing(onsets_ms: &[u64], p90_ms: Option<u64>, limits: &Limits) -> Rule {
    let limit = format!("nine of ten within {} ms", limits.word_ms);
    let worst = onsets_ms.last().copied().unwrap_or(0);
    let (figure, passed) = match p90_ms {
        Some(p90) => {
            (format!("{p90} ms, worst {worst} ms, of {} words", onsets_ms.len()), p90 <= limits.word_ms)
        }
        None => ("not known, since no word follows a pause".to_owned(), false),
    };
    rule("word timing", passed, figure, limit)
}

/// Whether every word has a caption.
pub(crate) fn captions_complete(drawn: usize, words_without: usize) -> Rule {
    let figure = format!("{drawn} captions, {words_without} words without");
    rule("captions complete", drawn > 0 && words_without == 0, figure, "every word".to_owned())
}

/// Characters of captions that no font has.
pub(crate) fn missing_glyphs(count: u32) -> Rule {
    rule("missing glyphs", count == 0, count.to_string(), "0".to_owned())
}

/// The shortest time that one of the drawn captions is on screen.
pub(crate) fn caption_on_screen(drawn: usize, shortest_ms: u64, limits: &Limits) -> Rule {
    let passed = drawn > 0 && shortest_ms >= limits.caption_ms;
    let figure = if drawn > 0 { format!("{shortest_ms} ms") } else { "no captions".to_owned() };
    rule("caption on screen", passed, figure, format!("at least {} ms", limits.caption_ms))
}

/// How far a word lights up from where the voice starts it.
pub(crate) fn caption_timing(furthest_ms: u64, limits: &Limits) -> Rule {
    let limit = format!("within {} ms", limits.word_ms);
    rule("caption timing", furthest_ms <= limits.word_ms, format!("{furthest_ms} ms from the word"), limit)
}

/// The share of the story in which nothing but background is seen, in percent.
pub(crate) fn bare(percent: f64, limits: &Limits) -> Rule {
    let most = limits.bare_percent;
    rule("without a picture", percent <= most, format!("{percent:.1} %"), format!("at most {most} %"))
}

/// The times between two changes of the picture, in milliseconds.
pub(crate) fn changes(median_ms: u64, longest_ms: u64, limits: &Limits) -> Rule {
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let figure = format!("every {:.1} s, at the longest {:.1} s", seconds(median_ms), seconds(longest_ms));
    let (usual, most) = (limits.usual_change_ms, limits.longest_change_ms);
    let limit = format!("every {:.1} s, at the longest {:.1} s", seconds(usual), seconds(most));
    rule("picture changes", median_ms <= usual && longest_ms <= most, figure, limit)
}

/// The smallest letters of what is drawn for a line, in pixels of a frame 1,080 wide; 0 where nothing is.
pub(crate) fn smallest_type(size: f32, limits: &Limits) -> Rule {
    let least = limits.smallest_type;
    let figure = if size == 0.0 { "no letters".to_owned() } else { format!("{size:.0} px") };
    rule("smallest letters", size == 0.0 || size >= least, figure, format!("at least {least} px of 1080"))
}

/// Labels that neither the line nor what it cites holds.
pub(crate) fn labels(foreign: &[String]) -> Rule {
    let figure = match foreign {
        [] => "all in the line or its sources".to_owned(),
        [first, ..] => format!("{} not in the line or its sources, such as “{first}”", foreign.len()),
    };
    rule("labels", foreign.is_empty(), figure, "all in the line or its sources".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_video_is_as_long_as_its_narration() {
        let judged = |length, narrated_ms| edited_duration(length, narrated_ms, 180_000, &Limits::default());
        let rule = judged(17.4, 17_400);
        assert!(rule.passed && rule.name == "duration", "{rule:?}");
        assert_eq!(rule.limit, "17.4 s ±7 % as narrated, and at most 192.6 s");
        assert!(!judged(20.0, 17_400).passed && !judged(15.0, 17_400).passed);
        // What platforms refuse is refused, however long the narration is.
        assert!(judged(192.5, 192_500).passed && !judged(193.0, 193_000).passed);
    }
}
