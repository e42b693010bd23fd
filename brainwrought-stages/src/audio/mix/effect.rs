//! [`Effect`] and [`Sound`]: short sounds, made by the program or recorded, and how they are added to a mix.

use std::fmt;
use std::sync::Arc;

use super::super::noise::Noise;
use super::SAMPLE_RATE;

/// A short sound that the program makes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Effect {
    /// Air that passes, for a new picture.
    Whoosh,
    /// A deep hit, after the hook.
    Impact,
    /// A small bell, for a question.
    Ding,
    /// A clock, while the viewer thinks.
    Tick,
    /// A tone and noise that climb, before something comes.
    Riser,
    /// A record that is stopped by hand.
    Scratch,
    /// A bubble.
    Pop,
    /// A far explosion.
    Boom,
    /// A snare drum.
    Drum,
    /// What a wrong answer sounds like.
    Buzzer,
    /// A camera, a key, a switch.
    Click,
    /// Small bells that run upwards.
    Sparkle,
    /// An electric tone that falls.
    Zap,
    /// Two thumps of a heart.
    Heartbeat,
}

/// What is heard: a sound of the program's own, or a recording.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Sound {
    /// One that the program makes.
    BuiltIn(Effect),
    /// One that somebody else made.
    Recorded(Recorded),
}

/// A recorded sound: frames of stereo at 48 kHz.
#[derive(Clone, PartialEq)]
pub struct Recorded(pub Arc<Vec<[f32; 2]>>);

/// A sound with the moment it is heard at.
#[derive(Debug, Clone, PartialEq)]
pub struct CuedEffect {
    /// When, in milliseconds from the start of the narration.
    pub at_ms: u64,
    /// What.
    pub sound: Sound,
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recorded({} frames)", self.0.len())
    }
}

impl Sound {
    /// How much quieter than the others it should be, in decibels.
    pub(super) fn softer_db(&self) -> f32 {
        match self {
            Self::BuiltIn(effect) => effect.softer_db(),
            // Nobody knows how it sounds.
            Self::Recorded(_) => 2.0,
        }
    }

    /// Adds it to interleaved stereo around frame `at`, so that its loudest 50 ms have the RMS `level`.
    pub(super) fn add(&self, programme: &mut [f32], at: usize, level: f32, seed: u64) {
        match self {
            Self::BuiltIn(effect) => {
                let sound = effect.render(&mut Noise::new(seed ^ at as u64));
                add(&sound, programme, at.saturating_sub(effect.lead()), level);
            }
            Self::Recorded(sound) => add(&sound.0, programme, at, level),
        }
    }
}

impl Effect {
    fn softer_db(self) -> f32 {
        match self {
            Self::Tick => 6.0,
            // What buzzes or shrieks is louder to the ear than its power says.
            Self::Buzzer | Self::Scratch | Self::Zap => 4.0,
            Self::Whoosh | Self::Riser | Self::Click | Self::Pop => 2.0,
            Self::Impact | Self::Ding | Self::Boom | Self::Drum | Self::Sparkle | Self::Heartbeat => 0.0,
        }
    }

    /// Frames from its start to the moment that it is about.
    fn lead(self) -> usize {
        if self == Self::Whoosh { SAMPLE_RATE as usize * 22 / 100 } else { 0 }
    }
}

fn add(sound: &[[f32; 2]], programme: &mut [f32], start: usize, level: f32) {
    let window = SAMPLE_RATE as usize / 20;
    let loudest = sound
        .chunks(window)
        .map(|part| part.iter().map(|[l, r]| l * l + r * r).sum::<f32>() / (2 * window) as f32)
        .fold(0.0, f32::max)
        .sqrt();
    let gain = level / loudest.max(1e-6);
    for (frame, sample) in programme.chunks_exact_mut(2).skip(start).zip(sound) {
        frame[0] += sample[0] * gain;
        frame[1] += sample[1] * gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Effect; 14] = [
        Effect::Whoosh,
        Effect::Impact,
        Effect::Ding,
        Effect::Tick,
        Effect::Riser,
        Effect::Scratch,
        Effect::Pop,
        Effect::Boom,
        Effect::Drum,
        Effect::Buzzer,
        Effect::Click,
        Effect::Sparkle,
        Effect::Zap,
        Effect::Heartbeat,
    ];

    #[test]
    fn an_effect_has_the_level_it_should_and_stays_inside() {
        let recorded = Sound::Recorded(Recorded(Arc::new(vec![[0.9, -0.9]; 4_800])));
        for sound in ALL.map(Sound::BuiltIn).into_iter().chain([recorded]) {
            let mut programme = vec![0.0; 2 * 144_000];
            sound.add(&mut programme, 20_000, 0.05, 1);
            let left: Vec<f32> = programme.iter().step_by(2).copied().collect();
            let peak = left.iter().map(|x| x.abs()).fold(0.0, f32::max);
            assert!((0.03..0.45).contains(&peak), "{sound:?} {peak}");
            let window = |part: &[f32]| (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt();
            let loudest = programme.chunks(4_800).map(window).fold(0.0, f32::max);
            assert!(loudest < 0.075, "{sound:?} {loudest}");
            sound.add(&mut programme, 143_990, 0.05, 1);
        }
    }

    #[test]
    fn every_effect_is_short_begins_and_ends_softly_and_is_its_own() {
        let mut known: Vec<Vec<[f32; 2]>> = Vec::new();
        for effect in ALL {
            let sound = effect.render(&mut Noise::new(7));
            assert!((2_000..=96_000).contains(&sound.len()), "{effect:?} {}", sound.len());
            assert!(sound.iter().flatten().all(|x| x.is_finite() && x.abs() <= 3.0), "{effect:?}");
            let peak = sound.iter().flatten().map(|x| x.abs()).fold(0.0, f32::max);
            let edge = |frame: [f32; 2]| frame[0].abs().max(frame[1].abs());
            assert!(edge(sound[0]) < 0.2 * peak, "{effect:?} clicks at its start");
            assert!(edge(sound[sound.len() - 1]) < 0.05 * peak, "{effect:?} is cut off");
            assert_eq!(sound, effect.render(&mut Noise::new(7)), "{effect:?}");
            assert!(!known.contains(&sound));
            known.push(sound);
        }
    }
}
