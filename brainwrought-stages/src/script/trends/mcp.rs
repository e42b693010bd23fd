//! [`server`] and [`program`]: what a tool of an MCP server says, over HTTP or a program's own pipes.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::data::OutboundCall;
use brainwrought_core::stage::StageContext;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig,
    Implementation, PaginatedRequestParams, Tool,
};
use rmcp::service::{RxJsonRpcMessage, ServiceError, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransport, StreamableHttpClientTransportConfig,
};
use rmcp::{RoleClient, ServiceExt as _};

use super::arguments::{arguments, chosen};
use super::listing::{of_value, read_any};
use super::program::Program;
use super::source::{SERVER_KEY, TrendError, TrendSource, TrendTopic};
use super::trend::Trend;
use crate::child::start;
use crate::provider::{Address, ProviderClient, ProviderSettings, Secret};

/// The most pages of a list of tools that are read.
const PAGES: usize = 5;
/// A message of a server is at most this large, in bytes.
const MAX_MESSAGE_BYTES: usize = 2 << 20;

/// An MCP server that is reached over streamable HTTP.
#[derive(Debug)]
struct McpServerTrends {
    name: String,
    address: Address,
    tool: Option<String>,
    /// Checks the address, and knows whether it is this machine's.
    client: ProviderClient,
    key: Option<Secret>,
}

/// An MCP server that is started as a program and talked to over its pipes.
#[derive(Debug)]
struct McpProgramTrends {
    name: String,
    program: Program,
    tool: Option<String>,
    variables: Vec<(String, Secret)>,
}

/// Prepares the client of a server. Opens no connection.
pub(super) fn server(
    name: &str,
    address: &Address,
    tool: Option<String>,
    settings: &ProviderSettings,
) -> Result<Arc<dyn TrendSource>, TrendError> {
    let address = settings.complete(address)?;
    let client = ProviderClient::for_server(settings, "mcp", SERVER_KEY, &address)?;
    let key = settings.keys.get(SERVER_KEY).cloned();
    Ok(Arc::new(McpServerTrends { name: name.to_owned(), address, tool, client, key }))
}

/// Prepares the start of a program. Starts nothing.
pub(super) fn program(
    name: &str,
    program: Program,
    tool: Option<String>,
    variables: Vec<(String, Secret)>,
) -> Result<Arc<dyn TrendSource>, TrendError> {
    Ok(Arc::new(McpProgramTrends { name: name.to_owned(), program, tool, variables }))
}

#[async_trait]
impl TrendSource for McpServerTrends {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fetch(&self, topic: &TrendTopic, cx: &StageContext) -> Result<Vec<Trend>, TrendError> {
        let who = self.client.who();
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            // A key must not follow to wherever a server points.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("brainwrought/", env!("CARGO_PKG_VERSION")));
        if self.client.is_local() {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| broken_off(who, error.without_url()))?;
        let mut config = StreamableHttpClientTransportConfig::with_uri(self.address.reveal());
        if let Some(key) = &self.key {
            config = config.auth_header(key.reveal());
        }
        config.max_sse_event_size = MAX_MESSAGE_BYTES;
        let moved = Noted::new(cx, self.address.host().to_owned());
        let transport = StreamableHttpClientTransport::with_client(http, config);
        let asked = ask(transport, self.tool.as_deref(), topic, who, &moved).await;
        asked.map_err(|error| scrubbed(error, |text| self.client.scrub(text)))
    }
}

fn broken_off(who: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TrendError {
    TrendError::Conversation { who: who.to_owned(), source: source.into() }
}

/// The error without the secrets of an address or a command, which `scrub` takes out: clients of HTTP like to show the one,
/// and programs the other.
fn scrubbed(error: TrendError, scrub: impl Fn(&str) -> String) -> TrendError {
    match error {
        TrendError::Conversation { who, source } => {
            let text = scrub(&brainwrought_core::report::chain(source.as_ref()));
            broken_off(&who, text)
        }
        TrendError::Failed { who, said } => TrendError::Failed { who, said: scrub(&said) },
        TrendError::NoTool { who, what } => TrendError::NoTool { who, what: scrub(&what) },
        other => other,
    }
}

impl McpProgramTrends {
    /// Everything that no message may repeat: any argument may be a key, alone or behind the name of an option.
    fn secrets(&self) -> Vec<Secret> {
        /// Shorter arguments stand in ordinary words too.
        const MIN_BYTES: usize = 4;
        let arguments = self.program.arguments.iter().map(|argument| argument.to_string_lossy());
        let mut secrets: Vec<Secret> = self.variables.iter().map(|(_, value)| value.clone()).collect();
        for argument in arguments {
            let value = argument.split_once('=').map(|(_, value)| value);
            let parts = [Some(argument.as_ref()), value].into_iter().flatten();
            secrets.extend(parts.filter(|part| part.len() >= MIN_BYTES).filter_map(Secret::new));
        }
        secrets
    }
}

#[async_trait]
impl TrendSource for McpProgramTrends {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fetch(&self, topic: &TrendTopic, cx: &StageContext) -> Result<Vec<Trend>, TrendError> {
        let env: Vec<_> = self
            .variables
            .iter()
            .map(|(name, value)| (name.as_str().into(), value.reveal().to_owned().into()))
            .collect();
        // It is killed when this goes out of scope, whichever way.
        let (_running, input, output) = start(&self.program.path, &self.program.arguments, &env)?;
        let who = self.program.to_string();
        let moved = Noted::new(cx, format!("program {who}"));
        let transport = AsyncRwTransport::new_client(output, input).with_max_line_length(MAX_MESSAGE_BYTES);
        let asked = ask(transport, self.tool.as_deref(), topic, &who, &moved).await;
        asked.map_err(|error| {
            let secrets = self.secrets();
            scrubbed(error, |text| secrets.iter().fold(text.to_owned(), |text, secret| secret.scrub(&text)))
        })
    }
}

/// Finds the tool, calls it and reads what it says.
async fn ask<T>(
    transport: T,
    wanted: Option<&str>,
    topic: &TrendTopic,
    who: &str,
    noted: &Noted<'_>,
) -> Result<Vec<Trend>, TrendError>
where
    T: Transport<RoleClient> + 'static,
{
    let broken = |error: ServiceError| broken_off(who, error);
    let us = Implementation::new("brainwrought", env!("CARGO_PKG_VERSION"));
    let config = ClientConfig::new(ClientCapabilities::default(), us);
    let metered = Metered { inner: transport, moved: Arc::clone(&noted.moved) };
    let server = config.serve(metered).await.map_err(|error| broken_off(who, Box::new(error)))?;
    let mut tools: Vec<Tool> = Vec::new();
    let mut page: Option<PaginatedRequestParams> = None;
    for _ in 0..PAGES {
        let listed = server.list_tools(page.take()).await.map_err(broken)?;
        tools.extend(listed.tools);
        let Some(cursor) = listed.next_cursor else { break };
        page = Some(PaginatedRequestParams::default().with_cursor(Some(cursor)));
    }
    let tool = chosen(&tools, wanted, who)?;
    let call = CallToolRequestParams::new(tool.name.clone()).with_arguments(arguments(tool, topic, who)?);
    let CallToolResponse::Complete(answer) = server.call_tool_once(call).await.map_err(broken)? else {
        // Nobody is there to be asked back.
        return Err(TrendError::unreadable(who, "its tool asks back instead of answering"));
    };
    // What it said is here; how it takes the farewell does not matter.
    let _ = server.cancel().await;
    read(&answer, who)
}

fn read(answer: &CallToolResult, who: &str) -> Result<Vec<Trend>, TrendError> {
    let texts = answer.content.iter().filter_map(|block| block.as_text()).map(|text| text.text.as_str());
    if answer.is_error == Some(true) {
        let said: String = texts.collect::<Vec<_>>().join(" ").chars().take(200).collect();
        return Err(TrendError::Failed { who: who.to_owned(), said });
    }
    let structured = answer.structured_content.as_ref().map(|value| of_value(value, who)).unwrap_or_default();
    if !structured.is_empty() {
        return Ok(structured);
    }
    Ok(texts.flat_map(|text| read_any(text, who)).collect())
}

/// The bytes that went both ways; noted for the manifest when it goes out of scope, however the conversation ended.
#[derive(Debug)]
struct Noted<'a> {
    cx: &'a StageContext,
    host: String,
    moved: Arc<Moved>,
}

#[derive(Debug, Default)]
struct Moved {
    sent: AtomicU64,
    received: AtomicU64,
}

impl<'a> Noted<'a> {
    fn new(cx: &'a StageContext, host: String) -> Self {
        Self { cx, host, moved: Arc::default() }
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.cx.note_call(OutboundCall {
            stage: self.cx.stage().clone(),
            provider: "mcp".to_owned(),
            host: std::mem::take(&mut self.host),
            purpose: "script: trends".to_owned(),
            sent_bytes: self.moved.sent.load(Ordering::Relaxed),
            received_bytes: self.moved.received.load(Ordering::Relaxed),
            cost: Cost::FREE,
        });
    }
}

/// A transport whose messages are counted.
struct Metered<T> {
    inner: T,
    moved: Arc<Moved>,
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Metered<T> {
    type Error = T::Error;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        self.moved.sent.fetch_add(length(&item), Ordering::Relaxed);
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        let item = self.inner.receive().await?;
        self.moved.received.fetch_add(length(&item), Ordering::Relaxed);
        Some(item)
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}

fn length(message: &impl serde::Serialize) -> u64 {
    serde_json::to_vec(message).map_or(0, |bytes| bytes.len() as u64)
}
