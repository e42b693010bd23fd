//! Databases on other machines: what goes over the network is encrypted, and the certificate is looked at when asked to.

use brainwrought_core::job_store::{JobFilter, JobStore};
use brainwrought_store::{OpenError, PostgresJobStore};
use sqlx::{Connection as _, PgConnection};

use brainwrought_testing::PostgresServer;
use brainwrought_testing::python;

/// Prints a fresh key and the certificate of `localhost` that it signed itself.
const CERTIFY: &str = "
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'localhost')])
now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
made = made.serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName('localhost')]), False)
print(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(), end='|')
print(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                        serialization.NoEncryption()).decode(), end='')
";

#[tokio::test]
async fn a_database_is_reached_over_tls_and_its_certificate_is_checked() {
    let certified = python().args(["-c", CERTIFY]).output().unwrap();
    let certified = String::from_utf8(certified.stdout).unwrap();
    let (certificate, key) = certified.split_once('|').unwrap();
    let server = PostgresServer::with_tls(certificate, key).await;
    let local = server.database().await;
    let name = local.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    let root = server.folder().join("root.crt");
    std::fs::write(&root, certificate).unwrap();
    let url = |host: &str, rest: &str| format!("postgres://tester@{host}:{}/{name}?{rest}", server.port());

    let store = PostgresJobStore::connect(&url("localhost", "sslmode=require")).await.unwrap();
    assert!(store.list(&JobFilter::default()).await.unwrap().is_empty());
    let mut connection = PgConnection::connect(&local).await.unwrap();
    let sessions: Vec<bool> = sqlx::query_scalar(
        "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'brainwrought'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(!sessions.is_empty() && sessions.iter().all(|encrypted| *encrypted), "{sessions:?}");

    let trusted = format!("sslmode=verify-full&sslrootcert={}", root.display());
    PostgresJobStore::connect(&url("localhost", &trusted)).await.unwrap();
    for (host, rest) in [("127.0.0.1", trusted.as_str()), ("localhost", "sslmode=verify-full")] {
        let refused = PostgresJobStore::connect(&url(host, rest)).await.unwrap_err();
        assert!(matches!(refused, OpenError::Database { .. }), "{host} {rest}: {refused:?}");
    }
}
