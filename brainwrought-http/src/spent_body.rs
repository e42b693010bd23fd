//! [`SpentBody`]: what a job has paid providers, as it is written in an answer.

use brainwrought_core::budget::Cost;
use brainwrought_core::job::Ledger;
use serde::Serialize;
use utoipa::ToSchema;

/// What a job has paid providers, in US dollars.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[non_exhaustive]
pub struct SpentBody {
    /// What counts against the limit: what calls did cost, and what is set aside.
    pub usd: f64,
    /// The part of it that is set aside for calls that go on, or whose end nobody knows.
    pub set_aside_usd: f64,
    /// The limit, if there is one. A job that would pass it fails, and keeps what is done.
    pub max_cost_usd: Option<f64>,
    /// By stage and provider.
    pub by: Vec<SpentLine>,
}

/// What one stage has paid one provider, in US dollars.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[non_exhaustive]
pub struct SpentLine {
    /// The stage.
    pub stage: String,
    /// The provider and its model.
    pub provider: String,
    /// How many calls there were.
    pub calls: u64,
    /// What they did cost.
    pub usd: f64,
    /// What is set aside for those that go on, or whose end nobody knows.
    pub set_aside_usd: f64,
}

impl SpentBody {
    /// Writes a ledger.
    pub fn from_ledger(ledger: &Ledger) -> Self {
        let lines = ledger.entries.iter().map(|entry| SpentLine {
            stage: entry.stage.to_string(),
            provider: entry.provider.clone(),
            calls: entry.calls,
            usd: entry.settled.usd(),
            set_aside_usd: entry.reserved.usd(),
        });
        Self {
            usd: ledger.spent().usd(),
            set_aside_usd: ledger.reserved().usd(),
            max_cost_usd: ledger.max_cost.map(Cost::usd),
            by: lines.collect(),
        }
    }
}
