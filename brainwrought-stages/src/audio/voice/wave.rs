//! [`Wave`]: the sound that espeak-ng writes.

/// What espeak-ng writes: one channel of 16-bit samples.
#[derive(Debug)]
pub(super) struct Wave {
    pub(super) rate: u32,
    pub(super) samples: Vec<f32>,
}

impl Wave {
    /// Reads the plain header of 44 bytes. The length in it is a guess, as the program writes to a pipe.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let header = bytes.get(..44)?;
        let is_pcm =
            header.starts_with(b"RIFF") && header[8..16] == *b"WAVEfmt " && header[36..40] == *b"data";
        if !is_pcm || header[22..24] != [1, 0] || header[34..36] != [16, 0] {
            return None;
        }
        let rate = u32::from_le_bytes(header[24..28].try_into().ok()?);
        let pairs = bytes[44..].chunks_exact(2);
        let samples = pairs.map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0);
        (rate > 0).then(|| Self { rate, samples: samples.collect() })
    }
}
