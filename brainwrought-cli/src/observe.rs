//! What a process tells of what happens in it: log lines, spans, metrics.

use std::io::{self, IsTerminal as _, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::id::StageName;
use brainwrought_core::job_store::JobStore;
use brainwrought_core::redaction::without_credentials;
use brainwrought_core::report::chain;
use brainwrought_http::MetricsRenderer;
use brainwrought_stages::standard::STAGE_NAMES;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::args::LogFormat;
use crate::config_file::ObserveSection;
use crate::exit::WrongCommand;

/// The rest between two counts of the queue.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// Upper ends of the buckets of [`brainwrought_core::metrics::STAGE_SECONDS`]: from a stage that only looks something
/// up to one that renders for an hour.
const STAGE_BUCKETS: [f64; 12] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0, 3600.0];

/// Libraries that log what a server sent back, which may be the key that it was sent, or parts of an address that they do not
/// know, which may be a password. What went wrong is said without.
const QUIET: [&str; 2] = ["rmcp", "sqlx_postgres::options"];

/// Sends what is still on its way when it is dropped.
#[must_use]
#[derive(Debug)]
pub(crate) struct Tracing {
    #[cfg(feature = "otlp")]
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

/// Writes lines without the credentials of the addresses in them, whoever has put those there.
#[derive(Debug)]
struct Careful<W>(W);

impl<W: Write> Write for Careful<W> {
    /// Takes all of `line`. Each line of the log comes in one piece.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(line) {
            Ok(text) if text.contains('@') => self.0.write_all(without_credentials(text, []).as_bytes())?,
            _ => self.0.write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Starts logging, and sending spans where a collector is named. Must run inside the runtime.
pub(crate) fn tracing(verbose: u8, observe: &ObserveSection) -> anyhow::Result<Tracing> {
    let level = match verbose {
        0 => "warn",
        1 => "info,brainwrought_core=debug",
        _ => "debug",
    };
    // More detail that was typed wins over the environment and the file.
    let said = observe.log_filter.as_deref().filter(|_| verbose == 0);
    let filter = EnvFilter::try_new(said.unwrap_or(level))
        .map_err(|error| WrongCommand(format!("the log filter is wrong: {error}")))?;
    let filter = QUIET
        .iter()
        .filter_map(|name| format!("{name}=off").parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt::layer().with_writer(|| Careful(std::io::stderr()));
    // Colours are for people; a file would keep their codes.
    let lines = if std::io::stderr().is_terminal() { lines } else { lines.with_ansi(false) };
    let lines = match observe.log_format.unwrap_or_default() {
        LogFormat::Text => lines.without_time().with_filter(filter).boxed(),
        // Spans become fields, so that a line can be found by its job, stage or attempt.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(true).with_filter(filter).boxed(),
    };
    let registry = tracing_subscriber::registry().with(lines);
    #[cfg(feature = "otlp")]
    {
        let provider = observe.otlp_endpoint.as_deref().map(otlp::provider).transpose()?;
        registry.with(provider.as_ref().map(otlp::layer)).init();
        Ok(Tracing { provider })
    }
    #[cfg(not(feature = "otlp"))]
    {
        registry.init();
        if observe.otlp_endpoint.is_some() {
            tracing::debug!("this build sends no spans; build it with `--features otlp`");
        }
        Ok(Tracing {})
    }
}

#[cfg(feature = "otlp")]
impl Drop for Tracing {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.provider.take().map(|provider| provider.shutdown()) {
            tracing::warn!(error = chain(&error), "the last spans could not be sent");
        }
    }
}

/// Spans over OTLP.
#[cfg(feature = "otlp")]
mod otlp {
    use std::sync::Arc;
    use std::time::Duration;

    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter as Export};
    use tokio::runtime::Handle;
    use tracing::Subscriber;
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::registry::LookupSpan;
    use tracing_subscriber::{Layer, filter};

    use crate::exit::WrongCommand;

    const ADDRESS: &str = "OTEL_EXPORTER_OTLP_ENDPOINT takes an address such as http://127.0.0.1:4318";

    /// Sends spans from the runtime. The SDK exports on a thread of its own, where the HTTP client cannot work.
    #[derive(Debug)]
    struct FromRuntime {
        exporter: Arc<SpanExporter>,
        runtime: Handle,
    }

    impl Export for FromRuntime {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            let exporter = Arc::clone(&self.exporter);
            let sent = self.runtime.spawn(async move { exporter.export(batch).await });
            sent.await.unwrap_or_else(|error| Err(OTelSdkError::InternalFailure(error.to_string())))
        }

        fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
            self.exporter.shutdown_with_timeout(timeout)
        }

        fn force_flush(&self) -> OTelSdkResult {
            self.exporter.force_flush()
        }

        fn set_resource(&mut self, resource: &Resource) {
            // Called while the provider is built, before anything is exported.
            if let Some(exporter) = Arc::get_mut(&mut self.exporter) {
                exporter.set_resource(resource);
            }
        }
    }

    /// Connects to the collector at `endpoint`, such as `http://127.0.0.1:4318`. Must run inside the runtime.
    pub(super) fn provider(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
        let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(url)
            .build()
            // What it says repeats the address, which may hold a password.
            .map_err(|_| WrongCommand(format!("could not set up the OpenTelemetry exporter; {ADDRESS}")))?;
        let exporter = FromRuntime { exporter: Arc::new(exporter), runtime: Handle::current() };
        let resource = Resource::builder().with_service_name("brainwrought").build();
        Ok(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
    }

    pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        // Our own spans alone: those of the HTTP client would tell of every request that carries spans.
        let ours = Targets::new().with_target("brainwrought", filter::LevelFilter::INFO);
        tracing_opentelemetry::layer().with_tracer(provider.tracer("brainwrought")).with_filter(ours)
    }
}

/// Serves metrics at an address, where there is one; with a job store, those of its queue as well. Must run inside the
/// runtime.
pub(crate) fn metrics(address: Option<SocketAddr>, queue: Option<&Arc<dyn JobStore>>) -> anyhow::Result<()> {
    let Some(address) = address else { return Ok(()) };
    recorder()?
        .with_http_listener(address)
        .install()
        .with_context(|| format!("could not serve metrics at {address}; is the port taken?"))?;
    brainwrought_core::metrics::describe();
    if let Some(jobs) = queue {
        tokio::spawn(count(Arc::clone(jobs)));
    }
    Ok(())
}

/// Records metrics from now on, for the server of this process to show. Must run inside the runtime.
pub(crate) fn record() -> anyhow::Result<MetricsRenderer> {
    let recorder = recorder()?.install_recorder().context("could not set up the metrics")?;
    let kept = recorder.clone();
    tokio::spawn(async move {
        // What is measured waits to be summed up, and nobody may ever ask for it.
        loop {
            tokio::time::sleep(COUNT_EVERY).await;
            kept.run_upkeep();
        }
    });
    brainwrought_core::metrics::describe();
    Ok(MetricsRenderer::new(move || recorder.render()))
}

fn recorder() -> anyhow::Result<PrometheusBuilder> {
    let stage_seconds = Matcher::Full(brainwrought_core::metrics::STAGE_SECONDS.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(stage_seconds, &STAGE_BUCKETS)
        .context("could not set up the metrics")
}

/// Counts the queue again and again.
async fn count(jobs: Arc<dyn JobStore>) {
    let known: Vec<StageName> = STAGE_NAMES.iter().map(|&stage| stage.into()).collect();
    loop {
        match jobs.backlog().await {
            Ok(backlog) => brainwrought_core::metrics::observe(&backlog, &known),
            Err(error) => tracing::warn!(error = chain(&error), "could not count the tasks"),
        }
        tokio::time::sleep(COUNT_EVERY).await;
    }
}
