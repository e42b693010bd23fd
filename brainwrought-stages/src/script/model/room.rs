//! [`Room`]: how the time of a video is shared between its story and its ending, and how many words that is.

use super::super::duration::{LINE_GAP_MS, SCENE_GAP_MS};
use super::super::length::ENDING_PERCENT;
use super::super::quiz::THINK_MS;
use super::super::writer::Brief;
use super::facts::Size;
use super::sources::{Form, Sources};

/// A shorter video, in milliseconds, asks nothing: its ending has no time for it.
pub(super) const QUIZ_MS: u64 = 50_000;
/// The least time of that card, in milliseconds: three choices are read in it.
pub(super) const CARD_MS: u64 = 2_600;
/// A line of the ending may take so much longer than it should, in percent: an estimate is none of a second.
pub(super) const LATE_PERCENT: u64 = 112;
/// How long the source card stays: a part of the video, in thousandths, within limits in milliseconds.
const SOURCE_PERMILLE: u64 = 25;
const SOURCE_MS: std::ops::RangeInclusive<u64> = 1_200..=2_000;
/// What the opening takes with its pause, in milliseconds: nine words.
const HOOK_MS: u64 = 3_000;
/// The least time of an answer beside a last line, in milliseconds; with less, the last line is the answer.
const ANSWERED_MS: u64 = 5_000;
/// The most words of a sentence that is like what is spoken.
const SPOKEN_WORDS: usize = 20;
/// What a word takes, in milliseconds, where the document has too few sentences to tell.
const USUAL_WORD_MS: u64 = 345;
/// The same of a character.
const USUAL_CHARACTER_MS: u64 = 306;
/// The words of a usual line, which share its pause.
const LINE_WORDS: u64 = 9;

/// How the time of a video is shared, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// What the scenes between opening and ending have.
    pub(super) story_ms: u64,
    /// What saying the question has; 0 where none is asked.
    pub(super) question_ms: u64,
    /// What saying its answer has; 0 where the last line answers it.
    pub(super) reply_ms: u64,
    /// What the last line has.
    pub(super) close_ms: u64,
    /// What the source card has.
    pub(super) source_ms: u64,
    /// What a word takes; of languages without spaces, a character.
    unit_ms: u64,
    counts_characters: bool,
}

impl Room {
    /// Shares the time of a video whose words take `unit_ms` each.
    #[cfg(test)]
    pub(super) fn new(brief: &Brief, unit_ms: u64) -> Self {
        Self::shared(brief.length_ms, unit_ms, false)
    }

    /// Shares the time of a video that is spoken like the sentences of a document.
    pub(super) fn of(brief: &Brief, sources: &Sources) -> Self {
        let (mut ms, mut words, mut characters, mut seen) = (0, 0, 0, 0);
        let prose = sources.iter().filter(|source| source.form == Form::Sentence);
        for source in prose.take(400) {
            match Size::of(&source.quote) {
                Size::Words(count) if (4..=SPOKEN_WORDS).contains(&count) => words += count as u64,
                Size::Characters(count) => characters += count as u64,
                Size::Words(_) => continue,
            }
            ms += brief.pace.line_ms(&source.quote);
            seen += 1;
        }
        let counts_characters = characters > words;
        let usual = if counts_characters { USUAL_CHARACTER_MS } else { USUAL_WORD_MS };
        let heard = ms / (words + characters).max(1);
        let unit_ms = if seen < 5 { usual } else { heard.clamp(usual / 2, usual * 2) };
        Self::shared(brief.length_ms, unit_ms, counts_characters)
    }

    fn shared(length_ms: u64, unit_ms: u64, counts_characters: bool) -> Self {
        let ending = length_ms * ENDING_PERCENT / 100;
        let source_ms = (length_ms * SOURCE_PERMILLE / 1000).clamp(*SOURCE_MS.start(), *SOURCE_MS.end());
        let (mut question_ms, mut reply_ms) = (0, 0);
        let (close_ms, ending) = if length_ms < QUIZ_MS {
            let close = ending.saturating_sub(source_ms + 2 * SCENE_GAP_MS).clamp(1_700, 4_000);
            (close, source_ms + close + 2 * SCENE_GAP_MS)
        } else {
            // Even late, all of it is within its share.
            let left = ending.saturating_sub(source_ms + 3 * SCENE_GAP_MS + THINK_MS) * 100 / LATE_PERCENT;
            question_ms = (left * 9 / 20).clamp(1_800, 3_600);
            let mut left = left.saturating_sub(question_ms);
            if left >= ANSWERED_MS {
                left -= SCENE_GAP_MS;
                reply_ms = (left * 2 / 5).min(2_800);
            }
            let close = (left - reply_ms).clamp(1_600, 4_200);
            let gaps = if reply_ms > 0 { 4 } else { 3 } * SCENE_GAP_MS;
            (close, source_ms + question_ms + THINK_MS + reply_ms + close + gaps)
        };
        let story_ms = length_ms.saturating_sub(ending + HOOK_MS).max(5_000);
        Self { story_ms, question_ms, reply_ms, close_ms, source_ms, unit_ms, counts_characters }
    }

    /// How long the video is without its ending, in milliseconds.
    pub(super) fn until_ending_ms(&self) -> u64 {
        self.story_ms + HOOK_MS
    }

    /// How many words fit into a line of so many milliseconds.
    pub(super) fn words(&self, ms: u64) -> u64 {
        (ms + self.unit_ms / 2) / self.unit_ms.max(1)
    }

    /// How much fits into so many milliseconds of lines, in words for a model.
    pub(super) fn size(&self, ms: u64) -> String {
        let gaps = LINE_GAP_MS + SCENE_GAP_MS / 4;
        let per_line = if self.counts_characters { 2 * LINE_WORDS } else { LINE_WORDS };
        let count = ms / (self.unit_ms + gaps / per_line).max(1);
        // In tens, so that a voice that is known a little better asks for no other script.
        let count = (count + 5) / 10 * 10;
        if self.counts_characters { format!("{count} characters") } else { format!("{count} words") }
    }

    /// About how many scenes the story has: one in six seconds.
    pub(super) fn scenes(&self) -> u64 {
        (self.story_ms / 6_000).clamp(2, 30)
    }

    /// The most lines that the story is likely to have.
    pub(super) fn lines(&self) -> u64 {
        self.story_ms / 2_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_takes_its_share_and_no_more() {
        for seconds in [15_u64, 20, 30, 45, 50, 55, 60, 90, 120, 180] {
            let room = Room::new(&Brief { length_ms: seconds * 1000, ..Brief::default() }, 345);
            let ending = seconds * 1000 - room.until_ending_ms();
            if seconds >= 45 {
                assert!(ending * 100 <= seconds * 1000 * ENDING_PERCENT, "{seconds}: {room:?}");
                assert!(room.words(room.close_ms) >= 6, "{seconds}: {room:?}");
            }
            assert_eq!(room.question_ms > 0, seconds >= 50, "{seconds}: {room:?}");
            assert_eq!(room.reply_ms > 0, seconds >= 90, "{seconds}: {room:?}");
        }
    }

    #[test]
    fn words_come_from_the_time() {
        let room = Room::new(&Brief { length_ms: 55_000, ..Brief::default() }, 345);
        let size: u64 = room.size(room.story_ms).split(' ').next().unwrap().parse().unwrap();
        assert!((105..=130).contains(&size), "{size}");
    }
}
