//! [`Draft`]: a script out of the replies of a model, as long as it should be.

use std::collections::{BTreeMap, BTreeSet};

use brainwrought_core::data::{
    self, Citation, CitedSentence, Concept, Document, EffectCue, IllustrationKind, Line, LineRole, Meme,
    Profile, QuizQuestion, Scene, SceneKind, Script, VisualCue,
};

use super::super::length::share_out;
use super::super::quiz::Quiz;
use super::super::scenes::{Beat, SOURCE_MS, content_scenes, segments, source_scene};
use super::super::writer::Brief;
use super::facts::Facts;
use super::reply::{Analysis, Hooks, MemeReply, Plan, Questions, Role, SceneReply, Scenes, Show};
use super::sources::Sources;
use crate::frame::{PictureOffer, is_meme_template};

/// A script this much longer than asked for is on time.
const LATE: f64 = 1.04;
/// A script shorter than this share of what was asked for is filled up with sentences of the document.
const SHORT: f64 = 0.93;
/// With fewer facts than this, the model wrote no script.
const MIN_FACTS: usize = 2;
/// The most words of an opening.
const HOOK_WORDS: usize = 12;
/// The most words of a question and of one of its choices.
const QUESTION_WORDS: usize = 22;
const CHOICE_WORDS: usize = 8;
/// The most sounds of a scene.
const MAX_EFFECTS: usize = 2;
/// The most characters above or below a meme.
const MEME_LETTERS: usize = 48;

/// What a script is made of.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) document: &'a Document,
    pub(super) brief: &'a Brief,
    /// The script without the model, which fills what is missing.
    pub(super) offline: &'a Script,
    pub(super) sources: &'a Sources,
    pub(super) facts: &'a Facts<'a>,
    pub(super) analysis: &'a Analysis,
    pub(super) questions: Option<&'a Questions>,
    pub(super) profile: Option<Profile>,
    pub(super) hooks: Option<&'a Hooks>,
    pub(super) plan: Option<&'a Plan>,
    /// Which pictures from elsewhere there are.
    pub(super) offer: Option<&'a PictureOffer>,
}

/// Scenes with what is shown in them.
type Shown = Vec<(SceneReply, Option<VisualCue>, Vec<EffectCue>)>;

impl Draft<'_> {
    /// Puts the script together; tells why where there is none.
    pub(super) fn script(&self, scenes: Scenes, model: &str) -> Result<Script, String> {
        let mut warnings = Vec::new();
        let mut content: Shown = self.planned(scenes);
        let count = content
            .iter()
            .flat_map(|(scene, ..)| &scene.lines)
            .filter(|line| line.role == Role::Fact)
            .count();
        if count < MIN_FACTS {
            return Err(format!("only {count} of its lines are facts of the document"));
        }
        let quiz = self.quiz();
        let hook = self.hook();
        let close = self.close();
        let limit = self.brief.length_ms as f64 * LATE;
        let planned_ms = |script: &Script| self.brief.pace.planned_ms(script);
        let mut script = self.assembled(&content, &hook, quiz.as_ref(), &close, model);
        // What is too long loses scenes in the middle, which neither open nor end the story.
        while planned_ms(&script) as f64 > limit && content.len() > 2 {
            let middle = content.len() / 2;
            content.remove(middle);
            script = self.assembled(&content, &hook, quiz.as_ref(), &close, model);
        }
        if planned_ms(&script) as f64 > limit {
            return Err("its scenes are too long for the video".to_owned());
        }
        let mut added = 0;
        let spare: Vec<&Line> = self.offline.lines().filter(|line| line.role == LineRole::Fact).collect();
        for line in spare {
            if planned_ms(&script) as f64 >= self.brief.length_ms as f64 * SHORT {
                break;
            }
            let quotes = |line: &Line| line.citation.quote.clone();
            if script.lines().any(|other| other.role == LineRole::Fact && quotes(other) == quotes(line)) {
                continue;
            }
            let Some(scene) = self.extractive(line) else { continue };
            content.push((scene, None, Vec::new()));
            let longer = self.assembled(&content, &hook, quiz.as_ref(), &close, model);
            if planned_ms(&longer) as f64 > limit {
                content.pop();
                continue;
            }
            script = longer;
            added += 1;
        }
        if added > 0 {
            warnings
                .push(format!("{model} wrote too little, so {added} sentences of the document were added"));
        }
        let length = planned_ms(&script);
        if (length as f64) < self.brief.length_ms as f64 * SHORT {
            script.target_ms = length;
            warnings.push(format!(
                "the document holds too little to say for {} s: the video is {} s long",
                self.brief.length_ms / 1000,
                length / 1000
            ));
        }
        share_out(&mut script, &self.brief.pace);
        script.warnings = warnings;
        Ok(script)
    }

    /// The scenes with the pictures that the plan wants; a figure is shown once.
    fn planned(&self, scenes: Scenes) -> Shown {
        let mut used = BTreeSet::new();
        let plans: BTreeMap<usize, _> = self
            .plan
            .into_iter()
            .flat_map(|plan| &plan.scenes)
            .filter_map(|plan| Some(((plan.scene as usize).checked_sub(1)?, plan)))
            .collect();
        let shown = |index: usize, scene: &SceneReply| {
            let plan = plans.get(&index)?;
            let figure = self.document.figures.iter().find(|figure| figure.id == plan.figure);
            match (plan.show, figure) {
                (Show::Figure, Some(figure)) if used.insert(figure.id.clone()) => {
                    Some(VisualCue::Figure { figure: figure.id.clone() })
                }
                (Show::Motion, _) => Some(VisualCue::Motion),
                (Show::Meme, _) => self.meme(plan.meme.as_ref()?, scene),
                (Show::Picture, _) => self.illustration(&plan.query, IllustrationKind::Still),
                (Show::Clip, _) => self.illustration(&plan.query, IllustrationKind::Clip),
                _ => None,
            }
        };
        let mut shown = shown;
        let effects = |index: usize| {
            let cues = plans.get(&index).into_iter().flat_map(|plan| &plan.effects);
            let cues = cues.filter(|cue| !cue.sound.trim().is_empty()).take(MAX_EFFECTS);
            cues.map(|cue| EffectCue { sound: short(&cue.sound, 60), at_ms: u64::from(cue.at_ms) }).collect()
        };
        let numbered = scenes.scenes.into_iter().enumerate();
        numbered
            .map(|(index, scene)| {
                let visual = shown(index, &scene);
                (scene, visual, effects(index))
            })
            .collect()
    }

    /// A meme that says nothing that the scene's sentences do not.
    fn meme(&self, reply: &MemeReply, scene: &SceneReply) -> Option<VisualCue> {
        let meme = Meme {
            template: reply.template.trim().to_lowercase(),
            top: short(&reply.top, MEME_LETTERS),
            bottom: short(&reply.bottom, MEME_LETTERS),
        };
        let fact = scene.lines.iter().find(|line| line.role == Role::Fact)?;
        let source = self.sources.get(fact.source)?;
        let stands = |words: &str| words.is_empty() || self.facts.is_joke(words, source);
        let says = !(meme.top.is_empty() && meme.bottom.is_empty());
        (says && stands(&meme.top) && stands(&meme.bottom) && is_meme_template(&meme.template))
            .then_some(VisualCue::Meme { meme })
    }

    /// A picture of something, where there are such; what it is shown in place of is known once the scene is made.
    fn illustration(&self, query: &str, kind: IllustrationKind) -> Option<VisualCue> {
        self.offer.filter(|offer| offer.kinds.contains(&kind))?;
        let query = short(query, 80);
        let fallback = Box::new(VisualCue::Motion);
        (!query.is_empty()).then_some(VisualCue::Illustration { query, kind, fallback })
    }

    /// The mood of the music, if the model named one.
    fn mood(&self) -> Option<String> {
        let mood = short(&self.plan?.mood, 40);
        (!mood.is_empty()).then_some(mood)
    }

    fn extractive(&self, line: &Line) -> Option<SceneReply> {
        let number = self.sources.number_of(&line.citation.quote)?;
        let said = super::reply::LineReply { text: line.text.clone(), role: Role::Fact, source: number };
        Some(SceneReply { title: String::new(), lines: vec![said] })
    }

    /// The opening: the model's best one that its sentence bears out, else the offline writer's.
    fn hook(&self) -> Line {
        let offered = self.hooks.into_iter().flat_map(|hooks| &hooks.hooks).find_map(|hook| {
            let source = self.sources.get(hook.source)?;
            let text = ended(&hook.text);
            let fits = (2..=HOOK_WORDS).contains(&text.split_whitespace().count());
            (fits && self.facts.bears_out(&text, source)).then(|| {
                Line::new(text, LineRole::Hook, Citation { page: source.page, quote: source.quote.clone() })
            })
        });
        let ours = || self.offline.lines().find(|line| line.role == LineRole::Hook).cloned();
        offered.or_else(ours).unwrap_or_else(|| {
            Line::new(ended(&self.offline.title), LineRole::Hook, Citation { page: 1, quote: String::new() })
        })
    }

    fn close(&self) -> Option<Line> {
        let offered = self.hooks.map(|hooks| &hooks.takeaway).and_then(|takeaway| {
            let source = self.sources.get(takeaway.source)?;
            let text = ended(&takeaway.text);
            self.facts.faults(&text, source).is_empty().then(|| {
                Line::new(text, LineRole::Close, Citation { page: source.page, quote: source.quote.clone() })
            })
        });
        offered.or_else(|| self.offline.lines().find(|line| line.role == LineRole::Close).cloned())
    }

    /// The first question whose answer its sentence bears out, where there is time for one.
    fn quiz(&self) -> Option<Quiz> {
        let asked =
            self.questions.into_iter().flat_map(|questions| &questions.questions).find_map(|question| {
                let source = self.sources.get(question.source)?;
                let right = question.choices.get(question.answer as usize)?;
                let words = |text: &str| text.split_whitespace().count();
                let distinct: BTreeSet<String> =
                    question.choices.iter().map(|choice| choice.trim().to_lowercase()).collect();
                let fits = (2..=4).contains(&question.choices.len())
                    && distinct.len() == question.choices.len()
                    && question.choices.iter().all(|choice| (1..=CHOICE_WORDS).contains(&words(choice)))
                    && (3..=QUESTION_WORDS).contains(&words(&question.question));
                if !fits
                    || !self.facts.bears_out(right, source)
                    || !self.facts.bears_out(&question.question, source)
                {
                    return None;
                }
                let (last, first) = question.choices.split_last()?;
                let told = source.said.first()?.text.clone();
                Some(Quiz {
                    asked: vec![question.question.clone(), format!("{}, {last}?", first.join(", "))],
                    told,
                    question: QuizQuestion {
                        question: question.question.clone(),
                        choices: question.choices.clone(),
                        answer: question.answer,
                        citation: Citation { page: source.page, quote: source.quote.clone() },
                    },
                })
            });
        asked.filter(|_| self.brief.length_ms >= 25_000)
    }

    fn assembled(
        &self,
        content: &Shown,
        hook: &Line,
        quiz: Option<&Quiz>,
        close: &Option<Line>,
        model: &str,
    ) -> Script {
        let hook_scene = Scene::new(SceneKind::Hook, vec![hook.clone()], VisualCue::TitleCard, 2_000);
        let mut scenes = vec![(String::new(), hook_scene)];
        for (reply, visual, effects) in content {
            // What comes before the first fact leads to it, whatever the model called it.
            let first = reply.lines.iter().position(|line| line.role == Role::Fact).unwrap_or_default();
            let beats: Vec<Beat> = reply
                .lines
                .iter()
                .enumerate()
                .filter_map(|(nth, line)| {
                    let source = self.sources.get(line.source)?;
                    let (role, quote) = match line.role {
                        Role::Fact => (LineRole::Fact, source.quote.clone()),
                        Role::Transition => (LineRole::Transition, String::new()),
                        Role::Interjection if nth < first => (LineRole::Transition, String::new()),
                        Role::Interjection => (LineRole::Interjection, String::new()),
                    };
                    let citation = Citation { page: source.page, quote };
                    let line = Line::new(ended(&line.text), role, citation);
                    let title = reply.title.split_whitespace().collect::<Vec<_>>().join(" ");
                    let is_title = self.facts.is_title(&title, source, &self.document.title);
                    let section = if is_title { title } else { source.section.clone() };
                    Some(Beat { line, section, starts: nth == 0 })
                })
                .collect();
            let mut made = content_scenes(&beats, self.document);
            if let Some((_, scene)) = made.first_mut() {
                scene.effects.clone_from(effects);
                match visual {
                    Some(VisualCue::Illustration { query, kind, .. }) => {
                        let fallback = Box::new(scene.visual.clone());
                        scene.visual =
                            VisualCue::Illustration { query: query.clone(), kind: *kind, fallback };
                    }
                    Some(visual) => scene.visual = visual.clone(),
                    None => {}
                }
            }
            scenes.append(&mut made);
        }
        self.spread(&mut scenes);
        if let Some(quiz) = quiz {
            scenes.extend(quiz.scenes().map(|scene| ("Quiz".to_owned(), scene)));
        }
        if let Some(close) = close {
            let lines = vec![close.clone()];
            let scene = Scene::new(SceneKind::Content, lines, VisualCue::Motion, 0);
            scenes.push((String::new(), scene));
        }
        let pages: BTreeSet<u32> = scenes
            .iter()
            .flat_map(|(_, scene)| &scene.lines)
            .filter(|line| !line.citation.quote.is_empty())
            .map(|line| line.citation.page)
            .collect();
        scenes.push((
            String::new(),
            source_scene(&self.document.title, pages.into_iter().collect(), SOURCE_MS),
        ));
        let mut questions: Vec<QuizQuestion> = quiz.map(|quiz| quiz.question.clone()).into_iter().collect();
        questions.extend(self.offline.quiz.iter().filter(|_| quiz.is_none()).cloned());
        Script::builder(self.document, model)
            .language(self.offline.language.clone())
            .target_ms(self.brief.length_ms)
            .analysis(self.analysis())
            .segments(segments(scenes, &self.document.title, &self.offline.language))
            .quiz(questions)
            .profile(self.profile.clone())
            .mood(self.mood())
            .build()
    }

    /// No picture is shown twice, and now and then there is only motion.
    fn spread(&self, scenes: &mut [(String, Scene)]) {
        let mut figures = BTreeSet::new();
        let mut crops = 0_usize;
        for (_, scene) in scenes.iter_mut().filter(|(_, scene)| scene.kind == SceneKind::Content) {
            let cited =
                scene.lines.iter().find(|line| line.role == LineRole::Fact).map(|line| line.citation.clone());
            if let VisualCue::Figure { figure } = &scene.visual
                && !figures.insert(figure.clone())
                && let Some(Citation { page, quote }) = cited
            {
                scene.visual = VisualCue::PageCrop { page, quote };
            }
            if matches!(scene.visual, VisualCue::PageCrop { .. }) {
                crops += 1;
                if crops.is_multiple_of(4) {
                    scene.visual = VisualCue::Motion;
                }
            }
        }
    }

    fn analysis(&self) -> data::Analysis {
        let summary = self.analysis.summary.iter().filter_map(|&number| {
            let source = self.sources.get(number)?;
            let said = source.said.first()?;
            let citation = Citation { page: source.page, quote: source.quote.clone() };
            Some(CitedSentence { text: said.text.clone(), citation })
        });
        let named: Vec<Concept> = self.concepts();
        data::Analysis {
            contents: self.offline.analysis.contents.clone(),
            concepts: if named.len() < 3 { self.offline.analysis.concepts.clone() } else { named },
            summary: summary.take(8).collect(),
        }
    }

    /// The model's concepts, as far as the document has them.
    fn concepts(&self) -> Vec<Concept> {
        let pages: Vec<(u32, String)> =
            self.document.pages.iter().map(|page| (page.number, page.text().to_lowercase())).collect();
        let mut heard = BTreeSet::new();
        let terms = self.analysis.concepts.iter().map(|term| term.trim()).filter(|term| !term.is_empty());
        let found: Vec<(String, u32)> = terms
            .filter(|term| heard.insert(term.to_lowercase()))
            .filter_map(|term| {
                let lower = term.to_lowercase();
                let (page, _) = pages.iter().find(|(_, text)| text.contains(&lower))?;
                Some((term.to_owned(), *page))
            })
            .take(15)
            .collect();
        let count = found.len().max(1) as f32;
        let weighted = found.into_iter().enumerate();
        weighted
            .map(|(place, (term, page))| Concept { term, weight: 1.0 - place as f32 / count, page })
            .collect()
    }
}

/// One line of at most `most` characters.
fn short(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect::<String>().trim_end().to_owned()
}

/// One line of text that ends as a sentence does.
fn ended(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_matches(['"', '“', '”']).to_owned();
    if text.ends_with(['.', '!', '?', '…', '。', '！', '？']) || text.is_empty() {
        text
    } else {
        format!("{text}.")
    }
}
