//! [`Acting`]: in which mood characters are and where they look, frame by frame.

use std::ops::Range;

use brainwrought_core::data::{Mood, PanelKind, Segment, Speaker, Word};

use crate::frame::FramePlan;

/// How long the one who listens looks at a new picture, and the one who speaks, in milliseconds.
const LOOK_MS: (u64, u64) = (1_200, 700);
/// How long both laugh about a joke, in milliseconds.
const LAUGH_MS: u64 = 1_600;
/// How long it takes to react to what the other says, in milliseconds.
const DELAY_MS: u64 = 260;
/// How long somebody who asks looks at the other, in milliseconds.
const ASK_MS: u64 = 1_000;
/// Who listens looks at the other for this long and then at the viewer for a moment, in milliseconds.
const GLANCE_MS: (u64, u64) = (2_600, 900);
/// How long a hop of surprise takes, in milliseconds.
const HOP_MS: u64 = 330;

/// Where a character looks, in the order of the columns of its eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gaze {
    Viewer,
    Picture,
    Partner,
}

/// How a character is at a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expression {
    pub(super) mood: Mood,
    pub(super) gaze: Gaze,
    /// How far it hops, from 0 to 1.
    pub(super) hop: f32,
}

/// A line as it is heard: from its first word to that of the next.
#[derive(Debug)]
struct Turn {
    from: u64,
    speaker: Speaker,
    mood: Mood,
    asks: bool,
}

/// What happens in a segment that characters react to.
#[derive(Debug)]
pub(super) struct Acting {
    turns: Vec<Turn>,
    /// When pictures appear, in order.
    pictures: Vec<u64>,
    jokes: Vec<Range<u64>>,
    plan: FramePlan,
}

impl Acting {
    /// Takes what is said, and the frames in which pictures of some kinds appear.
    pub(super) fn new(
        segment: &Segment,
        words: &[Word],
        pictures: &[(u64, PanelKind)],
        plan: FramePlan,
    ) -> Self {
        let mut turns: Vec<Turn> = Vec::new();
        let mut place = None;
        for word in words {
            if place.replace((word.scene, word.line)) == Some((word.scene, word.line)) {
                continue;
            }
            let scene = segment.scenes.get(word.scene as usize);
            let line = scene.and_then(|scene| scene.lines.get(word.line as usize));
            turns.push(Turn {
                from: plan.frame_at(word.start_ms),
                speaker: word.speaker,
                mood: line.map_or(Mood::Neutral, |line| line.mood),
                asks: line.is_some_and(|line| line.text.trim_end().ends_with(['?', '？', '؟'])),
            });
        }
        let is_joke = |(_, kind): &&(u64, PanelKind)| *kind == PanelKind::Meme;
        let jokes =
            pictures.iter().filter(is_joke).map(|(at, _)| *at..at + plan.frame_at(LAUGH_MS)).collect();
        Self { turns, pictures: pictures.iter().map(|(at, _)| *at).collect(), jokes, plan }
    }

    /// How one of the two is at a frame.
    pub(super) fn of(&self, who: Speaker, n: u64) -> Expression {
        let frames = |ms| self.plan.frame_at(ms);
        let now = self.turn(n);
        let speaks = now.is_some_and(|turn| turn.speaker == who);
        let heard = if speaks { now } else { self.turn(n.saturating_sub(frames(DELAY_MS))) };
        let mood = match heard {
            None => Mood::Neutral,
            Some(turn) if self.jokes.iter().any(|joke| joke.contains(&n)) && turn.mood != Mood::Serious => {
                Mood::Amused
            }
            Some(turn) if turn.speaker == who => turn.mood,
            Some(turn) => reaction(turn.mood),
        };
        let age = now.map_or(0, |turn| n - turn.from);
        let looks = frames(if speaks { LOOK_MS.1 } else { LOOK_MS.0 });
        let sees = self.pictures.iter().any(|at| (*at..at + looks).contains(&n));
        let gaze = match now {
            _ if sees => Gaze::Picture,
            Some(turn) if speaks && turn.asks && age < frames(ASK_MS) => Gaze::Partner,
            Some(_) if !speaks && age % frames(GLANCE_MS.0 + GLANCE_MS.1) < frames(GLANCE_MS.0) => {
                Gaze::Partner
            }
            _ => Gaze::Viewer,
        };
        let hops = speaks && matches!(mood, Mood::Surprised | Mood::Excited) && age < frames(HOP_MS);
        let hop = if hops { (age as f32 / frames(HOP_MS) as f32 * std::f32::consts::PI).sin() } else { 0.0 };
        Expression { mood, gaze, hop }
    }

    /// The line that is heard at a frame, or was heard last.
    fn turn(&self, n: u64) -> Option<&Turn> {
        self.turns.iter().rfind(|turn| turn.from <= n)
    }
}

/// How somebody takes what is said in a mood.
fn reaction(mood: Mood) -> Mood {
    match mood {
        Mood::Surprised | Mood::Serious | Mood::Amused => mood,
        Mood::Excited => Mood::Amused,
        Mood::Doubtful => Mood::Curious,
        _ => Mood::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, Language, Line, LineRole, Scene, SceneKind, VisualCue};

    use super::*;

    #[test]
    fn faces_follow_what_is_said_and_shown() {
        let line = |text: &str, speaker, mood| {
            let line = Line::new(text, LineRole::Fact, Citation { page: 1, quote: String::new() });
            Line { speaker, mood, ..line }
        };
        let lines = vec![
            line("Why?", Speaker::Asker, Mood::Curious),
            line("It explodes!", Speaker::Explainer, Mood::Surprised),
        ];
        let segment = Segment {
            index: 0,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes: vec![Scene::new(SceneKind::Content, lines, VisualCue::Motion, 0)],
        };
        let word = |start_ms, line, speaker| Word {
            text: String::new(),
            start_ms,
            end_ms: start_ms + 300,
            scene: 0,
            line,
            speaker,
        };
        let words = [
            word(0, 0, Speaker::Asker),
            word(2_000, 1, Speaker::Explainer),
            word(2_400, 1, Speaker::Explainer),
        ];
        let plan = FramePlan::new(1080, 1920, 30);
        let shown = [(0, PanelKind::Title), (120, PanelKind::Meme)];
        let acting = Acting::new(&segment, &words, &shown, plan);
        let of = |who, n| acting.of(who, n);
        // Both look at the picture at first, the one who listens for longer.
        assert_eq!(
            (of(Speaker::Asker, 5).gaze, of(Speaker::Explainer, 5).gaze),
            (Gaze::Picture, Gaze::Picture)
        );
        assert_eq!(
            (of(Speaker::Asker, 25).gaze, of(Speaker::Explainer, 25).gaze),
            (Gaze::Partner, Gaze::Picture)
        );
        assert_eq!(
            (of(Speaker::Asker, 50).gaze, of(Speaker::Explainer, 50).gaze),
            (Gaze::Viewer, Gaze::Partner)
        );
        assert_eq!(
            (of(Speaker::Asker, 50).mood, of(Speaker::Explainer, 50).mood),
            (Mood::Curious, Mood::Neutral)
        );
        // The surprise of one is that of the other a moment later.
        let moods = |n| (of(Speaker::Explainer, n).mood, of(Speaker::Asker, n).mood);
        assert_eq!(moods(61), (Mood::Surprised, Mood::Curious));
        assert_eq!(moods(75), (Mood::Surprised, Mood::Surprised));
        assert!(of(Speaker::Explainer, 65).hop > 0.9 && of(Speaker::Asker, 65).hop == 0.0);
        assert_eq!(of(Speaker::Explainer, 90).hop, 0.0);
        assert_eq!(moods(125), (Mood::Amused, Mood::Amused), "a joke");
        assert_eq!(moods(200), (Mood::Surprised, Mood::Surprised));
    }
}
