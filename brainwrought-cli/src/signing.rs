//! Signing a finished video, in builds that can.

#[cfg(feature = "c2pa")]
pub(crate) use with_feature::{check, signed};
#[cfg(not(feature = "c2pa"))]
pub(crate) use without_feature::{check, signed};

#[cfg(feature = "c2pa")]
mod with_feature {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::Path;

    use anyhow::Context as _;
    use brainwrought_core::private_folder::{private_file, private_folder};
    use brainwrought_stages::credentials::{SigningIdentity, sign};
    use bytes::Bytes;

    use crate::config_file::C2paSection;
    use crate::exit::WrongCommand;
    use crate::small_file::read_text;

    /// Fails when this build cannot sign.
    pub(crate) fn check() -> Result<(), WrongCommand> {
        Ok(())
    }

    /// Signs a video by the user's certificate, or by one that is made once and kept in `folder`.
    pub(crate) fn signed(
        section: &C2paSection,
        folder: &Path,
        video: &Bytes,
        manifest: &Path,
    ) -> anyhow::Result<Bytes> {
        let identity = match (&section.certificate, &section.key) {
            (Some(certificate), Some(key)) => read(certificate, key)?,
            _ => own(folder)?,
        };
        let manifest = std::fs::read(manifest).context("there is no manifest beside the video")?;
        Ok(sign(video, &manifest, &identity)?)
    }

    fn own(folder: &Path) -> anyhow::Result<SigningIdentity> {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        if certificate.is_file() && key.is_file() {
            let close = || {
                private_folder(folder)?;
                private_file(&certificate)?;
                private_file(&key)
            };
            close().with_context(|| format!("could not close {} to others", folder.display()))?;
            return read(&certificate, &key);
        }
        let identity = SigningIdentity::self_signed()?;
        let keep = || {
            private_folder(folder)?;
            let mut options = std::fs::OpenOptions::new();
            // For nobody else to read.
            options.write(true).create(true).truncate(true).mode(0o600);
            options.open(&key)?.write_all(identity.key.as_bytes())?;
            // Last, so that a certificate never lies there without its key.
            std::fs::write(&certificate, &identity.certificate)?;
            private_file(&certificate)
        };
        keep().with_context(|| format!("could not keep a certificate in {}", folder.display()))?;
        Ok(identity)
    }

    fn read(certificate: &Path, key: &Path) -> anyhow::Result<SigningIdentity> {
        let text = |path: &Path| {
            read_text(path)
                .map_err(|error| WrongCommand(format!("could not read {}: {error}", path.display())))
        };
        Ok(SigningIdentity { certificate: text(certificate)?, key: text(key)? })
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::fs::PermissionsExt as _;

        use super::*;

        #[test]
        fn a_certificate_is_made_once_and_its_key_is_for_nobody_else() {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path().join("credentials");
            let first = own(&folder).unwrap();
            assert_eq!(own(&folder).unwrap().key, first.key);
            let mode = std::fs::metadata(folder.join("key.pem")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            // A folder that an earlier program made is closed, too.
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let open = |path: &Path, mode| {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
            };
            open(&folder, 0o755);
            open(&folder.join("key.pem"), 0o644);
            open(&folder.join("certificate.pem"), 0o644);
            assert_eq!(own(&folder).unwrap().key, first.key);
            let modes =
                [&folder, &folder.join("key.pem"), &folder.join("certificate.pem")].map(|path| mode(path));
            assert_eq!(modes, [0o700, 0o600, 0o600]);
        }
    }
}

#[cfg(not(feature = "c2pa"))]
mod without_feature {
    use std::path::Path;

    use bytes::Bytes;

    use crate::config_file::C2paSection;
    use crate::exit::WrongCommand;

    /// Fails when this build cannot sign.
    pub(crate) fn check() -> Result<(), WrongCommand> {
        Err(WrongCommand("this build signs nothing; build it with `--features c2pa`".to_owned()))
    }

    /// Signs nothing.
    pub(crate) fn signed(_: &C2paSection, _: &Path, _: &Bytes, _: &Path) -> anyhow::Result<Bytes> {
        Err(check().err().map_or_else(|| anyhow::anyhow!("nothing was signed"), Into::into))
    }
}
