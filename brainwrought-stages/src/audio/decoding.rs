//! [`read_frames`]: the samples of a sound file that somebody else made.

use std::io::Cursor;
use std::ops::RangeInclusive;

use bytes::Bytes;
use rodio::decoder::DecoderError;
use rodio::{Decoder, Source};

use crate::contained::{GaveUp, contained};

/// The sample rates that are taken, in hertz: from the telephone to the studio. A header may name any other, and memory
/// for it.
const SAMPLE_RATES: RangeInclusive<u32> = 8_000..=192_000;
/// The most channels that are taken: 7.1 surround.
const MAX_CHANNELS: usize = 8;
/// How far beyond full scale a sample may be, in decibels. Sound that was never limited overshoots by a few; what is
/// further off was not written as sound, and overflows where it is filtered.
const MAX_OVER_DB: f32 = 24.0;

/// Why a sound file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::audio) enum DecodeError {
    /// It is of another kind, or its header is wrong.
    #[error("it is no sound that can be decoded")]
    Unknown(#[source] DecoderError),
    /// The decoder panicked.
    #[error("the file is damaged")]
    Damaged(#[from] GaveUp),
    /// Its header names a sample rate or channels that no sound has.
    #[error(
        "{rate} Hz in {channels} channels cannot be used; {} to {} Hz in up to {MAX_CHANNELS} channels can",
        SAMPLE_RATES.start(),
        SAMPLE_RATES.end()
    )]
    Format {
        /// Samples a second and channel.
        rate: u32,
        /// How many sounds are beside each other.
        channels: usize,
    },
    /// A sample is not a number.
    #[error("at {0:.1} s a sample is not a number; export the sound again, as 16-bit samples")]
    NotANumber(f64),
    /// A sample is absurdly large.
    #[error(
        "at {seconds:.1} s a sample is {over_db:.0} dB beyond full scale, and {MAX_OVER_DB:.0} dB is the limit; \
         export the sound again, as 16-bit samples"
    )]
    TooLoud {
        /// Where.
        seconds: f64,
        /// How far it is beyond full scale.
        over_db: f64,
    },
}

impl DecodeError {
    /// True when the file could be decoded, but not be played.
    pub(in crate::audio) fn is_about_samples(&self) -> bool {
        matches!(self, Self::NotANumber(_) | Self::TooLoud { .. })
    }
}

/// Decodes a WAV, MP3, FLAC or Ogg Vorbis file, its first `seconds` at most. Hands `take` one sample of every channel at a
/// time, and returns the sample rate.
///
/// It is guaranteed that every sample is finite and no more than 24 dB beyond full scale, that the rate is 8 to 192 kHz, and
/// that no more memory is taken than the decoder needs.
///
/// # Errors
///
/// Fails when the file is of no known kind, damaged, or holds samples that are no sound.
pub(in crate::audio) fn read_frames(
    bytes: &Bytes,
    seconds: usize,
    mut take: impl FnMut(&[f32]),
) -> Result<u32, DecodeError> {
    if let Some((rate, channels)) = named_format(bytes) {
        refuse_format(rate, channels)?;
    }
    let opened = contained(|| Decoder::new(Cursor::new(bytes.clone())))?;
    let decoder = opened.map_err(DecodeError::Unknown)?;
    let (rate, channels) = (decoder.sample_rate().get(), usize::from(decoder.channels().get()));
    refuse_format(rate, channels)?;
    let most = 10.0_f32.powf(MAX_OVER_DB / 20.0);
    contained(|| {
        let mut frame = Vec::with_capacity(channels);
        for (at, sample) in decoder.take(seconds * rate as usize * channels).enumerate() {
            let seconds = || (at / channels) as f64 / f64::from(rate);
            if sample.is_nan() {
                return Err(DecodeError::NotANumber(seconds()));
            }
            if sample.abs() > most {
                let over_db = 20.0 * f64::from(sample.abs()).log10();
                return Err(DecodeError::TooLoud { seconds: seconds(), over_db });
            }
            frame.push(sample);
            if frame.len() == channels {
                take(&frame);
                frame.clear();
            }
        }
        Ok(rate)
    })?
}

fn refuse_format(rate: u32, channels: usize) -> Result<(), DecodeError> {
    let is_taken = SAMPLE_RATES.contains(&rate) && (1..=MAX_CHANNELS).contains(&channels);
    if is_taken { Ok(()) } else { Err(DecodeError::Format { rate, channels }) }
}

/// The sample rate and the number of channels that a header names, where it stands in its usual place. The decoders take
/// for granted that these are not 0.
fn named_format(bytes: &[u8]) -> Option<(u32, usize)> {
    match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', chunks @ ..] => wave_format(chunks),
        // The header of a metadata block, and STREAMINFO behind it (RFC 9639, section 8.2): 20 bits of rate, 3 of channels.
        [b'f', b'L', b'a', b'C', block, ..] if block & 0x7f == 0 => {
            let [high, middle, low] = *bytes.get(18..21)?.as_array()?;
            let rate = u32::from_be_bytes([0, high, middle, low]) >> 4;
            Some((rate, usize::from(low >> 1 & 7) + 1))
        }
        // A page whose table of segments tells where its body starts (RFC 3533, section 6), and the identification header of
        // Vorbis I (section 4.2.2).
        [b'O', b'g', b'g', b'S', ..] => {
            let body = bytes.get(27 + usize::from(*bytes.get(26)?)..)?;
            let header = body.strip_prefix(b"\x01vorbis")?;
            Some((u32::from_le_bytes(*header.get(5..9)?.as_array()?), usize::from(*header.get(4)?)))
        }
        _ => None,
    }
}

/// What the `fmt ` chunk of a WAV file names.
fn wave_format(mut chunks: &[u8]) -> Option<(u32, usize)> {
    loop {
        let length = u32::from_le_bytes(*chunks.get(4..8)?.as_array()?) as usize;
        let body = chunks.get(8..)?;
        if chunks.starts_with(b"fmt ") {
            let channels = u16::from_le_bytes(*body.get(2..4)?.as_array()?);
            return Some((u32::from_le_bytes(*body.get(4..8)?.as_array()?), usize::from(channels)));
        }
        chunks = body.get(length.checked_next_multiple_of(2)?..)?;
    }
}

#[cfg(test)]
pub(in crate::audio) mod tests {
    use super::*;

    /// A WAV file of samples of `bits` bits, whose header says what it likes; 32 bits are floating point.
    pub(in crate::audio) fn wave(rate: u32, channels: u16, bits: u16, samples: &[u8]) -> Bytes {
        let mut bytes = b"RIFF".to_vec();
        bytes.extend((36 + samples.len() as u32).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16_u32.to_le_bytes());
        bytes.extend(if bits == 32 { 3_u16 } else { 1 }.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend(rate.wrapping_mul(u32::from(channels * (bits / 8))).to_le_bytes());
        bytes.extend((channels * (bits / 8)).to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend((samples.len() as u32).to_le_bytes());
        bytes.extend(samples);
        bytes.into()
    }

    /// A WAV file of floating-point samples at 44,100 Hz in one channel.
    pub(in crate::audio) fn float_wave(samples: &[f32]) -> Bytes {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        wave(44_100, 1, 32, &bytes)
    }

    fn told(bytes: &Bytes) -> String {
        read_frames(bytes, 10, |_| {}).unwrap_err().to_string()
    }

    #[test]
    fn samples_that_are_no_sound_are_refused_wherever_they_are() {
        let with = |odd: f32| {
            let mut samples = vec![0.5; 44_100 * 2];
            samples[66_150] = odd;
            float_wave(&samples)
        };
        for fine in [0.5, -1.0, 1.5, -15.0] {
            let mut count = 0;
            assert_eq!(read_frames(&with(fine), 10, |_| count += 1).unwrap(), 44_100);
            assert_eq!(count, 88_200, "{fine}");
        }
        for loud in [16.0, -1e4, 1e30, 1e38, 3e38, f32::INFINITY] {
            assert!(told(&with(loud)).starts_with("at 1.5 s a sample is "), "{loud}: {}", told(&with(loud)));
        }
        assert!(told(&with(f32::NAN)).starts_with("at 1.5 s a sample is not a number"));
        assert!(told(&with(3e38)).contains("is 770 dB beyond full scale, and 24 dB is the limit"));
    }

    #[test]
    fn a_header_that_names_no_sound_is_refused_before_a_decoder_sees_it() {
        let samples = [128_u8, 200, 128, 56].repeat(12_000);
        for rate in [0, 1, 7_999, 192_001, u32::MAX] {
            let told = told(&wave(rate, 1, 8, &samples));
            assert!(told.starts_with(&format!("{rate} Hz in 1 channels cannot be used")), "{told}");
        }
        for channels in [0, 9] {
            assert!(told(&wave(48_000, channels, 8, &samples)).contains("cannot be used"), "{channels}");
        }
        let flac = |rate: u32| {
            let mut bytes = b"fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0".to_vec();
            bytes.extend(&(rate << 4 | 0b0010).to_be_bytes()[1..]);
            bytes.resize(64, 0);
            bytes
        };
        assert_eq!(named_format(&flac(44_100)), Some((44_100, 2)));
        assert!(told(&flac(0).into()).starts_with("0 Hz in 2 channels"));
        let ogg = |rate: u32| {
            let mut bytes = b"OggS\0\x02".to_vec();
            bytes.resize(26, 0);
            bytes.extend(b"\x01\x1e\x01vorbis\0\0\0\0\x02");
            bytes.extend(rate.to_le_bytes());
            bytes
        };
        assert_eq!(named_format(&ogg(48_000)), Some((48_000, 2)));
        assert!(told(&ogg(0).into()).starts_with("0 Hz in 2 channels"));
    }
}
