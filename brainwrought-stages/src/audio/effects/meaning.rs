//! Which built-in sound a description means.

use super::super::mix::Effect;
use super::super::sound_words::meant;

/// What people call the built-in sounds.
const NAMES: [(Effect, &str); 14] = [
    (
        Effect::Whoosh,
        "whoosh woosh swoosh swish swipe wind air fly flying pass passing transition zoom slide breeze",
    ),
    (Effect::Impact, "impact hit slam thud punch bang smash crash stomp knock kick strike"),
    (Effect::Ding, "ding bell chime notification correct success ping alert answer doorbell triangle idea"),
    (Effect::Tick, "tick ticking clock timer countdown tock stopwatch metronome"),
    (
        Effect::Riser,
        "riser rise rising build buildup suspense tension swell uplifter crescendo anticipation ascending",
    ),
    (Effect::Scratch, "scratch record vinyl rewind stop turntable needle brake screech halt"),
    (Effect::Pop, "pop bubble plop blop balloon cork drop water drip appear"),
    (Effect::Boom, "boom explosion explode blast bass rumble thunder cinematic cannon earthquake deep"),
    (Effect::Drum, "drum drums snare rimshot tom roll badum tss percussion cymbal joke"),
    (Effect::Buzzer, "buzzer buzz wrong error fail failure incorrect horn alarm siren no"),
    (Effect::Click, "click camera shutter snap button keyboard typing type key mouse tap switch photo"),
    (
        Effect::Sparkle,
        "sparkle magic magical shimmer twinkle glitter fairy reveal coin cash money register level glow harp",
    ),
    (
        Effect::Zap,
        "zap laser electric electricity spark glitch static robot beep computer digital short power",
    ),
    (Effect::Heartbeat, "heartbeat heart pulse"),
];

/// Finds the built-in sound that a description means.
pub(super) fn effect_of(description: &str) -> Option<Effect> {
    meant(description, &NAMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_understood_and_others_are_not_guessed() {
        for (text, effect) in [
            ("whoosh", Effect::Whoosh),
            ("a fast Whooshing transition", Effect::Whoosh),
            ("record scratch", Effect::Scratch),
            ("Record-scratch!", Effect::Scratch),
            ("ba-dum-tss drum roll", Effect::Drum),
            ("cinematic boom", Effect::Boom),
            ("cash register", Effect::Sparkle),
            ("camera shutter clicks", Effect::Click),
            ("clock ticking", Effect::Tick),
            ("bubbles popping", Effect::Pop),
            ("wrong answer buzzer", Effect::Buzzer),
            ("rising tension", Effect::Riser),
            ("heart beats", Effect::Heartbeat),
            ("electric glitch", Effect::Zap),
            ("bell dings", Effect::Ding),
        ] {
            assert_eq!(effect_of(text), Some(effect), "{text}");
        }
        for text in ["", "crowd laughing", "a cat", "…", "applause"] {
            assert_eq!(effect_of(text), None, "{text}");
        }
    }
}
