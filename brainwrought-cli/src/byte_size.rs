//! [`ByteSize`]: an amount of storage as it is typed, such as `20GB`.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// An amount of storage in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteSize(pub(crate) u64);

/// More than any machine has: what is typed beyond that is a mistake, and no limit.
const MAX_BYTES: f64 = 1e18;

/// The units, the longest names first.
const UNITS: [(&str, u64); 9] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
];

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.trim().to_ascii_lowercase();
        let split =
            |(name, unit): &(&str, u64)| Some((lower.strip_suffix(name)?.trim_end().to_owned(), *unit));
        let (number, unit) = UNITS.iter().find_map(split).unwrap_or((lower.clone(), 1));
        let number: Option<f64> =
            number.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
        let number =
            number.ok_or_else(|| format!("`{text}` is no amount of storage; write it as 500MB or 20GB"))?;
        let bytes = number * unit as f64;
        if bytes > MAX_BYTES {
            return Err(format!("`{text}` is more than there is anywhere; the limit is 1000000TB"));
        }
        if bytes < 1.0 {
            return Err(format!("`{text}` is less than a byte"));
        }
        Ok(Self(bytes as u64))
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_units() {
        for (text, bytes) in [
            ("500MB", 500_000_000),
            ("1.5 GB", 1_500_000_000),
            ("2GiB", 2 << 30),
            ("1tb", 1_000_000_000_000),
            ("4096", 4096),
            ("10 b", 10),
            ("1000000TB", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for wrong in [
            "",
            "GB",
            "-1GB",
            "0",
            "1 PB",
            "NaN",
            "1e400",
            "20 giga",
            "99999999999999GB",
            "1000001TB",
            "0.1b",
        ] {
            assert!(wrong.parse::<ByteSize>().is_err(), "{wrong}");
        }
    }
}
