//! [`TavilyTrends`]: what the web says, found by Tavily.

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::stage::StageContext;
use serde::Deserialize;
use serde_json::json;

use super::listing::quoted;
use super::source::{TrendError, TrendSource, TrendTopic};
use super::trend::Trend;
use crate::provider::{Bill, Price, ProviderClient, ProviderError, ProviderSettings, Request, Service};

/// What a search is called in the table of prices.
const PRICED: &str = "search";
/// How many pages are asked for.
const PAGES: u32 = 8;
/// The longest question that Tavily takes, in characters.
const QUESTION: usize = 400;
/// An answer is at most this large, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// What the web says, found by Tavily.
#[derive(Debug)]
pub(super) struct TavilyTrends {
    client: ProviderClient,
    price: Option<Price>,
}

/// What Tavily answers, as far as it is used.
#[derive(Debug, Deserialize)]
struct Found {
    results: Vec<Page>,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    content: String,
}

impl TavilyTrends {
    pub(super) const NAME: &str = "tavily";

    /// Opens the client. Opens no connection.
    pub(super) fn new(settings: &ProviderSettings) -> Result<Self, ProviderError> {
        let service = Service::named(Self::NAME).expect("the table of services has it");
        let client = ProviderClient::for_service(settings, service)?;
        let price = client.price(settings, &Self::priced());
        Ok(Self { client, price })
    }

    /// The name of the price.
    pub(super) fn priced() -> String {
        format!("{}/{PRICED}", Self::NAME)
    }

    /// What one search costs, if anybody knows.
    pub(super) fn one_search(&self) -> Option<Cost> {
        self.price.as_ref().map(Price::one_call)
    }
}

#[async_trait]
impl TrendSource for TavilyTrends {
    fn name(&self) -> &str {
        Self::NAME
    }

    async fn fetch(&self, topic: &TrendTopic, cx: &StageContext) -> Result<Vec<Trend>, TrendError> {
        let question: String = topic.question().chars().take(QUESTION).collect();
        let body = json!({
            "query": question,
            "topic": "general",
            "search_depth": "basic",
            "time_range": "month",
            "max_results": PAGES,
        });
        // A search costs what a call does, however much it finds.
        let paid = self.one_search().unwrap_or(Cost::FREE);
        let request = Request::post("search", &body, "script: trends")
            .billed(PRICED, Bill::by(self.price.as_ref(), Price::one_call))
            .with_most_bytes(MAX_BYTES);
        let found: Found = self.client.call(cx, &request, |reply| Ok((reply.json()?, paid))).await?;
        Ok(found.results.iter().take(PAGES as usize).flat_map(Page::trends).collect())
    }
}

impl Page {
    /// The expressions that the page quotes; where it quotes none, the page itself says something of what is going on.
    fn trends(&self) -> Vec<Trend> {
        let host = url::Url::parse(&self.url).ok();
        let host = host.as_ref().and_then(url::Url::host_str).unwrap_or(TavilyTrends::NAME);
        let found = quoted(&self.content, host);
        if found.is_empty() { vec![Trend::new(&self.title, &self.content, host)] } else { found }
    }
}
