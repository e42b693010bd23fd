//! [`Draft`]: the scenes of a script out of the lines that a model wrote and that passed the gate.

use std::collections::BTreeSet;

use brainwrought_core::data::{
    Citation, Document, EffectCue, IllustrationKind, Line, LineRole, Meme, QuizQuestion, Scene, SceneKind,
    Speaker, VisualCue,
};

use super::super::duration::{Pace, SCENE_GAP_MS};
use super::super::memes::most_memes;
use super::super::scenes::source_scene;
use super::super::writer::Brief;
use super::facts::{Claim, Facts, spaced};
use super::repair::Passed;
use super::reply::{LineReply, MemeReply, Role, SceneReply, Show, SpeakerReply};
use super::show_reply::shows_of;
use crate::frame::{PictureOffer, is_meme_template};

/// A scene that takes longer than this, in milliseconds, is parted between two lines.
const SCENE_MS: u64 = 8_500;
/// The most characters above or below a meme.
const MEME_LETTERS: usize = 48;
/// The most facts before a recap that it may sum up where it names none.
const RECAPPED: usize = 8;
/// How long the opening is shown at least, in milliseconds.
const HOOK_MS: u64 = 2_000;

/// The scenes of a script, each with the title of what it begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) scenes: Vec<(String, Scene)>,
    pub(super) quiz: Vec<QuizQuestion>,
}

/// What scenes are made with.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    pub(super) document: &'a Document,
    pub(super) brief: &'a Brief,
    pub(super) facts: &'a Facts,
    /// Which pictures from elsewhere there are.
    pub(super) offer: Option<&'a PictureOffer>,
}

/// Pictures that are used already.
#[derive(Debug, Default)]
struct Used {
    figures: BTreeSet<String>,
    memes: usize,
}

/// Puts each guess before the line that settles it. One that nothing settles is left out.
pub(super) fn settle_guesses(scenes: &mut [SceneReply], warnings: &mut Vec<String>) {
    for index in 0..scenes.len() {
        let Some(scene) = scenes.get_mut(index) else { continue };
        let settles = |line: &LineReply| matches!(line.role, Role::Fact | Role::Recap);
        let last = scene.lines.iter().rposition(settles);
        let open =
            |at: usize, line: &LineReply| line.role == Role::Guess && last.is_none_or(|last| at > last);
        let mut waiting = Vec::new();
        let mut at = 0;
        scene.lines.retain(|line| {
            let is_open = open(at, line);
            at += 1;
            if is_open {
                waiting.push(line.clone());
            }
            !is_open
        });
        if waiting.is_empty() {
            continue;
        }
        match scenes.get_mut(index + 1).filter(|next| next.lines.iter().any(settles)) {
            Some(next) => {
                next.lines.splice(0..0, waiting);
            }
            None => warnings.extend(waiting.iter().map(|guess| {
                format!("the guess “{}” was left out: no line after it says what is right", guess.text)
            })),
        }
    }
}

/// Leaves guesses out that no line after them settles any more: what settled them did not pass, or was dropped.
pub(super) fn settled(mut lines: Vec<Line>, warnings: &mut Vec<String>) -> Vec<Line> {
    let settles = |line: &Line| matches!(line.role, LineRole::Fact | LineRole::Recap);
    let last = lines.iter().rposition(settles);
    let mut at = 0;
    lines.retain(|line| {
        let is_open = line.role == LineRole::Guess && last.is_none_or(|last| at > last);
        at += 1;
        if is_open {
            let why = "no line after it says what is right";
            warnings.push(format!("the guess “{}” was left out: {why}", line.text));
        }
        !is_open
    });
    lines
}

/// The lines of scenes as the gate gets them, in their order.
pub(super) fn claims(scenes: &[SceneReply], facts: &Facts) -> Vec<Claim> {
    let mut told: Vec<usize> = Vec::new();
    let lines = scenes.iter().flat_map(|scene| &scene.lines);
    lines
        .map(|line| {
            let mut sources = facts.sources.named(&line.sources);
            match line.role {
                Role::Fact => told.extend(&sources),
                Role::Recap if sources.is_empty() => {
                    sources = told.iter().rev().take(RECAPPED).copied().collect();
                }
                _ => {}
            }
            Claim { text: line.text.clone(), role: line.role.into(), sources }
        })
        .collect()
}

impl Maker<'_> {
    /// Makes the scenes of lines that passed; a scene that is left without what it says is left out with a warning.
    pub(super) fn draft(
        &self,
        hook: Option<Passed>,
        scenes: Vec<SceneReply>,
        passed: Vec<Option<Passed>>,
        warnings: &mut Vec<String>,
    ) -> Draft {
        let mut passed = passed.into_iter();
        let mut used = Used::default();
        let mut made: Vec<(String, Scene)> = Vec::new();
        let mut page = 1;
        for (reply, number) in scenes.into_iter().zip(1..) {
            let states = reply.lines.iter().any(|line| line.role == Role::Fact);
            let kept: Vec<(&LineReply, Passed)> = reply
                .lines
                .iter()
                .zip(passed.by_ref())
                .filter_map(|(line, passed)| Some((line, passed?)))
                .collect();
            let has_fact = kept.iter().any(|(line, _)| line.role == Role::Fact);
            if kept.is_empty() || states && !has_fact {
                if !reply.lines.is_empty() {
                    warnings.push(format!(
                        "scene {number}, “{}”, was left out: the document bears out nothing that it says",
                        spaced(&reply.title)
                    ));
                }
                continue;
            }
            let lines = settled(self.lines(&kept, &mut page), warnings);
            if lines.is_empty() {
                continue;
            }
            let said: String = lines.iter().map(|line| format!("{} ", line.text)).collect();
            let title = self.title(&reply.title, &said, &kept);
            let visual = self.visual(&reply, &lines, &said, &mut used);
            let mut scene = Scene::new(SceneKind::Content, lines, visual, 0);
            let sound = reply.sound.filter(|sound| !sound.sound.trim().is_empty());
            scene.effects.extend(
                sound
                    .map(|sound| EffectCue { sound: short(&sound.sound, 60), at_ms: u64::from(sound.at_ms) }),
            );
            made.extend(parted(&title, scene, &self.brief.pace));
        }
        let mut draft = Draft { scenes: made, quiz: Vec::new() };
        match hook {
            Some(hook) => {
                let mut line = Line::new(hook.text, LineRole::Hook, nowhere(page_of(&draft)));
                cite(&mut line, hook.citations);
                draft.open_with(line);
            }
            None => draft.open_with_first_line(warnings),
        }
        draft
    }

    fn lines(&self, kept: &[(&LineReply, Passed)], page: &mut u32) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for (index, (reply, passed)) in kept.iter().enumerate() {
            // What states nothing cites the page of the fact that it leads to.
            let ahead = kept.get(index..).unwrap_or_default().iter();
            if let Some(cited) = ahead.flat_map(|(_, passed)| &passed.citations).next() {
                *page = cited.page;
            }
            let mut line = Line::new(passed.text.clone(), reply.role.into(), nowhere(*page));
            cite(&mut line, passed.citations.clone());
            line.importance = reply.importance.into();
            line.mood = reply.mood.into();
            line.speaker = self.speaker(reply);
            line.emphasis = emphasised(&reply.emphasis, &line.text);
            let said: String =
                line.sources().fold(line.text.clone(), |said, cited| said + " " + &cited.quote);
            let on_screen = spaced(&reply.on_screen);
            if on_screen.split(' ').count() <= Line::MAX_ON_SCREEN_WORDS
                && self.facts.stands_in(&on_screen, &said)
            {
                line.on_screen = on_screen;
            }
            line.shows = shows_of(&reply.shows, &line);
            lines.push(line);
        }
        lines
    }

    /// Who says a line: facts and what they mean are the explainer's.
    fn speaker(&self, reply: &LineReply) -> Speaker {
        let states = matches!(reply.role, Role::Fact | Role::Gloss);
        let asks = matches!(reply.role, Role::Guess) || reply.speaker == SpeakerReply::Asker;
        if self.brief.dialogue && asks && !states { Speaker::Asker } else { Speaker::Explainer }
    }

    /// The title of a scene, or the heading above what it cites.
    fn title(&self, title: &str, said: &str, kept: &[(&LineReply, Passed)]) -> String {
        let cited = kept.iter().flat_map(|(_, passed)| &passed.citations).next();
        let at = cited.and_then(|cited| self.facts.sources.quoted(&cited.quote).first().copied());
        let section = at.map_or("", |at| self.facts.sources.section(at));
        let title = spaced(title);
        let above = format!("{section} {}", self.document.title);
        if self.facts.is_title(&title, said, &above) { title } else { section.to_owned() }
    }

    fn visual(&self, reply: &SceneReply, lines: &[Line], said: &str, used: &mut Used) -> VisualCue {
        let picture = &reply.picture;
        let figure = self.document.figures.iter().find(|figure| figure.id == picture.figure.trim());
        let illustration = |kind: IllustrationKind| {
            self.offer.filter(|offer| offer.kinds.contains(&kind))?;
            let query = short(&picture.query, 80);
            let fallback = Box::new(page_of_lines(lines));
            (!query.is_empty()).then_some(VisualCue::Illustration { query, kind, fallback })
        };
        let wanted = match (picture.show, figure) {
            (Show::Figure, Some(figure)) if used.figures.insert(figure.id.clone()) => {
                Some(VisualCue::Figure { figure: figure.id.clone() })
            }
            (Show::Motion, _) => Some(VisualCue::Motion),
            (Show::Meme, _) if used.memes < most_memes(self.brief.memes, self.brief.length_ms) => {
                let meme = picture.meme.as_ref().and_then(|meme| self.meme(meme, said));
                used.memes += usize::from(meme.is_some());
                meme
            }
            (Show::Picture, _) => illustration(IllustrationKind::Still),
            (Show::Clip, _) => illustration(IllustrationKind::Clip),
            _ => None,
        };
        wanted.unwrap_or_else(|| page_of_lines(lines))
    }

    /// A meme that says nothing that the scene's lines do not.
    fn meme(&self, reply: &MemeReply, said: &str) -> Option<VisualCue> {
        let meme = Meme {
            template: reply.template.trim().to_lowercase(),
            top: short(&reply.top, MEME_LETTERS),
            bottom: short(&reply.bottom, MEME_LETTERS),
        };
        let stands = |words: &str| words.is_empty() || self.facts.is_joke(words, said);
        let says = !(meme.top.is_empty() && meme.bottom.is_empty());
        (says && stands(&meme.top) && stands(&meme.bottom) && is_meme_template(&meme.template))
            .then_some(VisualCue::Meme { meme })
    }
}

impl Draft {
    fn open_with(&mut self, hook: Line) {
        let scene = Scene::new(SceneKind::Hook, vec![hook], VisualCue::TitleCard, HOOK_MS);
        self.scenes.insert(0, (String::new(), scene));
    }

    /// Adds a last line.
    pub(super) fn close_with(&mut self, close: Passed) {
        let mut line = Line::new(close.text, LineRole::Close, nowhere(page_of(self)));
        cite(&mut line, close.citations);
        self.scenes.push((String::new(), Scene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0)));
    }

    /// Makes the first line the opening, where none passed.
    fn open_with_first_line(&mut self, warnings: &mut Vec<String>) {
        let states = |line: &Line| line.role == LineRole::Fact;
        let Some((place, at)) = self
            .scenes
            .iter()
            .enumerate()
            .find_map(|(place, (_, scene))| Some((place, scene.lines.iter().position(states)?)))
        else {
            return;
        };
        let Some((_, scene)) = self.scenes.get_mut(place) else { return };
        let mut line = scene.lines.remove(at);
        if scene.lines.is_empty() {
            self.scenes.remove(place);
        }
        warnings.push(format!("no opening passed the check, so the video opens with “{}”", line.text));
        line.role = LineRole::Hook;
        self.open_with(line);
    }

    /// All lines, in the order they are spoken.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.scenes.iter().flat_map(|(_, scene)| &scene.lines)
    }

    /// How many of the lines are facts.
    pub(super) fn facts(&self) -> usize {
        self.lines().filter(|line| line.role == LineRole::Fact).count()
    }

    /// How long it takes, in milliseconds.
    pub(super) fn planned_ms(&self, pace: &Pace) -> u64 {
        let scenes = self.scenes.iter().map(|(_, scene)| pace.scene_ms(scene));
        scenes.sum::<u64>() + SCENE_GAP_MS * (self.scenes.len() as u64).saturating_sub(1)
    }

    /// Adds the card of the source with the pages that the lines cite.
    pub(super) fn end_with_source(&mut self, title: &str, min_ms: u64) {
        let cited = self.lines().flat_map(Line::sources).filter(|cited| !cited.quote.is_empty());
        let pages: BTreeSet<u32> = cited.map(|cited| cited.page).collect();
        let scene = source_scene(title, pages.into_iter().collect(), min_ms);
        self.scenes.push((String::new(), scene));
    }
}

/// Gives a line where it comes from.
pub(super) fn cite(line: &mut Line, citations: Vec<Citation>) {
    let mut citations = citations.into_iter();
    if let Some(first) = citations.next() {
        line.citation = first;
        line.more_sources = citations.take(Line::MAX_SOURCES - 1).collect();
    }
}

/// The words that are emphasised, as far as the line has them.
pub(super) fn emphasised(words: &[String], text: &str) -> Vec<String> {
    let trimmed = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
    trimmed.filter(|word| text.contains(word)).take(3).map(str::to_owned).collect()
}

/// The page with the words that a scene cites first.
pub(super) fn page_of_lines(lines: &[Line]) -> VisualCue {
    let cited = lines.iter().map(|line| &line.citation).find(|cited| !cited.quote.is_empty());
    cited.map_or(VisualCue::Motion, |Citation { page, quote }| VisualCue::PageCrop {
        page: *page,
        quote: quote.clone(),
    })
}

fn page_of(draft: &Draft) -> u32 {
    draft.lines().next().map_or(1, |line| line.citation.page)
}

fn nowhere(page: u32) -> Citation {
    Citation { page, quote: String::new() }
}

/// Parts a scene that is too long for one picture; what comes later shows the page that it cites.
fn parted(title: &str, scene: Scene, pace: &Pace) -> Vec<(String, Scene)> {
    let mut parts: Vec<Vec<Line>> = vec![Vec::new()];
    let mut spoken = 0;
    for line in scene.lines {
        let ms = pace.line_ms(&line.text);
        // What leads to a line stays with it.
        let leads = parts.last().and_then(|part| part.last()).is_some_and(|last| !last.role.states_facts());
        if spoken > 0 && spoken + ms > SCENE_MS && !leads {
            parts.push(Vec::new());
            spoken = 0;
        }
        spoken += ms;
        if let Some(part) = parts.last_mut() {
            part.push(line);
        }
    }
    let mut first = Some((scene.visual, scene.effects));
    let scenes = parts.into_iter().filter(|lines| !lines.is_empty()).map(|lines| {
        let (visual, effects) = first.take().unwrap_or_else(|| (page_of_lines(&lines), Vec::new()));
        (title.to_owned(), Scene { effects, ..Scene::new(SceneKind::Content, lines, visual, 0) })
    });
    scenes.collect()
}

/// One line of at most `most` characters.
pub(super) fn short(text: &str, most: usize) -> String {
    spaced(text).chars().take(most).collect::<String>().trim_end().to_owned()
}
