//! Identities: every id is a type of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A text that is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

/// Names a job: 128 random bits as 32 hexadecimal digits, so that it cannot be guessed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    /// Draws a new id from the system's random source.
    ///
    /// # Errors
    ///
    /// Fails when the system has no random bytes to give.
    pub fn random() -> Result<Self, std::io::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self::from_bytes(bytes))
    }

    /// Makes an id of the given bits, for tests and for ids that are derived from an idempotency key.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(hex(&bytes))
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names a job for people who may watch its video and nothing more: 32 hexadecimal digits.
///
/// It is derived from the [`JobId`] in one direction, so nothing is stored and every process derives the same one. It is
/// guaranteed that the job's id, which is the right to control the job, cannot be computed from it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ViewId(String);

impl ViewId {
    /// What is hashed in front of the job's id. Links that people have shared depend on it, so it must never change; a
    /// store that looks views up by an index of its own uses the same label.
    pub const LABEL: &str = "brainwrought view:";

    /// Derives the id: the first 32 hexadecimal digits of the SHA-256 of [`Self::LABEL`] and the job's id.
    pub fn from_job(id: &JobId) -> Self {
        let digest = Digest::of(format!("{}{id}", Self::LABEL).as_bytes());
        Self(digest.0[..32].to_owned())
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of some bytes, written as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// Digests `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// Digests what is left of `reader`, piece by piece.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read.
    pub fn of_reader(mut reader: impl std::io::Read) -> std::io::Result<Self> {
        let mut hasher = Sha256::new();
        let mut piece = vec![0; 256 << 10];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(Self(hex(&hasher.finalize()))),
                Ok(count) => hasher.update(&piece[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! hex_id {
    ($name:ident, $digits:expr, $expected:expr) => {
        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                let fits =
                    text.len() == $digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if fits { Ok(Self(text)) } else { Err(InvalidId { text, expected: $expected }) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

hex_id!(JobId, 32, "a job id (32 hexadecimal digits)");
hex_id!(ViewId, 32, "a view id (32 hexadecimal digits)");
hex_id!(Digest, 64, "a SHA-256 digest (64 hexadecimal digits)");

/// The digest of a stage's name, version, settings and inputs: equal fingerprints mean equal outputs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub Digest);

/// Grows by one each time a task is claimed; every later write about that task is checked against it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(pub u64);

impl FencingToken {
    /// The token of the next claim.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names a worker, for people: nothing is ever decided by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkerId(pub String);

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a stage in its pipeline, such as `parse`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageName(pub String);

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for StageName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// Names a task inside its job: a stage, and the segment it works on when the stage fans out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskKey {
    /// The stage.
    pub stage: StageName,
    /// The segment, from 0; `None` for a stage that runs once a job.
    pub segment: Option<u32>,
}

impl fmt::Display for TaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.segment {
            Some(segment) => write!(f, "{}[{segment}]", self.stage),
            None => self.stage.fmt(f),
        }
    }
}

/// Names a task in a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId {
    /// The job.
    pub job: JobId,
    /// The task inside the job.
    pub key: TaskKey,
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.job, self.key)
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_id_never_changes_and_is_not_the_job_id() {
        let job: JobId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        assert_eq!(ViewId::from_job(&job).as_str(), "0465c057c2fe5da8e28a63533b7f87be");
        assert_ne!(ViewId::from_job(&job), ViewId::from_job(&JobId::from_bytes([0; 16])));
    }
}
