//! [`ending_share`]: how much of a video its quiz, its last line and its source card take.

use brainwrought_core::data::{LineRole, Scene, SceneKind, Script};

use crate::assemble::Timeline;
use crate::script::{ENDING_KEPT_MS, ENDING_PERCENT};

/// The part of a video that its ending takes, from 0 to 1; nothing where the scenes of script and video differ.
fn ending_share(timeline: &Timeline, script: &Script) -> Option<f64> {
    let scenes = script.segments.iter().flat_map(|segment| &segment.scenes);
    let lengths = timeline.scenes.iter().map(|scene| scene.end_ms.saturating_sub(scene.start_ms));
    share(&scenes.collect::<Vec<_>>(), &lengths.collect::<Vec<_>>())
}

/// Tells when the ending takes more of a video than it should, of one that is long enough to say it all.
pub(super) fn long_ending(timeline: &Timeline, script: &Script) -> Option<String> {
    let percent = ending_share(timeline, script)? * 100.0;
    let length_ms = timeline.frames * 1000 / u64::from(timeline.fps);
    (length_ms >= ENDING_KEPT_MS && percent > ENDING_PERCENT as f64).then(|| {
        format!("quiz, last line and source card take {percent:.0} % of the video; more than {ENDING_PERCENT} % is long")
    })
}

fn share(scenes: &[&Scene], lengths_ms: &[u64]) -> Option<f64> {
    let whole: u64 = lengths_ms.iter().sum();
    if scenes.len() != lengths_ms.len() || whole == 0 {
        return None;
    }
    let ends = |scene: &Scene| {
        let role = scene.lines.first().map(|line| line.role);
        matches!(scene.kind, SceneKind::Quiz | SceneKind::Source)
            || matches!(role, Some(LineRole::Answer | LineRole::Close))
    };
    let ending: u64 = scenes.iter().zip(lengths_ms).filter(|(scene, _)| ends(scene)).map(|(_, ms)| ms).sum();
    Some(ending as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, Line, VisualCue};

    use super::*;

    #[test]
    fn quiz_close_and_source_card_are_the_ending() {
        let scene = |kind, role: Option<LineRole>| {
            let line = |role| Line::new("So.", role, Citation { page: 1, quote: String::new() });
            Scene::new(kind, role.map(line).into_iter().collect(), VisualCue::Motion, 0)
        };
        let scenes = [
            scene(SceneKind::Hook, Some(LineRole::Hook)),
            scene(SceneKind::Content, Some(LineRole::Fact)),
            scene(SceneKind::Quiz, Some(LineRole::Quiz)),
            scene(SceneKind::Content, Some(LineRole::Answer)),
            scene(SceneKind::Content, Some(LineRole::Close)),
            scene(SceneKind::Source, None),
        ];
        let scenes: Vec<&Scene> = scenes.iter().collect();
        assert_eq!(share(&scenes, &[4, 8, 3, 1, 2, 2]), Some(0.4));
        assert_eq!(share(&scenes, &[4, 8]), None);
    }
}
