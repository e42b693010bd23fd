//! One function a provider: from a URL and options to a client. A build without the provider's feature refuses.

use std::sync::Arc;

use object_store::ObjectStore;

use crate::store_clock::StoreClock;
use crate::{OpenError, StoreOptions};

type Opened = Result<Arc<dyn ObjectStore>, OpenError>;

macro_rules! provider {
    ($feature:literal, $prefix:literal, $open:ident, $takes:ident, $builder:path, $key:path, $bucket:ident, [$($endpoint:literal),+]) => {
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
            let patience = super::patience::Patience::new(options, clock);
            let endpoint = [$($endpoint),+].into_iter().find_map(|name| options.get(name));
            let mut builder = <$builder>::new()
                .$bucket(bucket)
                .with_retry(patience.retry())
                .with_client_options(patience.client(endpoint))
                .with_http_connector(patience);
            for (name, value) in options.of($prefix) {
                let key = name.parse::<$key>().map_err(|_| OpenError::option(name))?;
                builder = builder.with_config(key, value);
            }
            Ok(Arc::new(builder.build().map_err(|error| OpenError::wrong(url, error))?))
        }

        #[cfg(not(feature = $feature))]
        pub(super) fn $open(url: &str, _: &str, _: &StoreOptions, _: &StoreClock) -> Opened {
            Err(OpenError::NotBuilt { url: url.to_owned(), feature: $feature })
        }
    };
}

provider!(
    "aws",
    "aws_",
    s3,
    aws_takes,
    object_store::aws::AmazonS3Builder,
    object_store::aws::AmazonS3ConfigKey,
    with_bucket_name,
    ["aws_endpoint_url_s3", "aws_endpoint_url", "aws_endpoint"]
);
provider!(
    "gcp",
    "google_",
    gs,
    gcp_takes,
    object_store::gcp::GoogleCloudStorageBuilder,
    object_store::gcp::GoogleConfigKey,
    with_bucket_name,
    ["google_base_url"]
);
provider!(
    "azure",
    "azure_",
    az,
    azure_takes,
    object_store::azure::MicrosoftAzureBuilder,
    object_store::azure::AzureConfigKey,
    with_container_name,
    ["azure_storage_endpoint", "azure_endpoint"]
);
