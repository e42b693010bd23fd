//! One function a provider: from a URL and options to a client. A build without the provider's feature refuses.

use std::sync::Arc;

use object_store::ObjectStore;

use crate::store_clock::StoreClock;
use crate::{OpenError, StoreOptions};

/// What the name of an option holds that brings a key, tells where to ask for one, or says that none is needed.
///
/// Without any, the clients would ask the cloud's own metadata service, whose address answers nobody elsewhere, for
/// minutes; machines in a cloud name it by `aws_metadata_endpoint`, `google_application_credentials` or `azure_msi_endpoint`.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
const KEYS: [&str; 13] = [
    "access_key",
    "account_key",
    "azure_cli",
    "client_secret",
    "credentials",
    "emulator",
    "master_key",
    "metadata_endpoint",
    "msi_endpoint",
    "sas_key",
    "service_account",
    "skip_signature",
    "token",
];

type Opened = Result<Arc<dyn ObjectStore>, OpenError>;

macro_rules! provider {
    ($feature:literal, $prefix:literal, $open:ident, $prepare:ident, $takes:ident, $builder:path, $key:path, $bucket:ident, $key_name:literal, [$($endpoint:literal),+]) => {
        #[cfg(feature = $feature)]
        pub(super) fn $takes(name: &str) -> bool {
            name.starts_with($prefix) && name.parse::<$key>().is_ok()
        }

        #[cfg(not(feature = $feature))]
        pub(super) fn $takes(_: &str) -> bool {
            false
        }

        #[cfg(feature = $feature)]
        pub(super) fn $open(url: &str, bucket: &str, options: &StoreOptions, clock: &StoreClock) -> Opened {
            let client = $prepare(url, bucket, options, clock)?.build();
            Ok(Arc::new(client.map_err(|error| OpenError::wrong(url, error))?))
        }

        #[cfg(feature = $feature)]
        pub(super) fn $prepare(
            url: &str,
            bucket: &str,
            options: &StoreOptions,
            clock: &StoreClock,
        ) -> Result<$builder, OpenError> {
            if !options.of($prefix).any(|(name, _)| KEYS.iter().any(|key| name.contains(key))) {
                return Err(OpenError::MissingKey { url: crate::open_error::without_password(url), names: $key_name });
            }
            let retry_settings = super::retry::RetrySettings::new(options, clock);
            let endpoint = [$($endpoint),+].into_iter().find_map(|name| options.get(name));
            let mut builder = <$builder>::new()
                .$bucket(bucket)
                .with_retry(retry_settings.retry())
                .with_client_options(retry_settings.client(endpoint))
                .with_http_connector(retry_settings);
            for (name, value) in options.of($prefix) {
                let key = name.parse::<$key>().map_err(|_| OpenError::UnknownOption { name: name.to_owned() })?;
                builder = builder.with_config(key, value);
            }
            Ok(builder)
        }

        #[cfg(not(feature = $feature))]
        pub(super) fn $open(url: &str, _: &str, _: &StoreOptions, _: &StoreClock) -> Opened {
            Err(OpenError::NotBuilt { url: crate::open_error::without_password(url), feature: $feature })
        }
    };
}

provider!(
    "aws",
    "aws_",
    s3,
    s3_builder,
    aws_takes,
    object_store::aws::AmazonS3Builder,
    object_store::aws::AmazonS3ConfigKey,
    with_bucket_name,
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ["aws_endpoint_url_s3", "aws_endpoint_url", "aws_endpoint"]
);
provider!(
    "gcp",
    "google_",
    gs,
    gs_builder,
    gcp_takes,
    object_store::gcp::GoogleCloudStorageBuilder,
    object_store::gcp::GoogleConfigKey,
    with_bucket_name,
    "GOOGLE_APPLICATION_CREDENTIALS",
    ["google_base_url"]
);
provider!(
    "azure",
    "azure_",
    az,
    az_builder,
    azure_takes,
    object_store::azure::MicrosoftAzureBuilder,
    object_store::azure::AzureConfigKey,
    with_container_name,
    "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
    ["azure_storage_endpoint", "azure_endpoint"]
);
