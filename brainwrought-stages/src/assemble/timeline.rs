//! [`Timeline`]: where everything is in the whole video.

use brainwrought_core::data::{AudioMark, CaptionRecord, Clip, MarkKind, Rect, SceneKind, Word};

use super::AssembleError;
use super::part::Part;
use crate::media::SAMPLE_RATE;

/// The most characters of a caption that is made where none was drawn.
const CUE_CHARACTERS: usize = 20;
/// The most words of such a caption.
const CUE_WORDS: usize = 4;

/// Where segments, scenes, words and captions are in the whole video. Times are milliseconds from its start.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// Frames per second.
    pub(crate) fps: u32,
    /// Frames in all.
    pub(crate) frames: u64,
    /// Where each segment starts, in frames.
    pub(crate) starts: Vec<u64>,
    /// The scenes, in order.
    pub(crate) scenes: Vec<SceneSpan>,
    /// The captions, in order.
    pub(crate) cues: Vec<Cue>,
    /// The words, in order.
    pub(crate) words: Vec<SpokenWord>,
    /// The marks of the narration.
    pub(crate) marks: Vec<AudioMark>,
}

/// One scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SceneSpan {
    /// What it is for.
    pub(crate) kind: SceneKind,
    /// When it starts.
    pub(crate) start_ms: u64,
    /// When it ends.
    pub(crate) end_ms: u64,
}

/// One word as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SpokenWord {
    /// The written form.
    pub(crate) text: String,
    /// When the voice starts it.
    pub(crate) start_ms: u64,
    /// When the voice ends it.
    pub(crate) end_ms: u64,
}

/// One caption.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cue {
    /// When it appears.
    pub(crate) start_ms: u64,
    /// When it goes.
    pub(crate) end_ms: u64,
    /// Its words, with the time when each lights up.
    pub(crate) words: Vec<LitWord>,
    /// What was drawn, if anything was.
    pub(crate) drawn: Option<DrawnCaption>,
}

/// One word of a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LitWord {
    /// The written form.
    pub(crate) text: String,
    /// When it lights up.
    pub(crate) lit_ms: u64,
    /// When the voice starts it.
    pub(crate) said_ms: u64,
}

/// How a caption was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct DrawnCaption {
    /// The box of its ink, in pixels.
    pub(crate) bbox: Rect,
    /// The least contrast of its letters.
    pub(crate) contrast: f32,
    /// Characters that no font could draw.
    pub(crate) missing_glyphs: u32,
}

/// What a timeline needs to know of a segment, whether it is drawn yet or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimelinePart<'a> {
    /// Its frames.
    pub(crate) frames: u64,
    /// The words of its narration.
    pub(crate) words: &'a [Word],
    /// The marks of its narration.
    pub(crate) marks: &'a [AudioMark],
    /// Its captions.
    pub(crate) captions: &'a [CaptionRecord],
}

impl Timeline {
    /// A timeline that nothing lies on yet.
    pub(crate) fn empty(fps: u32) -> Self {
        Self {
            fps: fps.max(1),
            frames: 0,
            starts: Vec::new(),
            scenes: Vec::new(),
            cues: Vec::new(),
            words: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Lays segments end to end.
    ///
    /// # Errors
    ///
    /// Fails when there is no clip, when sizes or rates differ, or when a narration is not as long as its pictures.
    pub(crate) fn from_parts(parts: &[Part<'_>]) -> Result<Self, AssembleError> {
        let first = parts.first().ok_or(AssembleError::Empty)?.clip;
        let mut timeline = Self::empty(first.fps);
        for (segment, Part { segment: written, audio, clip, .. }) in parts.iter().enumerate() {
            if (clip.fps, clip.width, clip.height) != (first.fps, first.width, first.height) {
                return Err(AssembleError::Mixed(segment));
            }
            let (expected, found) = (samples_of(clip), audio.samples);
            if found != expected {
                return Err(AssembleError::Length { segment, expected, found });
            }
            let part = TimelinePart {
                frames: clip.frames,
                words: &audio.words,
                marks: &audio.marks,
                captions: &clip.captions,
            };
            timeline.push(part, written.scenes.iter().map(|scene| scene.kind));
        }
        Ok(timeline)
    }

    /// When a segment starts, in milliseconds, rounded.
    pub(crate) fn segment_ms(&self, segment: usize) -> u64 {
        self.starts.get(segment).map_or_else(|| self.duration_ms(), |start| self.frame_ms(*start))
    }

    /// The length in milliseconds, rounded.
    pub(crate) fn duration_ms(&self) -> u64 {
        self.frame_ms(self.frames)
    }

    fn frame_ms(&self, frame: u64) -> u64 {
        let fps = u64::from(self.fps);
        (frame * 1000 + fps / 2) / fps
    }

    /// Lays a segment behind the last one.
    pub(crate) fn push(&mut self, part: TimelinePart<'_>, kinds: impl Iterator<Item = SceneKind>) {
        let base = self.frame_ms(self.frames);
        self.starts.push(self.frames);
        self.frames += part.frames;
        let end = self.frame_ms(self.frames);
        let scenes: Vec<u64> =
            part.marks.iter().filter(|m| m.kind == MarkKind::Scene).map(|m| base + m.at_ms).collect();
        for (n, kind) in kinds.enumerate() {
            let start_ms = scenes.get(n).copied().unwrap_or(base);
            let end_ms = scenes.get(n + 1).copied().unwrap_or(end);
            self.scenes.push(SceneSpan { kind, start_ms, end_ms });
        }
        self.marks.extend(part.marks.iter().map(|m| AudioMark { at_ms: base + m.at_ms, kind: m.kind }));
        self.words.extend(part.words.iter().map(|word| SpokenWord {
            text: word.text.clone(),
            start_ms: base + word.start_ms,
            end_ms: base + word.end_ms,
        }));
        if part.captions.is_empty() {
            self.cues.extend(undrawn(part.words, base));
        } else {
            self.cues.extend(part.captions.iter().map(|caption| drawn(part.words, caption, base)));
        }
    }
}

/// The samples that a clip's narration must have to be as long as its pictures.
pub(super) fn samples_of(clip: &Clip) -> u64 {
    clip.frames * u64::from(SAMPLE_RATE) / u64::from(clip.fps.max(1))
}

fn drawn(words: &[Word], caption: &CaptionRecord, base: u64) -> Cue {
    let first = caption.first_word as usize;
    let spoken = words.iter().skip(first).take(caption.words as usize);
    let mut words: Vec<LitWord> = spoken
        .enumerate()
        .map(|(n, word)| LitWord {
            text: word.text.clone(),
            lit_ms: base + caption.lit_ms.get(n).copied().unwrap_or(caption.start_ms),
            said_ms: base + word.start_ms,
        })
        .collect();
    if words.is_empty() {
        let at = base + caption.start_ms;
        words.push(LitWord { text: caption.text.clone(), lit_ms: at, said_ms: at });
    }
    let drawn = DrawnCaption {
        bbox: caption.bbox,
        contrast: caption.contrast,
        missing_glyphs: caption.missing_glyphs,
    };
    Cue { start_ms: base + caption.start_ms, end_ms: base + caption.end_ms, words, drawn: Some(drawn) }
}

/// Makes captions for a clip that was drawn without any.
fn undrawn(words: &[Word], base: u64) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut line = None;
    for word in words {
        let lit =
            LitWord { text: word.text.clone(), lit_ms: base + word.start_ms, said_ms: base + word.start_ms };
        let end_ms = base + word.end_ms.max(word.start_ms + 1);
        let place = Some((word.scene, word.line));
        let joins = |cue: &&mut Cue| {
            let characters: usize = cue.words.iter().map(|w| w.text.chars().count() + 1).sum();
            cue.words.len() < CUE_WORDS && characters + word.text.chars().count() <= CUE_CHARACTERS
        };
        match cues.last_mut().filter(|_| line == place).filter(joins) {
            Some(cue) => {
                cue.words.push(lit);
                cue.end_ms = end_ms;
            }
            None => cues.push(Cue { start_ms: lit.lit_ms, end_ms, words: vec![lit], drawn: None }),
        }
        line = place;
    }
    cues
}

/// Reads PCM as it lies in the artifact store.
pub(crate) fn samples(pcm: &[u8]) -> impl Iterator<Item = f32> {
    pcm.chunks_exact(4).filter_map(|bytes| bytes.try_into().ok()).map(f32::from_le_bytes)
}
