//! [`RetrySettings`]: how long a request may take, how often it is sent again, and how long lies in between.

use std::time::Duration;

use async_trait::async_trait;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};
use object_store::{BackoffConfig, RetryConfig};

use crate::StoreOptions;
use crate::store_clock::StoreClock;

/// A server that does not even take a connection in this time is down, or its address is wrong.
const CONNECT: Duration = Duration::from_secs(10);
/// A server that sends nothing for so long has forgotten about us.
const READ: Duration = Duration::from_secs(60);
/// Sixteen megabytes, the largest request, arrive in this time even at 0.25 Mbit/s.
const REQUEST: Duration = Duration::from_secs(600);
/// Retrying stops after this time; a stage has attempts of its own. `object_store` asks for less than five minutes.
const IN_ALL: Duration = Duration::from_secs(180);
/// A server that wants a longer rest is tried sooner, and the request fails when that does not help.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// How patient a client is. It also passes on what `object_store` does not look at: the `Retry-After` header, before the
/// next try, and the `Date` header, to the clock.
#[derive(Debug, Clone)]
pub(super) struct RetrySettings {
    clock: StoreClock,
    retries: u32,
}

impl RetrySettings {
    pub(super) fn new(options: &StoreOptions, clock: &StoreClock) -> Self {
        Self { clock: clock.clone(), retries: options.retries() }
    }

    pub(super) fn retry(&self) -> RetryConfig {
        // Each rest is drawn evenly from the first to `base` times the last, so that they double on average.
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(15),
            base: 4.0,
        };
        RetryConfig { backoff, max_retries: self.retries as usize, retry_timeout: IN_ALL }
    }

    /// Plain HTTP is only for those who name an endpoint that has it.
    pub(super) fn client(&self, endpoint: Option<&str>) -> ClientOptions {
        ClientOptions::new()
            .with_allow_http(endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")))
            .with_connect_timeout(CONNECT)
            .with_read_timeout(READ)
            .with_timeout(REQUEST)
    }
}

impl HttpConnector for RetrySettings {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(RetryMiddleware { client, clock: self.clock.clone() }))
    }
}

#[derive(Debug)]
struct RetryMiddleware {
    client: HttpClient,
    clock: StoreClock,
}

#[async_trait]
impl HttpService for RetryMiddleware {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let reply = self.client.execute(request).await?;
        let header = |name| reply.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(date) = header("date") {
            self.clock.learn(date);
        }
        if matches!(reply.status().as_u16(), 429 | 503)
            && let Some(rest) = header("retry-after").and_then(|value| self.clock.wait(value))
        {
            tokio::time::sleep(rest.min(MAX_BACKOFF)).await;
        }
        Ok(reply)
    }
}
