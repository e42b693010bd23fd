//! [`AccessUnit`]: an H.264 byte stream, frame by frame.
//!
//! FFmpeg does this in its bitstream filter `h264_filter_units`, but `video-rs` gives no access to bitstream filters; what is
//! needed of the format are start codes and unit types.

use super::MediaError;

/// The start code that stands before every unit of a byte stream (ITU-T H.264, annex B).
const START_CODE: [u8; 4] = [0, 0, 0, 1];
/// Unit types of ITU-T H.264, table 7-1.
const SLICE_IDR: u8 = 5;
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;
const DELIMITER: u8 = 9;

/// One frame of a byte stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccessUnit {
    /// The frame as a byte stream, without delimiters and parameter sets: an MP4 file keeps those in its header.
    pub(super) bytes: Vec<u8>,
    /// True when decoding can start here.
    pub(super) is_key: bool,
}

/// A byte stream taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frames {
    /// The parameter sets at its start, as a byte stream.
    pub(super) parameters: Vec<u8>,
    /// Its frames, in order.
    pub(super) units: Vec<AccessUnit>,
}

/// Takes a byte stream apart at its access unit delimiters.
///
/// # Errors
///
/// Fails when it does not start with parameter sets and a key frame, or changes its parameter sets.
pub(super) fn frames_of(stream: &[u8]) -> Result<Frames, MediaError> {
    let mut parameters = Vec::new();
    let mut sets: Vec<&[u8]> = Vec::new();
    let mut units: Vec<AccessUnit> = Vec::new();
    for unit in units_of(stream) {
        let kind = unit.first().copied().unwrap_or_default() & 0x1f;
        match kind {
            DELIMITER => units.push(AccessUnit { bytes: Vec::new(), is_key: false }),
            SEQUENCE_PARAMETERS | PICTURE_PARAMETERS => {
                if units.len() <= 1 {
                    sets.push(unit);
                    parameters.extend_from_slice(&START_CODE);
                    parameters.extend_from_slice(unit);
                } else if !sets.contains(&unit) {
                    return Err(MediaError::Damaged("a clip changes its H.264 parameters half-way"));
                }
            }
            _ => {
                let Some(current) = units.last_mut() else {
                    return Err(MediaError::Damaged("a clip does not start with a delimiter"));
                };
                current.is_key |= kind == SLICE_IDR;
                current.bytes.extend_from_slice(&START_CODE);
                current.bytes.extend_from_slice(unit);
            }
        }
    }
    if sets.is_empty() || !units.first().is_some_and(|first| first.is_key) {
        return Err(MediaError::Damaged("a clip does not start with a key frame"));
    }
    if units.iter().any(|unit| unit.bytes.is_empty()) {
        return Err(MediaError::Damaged("a clip holds an empty frame"));
    }
    Ok(Frames { parameters, units })
}

/// Lists the units between start codes, without the zero bytes that may follow them.
fn units_of(stream: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some([a, b, c]) = stream.get(at..at + 3) {
        // Read from the right, so that most bytes are stepped over three at a time.
        if *c > 1 {
            at += 3;
        } else if [*a, *b, *c] == [0, 0, 1] {
            starts.push(at + 3);
            at += 3;
        } else {
            at += 1;
        }
    }
    let ends = starts.iter().skip(1).map(|next| next - 3).chain([stream.len()]);
    let units = starts.iter().zip(ends).filter_map(|(start, end)| stream.get(*start..end));
    units.map(without_zeros).collect()
}

/// Cuts the zero bytes at the end; no unit ends in one (ITU-T H.264, 7.4.1).
fn without_zeros(unit: &[u8]) -> &[u8] {
    let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    unit.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETS: [u8; 14] = [0, 0, 0, 1, 9, 16, 0, 0, 0, 1, 0x67, 1, 2, 3];

    #[test]
    fn frames_lose_delimiters_and_parameters() {
        let mut stream = SETS.to_vec();
        stream.extend([0, 0, 0, 1, 0x68, 4, 0, 0, 1, 0x65, 0, 0, 3, 1]);
        stream.extend([0, 0, 0, 1, 9, 48, 0, 0, 1, 0x41, 7]);
        let frames = frames_of(&stream).unwrap();
        assert_eq!(frames.parameters, [0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 0, 1, 0x68, 4]);
        assert_eq!(
            frames.units,
            [
                AccessUnit { bytes: vec![0, 0, 0, 1, 0x65, 0, 0, 3, 1], is_key: true },
                AccessUnit { bytes: vec![0, 0, 0, 1, 0x41, 7], is_key: false },
            ]
        );
    }

    #[test]
    fn an_invalid_clip_is_refused() {
        for stream in [&b""[..], b"%PDF-1.7", &SETS, &[0, 0, 1], &[0, 0, 1, 9, 0, 0, 1, 0x41, 3]] {
            assert!(matches!(frames_of(stream), Err(MediaError::Damaged(_))), "{stream:?}");
        }
    }
}
