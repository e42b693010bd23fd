//! [`Mp4Writer`]: joins encoded clips and a soundtrack in one MP4 file.

use std::io::Cursor;
use std::path::Path;

use brainwrought_core::data::Language;
use bytes::Bytes;
use video_rs::ffmpeg::codec::Id;
use video_rs::ffmpeg::format::context::{Output, StreamIo};
use video_rs::ffmpeg::{Dictionary, Packet, Rational, codec, format, packet};

use super::MediaError;
use super::aac::AacTrack;
use super::annex_b::{Frames, frames_of};
use super::ffmpeg::{init, refused};

/// What an MP4 file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mp4Settings {
    /// Frames per second.
    pub fps: u32,
    /// The title that players show.
    pub title: String,
    /// The comment that players show, such as what is synthetic.
    pub comment: String,
    /// The description that catalogues show; none where it is empty.
    pub description: String,
    /// The language of the sound.
    pub language: Language,
    /// Bits per second of the sound.
    pub audio_bit_rate: usize,
}

/// Joins clips to one MP4 file: pictures as they are, sound encoded to AAC-LC, the header at the front.
///
/// It is guaranteed that the same clips, sound and settings give the same bytes: no time and no version is written.
pub struct Mp4Writer {
    output: Output,
    settings: Mp4Settings,
    audio: AacTrack,
    parameters: Option<Vec<u8>>,
    frames: u64,
}

impl std::fmt::Debug for Mp4Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mp4Writer").field("settings", &self.settings).field("frames", &self.frames).finish()
    }
}

impl Mp4Writer {
    /// Starts the file at `path`; `programme` is interleaved stereo at 48 kHz, as long as all clips together.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written or FFmpeg has no AAC encoder.
    pub fn create(path: &Path, settings: Mp4Settings, programme: Vec<f32>) -> Result<Self, MediaError> {
        init()?;
        let output = format::output_as(path, "mp4").map_err(refused("create the MP4 file"))?;
        let audio = AacTrack::new(programme, settings.audio_bit_rate)?;
        Ok(Self { output, settings, audio, parameters: None, frames: 0 })
    }

    /// Appends a clip, with the sound that belongs to it, and returns the number of its frames.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are no clip, when it was encoded with other settings than the first, or when the file
    /// cannot be written.
    pub fn push_clip(&mut self, clip: &Bytes) -> Result<u64, MediaError> {
        let Frames { parameters, units } = frames_of(clip)?;
        match &self.parameters {
            None => {
                self.write_header(clip)?;
                self.parameters = Some(parameters);
            }
            Some(first) if *first != parameters => {
                return Err(MediaError::Damaged("the clips were encoded with different settings"));
            }
            Some(_) => {}
        }
        let fps = self.time_base();
        let target = self.output.stream(0).map_or(fps, |stream| stream.time_base());
        for unit in &units {
            self.audio.write_until(self.frames + 1, self.settings.fps, &mut self.output)?;
            let mut packet = Packet::copy(&unit.bytes);
            packet.set_stream(0);
            let pts = i64::try_from(self.frames).unwrap_or(i64::MAX);
            packet.set_pts(Some(pts));
            packet.set_dts(Some(pts));
            packet.set_duration(1);
            if unit.is_key {
                packet.set_flags(packet::Flags::KEY);
            }
            packet.rescale_ts(fps, target);
            packet.write_interleaved(&mut self.output).map_err(refused("write a frame"))?;
            self.frames += 1;
        }
        Ok(units.len() as u64)
    }

    /// Writes what is left of the sound and the file's header.
    ///
    /// # Errors
    ///
    /// Fails when there was no clip, when the sound is not as long as the pictures, or when the file cannot be written.
    pub fn finish(mut self) -> Result<u64, MediaError> {
        if self.parameters.is_none() {
            return Err(MediaError::Damaged("there is no clip"));
        }
        let expected = self.frames * u64::from(super::SAMPLE_RATE) / u64::from(self.settings.fps.max(1));
        let found = self.audio.samples();
        if found.abs_diff(expected) > 1 {
            return Err(MediaError::Lengths { expected, found });
        }
        self.audio.write_rest(&mut self.output)?;
        self.output.write_trailer().map_err(refused("write the MP4 header"))?;
        Ok(self.frames)
    }

    fn time_base(&self) -> Rational {
        Rational(1, i32::try_from(self.settings.fps).unwrap_or(i32::MAX))
    }

    fn write_header(&mut self, clip: &Bytes) -> Result<(), MediaError> {
        let fps = self.time_base();
        let parameters = parameters_of(clip)?;
        let mut stream =
            self.output.add_stream(codec::encoder::find(Id::H264)).map_err(refused("add the pictures"))?;
        stream.set_parameters(parameters);
        stream.set_time_base(fps);
        stream.set_avg_frame_rate(fps.invert());
        self.audio.add_to(&mut self.output, &self.settings.language)?;
        let mut metadata = Dictionary::new();
        metadata.set("title", &self.settings.title);
        metadata.set("comment", &self.settings.comment);
        if !self.settings.description.is_empty() {
            metadata.set("description", &self.settings.description);
        }
        self.output.set_metadata(metadata);
        let mut options = Dictionary::new();
        options.set("movflags", "+faststart");
        options.set("fflags", "+bitexact");
        // A multiple of every usual frame rate, so that a frame's time is exact.
        options.set("video_track_timescale", &(self.settings.fps * 512).to_string());
        self.output.write_header_with(options).map_err(refused("start the MP4 file"))?;
        self.audio.started(&self.output);
        Ok(())
    }
}

/// Reads the parameters that a decoder needs from the start of a clip.
fn parameters_of(clip: &Bytes) -> Result<codec::Parameters, MediaError> {
    let source = StreamIo::from_read_seek(Cursor::new(clip.clone())).map_err(refused("read a clip"))?;
    let input =
        format::input_from_stream(source, Some("clip.h264"), None).map_err(refused("read the first clip"))?;
    let stream = input.stream(0).ok_or(MediaError::Damaged("a clip holds no pictures"))?;
    Ok(stream.parameters())
}
