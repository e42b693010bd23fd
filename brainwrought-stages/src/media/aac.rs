//! [`AacTrack`]: a soundtrack, encoded piece by piece into a file.

use brainwrought_core::data::Language;
use video_rs::ffmpeg::codec::Id;
use video_rs::ffmpeg::format::context::Output;
use video_rs::ffmpeg::format::{Sample, sample};
use video_rs::ffmpeg::{ChannelLayout, Dictionary, Packet, Rational, codec, encoder, frame};

use super::ffmpeg::{is_drained, refused};
use super::{MediaError, SAMPLE_RATE};

const FORMAT: Sample = Sample::F32(sample::Type::Planar);

/// Encodes a programme to AAC-LC, a bit ahead of the pictures.
pub(super) struct AacTrack {
    encoder: encoder::audio::Encoder,
    programme: Vec<f32>,
    sent: usize,
    stream: usize,
    target: Rational,
}

impl AacTrack {
    /// Takes interleaved stereo at 48 kHz.
    pub(super) fn new(programme: Vec<f32>, bit_rate: usize) -> Result<Self, MediaError> {
        let codec = encoder::find_by_name("aac").ok_or(MediaError::NoEncoder("aac"))?;
        let mut context = codec::context::Context::new_with_codec(codec);
        // MP4 keeps the decoder's configuration in the header; bit-exact leaves the encoder's version out.
        context.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT);
        let mut audio = context.encoder().audio().map_err(refused("set up the AAC encoder"))?;
        audio.set_rate(SAMPLE_RATE as i32);
        audio.set_format(FORMAT);
        audio.set_channel_layout(ChannelLayout::STEREO);
        audio.set_channels(2);
        audio.set_bit_rate(bit_rate);
        audio.set_time_base(Rational(1, SAMPLE_RATE as i32));
        let encoder = audio.open_with(Dictionary::new()).map_err(refused("open the AAC encoder"))?;
        Ok(Self { encoder, programme, sent: 0, stream: 0, target: Rational(1, SAMPLE_RATE as i32) })
    }

    /// The length, in samples of one channel.
    pub(super) fn samples(&self) -> u64 {
        self.programme.len() as u64 / 2
    }

    /// Adds a stream for the sound to a file.
    pub(super) fn add_to(&mut self, output: &mut Output, language: &Language) -> Result<(), MediaError> {
        let mut stream = output.add_stream(encoder::find(Id::AAC)).map_err(refused("add the sound"))?;
        stream.set_parameters(&self.encoder);
        stream.set_time_base(Rational(1, SAMPLE_RATE as i32));
        let mut metadata = Dictionary::new();
        metadata.set("language", three_letters(language));
        stream.set_metadata(metadata);
        self.stream = stream.index();
        Ok(())
    }

    /// Learns the clock of the file once its header is written.
    pub(super) fn started(&mut self, output: &Output) {
        self.target = output.stream(self.stream).map_or(self.target, |stream| stream.time_base());
    }

    /// Writes the sound up to the start of a frame.
    pub(super) fn write_until(
        &mut self,
        frame: u64,
        fps: u32,
        output: &mut Output,
    ) -> Result<(), MediaError> {
        let until = frame * u64::from(SAMPLE_RATE) / u64::from(fps.max(1));
        while (self.sent as u64) < until && self.send_next()? {
            self.drain(output)?;
        }
        Ok(())
    }

    /// Writes the sound to its end.
    pub(super) fn write_rest(&mut self, output: &mut Output) -> Result<(), MediaError> {
        while self.send_next()? {
            self.drain(output)?;
        }
        self.encoder.send_eof().map_err(refused("end the sound"))?;
        self.drain(output)
    }

    /// Gives the encoder one frame; false at the end of the programme.
    fn send_next(&mut self) -> Result<bool, MediaError> {
        let size = (self.encoder.frame_size() as usize).max(1);
        let rest = self.programme.get(self.sent * 2..).unwrap_or_default();
        let part = rest.get(..size * 2).unwrap_or(rest);
        let count = part.len() / 2;
        if count == 0 {
            return Ok(false);
        }
        let mut frame = frame::Audio::new(FORMAT, count, ChannelLayout::STEREO);
        frame.set_rate(SAMPLE_RATE);
        frame.set_pts(Some(self.sent as i64));
        for channel in 0..2 {
            let samples = part.chunks_exact(2).filter_map(|pair| pair.get(channel));
            frame.plane_mut::<f32>(channel).iter_mut().zip(samples).for_each(|(to, from)| *to = *from);
        }
        self.encoder.send_frame(&frame).map_err(refused("encode the sound"))?;
        self.sent += count;
        Ok(true)
    }

    fn drain(&mut self, output: &mut Output) -> Result<(), MediaError> {
        loop {
            let mut packet = Packet::empty();
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {
                    packet.set_stream(self.stream);
                    packet.rescale_ts(Rational(1, SAMPLE_RATE as i32), self.target);
                    packet.write_interleaved(output).map_err(refused("write the sound"))?;
                }
                Err(error) if is_drained(error) => return Ok(()),
                Err(error) => return Err(refused("encode the sound")(error)),
            }
        }
    }
}

/// The ISO 639-2 code that an MP4 file wants, for the languages that the writers know.
fn three_letters(language: &Language) -> &'static str {
    match language.as_str() {
        "en" => "eng",
        "de" => "deu",
        "es" => "spa",
        "fr" => "fra",
        "pt" => "por",
        "tr" => "tur",
        "it" => "ita",
        "nl" => "nld",
        "pl" => "pol",
        "ru" => "rus",
        "zh" => "zho",
        "ja" => "jpn",
        "ko" => "kor",
        "ar" => "ara",
        "hi" => "hin",
        _ => "und",
    }
}
