//! Splits an Annex B byte stream into its pictures.

use super::MediaError;

/// One picture of a byte stream, with the parameter sets before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccessUnit<'a> {
    /// Its bytes, start codes included.
    pub(super) bytes: &'a [u8],
    /// True when decoding can start here.
    pub(super) is_idr: bool,
}

/// NAL unit types of ITU-T H.264, table 7-1.
const IDR: u8 = 5;
const DELIMITER: u8 = 9;

/// Splits at the access unit delimiters that [`super::H264Encoder`] writes before each picture.
pub(super) fn access_units(stream: &[u8]) -> Result<Vec<AccessUnit<'_>>, MediaError> {
    let mut units = Vec::new();
    let mut start = None;
    let mut is_idr = false;
    for (at, kind) in nal_units(stream) {
        if kind == DELIMITER {
            if let Some(start) = start.replace(at) {
                units.push(AccessUnit { bytes: &stream[start..at], is_idr });
            }
            is_idr = false;
        }
        is_idr |= kind == IDR;
    }
    let start = start.ok_or(MediaError::Damaged("a clip holds no picture"))?;
    units.push(AccessUnit { bytes: &stream[start..], is_idr });
    if units.first().is_some_and(|unit| unit.is_idr) {
        Ok(units)
    } else {
        Err(MediaError::Damaged("a clip does not start with a whole picture"))
    }
}

/// Lists where each NAL unit's start code begins, and its type.
fn nal_units(stream: &[u8]) -> Vec<(usize, u8)> {
    let mut units = Vec::new();
    let mut at = 0;
    while at + 3 < stream.len() {
        if stream[at + 2] > 1 {
            at += 3;
        } else if stream[at..at + 3] == [0, 0, 1] {
            let begins = if at > 0 && stream[at - 1] == 0 { at - 1 } else { at };
            units.push((begins, stream[at + 3] & 0x1F));
            at += 3;
        } else {
            at += 1;
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_split_at_their_delimiters() {
        let stream = [
            &[0, 0, 0, 1, 0x09, 0xF0][..],
            &[0, 0, 0, 1, 0x67, 1, 2],
            &[0, 0, 1, 0x65, 9, 9],
            &[0, 0, 0, 1, 0x09, 0xF0],
            &[0, 0, 1, 0x41, 7],
        ]
        .concat();
        let units = access_units(&stream).unwrap();
        assert_eq!(units.len(), 2);
        assert!(units[0].is_idr && !units[1].is_idr);
        assert_eq!([units[0].bytes, units[1].bytes].concat(), stream);
    }

    #[test]
    fn what_is_no_stream_is_refused() {
        assert!(access_units(b"").is_err());
        assert!(access_units(&[0, 0, 0, 1, 0x09, 0xF0, 0, 0, 1, 0x41, 7]).is_err());
    }
}
