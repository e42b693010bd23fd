//! [`ServerSecret`]: what a server signs with.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use brainwrought_core::private_folder::{private_file, private_folder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What a server signs with: the messages of webhooks, and the addresses that it gives out for uploads. It is in no answer,
/// log or job.
#[derive(Clone)]
pub struct ServerSecret(Arc<str>);

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerSecretError {
    /// It could be guessed.
    #[error("the secret has {length} characters; take at least {MIN_LENGTH}, drawn at random")]
    TooShort {
        /// How many characters it has.
        length: usize,
    },
    /// The file that keeps it cannot be read or made.
    #[error("could not read or make the file of the secret")]
    File(#[source] std::io::Error),
}

/// RFC 2104, section 3, discourages keys shorter than the hash's output; 24 characters of base64 have 144 bits.
const MIN_LENGTH: usize = 24;

/// The most bytes of a file that is read as a secret.
const MAX_FILE_BYTES: u64 = 4 << 10;

impl ServerSecret {
    /// Takes a secret as it is. Its bytes in UTF-8 are the key.
    ///
    /// # Errors
    ///
    /// Fails when it is too short.
    pub fn new(secret: &str) -> Result<Self, ServerSecretError> {
        let length = secret.chars().count();
        if length < MIN_LENGTH {
            return Err(ServerSecretError::TooShort { length });
        }
        Ok(Self(secret.into()))
    }

    /// Draws 256 random bits.
    ///
    /// # Errors
    ///
    /// Fails when the system has no randomness.
    pub fn random() -> Result<Self, ServerSecretError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| ServerSecretError::File(std::io::Error::other(error)))?;
        Ok(Self(hex(&bytes).into()))
    }

    /// Reads the secret of a file, which is made with a random one when it is not there. On Unix only its owner may read
    /// it. Several processes that start at once agree on one secret.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read or made, or holds too short a secret.
    pub fn load_or_create(path: &Path) -> Result<Self, ServerSecretError> {
        if let Some(folder) = path.parent() {
            private_folder(folder).map_err(ServerSecretError::File)?;
        }
        let fresh = Self::random()?;
        // It gets its name when it is whole, so that nobody reads half a secret; a name that is taken stays.
        let folder = path.parent().unwrap_or(Path::new("."));
        let made = (|| {
            let mut file = tempfile::Builder::new().prefix(".secret-").tempfile_in(folder)?;
            file.write_all(fresh.0.as_bytes())?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            match file.persist_noclobber(path) {
                Ok(_) => Ok(true),
                Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(error.error),
            }
        })();
        if made.map_err(ServerSecretError::File)? {
            return Ok(fresh);
        }
        private_file(path).map_err(ServerSecretError::File)?;
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(ServerSecretError::File)?;
        file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(ServerSecretError::File)?;
        Self::new(text.trim())
    }

    /// The HMAC-SHA256 (RFC 2104) of some bytes, one after the other.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Tells whether a signature is the one of some bytes, in the same time for every wrong one.
    pub(crate) fn is_signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.mac(parts).verify_slice(signature).is_ok()
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_an_hmac_sha256() {
        // A key longer than a block; the expected value is from Python's `hmac`.
        let secret = ServerSecret::new(&"*".repeat(131)).unwrap();
        let text = b"Test Using Larger Than Block-Size Key - Hash Key First";
        let signature = secret.sign(&[&text[..10], &text[10..]]);
        assert_eq!(hex(&signature), "a879fe293ec4822a32e30037ac471452fbecd684d14d8c2b72a0743f6c2f40a6");
        assert!(secret.is_signed(&[text], &signature));
        assert!(!secret.is_signed(&[text], &signature[..31]) && !secret.is_signed(&[b"else"], &signature));
        assert!(!format!("{secret:?}").contains('*'));
    }

    #[test]
    fn a_secret_that_could_be_guessed_is_refused() {
        assert!(matches!(ServerSecret::new("hunter2"), Err(ServerSecretError::TooShort { length: 7 })));
    }

    #[test]
    fn the_file_keeps_the_secret_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("webhook.secret");
        let first = ServerSecret::load_or_create(&path).unwrap();
        let second = ServerSecret::load_or_create(&path).unwrap();
        assert!(first.0 == second.0 && first.0.len() == 64);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        std::fs::write(&path, "short\n").unwrap();
        assert!(matches!(
            ServerSecret::load_or_create(&path),
            Err(ServerSecretError::TooShort { length: 5 })
        ));
    }
}
