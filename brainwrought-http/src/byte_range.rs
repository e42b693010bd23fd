//! [`ByteRange`]: which bytes of a file a request wants (RFC 9110, section 14).

/// What `Range` asks for of a file with a known length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteRange {
    /// All of it: there was no range, or none that this server understands, which RFC 9110 allows to be ignored.
    Whole,
    /// Bytes from `start` up to and without `end`.
    Part {
        /// The first byte.
        start: u64,
        /// One after the last byte.
        end: u64,
    },
    /// No byte of the file.
    Unsatisfiable,
}

impl ByteRange {
    /// Reads the value of `Range` for a file of `length` bytes. Several ranges at once are answered with the whole file.
    pub(crate) fn parse(header: Option<&str>, length: u64) -> Self {
        let asked = header.and_then(|header| header.split_once('='));
        // Names of units are the same in upper and lower case.
        let Some((_, ranges)) = asked.filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes")) else {
            return Self::Whole;
        };
        let Some((first, last)) = ranges.trim().split_once('-').filter(|_| !ranges.contains(',')) else {
            return Self::Whole;
        };
        match (number(first), number(last)) {
            (Some(Some(start)), Some(last)) => {
                if last.is_some_and(|last| last < start) {
                    return Self::Whole;
                }
                let end = last.map_or(length, |last| last.saturating_add(1).min(length));
                if start < length { Self::Part { start, end } } else { Self::Unsatisfiable }
            }
            (Some(None), Some(Some(suffix))) if suffix > 0 && length > 0 => {
                Self::Part { start: length.saturating_sub(suffix), end: length }
            }
            (Some(None), Some(Some(_))) => Self::Unsatisfiable,
            _ => Self::Whole,
        }
    }
}

/// `Some(None)` for an empty text, `None` for what is no number. A number that is too large is larger than any file.
fn number(text: &str) -> Option<Option<u64>> {
    match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The bytes that a range names, one by one, as section 14.1.2 describes them.
    fn named(first: Option<u64>, last: Option<u64>, length: u64) -> Vec<u64> {
        let is_named = |at: &u64| match (first, last) {
            (Some(first), last) => *at >= first && last.is_none_or(|last| *at <= last),
            (None, Some(suffix)) => *at + suffix >= length,
            (None, None) => false,
        };
        (0..length).filter(is_named).collect()
    }

    proptest! {
        #[test]
        fn a_range_names_the_bytes_that_it_says(
            first in proptest::option::of(0..30u64),
            last in proptest::option::of(0..30u64),
            length in 0..20u64,
        ) {
            let text = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
            let header = format!("bytes={}-{}", text(first), text(last));
            let is_range = match (first, last) {
                (Some(first), Some(last)) => first <= last,
                (None, None) => false,
                _ => true,
            };
            let found: Vec<u64> = match ByteRange::parse(Some(&header), length) {
                ByteRange::Part { start, end } => (start..end).collect(),
                ByteRange::Unsatisfiable => Vec::new(),
                ByteRange::Whole => {
                    prop_assert!(!is_range, "{header} of {length}");
                    return Ok(());
                }
            };
            prop_assert!(is_range, "{header} of {length}");
            prop_assert_eq!(found, named(first, last, length), "{} of {}", header, length);
        }

        #[test]
        fn no_header_leads_out_of_the_file(header in "(bytes=)?[-0-9, +a-zA-Z=é]{0,50}|\\PC*", length: u64) {
            if let ByteRange::Part { start, end } = ByteRange::parse(Some(&header), length) {
                prop_assert!(start < end && end <= length, "{start} to {end} of {length}");
            }
        }
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let part = |start, end| ByteRange::Part { start, end };
        for (header, length, expected) in [
            ("bytes=0-0", 10, part(0, 1)),
            ("bytes=2-5", 10, part(2, 6)),
            ("bytes=2-", 10, part(2, 10)),
            ("Bytes=2-", 10, part(2, 10)),
            ("bytes=-3", 10, part(7, 10)),
            ("bytes=-30", 10, part(0, 10)),
            ("bytes=9-99999999999999999999999", 10, part(9, 10)),
            ("bytes=10-", 10, ByteRange::Unsatisfiable),
            ("bytes=99999999999999999999999-", 10, ByteRange::Unsatisfiable),
            ("bytes=-0", 10, ByteRange::Unsatisfiable),
            ("bytes=-5", 0, ByteRange::Unsatisfiable),
            ("bytes=5-2", 10, ByteRange::Whole),
            ("bytes=a-b", 10, ByteRange::Whole),
            ("bytes=+1-2", 10, ByteRange::Whole),
            ("bytes=", 10, ByteRange::Whole),
            ("bytes=-", 10, ByteRange::Whole),
            ("bytes=0-1,3-4", 10, ByteRange::Whole),
            ("pages=1-2", 10, ByteRange::Whole),
        ] {
            assert_eq!(ByteRange::parse(Some(header), length), expected, "{header}");
        }
        assert_eq!(ByteRange::parse(None, 10), ByteRange::Whole);
    }
}
