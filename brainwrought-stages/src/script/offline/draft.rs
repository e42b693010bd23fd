//! [`Draft`]: one script of the document's own sentences, before its length is right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use brainwrought_core::data::{
    Analysis, Citation, CitedSentence, Concept, ContentsEntry, Document, DocumentKind, Language, Line,
    LineRole, Scene, SceneKind, Script, VisualCue,
};
use regex::Regex;

use super::super::clean::Cleaned;
use super::super::dialogue::{Asker, Next, definition_asked};
use super::super::duration::{LINE_GAP_MS, SCENE_GAP_MS, estimate_ms};
use super::super::length::ENDING_PERCENT;
use super::super::lexicon::{has_cue, words};
use super::super::memes::add_memes;
use super::super::pieces::{MAX_PIECE_MS, pieces};
use super::super::questions::questions;
use super::super::quiz::Quiz;
use super::super::scenes::{Beat, SOURCE_MS, beat_line, content_scenes, segments, source_scene};
use super::super::seeded::Seeded;
use super::super::sentences::Sentence;
use super::super::subject::asks;
use super::super::writer::{Brief, ScriptError};
use super::excerpts::{Chosen, Joint, choose, worth_of};
use super::frame::{Frame, Opening};
use super::short_forms::ShortForms;
use super::signpost::{Signposts, tells_result};
use super::value::Values;
use crate::language::LanguageData;

/// The time that a question takes at most, in milliseconds.
const ASKED_MS: u64 = 1_600;
/// What a question of the quiz takes with its answer, in milliseconds, until one is known.
const QUIZ_MS: u64 = 7_000;
/// A question is about what was heard in the first so many percent of the story: what was said last is still in the ear.
const ASKED_OF: usize = 75;

/// What a draft is made of.
pub(super) struct Draft<'a> {
    pub(super) document: &'a Document,
    pub(super) brief: &'a Brief,
    pub(super) language: &'a str,
    pub(super) kind: DocumentKind,
    pub(super) cleaned: &'a Cleaned,
    /// The words of the document as they are written.
    pub(super) known: &'a BTreeSet<&'a str>,
    pub(super) sentences: &'a [Sentence],
    pub(super) values: &'a Values,
    pub(super) concepts: &'a [Concept],
    pub(super) frame: &'a Frame,
    pub(super) short_forms: &'a ShortForms,
}

impl Draft<'_> {
    /// What is said of a sentence: in several lines where it is long, and with the word that ties it to the one before.
    fn spoken(&self, sentence: &Sentence, text: &str, joint: Joint) -> Vec<String> {
        let tied = sentence.tie.filter(|_| joint == Joint::Next).and_then(|tie| tie.word(self.language));
        match tied {
            Some(word) => pieces(&format!("{word} {}", self.inside(text)), self.language),
            None if joint == Joint::New => pieces(&without_also(text), self.language),
            None => pieces(text, self.language),
        }
    }

    /// A sentence as it stands behind another word: its first word is small where the document writes it so.
    fn inside(&self, text: &str) -> String {
        let first = text.split_whitespace().next().unwrap_or_default();
        let bare = first.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_small = self.known.contains(bare.to_lowercase().as_str()) && bare != "I";
        let mut letters = text.chars();
        match letters.next() {
            Some(letter) if is_small => letter.to_lowercase().chain(letters).collect(),
            _ => text.to_owned(),
        }
    }

    fn line_ms(&self, text: &str) -> u64 {
        estimate_ms(text) + LINE_GAP_MS
    }

    /// The sentences that are said, each as it is said: an abbreviation is spelt out until it was explained.
    fn spelt_out(&self, chosen: &[Chosen]) -> BTreeMap<usize, String> {
        let claim = match self.frame.opening {
            Opening::Claim(index) => Some(index),
            _ => None,
        };
        let order =
            claim.into_iter().chain(chosen.iter().map(|chosen| chosen.sentence)).chain(self.frame.close);
        let mut said: Vec<(usize, String)> =
            order.map(|index| (index, self.sentences[index].text.clone())).collect();
        self.short_forms.spell_out(&mut said.iter_mut().map(|(_, text)| text).collect::<Vec<_>>());
        said.into_iter().collect()
    }

    fn sentence_ms(&self, sentence: &Sentence) -> u64 {
        self.spoken(sentence, &sentence.text, Joint::Next).iter().map(|line| self.line_ms(line)).sum()
    }
}

/// A sentence that begins a run adds to nothing that was heard: "It also provides" says "It provides".
fn without_also(text: &str) -> String {
    text.replacen(" also ", " ", 1)
}

/// A draft, and what its choice of sentences is worth.
pub(super) struct Drafted {
    pub(super) script: Script,
    pub(super) worth: f32,
}

/// Writes one draft that takes up to `budget` milliseconds with all that surrounds its facts.
pub(super) fn drafted(draft: &Draft<'_>, budget: u64, asks: bool) -> Result<Drafted, ScriptError> {
    let document = draft.document;
    let english = draft.language == "en";
    let mut seeded = Seeded::new(
        document
            .title
            .bytes()
            .fold(draft.brief.seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())),
    );
    let frame = draft.frame;
    let frame_ms = frame.taken().iter().map(|&index| draft.sentence_ms(&draft.sentences[index])).sum::<u64>()
        + match &frame.opening {
            Opening::Title(words) => draft.line_ms(words),
            _ => 0,
        };
    let overhead = frame_ms + if asks { QUIZ_MS } else { 0 };
    let ms: Vec<u64> = draft.sentences.iter().map(|sentence| draft.sentence_ms(sentence)).collect();
    let mut chosen =
        choose(draft.sentences, draft.values, &ms, &frame.taken(), budget.saturating_sub(overhead));
    if chosen.is_empty() && frame.taken().is_empty() {
        // However short the video is, it says one thing.
        let shortest = (0..ms.len()).min_by_key(|&index| (draft.sentences[index].dangles, ms[index]));
        chosen.extend(shortest.map(|sentence| Chosen { sentence, joint: Joint::New }));
    }
    let worth = worth_of(draft.sentences, draft.values, &ms, &chosen);
    if english {
        end_with_result(draft.sentences, &mut chosen);
    }
    let said: Vec<&Sentence> = chosen.iter().map(|chosen| &draft.sentences[chosen.sentence]).collect();
    let asked_of = said.get(..said.len() * ASKED_OF / 100).unwrap_or_default();
    // Whoever chooses between answers has heard them all.
    let heard = |concept: &&Concept| {
        let term = concept.term.to_lowercase();
        said.iter().any(|sentence| sentence.text.to_lowercase().contains(&term))
    };
    let heard: Vec<Concept> = draft.concepts.iter().filter(heard).cloned().collect();
    let mut quiz = if english { questions(asked_of, &heard, &mut seeded) } else { Vec::new() };
    let close_ms = frame.close.map_or(0, |close| draft.sentence_ms(&draft.sentences[close]) + SCENE_GAP_MS);
    let room = (draft.brief.length_ms * ENDING_PERCENT / 100).saturating_sub(close_ms + SOURCE_MS);
    quiz.sort_by_key(|quiz| quiz.ms() > room);
    let asked = quiz.first().filter(|quiz| asks && quiz.ms() <= room);

    let texts = draft.spelt_out(&chosen);
    let (hook, is_begun) = opened(draft, &chosen, &texts);
    let asker = match &hook {
        Some(line) if draft.brief.dialogue => Asker::new(draft.language, &line.text, &mut seeded),
        _ => None,
    };
    let beats = beats(draft, &chosen, &texts, is_begun, asker, &mut seeded);
    let mut content = content_scenes(&beats, document);
    if english {
        add_memes(&mut content, draft.concepts, draft.brief.memes, draft.brief.length_ms, &mut seeded);
    }
    let mut scenes: Vec<(String, Scene)> = Vec::new();
    scenes.extend(
        hook.map(|line| {
            (String::new(), Scene::new(SceneKind::Hook, vec![line], VisualCue::TitleCard, 2_000))
        }),
    );
    scenes.append(&mut content);
    if let Some(question) = asked {
        scenes.extend(question.scenes().map(|scene| ("Quiz".to_owned(), scene)));
    }
    scenes.extend(close_scenes(draft, &texts).into_iter().map(|scene| (String::new(), scene)));
    let pages: BTreeSet<u32> = said
        .iter()
        .copied()
        .chain(frame.taken().iter().map(|&index| &draft.sentences[index]))
        .map(|sentence| sentence.page)
        .collect();
    scenes.push((String::new(), source_scene(&document.title, pages.into_iter().collect(), SOURCE_MS)));

    let language = if english { Language::english() } else { document.language.clone() };
    let questions = quiz.into_iter().map(|quiz: Quiz| quiz.question).collect();
    let script = Script::builder(document, if english { "offline/en" } else { "plain" })
        .language(language.clone())
        .target_ms(draft.brief.length_ms)
        .analysis(analysis(draft, &said))
        .segments(segments(scenes, &document.title, &language))
        .quiz(questions)
        .build();
    Ok(Drafted { script, worth })
}

/// Moves what came out of the work behind what explains it: a story does not go on after its end. Only a sentence that ends its
/// run is moved, so that none loses its neighbour.
fn end_with_result(sentences: &[Sentence], chosen: &mut Vec<Chosen>) {
    let is_result =
        |sentence: &Sentence| !sentence.dangles && sentence.tie.is_none() && tells_result(&sentence.text);
    let found = chosen
        .windows(2)
        .rposition(|pair| pair[1].joint == Joint::New && is_result(&sentences[pair[0].sentence]));
    if let Some(place) = found.filter(|&place| place > 0) {
        let result = chosen.remove(place);
        chosen.push(Chosen { joint: Joint::New, ..result });
    }
}

/// The line that opens the video, and whether it is the first line of the story.
fn opened(draft: &Draft<'_>, chosen: &[Chosen], texts: &BTreeMap<usize, String>) -> (Option<Line>, bool) {
    let page = chosen.first().map_or(1, |first| draft.sentences[first.sentence].page);
    match &draft.frame.opening {
        Opening::Claim(index) => {
            let sentence = &draft.sentences[*index];
            (Some(line(sentence, texts[index].clone(), LineRole::Hook)), false)
        }
        Opening::Title(words) => {
            let citation = Citation { page, quote: String::new() };
            (Some(Line::new(words.clone(), LineRole::Hook, citation)), false)
        }
        Opening::Story => {
            let Some(first) = chosen.first() else { return (None, false) };
            let sentence = &draft.sentences[first.sentence];
            if is_topic(draft, &sentence.text)
                && let Some(question) = definition_asked(draft.language, &sentence.text)
            {
                let citation = Citation { page, quote: String::new() };
                return (Some(Line::new(question, LineRole::Hook, citation)), false);
            }
            let said = &texts[&first.sentence];
            if draft.language == "en"
                && let Some(text) = promised(said)
                && estimate_ms(&text) <= MAX_PIECE_MS
            {
                return (Some(line(sentence, text, LineRole::Hook)), true);
            }
            let hook = draft.spoken(sentence, said, Joint::New).into_iter().next();
            (hook.map(|text| line(sentence, text, LineRole::Hook)), true)
        }
    }
}

/// What authors say that they treat, as a promise to the listener: "The author describes how queues grow" is "Here is how
/// queues grow".
fn promised(text: &str) -> Option<String> {
    static TREATS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^The authors? (?:describe|explain|show|explore|examine|discuss|study|investigate)s? (?P<what>(?:how|why) .+)$")
            .expect("the pattern is a constant that tests compile")
    });
    TREATS.captures(text).map(|found| format!("Here is {}", &found["what"]))
}

/// Tells whether a sentence opens with what the document is about: a word of its title, or one of its first concepts.
fn is_topic(draft: &Draft<'_>, text: &str) -> bool {
    let opening = text.split(" is ").next().unwrap_or_default().to_lowercase();
    let opening =
        ["a ", "an ", "the "].iter().find_map(|article| opening.strip_prefix(article)).unwrap_or(&opening);
    let in_title = words(&draft.document.title).iter().any(|word| word == opening);
    // What is never written small is a name.
    let is_name = opening.chars().count() > 2 && !opening.contains(' ') && !draft.known.contains(opening);
    is_name || in_title || draft.concepts.iter().take(3).any(|concept| concept.term.to_lowercase() == opening)
}

/// A line that says `text` of a sentence, and cites it.
fn line(sentence: &Sentence, text: String, role: LineRole) -> Line {
    let mut line = Line::new(text, role, citation(sentence));
    let rest = sentence.rest.iter().map(|(page, quote)| Citation { page: *page, quote: quote.clone() });
    line.more_sources.extend(rest);
    line
}

fn citation(sentence: &Sentence) -> Citation {
    Citation { page: sentence.page, quote: sentence.source.clone() }
}

/// Turns the chosen sentences into lines, with what leads from one part of the document to the next.
fn beats(
    draft: &Draft<'_>,
    chosen: &[Chosen],
    texts: &BTreeMap<usize, String>,
    is_begun: bool,
    mut asker: Option<Asker>,
    seeded: &mut Seeded,
) -> Vec<Beat> {
    let english = draft.language == "en";
    let LanguageData { slang, cues, .. } = LanguageData::english();
    let mut slang: Vec<&str> = slang
        .iter()
        .take(usize::from(draft.brief.slang))
        .rev()
        .flat_map(|level| level.iter().map(String::as_str))
        .collect();
    seeded.shuffle(&mut slang);
    // About one beat in 30, 20 or 12 seconds.
    let every = [usize::MAX, 5, 3, 2][usize::from(draft.brief.slang.min(3))];
    let mut signposts = Signposts::new(draft.language, draft.brief.length_ms).filter(|_| asker.is_none());
    let mut quiet_until = 1;
    let mut beats = Vec::new();
    let mut section_before = None;
    for (index, &Chosen { sentence, joint }) in chosen.iter().enumerate() {
        let text = texts[&sentence].as_str();
        let sentence = &draft.sentences[sentence];
        let section = draft
            .cleaned
            .sections
            .get(sentence.section)
            .map(|section| section.title.clone())
            .unwrap_or_default();
        let lines = draft.spoken(sentence, text, joint);
        let first_ms = lines.first().map_or(0, |line| estimate_ms(line));
        let moves = section_before.is_some_and(|before| before != sentence.section) && joint == Joint::New;
        section_before = Some(sentence.section);
        let next = Next { fact: text, tie: sentence.tie, is_new: joint == Joint::New };
        if let Some(asker) = &mut asker
            && !(index == 0 && is_begun)
            && first_ms + LINE_GAP_MS + ASKED_MS <= 7_800
            && let Some(prompt) = asker.asks(next)
        {
            let line = beat_line(prompt, LineRole::Question, sentence.page);
            beats.push(Beat { line, section: section.clone(), starts: true });
        } else if moves
            && asker.is_none()
            && let Some(text) = bridge(draft, &section)
            && first_ms + LINE_GAP_MS + estimate_ms(&text) <= 7_800
        {
            let line = beat_line(text, LineRole::Question, sentence.page);
            beats.push(Beat { line, section: section.clone(), starts: true });
        } else if let Some(signposts) = &mut signposts
            && let Some(text) = signposts.before(text, sentence.tie.filter(|_| joint == Joint::Next))
            && first_ms + LINE_GAP_MS + estimate_ms(&text) <= 7_800
        {
            let line = beat_line(text, LineRole::Question, sentence.page);
            beats.push(Beat { line, section: section.clone(), starts: true });
        }
        // The first line of the story may have opened the video already.
        let heard = usize::from(index == 0 && is_begun);
        for (nth, text) in lines.into_iter().enumerate().skip(heard) {
            let line = line(sentence, text, LineRole::Fact);
            beats.push(Beat { line, section: section.clone(), starts: nth == 0 && joint == Joint::New });
        }
        // Surprise is voiced only behind something that may surprise, and not twice in a row.
        let goes_on = chosen.get(index + 1).is_some_and(|next| next.joint == Joint::Next);
        let surprises = has_cue(&sentence.text, &cues.surprise) && has_figure(&sentence.text);
        if english
            && surprises
            && !goes_on
            && index >= quiet_until
            && index + 1 < chosen.len()
            && let Some(text) = slang.pop()
        {
            quiet_until = index + every;
            let line = beat_line(text, LineRole::Interjection, sentence.page);
            beats.push(Beat { line, section, starts: false });
        }
    }
    beats
}

/// Tells whether a sentence holds a number that measures: a share, or one of at least two digits.
fn has_figure(text: &str) -> bool {
    text.contains('%') || text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() >= 2)
}

/// What leads to another part of the document: its heading, where it asks something, and that of a slide. Other headings are no
/// sentences, and listeners stumble over them.
fn bridge(draft: &Draft<'_>, heading: &str) -> Option<String> {
    let size = heading.split_whitespace().count();
    let is_words = heading.chars().all(|letter| letter.is_alphabetic() || " -’',?&".contains(letter));
    let asks = heading.ends_with('?') || draft.language == "en" && asks(heading);
    if is_words && asks && (3..=9).contains(&size) {
        return Some(format!("{}?", heading.trim_end_matches('?')));
    }
    let language = LanguageData::of(draft.language);
    let (next, and) = (language.story.next_slide.as_deref()?, language.and.as_deref()?);
    let is_told = is_words && draft.kind == DocumentKind::Slides && (1..=6).contains(&size);
    is_told.then(|| next.replacen("{}", &heading.replace(" & ", and), 1))
}

/// The scenes that close the video.
fn close_scenes(draft: &Draft<'_>, texts: &BTreeMap<usize, String>) -> Option<Scene> {
    let close = draft.frame.close?;
    let sentence = &draft.sentences[close];
    let said = texts[&close].as_str();
    let tie = sentence.tie.and_then(|tie| tie.word(draft.language));
    let text = match tie {
        Some(word) => format!("{word} {}", draft.inside(said)),
        None => said.to_owned(),
    };
    let lines =
        pieces(&text, draft.language).into_iter().map(|text| line(sentence, text, LineRole::Close)).collect();
    let page = VisualCue::PageCrop { page: sentence.page, quote: sentence.source.clone() };
    Some(Scene::new(SceneKind::Content, lines, page, 0))
}

fn analysis(draft: &Draft<'_>, said: &[&Sentence]) -> Analysis {
    let spoken: BTreeSet<usize> = draft.sentences.iter().map(|sentence| sentence.section).collect();
    let contents = draft
        .cleaned
        .sections
        .iter()
        .enumerate()
        .filter(|(index, section)| spoken.contains(index) && !section.title.is_empty())
        .map(|(_, section)| ContentsEntry { title: section.title.clone(), page: section.page })
        .collect();
    let summary = said
        .iter()
        .map(|sentence| CitedSentence { text: sentence.text.clone(), citation: citation(sentence) })
        .collect();
    Analysis { kind: Some(draft.kind), contents, concepts: draft.concepts.to_vec(), summary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_ends_with_what_came_out() {
        let said = [
            "Raft elects a leader.",
            "A study shows that Raft is easier.",
            "Timers are random.",
            "Leaders send logs.",
        ];
        let sentences: Vec<Sentence> = said.map(sentence).into();
        let order = |joints: [Joint; 4]| -> Vec<usize> {
            let mut chosen: Vec<Chosen> =
                joints.into_iter().enumerate().map(|(sentence, joint)| Chosen { sentence, joint }).collect();
            end_with_result(&sentences, &mut chosen);
            chosen.iter().map(|chosen| chosen.sentence).collect()
        };
        assert_eq!(order([Joint::New, Joint::Next, Joint::New, Joint::Next]), [0, 2, 3, 1]);
        assert_eq!(order([Joint::New, Joint::Next, Joint::Next, Joint::Next]), [0, 1, 2, 3]);
    }

    fn sentence(text: &str) -> Sentence {
        Sentence {
            text: text.to_owned(),
            source: text.to_owned(),
            page: 1,
            rest: None,
            section: 0,
            passage: 0,
            place: 0,
            dangles: false,
            leads_on: false,
            tie: None,
        }
    }

    #[test]
    fn what_authors_describe_is_promised() {
        assert_eq!(
            promised("The author describes how search engines sell space.").unwrap(),
            "Here is how search engines sell space."
        );
        assert_eq!(promised("The authors describe a queue."), None);
    }
}
