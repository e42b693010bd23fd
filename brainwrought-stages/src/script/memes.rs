//! Memes for scripts that no model writes: a concept of the scene, and a reaction that claims nothing.

use brainwrought_core::data::{Concept, LineRole, Meme, Scene, SceneKind, VisualCue};

use super::lexicon::has_cue;
use super::seeded::Seeded;
use crate::language::LanguageData;

/// The longest concept that stands on a meme, in characters and words.
const LETTERS: usize = 30;
const WORDS: usize = 4;
/// One meme for so many milliseconds of the video, by level from 1.
const EVERY_MS: [u64; 3] = [25_000, 14_000, 8_000];

/// Templates with the words below them, by what a fact tells of.
const PROBLEMS: [(&str, &str); 4] = [
    ("fine", "this is fine"),
    ("melting", "me, slowly melting"),
    ("cat", "why though"),
    ("sweat", "it's okay. mostly."),
];
const IDEAS: [(&str, &str); 3] = [("idea", "hear me out"), ("stars", "big brain time"), ("cool", "smooth")];
const MECHANISMS: [(&str, &str); 3] =
    [("nerd", "um, actually"), ("monocle", "indeed"), ("thinking", "wait a minute")];
const RESULTS: [(&str, &str); 3] = [("hundred", "no notes"), ("salute", "respect"), ("stars", "chef's kiss")];
const SURPRISING: [(&str, &str); 3] =
    [("mind-blown", "my brain right now"), ("eyes", "excuse me?"), ("doubt", "say that again")];
const ANYTHING: [(&str, &str); 4] = [
    ("eyes", "watching this closely"),
    ("popcorn", "go on"),
    ("thinking", "let me cook"),
    ("salute", "noted"),
];

/// The most memes of a video of this length at this level.
pub(super) fn most_memes(level: u8, length_ms: u64) -> usize {
    let every = usize::from(level).checked_sub(1).and_then(|level| EVERY_MS.get(level.min(2)));
    every.map_or(0, |every| (length_ms / every).max(1) as usize)
}

/// Shows memes in scenes that would show only motion, and in some that would show a page.
pub(super) fn add_memes(
    scenes: &mut [(String, Scene)],
    concepts: &[Concept],
    level: u8,
    length_ms: u64,
    seeded: &mut Seeded,
) {
    let most = most_memes(level, length_ms);
    let mut used: Vec<&str> = Vec::new();
    let mut said: Vec<String> = Vec::new();
    let takes = |visual: &VisualCue, nth: usize| match visual {
        VisualCue::Motion => true,
        VisualCue::PageCrop { .. } => nth % 3 == 2,
        _ => false,
    };
    for (nth, (_, scene)) in scenes.iter_mut().enumerate() {
        if used.len() >= most {
            return;
        }
        if scene.kind != SceneKind::Content || !takes(&scene.visual, nth) {
            continue;
        }
        let Some(fact) = scene.lines.iter().find(|line| line.role == LineRole::Fact) else { continue };
        let Some(top) = subject(&fact.text, concepts, &said) else { continue };
        let Some(fitting) = fitting(&fact.text, level) else { continue };
        let mut fitting = fitting.to_vec();
        seeded.shuffle(&mut fitting);
        let Some((template, bottom)) = fitting.into_iter().find(|(template, _)| !used.contains(template))
        else {
            continue;
        };
        used.push(template);
        said.push(top.clone());
        let meme = Meme { template: template.to_owned(), top, bottom: bottom.to_owned() };
        scene.visual = VisualCue::Meme { meme };
    }
}

/// The weightiest concept that a fact names and no meme had.
fn subject(fact: &str, concepts: &[Concept], said: &[String]) -> Option<String> {
    let lower = fact.to_lowercase();
    let names = |term: &str| {
        let term = term.to_lowercase();
        let found = lower.match_indices(&term);
        // A whole word: `log` is not in `logic`.
        found.into_iter().any(|(at, found)| {
            let edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
            edge(lower[..at].chars().next_back()) && edge(lower[at + found.len()..].chars().next())
        })
    };
    concepts
        .iter()
        .map(|concept| concept.term.as_str())
        .filter(|term| term.chars().count() <= LETTERS && term.split_whitespace().count() <= WORDS)
        .find(|term| names(term) && !said.iter().any(|other| other == term))
        .map(str::to_owned)
}

/// The memes that fit what a fact tells of; none where it tells of nothing to react to, or of what nobody jokes about. At higher
/// levels any fact will do.
fn fitting(fact: &str, level: u8) -> Option<&'static [(&'static str, &'static str)]> {
    let cues = &LanguageData::english().cues;
    if has_cue(fact, &cues.grave) {
        return None;
    }
    let found: &[_] = if has_cue(fact, &cues.problem) {
        &PROBLEMS
    } else if has_cue(fact, &cues.idea) {
        &IDEAS
    } else if has_cue(fact, &cues.result) {
        &RESULTS
    } else if has_cue(fact, &cues.how) {
        &MECHANISMS
    } else if fact.contains(|letter: char| letter.is_ascii_digit()) && has_cue(fact, &cues.surprise) {
        &SURPRISING
    } else if level > 1 {
        &ANYTHING
    } else {
        return None;
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, Line};

    use super::*;
    use crate::frame::is_meme_template;

    fn scene(fact: &str, visual: VisualCue) -> (String, Scene) {
        let line = Line::new(fact, LineRole::Fact, Citation { page: 1, quote: fact.to_owned() });
        (String::new(), Scene::new(SceneKind::Content, vec![line], visual, 0))
    }

    #[test]
    fn a_meme_names_what_the_scene_is_about() {
        let concept = |term: &str| Concept { term: term.to_owned(), weight: 1.0, page: 1 };
        let concepts = ["log", "leader election", "log replication"].map(concept);
        let crop = || VisualCue::PageCrop { page: 1, quote: String::new() };
        let scenes = || {
            vec![
                scene("Leader election suffers from split votes.", VisualCue::Motion),
                scene("Logic has no place here.", VisualCue::Motion),
                scene("The log never forgets 99 of 100 writes.", VisualCue::Motion),
                scene("It needs 3 servers.", crop()),
            ]
        };
        let mut made = scenes();
        add_memes(&mut made, &concepts, 1, 55_000, &mut Seeded::new(1));
        let top = |scene: &(String, Scene)| match &scene.1.visual {
            VisualCue::Meme { meme } => Some(meme.top.clone()),
            _ => None,
        };
        let tops: Vec<Option<String>> = made.iter().map(top).collect();
        assert_eq!(tops, [Some("leader election".to_owned()), None, Some("log".to_owned()), None]);
        let VisualCue::Meme { meme } = &made[0].1.visual else { panic!("{made:?}") };
        assert!(PROBLEMS.iter().any(|(template, _)| *template == meme.template));
        let mut grave = vec![scene("Leader election suffers when 3 patients died.", VisualCue::Motion)];
        add_memes(&mut grave, &concepts, 3, 55_000, &mut Seeded::new(1));
        assert_eq!(top(&grave[0]), None);
        let mut none = scenes();
        add_memes(&mut none, &concepts, 0, 55_000, &mut Seeded::new(1));
        assert_eq!(none, scenes());
    }

    #[test]
    fn every_template_that_is_used_exists() {
        for (template, _) in [&PROBLEMS[..], &IDEAS, &MECHANISMS, &RESULTS, &SURPRISING, &ANYTHING].concat() {
            assert!(is_meme_template(template), "{template}");
        }
    }
}
