//! [`probe`]: decoding a whole file to see what is really in it.

use std::collections::BTreeMap;
use std::io::Cursor;

use bytes::Bytes;
use video_rs::ffmpeg::codec::threading;
use video_rs::ffmpeg::format::context::{Input, StreamIo};
use video_rs::ffmpeg::format::{Pixel, Sample, sample};
use video_rs::ffmpeg::{Discard, Packet, Rational, Stream, codec, decoder, format, frame, media};

use super::MediaError;
use super::ffmpeg::{init, refused};

/// What a file turned out to hold once it was decoded to its end.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Probe {
    /// The pictures, if there are any.
    pub video: Option<VideoTrack>,
    /// The sound, if there is any.
    pub audio: Option<AudioTrack>,
    /// Packets and frames that could not be decoded without a fault.
    pub faults: u64,
    /// True when the header stands before the data, so that a player can start at once.
    pub faststart: bool,
    /// What the file says about itself, such as `title`, `comment` and `description`.
    pub tags: BTreeMap<String, String>,
}

/// The pictures of a file.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct VideoTrack {
    /// The codec, such as `h264`.
    pub codec: String,
    /// The profile, such as `High`.
    pub profile: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second.
    pub fps: f64,
    /// True when the pixels are 8-bit 4:2:0.
    pub is_yuv420p: bool,
    /// True when primaries, transfer and matrix say BT.709 and the range is limited.
    pub is_bt709: bool,
    /// The frames that came out.
    pub frames: u64,
    /// When the first frame is shown, in seconds.
    pub start: f64,
    /// The furthest that any frame is from its place at a constant rate, in seconds.
    pub unevenness: f64,
}

/// The sound of a file.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AudioTrack {
    /// The codec, such as `aac`.
    pub codec: String,
    /// The profile, such as `LC`.
    pub profile: String,
    /// Samples per second.
    pub rate: u32,
    /// Channels.
    pub channels: u32,
    /// The samples of one channel that came out.
    pub samples: u64,
    /// When the first sample is heard, in seconds.
    pub start: f64,
}

/// The luma of one decoded frame.
#[derive(Debug, Clone, Copy)]
pub struct LumaView<'a> {
    /// The number of the frame, from 0.
    pub index: u64,
    /// The bytes, limited range: 16 is black, 235 white.
    pub luma: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
}

/// Takes what [`probe`] decodes.
pub trait Viewer {
    /// Takes the next frame. Returning `false` ends the probe with [`MediaError::Stopped`].
    fn frame(&mut self, frame: LumaView<'_>) -> bool;

    /// Takes the next samples, all channels interleaved.
    fn sound(&mut self, samples: &[f32]);
}

/// Decodes a whole file.
///
/// Pictures are decoded without the deblocking filter, which costs a third of the time and changes no measure of
/// brightness or movement that matters.
///
/// # Errors
///
/// Fails when the file cannot be opened as a video, or when the viewer stops. Faults inside are counted, not failed on.
pub fn probe(file: &Bytes, viewer: &mut dyn Viewer) -> Result<Probe, MediaError> {
    init()?;
    let source = StreamIo::from_read_seek(Cursor::new(file.clone())).map_err(refused("read the video"))?;
    let mut input = format::input_from_stream(source, None, None).map_err(refused("open the video"))?;
    let mut probe = Probe { faststart: is_faststart(file), ..Probe::default() };
    probe.tags = input.metadata().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut pictures = Pictures::open(&input, &mut probe)?;
    let mut sound = Sound::open(&input, &mut probe)?;
    loop {
        // Each into a packet of its own: reading does not free what a packet held before.
        let mut packet = Packet::empty();
        match packet.read(&mut input) {
            Ok(()) => {}
            Err(video_rs::ffmpeg::Error::Eof) => break,
            Err(_) => {
                probe.faults += 1;
                break;
            }
        }
        let index = packet.stream();
        if let Some(pictures) = pictures.as_mut().filter(|track| track.stream == index) {
            pictures.push(&packet, &mut probe, viewer)?;
        } else if let Some(sound) = sound.as_mut().filter(|track| track.stream == index) {
            sound.push(&packet, &mut probe, viewer);
        }
    }
    if let Some(pictures) = &mut pictures {
        pictures.end(&mut probe, viewer)?;
    }
    if let Some(sound) = &mut sound {
        sound.end(&mut probe, viewer);
    }
    Ok(probe)
}

struct Pictures {
    decoder: decoder::Video,
    stream: usize,
    time_base: f64,
}

impl Pictures {
    fn open(input: &Input, probe: &mut Probe) -> Result<Option<Self>, MediaError> {
        let Some(stream) = input.streams().best(media::Type::Video) else { return Ok(None) };
        let context = context_of(&stream)?;
        let mut decoder = context.decoder();
        decoder.set_threading(threading::Config {
            kind: threading::Type::Frame,
            count: 2,
            ..Default::default()
        });
        decoder.skip_loop_filter(Discard::All);
        let decoder = decoder.video().map_err(refused("open the decoder for the pictures"))?;
        let rate = stream.avg_frame_rate();
        probe.video = Some(VideoTrack {
            codec: decoder.id().name().to_owned(),
            profile: profile_name(decoder.profile()),
            width: decoder.width(),
            height: decoder.height(),
            fps: f64::from(rate),
            is_yuv420p: decoder.format() == Pixel::YUV420P,
            is_bt709: is_bt709(&decoder),
            ..VideoTrack::default()
        });
        Ok(Some(Self { stream: stream.index(), time_base: seconds(stream.time_base()), decoder }))
    }

    fn push(
        &mut self,
        packet: &Packet,
        probe: &mut Probe,
        viewer: &mut dyn Viewer,
    ) -> Result<(), MediaError> {
        probe.faults += u64::from(self.decoder.send_packet(packet).is_err());
        self.drain(probe, viewer)
    }

    fn end(&mut self, probe: &mut Probe, viewer: &mut dyn Viewer) -> Result<(), MediaError> {
        probe.faults += u64::from(self.decoder.send_eof().is_err());
        self.drain(probe, viewer)
    }

    fn drain(&mut self, probe: &mut Probe, viewer: &mut dyn Viewer) -> Result<(), MediaError> {
        let mut frame = frame::Video::empty();
        while self.decoder.receive_frame(&mut frame).is_ok() {
            probe.faults += u64::from(frame.is_corrupt() || frame.has_decode_errors());
            let Some(track) = &mut probe.video else { return Ok(()) };
            let at = frame.timestamp().unwrap_or_default() as f64 * self.time_base;
            if track.frames == 0 {
                track.start = at;
            }
            let expected = track.frames as f64 / track.fps.max(1.0);
            track.unevenness = track.unevenness.max((at - expected).abs());
            let view = LumaView {
                index: track.frames,
                luma: frame.data(0),
                stride: frame.stride(0),
                width: frame.width() as usize,
                height: frame.height() as usize,
            };
            track.frames += 1;
            if !viewer.frame(view) {
                return Err(MediaError::Stopped);
            }
        }
        Ok(())
    }
}

struct Sound {
    decoder: decoder::Audio,
    stream: usize,
    time_base: f64,
    interleaved: Vec<f32>,
}

impl Sound {
    fn open(input: &Input, probe: &mut Probe) -> Result<Option<Self>, MediaError> {
        let Some(stream) = input.streams().best(media::Type::Audio) else { return Ok(None) };
        let context = context_of(&stream)?;
        let decoder = context.decoder().audio().map_err(refused("open the decoder for the sound"))?;
        probe.audio = Some(AudioTrack {
            codec: decoder.id().name().to_owned(),
            profile: profile_name(decoder.profile()),
            rate: decoder.rate(),
            channels: u32::from(decoder.channels()),
            ..AudioTrack::default()
        });
        let time_base = seconds(stream.time_base());
        Ok(Some(Self { stream: stream.index(), time_base, decoder, interleaved: Vec::new() }))
    }

    fn push(&mut self, packet: &Packet, probe: &mut Probe, viewer: &mut dyn Viewer) {
        probe.faults += u64::from(self.decoder.send_packet(packet).is_err());
        self.drain(probe, viewer);
    }

    fn end(&mut self, probe: &mut Probe, viewer: &mut dyn Viewer) {
        probe.faults += u64::from(self.decoder.send_eof().is_err());
        self.drain(probe, viewer);
    }

    fn drain(&mut self, probe: &mut Probe, viewer: &mut dyn Viewer) {
        let mut frame = frame::Audio::empty();
        while self.decoder.receive_frame(&mut frame).is_ok() {
            let Some(track) = &mut probe.audio else { return };
            if frame.format() != Sample::F32(sample::Type::Planar) {
                probe.faults += 1;
                continue;
            }
            if track.samples == 0 {
                track.start = frame.timestamp().unwrap_or_default() as f64 * self.time_base;
            }
            let (samples, channels) = (frame.samples(), frame.planes());
            self.interleaved.clear();
            self.interleaved.resize(samples * channels, 0.0);
            for channel in 0..channels {
                let places = self.interleaved.iter_mut().skip(channel).step_by(channels);
                places.zip(frame.plane::<f32>(channel)).for_each(|(to, from)| *to = *from);
            }
            track.samples += samples as u64;
            viewer.sound(&self.interleaved);
        }
    }
}

fn context_of(stream: &Stream<'_>) -> Result<codec::context::Context, MediaError> {
    codec::context::Context::from_parameters(stream.parameters()).map_err(refused("read the video's header"))
}

fn seconds(time_base: Rational) -> f64 {
    f64::from(time_base.numerator()) / f64::from(time_base.denominator().max(1))
}

/// The profile's usual name.
fn profile_name(profile: codec::Profile) -> String {
    use codec::profile::{AAC, H264, Profile};
    match profile {
        Profile::H264(H264::ConstrainedBaseline) => "Constrained Baseline".to_owned(),
        Profile::H264(profile) => format!("{profile:?}"),
        Profile::AAC(AAC::Low) => "LC".to_owned(),
        other => format!("{other:?}"),
    }
}

fn is_bt709(decoder: &decoder::Video) -> bool {
    use video_rs::ffmpeg::color::{Primaries, Range, Space, TransferCharacteristic};
    decoder.color_primaries() == Primaries::BT709
        && decoder.color_space() == Space::BT709
        && decoder.color_transfer_characteristic() == TransferCharacteristic::BT709
        && decoder.color_range() == Range::MPEG
}

/// Tells whether the box `moov` comes before the box `mdat` (ISO/IEC 14496-12, 4.2).
fn is_faststart(file: &[u8]) -> bool {
    let mut at = 0_usize;
    while let Some(header) = file.get(at..at.saturating_add(8)) {
        match header.get(4..8) {
            Some(b"moov") => return true,
            Some(b"mdat") => return false,
            _ => {}
        }
        let size =
            header.get(..4).map_or(0, |s| s.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)));
        if size < 8 {
            return false;
        }
        at = at.saturating_add(size);
    }
    false
}
