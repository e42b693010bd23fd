//! Joins clips and sound into an MP4 file, without encoding the pictures again.

use std::path::Path;

use video_rs::ffmpeg::format::{self, Sample, sample};
use video_rs::ffmpeg::{ChannelLayout, Dictionary, Packet, Rational, codec, encoder, frame, packet};

use super::access_units::access_units;
use super::ffmpeg::{init, refused};
use super::{EncoderSettings, H264Encoder, MediaError};

/// Samples per second of the sound in the file.
pub const AUDIO_RATE: u32 = 48_000;

/// AAC-LC at this many bits a second is transparent for speech over a quiet bed.
const AUDIO_BITS: usize = 160_000;

/// What a file says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// The title.
    pub title: String,
    /// A remark, such as what is synthetic.
    pub comment: String,
}

/// Writes an MP4 file with its index in front: `clips` one after the other as Annex B streams, and `sound` as
/// interleaved stereo at 48 kHz, from −1 to 1.
///
/// Frame *n* is shown at *n* / fps exactly; AAC's priming is cut off by an edit list. The same input gives the same
/// bytes: the file carries no date and no version.
///
/// # Errors
///
/// Fails when a clip is damaged, was encoded with other settings, or FFmpeg cannot write the file.
pub fn write_mp4<C: AsRef<[u8]>>(
    path: &Path,
    clips: &[C],
    sound: &[f32],
    settings: &EncoderSettings,
    tags: &Tags,
) -> Result<(), MediaError> {
    init()?;
    let mut file = format::output_as(path, "mp4").map_err(refused("create the MP4 file"))?;
    let header = H264Encoder::header(settings)?;
    let fps = i32::try_from(settings.fps).unwrap_or(30);
    {
        let mut stream = file.add_stream(header.codec()).map_err(refused("add the picture stream"))?;
        stream.set_parameters(&header);
        stream.set_time_base(Rational(1, fps));
        stream.set_avg_frame_rate(Rational(fps, 1));
    }
    let mut aac = AacEncoder::new()?;
    {
        let mut stream = file.add_stream(aac.encoder.codec()).map_err(refused("add the sound stream"))?;
        stream.set_parameters(&aac.encoder);
        stream.set_time_base(Rational(1, AUDIO_RATE as i32));
    }
    let mut metadata = Dictionary::new();
    metadata.set("title", &tags.title);
    metadata.set("comment", &tags.comment);
    file.set_metadata(metadata);
    let mut options = Dictionary::new();
    options.set("movflags", "+faststart");
    options.set("fflags", "+bitexact");
    file.write_header_with(options).map_err(refused("begin the MP4 file"))?;

    let mut shown: i64 = 0;
    let mut heard = sound.chunks(aac.frame_samples() * 2);
    let mut heard_samples: u64 = 0;
    for clip in clips {
        for unit in access_units(clip.as_ref())? {
            let mut packet = Packet::copy(unit.bytes);
            packet.set_stream(0);
            packet.set_pts(Some(shown));
            packet.set_dts(Some(shown));
            packet.set_duration(1);
            if unit.is_idr {
                packet.set_flags(packet::Flags::KEY);
            }
            write(&mut file, packet, Rational(1, fps))?;
            shown += 1;
            // Sound goes along with the pictures, so that a player need not seek between them.
            while heard_samples * u64::from(settings.fps) < shown.unsigned_abs() * u64::from(AUDIO_RATE) {
                let Some(chunk) = heard.next() else { break };
                heard_samples += chunk.len() as u64 / 2;
                for packet in aac.push(chunk)? {
                    write(&mut file, packet, Rational(1, AUDIO_RATE as i32))?;
                }
            }
        }
    }
    for chunk in heard {
        for packet in aac.push(chunk)? {
            write(&mut file, packet, Rational(1, AUDIO_RATE as i32))?;
        }
    }
    for packet in aac.finish()? {
        write(&mut file, packet, Rational(1, AUDIO_RATE as i32))?;
    }
    file.write_trailer().map_err(refused("end the MP4 file"))
}

fn write(
    file: &mut format::context::Output,
    mut packet: Packet,
    time_base: Rational,
) -> Result<(), MediaError> {
    let stream = packet.stream();
    let wanted = file.stream(stream).map_or(time_base, |stream| stream.time_base());
    packet.rescale_ts(time_base, wanted);
    packet.set_position(-1);
    packet.write_interleaved(file).map_err(refused("write to the MP4 file"))
}

struct AacEncoder {
    encoder: encoder::audio::Encoder,
    pushed: i64,
}

impl AacEncoder {
    fn new() -> Result<Self, MediaError> {
        let found = encoder::find_by_name("aac").ok_or(MediaError::NoEncoder("aac"))?;
        let context = codec::context::Context::new_with_codec(found).encoder();
        let mut audio = context.audio().map_err(refused("set up the AAC encoder"))?;
        audio.set_rate(AUDIO_RATE as i32);
        audio.set_format(Sample::F32(sample::Type::Planar));
        audio.set_channel_layout(ChannelLayout::STEREO);
        audio.set_time_base(Rational(1, AUDIO_RATE as i32));
        audio.set_bit_rate(AUDIO_BITS);
        audio.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT);
        let encoder = audio.open().map_err(refused("open the AAC encoder"))?;
        Ok(Self { encoder, pushed: 0 })
    }

    fn frame_samples(&self) -> usize {
        (self.encoder.frame_size() as usize).max(1)
    }

    fn push(&mut self, stereo: &[f32]) -> Result<Vec<Packet>, MediaError> {
        let samples = stereo.len() / 2;
        if samples == 0 {
            return Ok(Vec::new());
        }
        let planar = Sample::F32(sample::Type::Planar);
        let mut sound = frame::Audio::new(planar, samples, ChannelLayout::STEREO);
        sound.set_rate(AUDIO_RATE);
        sound.set_pts(Some(self.pushed));
        for channel in 0..2 {
            let plane = sound.plane_mut::<f32>(channel);
            for (target, pair) in plane.iter_mut().zip(stereo.chunks_exact(2)) {
                *target = pair[channel];
            }
        }
        self.pushed += samples as i64;
        self.encoder.send_frame(&sound).map_err(refused("encode sound"))?;
        Ok(self.drain())
    }

    fn finish(&mut self) -> Result<Vec<Packet>, MediaError> {
        self.encoder.send_eof().map_err(refused("end the sound"))?;
        Ok(self.drain())
    }

    fn drain(&mut self) -> Vec<Packet> {
        let mut packets = Vec::new();
        let mut packet = Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            packet.set_stream(1);
            packets.push(std::mem::replace(&mut packet, Packet::empty()));
        }
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::YuvFrame;

    fn clip(settings: &EncoderSettings, frames: usize, shade: u8) -> Vec<u8> {
        let mut encoder = H264Encoder::new(settings).unwrap();
        for n in 0..frames {
            let mut frame = YuvFrame::black(settings.width as usize, settings.height as usize);
            frame.y.fill(shade + n as u8);
            encoder.push(&frame).unwrap();
        }
        encoder.finish().unwrap()
    }

    #[test]
    fn the_index_comes_first_and_the_bytes_repeat() {
        let folder = tempfile::tempdir().unwrap();
        let settings = EncoderSettings { width: 64, height: 96, ..EncoderSettings::default() };
        let clips = [clip(&settings, 30, 20), clip(&settings, 15, 90)];
        let sound: Vec<f32> = (0..72_000 * 2).map(|n| (n as f32 * 0.05).sin() * 0.3).collect();
        let tags = Tags { title: "Queues".to_owned(), comment: "made".to_owned() };
        let bytes: Vec<Vec<u8>> = ["one.mp4", "two.mp4"]
            .iter()
            .map(|name| {
                let path = folder.path().join(name);
                write_mp4(&path, &clips, &sound, &settings, &tags).unwrap();
                std::fs::read(path).unwrap()
            })
            .collect();
        assert_eq!(bytes[0], bytes[1]);
        let find = |name: &[u8]| bytes[0].windows(4).position(|w| w == name).unwrap();
        assert!(find(b"moov") < find(b"mdat"));
    }
}
