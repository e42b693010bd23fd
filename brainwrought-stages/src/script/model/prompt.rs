//! [`Prompts`]: what a model is asked, step by step. The texts are data, see `assets/prompts`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use brainwrought_core::data::{Document, Language};
use brainwrought_core::id::Digest;
use serde::Deserialize;

use super::super::memes::most_memes;
use super::super::prompt_injection::speaks_to_a_model;
use super::super::quiz::ANSWER_WORDS;
use super::super::trends::Trend;
use super::super::writer::Brief;
use super::fit::TOLERANCE;
use super::room::Room;
use super::story::{Cited, Kind, Story};
use crate::frame::{MEME_TEMPLATES, PictureOffer};
use crate::llm::Prompt;

const FILE: &str = include_str!("../../../assets/prompts/script.toml");

static TEXTS: LazyLock<Texts> =
    LazyLock::new(|| toml::from_str(FILE).expect("the file is a constant that a test reads"));

/// How freely words are chosen where a document's words are told again, of 2. Small models make words up where it is higher.
const FAITHFUL: f32 = 0.3;
/// What models that think before they answer may think, in tokens: some count thought as a part of the answer.
pub(super) const THOUGHT_TOKENS: u32 = 8_000;
/// The room of answers, in tokens: what each step can need.
pub(super) const NOTES_TOKENS: u32 = 1_000;
pub(super) const STORY_TOKENS: u32 = 2_500;
pub(super) const ENDING_TOKENS: u32 = 700;
/// What one line takes in an answer with all that is told of it, and one that is written anew.
pub(super) const LINE_TOKENS: u32 = 130;
pub(super) const REWRITE_TOKENS: u32 = 90;
/// What an opinion on one line takes in an answer.
pub(super) const OPINION_TOKENS: u32 = 40;
/// The room of answers of small models: two sentences, and one.
pub(super) const PASSAGE_TOKENS: u32 = 140;
pub(super) const SENTENCE_TOKENS: u32 = 60;

/// The texts of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    rules: String,
    language: String,
    notes: String,
    digest: String,
    story: String,
    script: String,
    repair: String,
    review: String,
    fit: String,
    fit_long: String,
    fit_short: String,
    fit_asker: String,
    ending: String,
    ending_quiz: String,
    ending_reply: String,
    ending_no_reply: String,
    ending_answers: String,
    ending_no_quiz: String,
    ending_again: String,
    passage: String,
    passage_before: String,
    opening: String,
    closing: String,
    trends: String,
    pictures: String,
    memes: String,
    no_memes: String,
    dialogue: String,
    monologue: String,
    slang: Vec<String>,
    shapes: BTreeMap<Kind, String>,
}

/// What the prompts of one script have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prompts<'a> {
    pub(super) title: &'a str,
    pub(super) language: &'a Language,
    pub(super) brief: &'a Brief,
}

/// How long the script should be, against what it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) took_ms: u64,
    pub(super) wanted_ms: u64,
    /// The lines of who asks, and all, where they are too few.
    pub(super) asks: Option<(usize, usize)>,
}

impl Fit {
    pub(super) fn is_on_time(self) -> bool {
        self.took_ms.abs_diff(self.wanted_ms) as f64 <= self.wanted_ms as f64 * TOLERANCE
    }
}

/// Tells one set of prompts from another.
pub(super) fn digest() -> Digest {
    Digest::of(FILE.as_bytes())
}

/// Puts words into the places of a text that are named for them.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    // One after the other would fill places in what was put in: of the document, or of a reply.
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('{') {
        filled.push_str(head);
        let named = tail.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(key, _)| *key == name)?;
            Some((value, after))
        });
        rest = match named {
            Some((value, after)) => {
                filled.push_str(value);
                after
            }
            None => {
                filled.push('{');
                tail
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// Seconds as they are told to a model.
pub(super) fn seconds(ms: u64) -> String {
    format!("{:.1}", ms as f64 / 1000.0)
}

fn enclosed(material: &str) -> String {
    format!("<document>\n{material}</document>\n\n")
}

impl<'a> Prompts<'a> {
    pub(super) fn new(document: &'a Document, language: &'a Language, brief: &'a Brief) -> Self {
        Self { title: &document.title, language, brief }
    }

    fn ask(&self, step: &str, shared: String, task: String, answer_tokens: u32) -> Prompt {
        let language = filled(&TEXTS.language, &[("language", self.language.as_str())]);
        let mut prompt =
            Prompt::new(format!("script: {step}"), format!("{}\n{language}", TEXTS.rules.trim()), task);
        prompt.shared = shared;
        prompt.max_tokens = answer_tokens + THOUGHT_TOKENS;
        prompt.seed = Some(self.brief.seed);
        prompt.temperature = Some(FAITHFUL);
        prompt
    }

    /// The document as all steps begin with it that show it.
    fn shared(&self, material: &str) -> String {
        let title = if speaks_to_a_model(self.title) { "" } else { self.title };
        format!("Title: {}\n{}", title.split_whitespace().collect::<Vec<_>>().join(" "), enclosed(material))
    }

    pub(super) fn notes(&self, material: &str, part: usize, parts: usize, most: usize) -> Prompt {
        let task = filled(
            &TEXTS.notes,
            &[("part", &part.to_string()), ("parts", &parts.to_string()), ("most", &most.to_string())],
        );
        self.ask("notes", self.shared(material), task, NOTES_TOKENS)
    }

    /// What stands above the parts of a document that is not shown whole.
    pub(super) fn preface() -> &'static str {
        &TEXTS.digest
    }

    pub(super) fn story(&self, material: &str, trends: &[Trend]) -> Prompt {
        let task = filled(&TEXTS.story, &[("trends", &trending(trends))]);
        // What should surprise is left to the model's own taste.
        Prompt { temperature: None, ..self.ask("story", self.shared(material), task, STORY_TOKENS) }
    }

    pub(super) fn script(
        &self,
        material: &str,
        story: &Story,
        hooks: &[String],
        room: &Room,
        offer: Option<&PictureOffer>,
        trends: &[Trend],
    ) -> Prompt {
        let hooks: String =
            hooks.iter().zip(1..).map(|(hook, number)| format!("{number}. {hook}\n")).collect();
        let pictures =
            offer.map_or_else(String::new, |offer| filled(&TEXTS.pictures, &[("offer", &offer.to_string())]));
        let slang = TEXTS.slang.get(usize::from(self.brief.slang.min(3))).map_or("", String::as_str);
        let dialogue = if self.brief.dialogue { &TEXTS.dialogue } else { &TEXTS.monologue };
        let task = filled(
            &TEXTS.script,
            &[
                ("story", &understood(story)),
                ("shape", TEXTS.shapes.get(&story.kind).map_or("", String::as_str)),
                ("hooks", &hooks),
                ("size", &room.size(room.story_ms)),
                ("scenes", &room.scenes().to_string()),
                ("seconds", &(room.story_ms / 1000).to_string()),
                ("message", &story.message.text),
                ("pictures", &pictures),
                ("memes", &self.memes()),
                ("slang", slang),
                ("dialogue", dialogue),
                ("trends", &trending(trends)),
            ],
        );
        let answer = (room.lines() as u32 * LINE_TOKENS).clamp(1_500, 16_000);
        self.ask("script", self.shared(material), task, answer)
    }

    /// The memes that a script may ask for: none, or as many for its length as without a model.
    fn memes(&self) -> String {
        let most = most_memes(self.brief.memes, self.brief.length_ms);
        if most == 0 {
            return TEXTS.no_memes.clone();
        }
        let templates: Vec<String> =
            MEME_TEMPLATES.iter().map(|template| format!("{} ({})", template.name, template.when)).collect();
        filled(&TEXTS.memes, &[("most", &most.to_string()), ("templates", &templates.join(", "))])
    }

    /// Lines that did not pass, as [`Repair`](super::repair) shows them.
    pub(super) fn repair(&self, lines: &str, count: usize) -> Prompt {
        let task = format!("{}{}", enclosed(lines), TEXTS.repair.trim());
        self.ask("repair", String::new(), task, 200 + count as u32 * REWRITE_TOKENS)
    }

    /// Facts that passed, as [`Repair`](super::repair) shows them for a second opinion.
    pub(super) fn review(&self, lines: &str, count: usize) -> Prompt {
        let task = format!("{}{}", enclosed(lines), TEXTS.review.trim());
        self.ask("review", String::new(), task, 200 + count as u32 * OPINION_TOKENS)
    }

    pub(super) fn fit(&self, lines: &str, count: usize, fit: Fit) -> Prompt {
        let off = seconds(fit.took_ms.abs_diff(fit.wanted_ms));
        let (verdict, task) = if fit.is_on_time() {
            ("that is right.", String::new())
        } else if fit.took_ms > fit.wanted_ms {
            ("it is too long.", filled(&TEXTS.fit_long, &[("off", &off)]))
        } else {
            ("it is too short.", filled(&TEXTS.fit_short, &[("off", &off)]))
        };
        let asker = fit.asks.map_or_else(String::new, |(asks, all)| {
            filled(&TEXTS.fit_asker, &[("asks", &asks.to_string()), ("lines", &all.to_string())])
        });
        let task = filled(
            &TEXTS.fit,
            &[
                ("took", &seconds(fit.took_ms)),
                ("wanted", &seconds(fit.wanted_ms)),
                ("verdict", verdict),
                ("task", &format!("{task}{asker}")),
            ],
        );
        let task = format!("{}{}", enclosed(lines), task.trim());
        self.ask("fit", String::new(), task, 300 + count as u32 * LINE_TOKENS / 2)
    }

    /// How the video ends. `again` is an answer that did not pass, with what is wrong with it.
    pub(super) fn ending(
        &self,
        lines: &str,
        message: &str,
        room: &Room,
        again: Option<(&str, &str)>,
    ) -> Prompt {
        let quiz = match room.question_ms {
            0 => TEXTS.ending_no_quiz.clone(),
            ms => {
                let question = filled(&TEXTS.ending_quiz, &[("question", &room.words(ms).to_string())]);
                let reply = match room.reply_ms {
                    0 => TEXTS.ending_no_reply.clone(),
                    ms => {
                        let words = room.words(ms).min(ANSWER_WORDS as u64);
                        filled(&TEXTS.ending_reply, &[("reply", &words.to_string())])
                    }
                };
                question + &reply
            }
        };
        let answers = room.question_ms > 0 && room.reply_ms == 0;
        let mut task = filled(
            &TEXTS.ending,
            &[
                ("quiz", &quiz),
                ("close", &room.words(room.close_ms).to_string()),
                ("answers", if answers { &TEXTS.ending_answers } else { "" }),
                ("message", message),
            ],
        );
        if let Some((answer, wrong)) = again {
            task.push_str(&filled(&TEXTS.ending_again, &[("answer", answer), ("wrong", wrong)]));
        }
        self.ask("ending", String::new(), format!("{}{}", enclosed(lines), task.trim()), ENDING_TOKENS)
    }

    /// One scene of a small model.
    pub(super) fn passage(&self, material: &str, before: Option<&str>) -> Prompt {
        let before = before.map_or_else(String::new, |line| filled(&TEXTS.passage_before, &[("line", line)]));
        let task = filled(&TEXTS.passage, &[("before", &before)]);
        self.small("scene", material, &task, PASSAGE_TOKENS)
    }

    /// The first line of a small model's script.
    pub(super) fn opening(&self, material: &str) -> Prompt {
        self.small("opening", material, &TEXTS.opening, SENTENCE_TOKENS)
    }

    /// The last line of a small model's script.
    pub(super) fn closing(&self, material: &str) -> Prompt {
        self.small("closing", material, &TEXTS.closing, SENTENCE_TOKENS)
    }

    fn small(&self, step: &str, material: &str, task: &str, answer_tokens: u32) -> Prompt {
        let mut prompt = self.ask(step, String::new(), format!("{}{}", enclosed(material), task.trim()), 0);
        // Long rules cost a small model more than they help it.
        let rules = TEXTS.rules.split("\n\n").take(2).collect::<Vec<_>>().join("\n\n");
        let language = filled(&TEXTS.language, &[("language", self.language.as_str())]);
        prompt.system = format!("{}\n{language}", rules.trim());
        prompt.max_tokens = answer_tokens;
        prompt
    }
}

/// What a model found, for its later steps.
fn understood(story: &Story) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            text.push_str(&format!("{name}: {}\n", value.trim()));
        }
    };
    let numbered = |cited: &Cited| match cited.sources.as_slice() {
        _ if cited.text.trim().is_empty() => String::new(),
        [] => cited.text.clone(),
        sources => format!("{} {sources:?}", cited.text),
    };
    line("Subject", &story.subject);
    line("Message", &numbered(&story.message));
    line("At stake", &numbered(&story.stakes));
    line("How it works", &numbered(&story.mechanism));
    line("What follows", &numbered(&story.consequence));
    for number in story.numbers.iter().take(3) {
        line("Number", &numbered(number));
    }
    line("Image", &story.image);
    for term in story.terms.iter().take(8) {
        line(&format!("Term “{}”", term.term), &term.meaning);
    }
    line("For", &story.audience);
    line("Told by", &story.persona);
    line("Tone", &story.tone);
    text
}

fn trending(trends: &[Trend]) -> String {
    if trends.is_empty() {
        return String::new();
    }
    let shown = |trend: &Trend| match trend.meaning.as_str() {
        "" => format!("{}\n", trend.phrase),
        meaning => format!("{}: {meaning}\n", trend.phrase),
    };
    filled(&TEXTS.trends, &[("trends", &trends.iter().map(shown).collect::<String>())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_filled_once() {
        assert_eq!(filled("a {x} {y} {z", &[("x", "{y}"), ("y", "2")]), "a {y} 2 {z");
    }

    #[test]
    fn no_place_of_a_text_stays_empty() {
        let brief = Brief { length_ms: 55_000, memes: 1, dialogue: true, ..Brief::default() };
        let language = Language::english();
        let prompts = Prompts { title: "Queues", language: &language, brief: &brief };
        let room = Room::new(&brief, 340);
        let fit = Fit { took_ms: 60_000, wanted_ms: 55_000, asks: Some((1, 9)) };
        let story = Story { kind: Kind::Manual, ..serde_json::from_str("{}").unwrap() };
        let trend = [Trend::new("clock it", "right", "gossip")];
        for prompt in [
            prompts.notes("x\n", 1, 2, 3),
            prompts.story("x\n", &trend),
            prompts.script("x\n", &story, &["Why?".to_owned()], &room, None, &trend),
            prompts.repair("x\n", 1),
            prompts.review("x\n", 1),
            prompts.fit("x\n", 1, fit),
            prompts.fit("x\n", 1, Fit { took_ms: 40_000, ..fit }),
            prompts.ending("x\n", "It works.", &room, Some(("a", "b"))),
            prompts.passage("x\n", Some("It works.")),
            prompts.opening("x\n"),
            prompts.closing("x\n"),
        ] {
            let text = format!("{}{}{}", prompt.system, prompt.shared, prompt.messages[0].text);
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(text.contains("<document>\nx\n</document>"), "{text}");
        }
    }
}
