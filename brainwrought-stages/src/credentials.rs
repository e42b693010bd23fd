//! Content credentials: a finished video is signed by the C2PA standard, with what is synthetic and which document it is from.

use std::io::Cursor;

use bytes::Bytes;
use c2pa::{BoxedSigner, Builder, Context, Reader, SigningAlg, ValidationState, create_signer};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::{Value, json};

use crate::assemble::Disclosure;
use crate::check::Manifest;

/// The kind of file that is signed.
const MP4: &str = "video/mp4";
/// The label of our own assertion about the document; the standard wants the name of a domain, turned round.
const SOURCE: &str = "org.brainwrought.source";
/// What keys there are, the usual first.
const ALGORITHMS: [SigningAlg; 5] =
    [SigningAlg::Es256, SigningAlg::Es384, SigningAlg::Es512, SigningAlg::Ed25519, SigningAlg::Ps256];

/// Who signs: a chain of certificates and the key of the first one, both as PEM. The key is never shown.
#[derive(Clone)]
pub struct SigningIdentity {
    /// The certificates, the signer's first.
    pub certificate: String,
    /// The private key.
    pub key: String,
}

impl std::fmt::Debug for SigningIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningIdentity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// A video could not be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// No certificate could be made.
    #[error("no self-signed certificate could be made")]
    Certificate(#[source] rcgen::Error),
    /// Certificate and key are not what is needed.
    #[error(
        "certificate and key cannot sign; both must be PEM, the key that of the first certificate, and the certificate one \
         for signing documents"
    )]
    Identity(#[source] c2pa::Error),
    /// The manifest beside the video cannot be read.
    #[error("the manifest beside the video cannot be read; the video has to be checked again")]
    Manifest(#[source] serde_json::Error),
    /// The video could not be signed.
    #[error("the video could not be signed")]
    Sign(#[source] c2pa::Error),
    /// What was signed does not hold.
    #[error("the signature that was made does not hold: {0}")]
    Broken(String),
}

impl SigningIdentity {
    /// Makes an identity that nobody vouches for: viewers show the credentials and say that they do not know the signer.
    ///
    /// # Errors
    ///
    /// Fails when the system has no random numbers.
    pub fn self_signed() -> Result<Self, CredentialsError> {
        let make = || {
            let key = KeyPair::generate()?;
            let authority_key = KeyPair::generate()?;
            let mut authority = named("Brainwrought, self-signed")?;
            authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            let root = authority.self_signed(&authority_key)?;
            // The standard takes no certificate that signs itself, so there are two.
            let mut signer = named("Brainwrought on this machine")?;
            signer.is_ca = IsCa::ExplicitNoCa;
            signer.use_authority_key_identifier_extension = true;
            signer.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            signer.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
            let certificate = signer.signed_by(&key, &Issuer::from_params(&authority, &authority_key))?;
            let certificate = format!("{}{}", certificate.pem(), root.pem());
            Ok(Self { certificate, key: key.serialize_pem() })
        };
        make().map_err(CredentialsError::Certificate)
    }

    /// Finds out which kind of key it is by trying.
    fn signer(&self) -> Result<BoxedSigner, CredentialsError> {
        let open = |algorithm| {
            let (certificate, key) = (self.certificate.as_bytes(), self.key.as_bytes());
            let signer = create_signer::from_keys(certificate, key, algorithm, None)?;
            if signer.certs()?.is_empty() {
                return Err(c2pa::Error::CoseNoCerts);
            }
            signer.sign(b"a trial").map(|_| signer)
        };
        let mut first = None;
        for algorithm in ALGORITHMS {
            match open(algorithm) {
                Ok(signer) => return Ok(signer),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(CredentialsError::Identity(first.unwrap_or(c2pa::Error::UnsupportedType)))
    }
}

fn named(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "Brainwrought");
    Ok(params)
}

/// Signs a video with what the manifest beside it says, and looks whether the signature holds. No two signatures are
/// alike, so the result is for delivery and not for the artifact store.
///
/// # Errors
///
/// Fails when the manifest cannot be read, when certificate and key do not fit, and when the video is no MP4.
pub fn sign(video: &Bytes, manifest: &[u8], identity: &SigningIdentity) -> Result<Bytes, CredentialsError> {
    // Read on its own: the manifest passes over a disclosure that it does not understand.
    let disclosure: Disclosure = serde_json::from_slice(manifest).map_err(CredentialsError::Manifest)?;
    let manifest: Manifest = serde_json::from_slice(manifest).map_err(CredentialsError::Manifest)?;
    let signer = identity.signer()?;
    let builder = Builder::from_context(Context::new());
    let mut builder = builder
        .with_definition(definition(&manifest, &disclosure).to_string())
        .map_err(CredentialsError::Sign)?;
    let mut signed = Cursor::new(Vec::with_capacity(video.len() + (64 << 10)));
    builder
        .sign(signer.as_ref(), MP4, &mut Cursor::new(video.clone()), &mut signed)
        .map_err(CredentialsError::Sign)?;
    let signed = Bytes::from(signed.into_inner());
    let reader = read(&signed).map_err(CredentialsError::Sign)?;
    match reader.validation_state() {
        ValidationState::Invalid => {
            let faults = reader.validation_status().unwrap_or_default();
            let faults: Vec<&str> = faults.iter().map(|status| status.code()).collect();
            Err(CredentialsError::Broken(faults.join(", ")))
        }
        _ => Ok(signed),
    }
}

fn read(video: &Bytes) -> c2pa::Result<Reader> {
    Reader::from_context(Context::new()).with_stream(MP4, Cursor::new(video.clone()))
}

/// What is claimed.
fn definition(manifest: &Manifest, disclosure: &Disclosure) -> Value {
    let Manifest { title, source, writer, .. } = manifest;
    let Disclosure { synthetic, digital_source_type } = disclosure;
    let version = env!("CARGO_PKG_VERSION");
    let agent = json!({ "name": "brainwrought", "version": version });
    let action = json!({
        "action": "c2pa.created",
        "digitalSourceType": digital_source_type,
        "softwareAgent": agent,
        "description": format!("Made from “{title}”: {}.", synthetic.join("; ")),
    });
    let told = json!({
        "title": title,
        "file_name": source.file_name,
        "pages": source.pages,
        "sha256": source.sha256,
        "script_writer": writer,
        "synthetic": synthetic,
    });
    json!({
        "title": title,
        "format": MP4,
        "claim_generator_info": [agent],
        "ingredients": [{
            "title": source.file_name,
            "format": "application/pdf",
            "relationship": "inputTo",
            "instance_id": format!("sha256:{}", source.sha256),
        }],
        "assertions": [
            { "label": "c2pa.actions", "data": { "actions": [action] } },
            { "label": SOURCE, "data": told },
        ],
    })
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Language;

    use super::*;
    use crate::media::{EncoderSettings, H264Encoder, Mp4Settings, Mp4Writer};
    use crate::picture::YuvFrame;

    fn video() -> Bytes {
        let settings = EncoderSettings { width: 96, height: 160, ..EncoderSettings::default() };
        let mut encoder = H264Encoder::new(&settings).unwrap();
        for _ in 0..6 {
            encoder.push(&YuvFrame::black(96, 160)).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("video.mp4");
        let about = Mp4Settings {
            fps: settings.fps,
            title: "Queues".to_owned(),
            comment: String::new(),
            description: String::new(),
            language: Language::english(),
            audio_bit_rate: 96_000,
        };
        let silence = vec![0.0; 2 * 6 * 48_000 / settings.fps as usize];
        let mut writer = Mp4Writer::create(&path, about, silence).unwrap();
        writer.push_clip(&encoder.finish().unwrap().into()).unwrap();
        writer.finish().unwrap();
        std::fs::read(path).unwrap().into()
    }

    fn manifest() -> Vec<u8> {
        let digest = "ab".repeat(32);
        let kind = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
        let value = json!({
            "title": "Why Queues Explode", "writer": "offline/en", "digital_source_type": kind, "more": 1,
            "source": { "file_name": "queues.pdf", "pages": 4, "bytes": 9, "sha256": digest },
            "synthetic": ["the narration is spoken by the synthetic voice hibari/heart"],
        });
        value.to_string().into_bytes()
    }

    #[test]
    fn a_signed_video_says_what_is_synthetic_and_where_it_is_from() {
        let (video, identity) = (video(), SigningIdentity::self_signed().unwrap());
        let signed = sign(&video, &manifest(), &identity).unwrap();
        let reader = read(&signed).unwrap();
        assert_eq!(reader.validation_state(), ValidationState::Valid);
        let told = reader.json();
        for expected in [
            "c2pa.created",
            "digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
            SOURCE,
            &"ab".repeat(32),
            "Why Queues Explode",
            "queues.pdf",
            "inputTo",
            "Brainwrought on this machine",
        ] {
            assert!(told.contains(expected), "{expected} is not in {told}");
        }
        // What plays is what was signed.
        let settings = crate::media::ClipSettings { width: 96, height: 160, fps: 30, offset_ms: 0 };
        let mut player = crate::media::ClipReader::open(signed.clone(), settings).unwrap();
        player.next_into(&mut YuvFrame::black(96, 160)).unwrap();
        // One changed byte of the pictures is noticed.
        let mut forged = signed.to_vec();
        let last = forged.len() - 1;
        forged[last] ^= 1;
        let forged = read(&forged.into()).unwrap();
        assert_eq!(forged.validation_state(), ValidationState::Invalid);
    }

    #[test]
    fn an_unusable_identity_says_why_and_shows_no_key() {
        let (one, other) = (SigningIdentity::self_signed().unwrap(), SigningIdentity::self_signed().unwrap());
        assert!(!format!("{one:?}").contains("PRIVATE KEY"));
        let wrong = SigningIdentity { certificate: "no PEM".to_owned(), ..one.clone() };
        assert!(matches!(sign(&video(), &manifest(), &wrong), Err(CredentialsError::Identity(_))));
        let wrong = SigningIdentity { key: other.key, ..one.clone() };
        assert!(sign(&video(), &manifest(), &wrong).is_err(), "the key of another certificate");
        assert!(matches!(sign(&video(), b"{}", &one), Err(CredentialsError::Manifest(_))));
        let unknown = br#"{"synthetic":[],"digital_source_type":"of tomorrow"}"#;
        let error = sign(&video(), unknown, &one).unwrap_err();
        assert!(
            matches!(&error, CredentialsError::Manifest(reason) if reason.to_string().contains("of tomorrow")),
            "{error:?}"
        );
        let no_video = Bytes::from_static(b"no video at all");
        assert!(matches!(sign(&no_video, &manifest(), &one), Err(CredentialsError::Sign(_))));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test finds and starts a program of other people")]
    fn a_reader_of_other_people_finds_the_signature_valid() {
        let Some(python) = std::env::var_os("BRAINWROUGHT_TEST_C2PA_PYTHON") else {
            println!("did not run: BRAINWROUGHT_TEST_C2PA_PYTHON names no Python with c2pa-python");
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed.mp4");
        let signed = sign(&video(), &manifest(), &SigningIdentity::self_signed().unwrap()).unwrap();
        std::fs::write(&path, signed).unwrap();
        let script = "import c2pa, json, sys\nread = json.loads(c2pa.Reader(sys.argv[1]).json())\n\
                      print(read['validation_state'], [fault['code'] for fault in read.get('validation_status', [])])";
        let read = std::process::Command::new(python).args(["-c", script]).arg(&path).output().unwrap();
        let told = String::from_utf8_lossy(&read.stdout);
        assert_eq!(told.trim(), "Valid ['signingCredential.untrusted']", "{read:?}");
    }
}
