//! Samples for people who choose: a voice that says a sentence, and backgrounds and captions that move for a few seconds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brainwrought_core::data::Language;
use brainwrought_core::id::{JobId, StageName, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::StageContext;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::audio::{Speech, Utterance, VoiceError, VoiceLibrary};
use crate::background::{self, BackgroundError};
use crate::frame::CaptionStyle;
use crate::media::{EncoderSettings, H264Encoder, MediaError, Mp4Settings, Mp4Writer, SAMPLE_RATE};
use crate::picture::{Area, YuvFrame};
use crate::provider::Network;
use crate::render::CaptionSample;
use crate::text::Fonts;

/// What a sample says.
const SAMPLE_LINE: &str = "This is how I sound when I explain a paper, one page at a time.";

/// Size, rate and length of a moving sample: small enough to be made in a blink and sent in one piece.
const WIDTH: u32 = 180;
const HEIGHT: u32 = 320;
const FPS: u32 = 20;
const SECONDS: u32 = 5;

/// The frame that captions are set on for their sample, and the rows of it that are shown: what is around the captions.
const CAPTION_FRAME: (u32, u32) = (540, 960);
const CAPTION_ROWS: std::ops::Range<usize> = 504..644;

/// Samples show the same scene each time.
const SEED: u64 = 7;

/// Why a sample could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// The voice cannot speak.
    #[error("could not speak the sample")]
    Voice(#[from] VoiceError),
    /// The background cannot be drawn.
    #[error("could not draw the sample")]
    Background(#[from] BackgroundError),
    /// The sample cannot be encoded.
    #[error("could not encode the sample")]
    Media(#[from] MediaError),
    /// The file that the sample passes through cannot be written or read.
    #[error("could not write the sample")]
    File(#[from] std::io::Error),
    /// The work was stopped in the middle.
    #[error("the work on the sample ended early")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Speaks a sentence with the English voice called `name` and returns it as a WAV file: mono, 16 bit.
///
/// Dropping the future stops the work. Nothing that is loaded stays in memory. Hosted voices are refused: a sample must not
/// cost anything.
///
/// # Errors
///
/// Fails when there is no such voice on this machine.
pub async fn voice_sample(voices: &VoiceLibrary, name: &str) -> Result<Bytes, PreviewError> {
    let cancellation = CancellationToken::new();
    let _guard = cancellation.clone().drop_guard();
    // A library of its own: a sample is made once, and a large model must not stay in memory for it.
    let mut local = VoiceLibrary::new(&voices.folder);
    local.espeak.clone_from(&voices.espeak);
    local.providers.network = Network::Off;
    let (wanted, token) = (name.to_owned(), cancellation.clone());
    let voice =
        tokio::task::spawn_blocking(move || local.voice(&wanted, &Language::english(), &token)).await??;
    let task = TaskKey { stage: StageName::from("preview"), segment: None };
    let (nobody, nothing) = (JobId::from_bytes([0; 16]), Arc::new(MemoryArtifactStore::default()));
    let cx = StageContext::new(nobody, task, nothing, PathBuf::new(), cancellation);
    let mut speech = Speech::silent();
    voice.speak(&cx, &Utterance::new(SAMPLE_LINE), &mut |chunk| speech.append(chunk)).await?;
    Ok(wave(&speech))
}

/// Draws some seconds of the background `style` as a small MP4 with a silent sound track. It is written to `folder`, an
/// empty folder of the caller's, and read back. CPU-bound: call it from blocking threads.
///
/// # Errors
///
/// Fails when there is no such style or it cannot be encoded.
pub fn background_preview(style: &str, folder: &Path) -> Result<Bytes, PreviewError> {
    let mut drawn = background::open(style, SEED, WIDTH as usize, HEIGHT as usize, FPS, 0)?;
    let nothing_covered = Area { columns: 0..0, rows: 0..0 };
    let draw = |number, frame: &mut YuvFrame| drawn.draw(number, frame, &nothing_covered);
    moving_preview((WIDTH, HEIGHT), SECONDS, folder, draw)
}

/// Draws a sentence with captions of a `style` over a calm background, as a small MP4 with a silent sound track that shows no
/// more of the frame than what is around them. It is written to `folder`, an empty folder of the caller's, and read back.
/// CPU-bound: call it from blocking threads.
///
/// # Errors
///
/// Fails when it cannot be encoded.
pub fn caption_preview(style: CaptionStyle, folder: &Path) -> Result<Bytes, PreviewError> {
    let (width, height) = CAPTION_FRAME;
    let (columns, rows) = (width as usize, height as usize);
    let mut calm = background::open("calm", SEED, columns, rows, FPS, 0)?;
    let mut captions = CaptionSample::new(style, Fonts::embedded(), width, height, FPS);
    let mut whole = YuvFrame::black(columns, rows);
    // What lies above is not shown, so it need not be drawn.
    let above = Area { columns: 0..columns, rows: 0..CAPTION_ROWS.start };
    let draw = |number, frame: &mut YuvFrame| {
        calm.draw(number, &mut whole, &above);
        captions.draw(number, &mut whole);
        let part = |plane: &[u8], width: usize, rows: std::ops::Range<usize>| {
            plane[rows.start * width..rows.end * width].to_vec()
        };
        let half = CAPTION_ROWS.start / 2..CAPTION_ROWS.end / 2;
        frame.y = part(&whole.y, columns, CAPTION_ROWS);
        frame.u = part(&whole.u, columns / 2, half.clone());
        frame.v = part(&whole.v, columns / 2, half);
    };
    let seconds = (CaptionSample::MS / 1000) as u32;
    moving_preview((width, CAPTION_ROWS.len() as u32), seconds, folder, draw)
}

/// Encodes some seconds of frames of a size as an MP4 with a silent sound track.
fn moving_preview(
    (width, height): (u32, u32),
    seconds: u32,
    folder: &Path,
    mut draw: impl FnMut(u64, &mut YuvFrame),
) -> Result<Bytes, PreviewError> {
    let settings = EncoderSettings { width, height, fps: FPS, crf: 27, ..EncoderSettings::default() };
    let mut encoder = H264Encoder::new(&settings)?;
    let mut frame = YuvFrame::black(width as usize, height as usize);
    for number in 0..u64::from(FPS * seconds) {
        draw(number, &mut frame);
        encoder.push(&frame)?;
    }
    let clip = Bytes::from(encoder.finish()?);
    let path = folder.join("preview.mp4");
    let about = Mp4Settings {
        fps: FPS,
        title: String::new(),
        comment: String::new(),
        description: String::new(),
        language: Language::english(),
        audio_bit_rate: 32_000,
    };
    let silence = vec![0.0; (SAMPLE_RATE * seconds * 2) as usize];
    let mut writer = Mp4Writer::create(&path, about, silence)?;
    writer.push_clip(&clip)?;
    writer.finish()?;
    Ok(std::fs::read(path)?.into())
}

/// Writes speech as a WAV file: mono, 16 bit.
fn wave(speech: &Speech) -> Bytes {
    let bytes = u32::try_from(speech.samples.len() * 2).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(speech.samples.len() * 2 + 44);
    file.extend(b"RIFF");
    file.extend((bytes + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(speech.sample_rate.to_le_bytes());
    file.extend((speech.sample_rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    let samples = speech.samples.iter().map(|sample| (sample.clamp(-1.0, 1.0) * 32_767.0) as i16);
    file.extend(samples.flat_map(i16::to_le_bytes));
    file.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_background_has_a_moving_sample() {
        let folder = tempfile::tempdir().unwrap();
        for style in background::STYLES {
            let preview = background_preview(style.name, folder.path()).unwrap();
            assert!(preview.len() < 400_000, "{}: {} bytes", style.name, preview.len());
            assert!(preview.windows(4).any(|four| four == b"moov"), "{}", style.name);
        }
        assert!(background_preview("fireworks", folder.path()).is_err());
    }

    #[test]
    fn every_style_of_captions_has_a_moving_sample_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let samples = CaptionStyle::ALL.iter().map(|style| caption_preview(*style, folder.path()).unwrap());
        let samples: Vec<Bytes> = samples.collect();
        for (place, sample) in samples.iter().enumerate() {
            assert!(sample.len() < 400_000, "{} bytes", sample.len());
            assert!(!samples[..place].contains(sample), "{:?}", CaptionStyle::ALL[place]);
        }
    }

    #[tokio::test]
    async fn a_sample_of_a_hosted_voice_is_refused() {
        let voices = VoiceLibrary::default();
        for name in ["openai:alloy", "elevenlabs:abc", "http://127.0.0.1:9/v1#x", "nobody"] {
            assert!(matches!(voice_sample(&voices, name).await, Err(PreviewError::Voice(_))), "{name}");
        }
    }

    #[test]
    fn a_wave_file_has_its_samples() {
        let speech = Speech { samples: vec![0.0, 1.0, -1.0], sample_rate: 24_000, words: Vec::new() };
        let file = wave(&speech);
        assert_eq!((file.len(), &file[40..44]), (50, &[6, 0, 0, 0][..]));
        assert_eq!(&file[44..], [0, 0, 0xff, 0x7f, 0x01, 0x80]);
    }
}
