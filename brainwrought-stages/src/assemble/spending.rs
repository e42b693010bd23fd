//! [`Spending`]: what providers were paid for a video, added up from the calls that it took.

use std::collections::BTreeMap;

use brainwrought_core::budget::Cost;
use brainwrought_core::data::{OutboundCall, Script};
use serde::{Deserialize, Serialize};

use super::part::Part;

/// What providers were paid for what is in a video, by stage and provider. A job that found some of it made already has paid
/// less; what a job has paid is in its ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spending {
    /// The sum, in US dollars.
    pub usd: f64,
    /// The lines, sorted by stage and provider.
    pub by: Vec<SpendingLine>,
}

/// What one stage has paid one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpendingLine {
    /// The stage.
    pub stage: String,
    /// The provider and its model, such as `openai/gpt-5-mini`.
    pub provider: String,
    /// How many conversations there were.
    pub calls: u64,
    /// What they cost, in US dollars; nothing where nobody wrote down a price.
    pub usd: f64,
}

impl Spending {
    /// Adds up the calls of a video, those that joining its parts took in `own`; `None` where nobody was called.
    pub(crate) fn new(script: &Script, parts: &[Part<'_>], own: &[OutboundCall]) -> Option<Self> {
        Self::of_calls(calls(script, parts).chain(own))
    }

    fn of_calls<'a>(calls: impl IntoIterator<Item = &'a OutboundCall>) -> Option<Self> {
        let mut by: BTreeMap<(&str, &str), (u64, Cost)> = BTreeMap::new();
        for call in calls {
            let (count, cost) = by.entry((&call.stage.0, &call.provider)).or_default();
            *count += 1;
            *cost += call.cost;
        }
        let sum: Cost = by.values().map(|(_, cost)| *cost).sum();
        let line = |((stage, provider), (calls, cost)): ((&str, &str), (u64, Cost))| SpendingLine {
            stage: stage.to_owned(),
            provider: provider.to_owned(),
            calls,
            usd: cost.usd(),
        };
        (!by.is_empty()).then(|| Self { usd: sum.usd(), by: by.into_iter().map(line).collect() })
    }
}

/// The conversations that a video took, in order.
pub(crate) fn calls<'a>(script: &'a Script, parts: &'a [Part<'_>]) -> impl Iterator<Item = &'a OutboundCall> {
    let made = parts.iter().flat_map(|part| part.audio.calls.iter().chain(&part.visuals.calls));
    script.calls.iter().chain(made)
}

#[cfg(test)]
mod tests {
    use brainwrought_core::id::StageName;

    use super::*;

    #[test]
    fn calls_are_added_up_by_stage_and_provider() {
        let call = |stage: &str, provider: &str, cost| OutboundCall {
            stage: StageName::from(stage),
            provider: provider.to_owned(),
            host: "127.0.0.1:9".to_owned(),
            purpose: "line".to_owned(),
            sent_bytes: 1,
            received_bytes: 2,
            cost: Cost(cost),
        };
        assert_eq!(Spending::of_calls([]), None);
        let calls = [
            call("script", "b/1", 20_000),
            call("audio", "a/1", 0),
            call("script", "b/1", 10_000),
            call("script", "a/1", 5_000),
        ];
        let spending = Spending::of_calls(&calls).unwrap();
        assert_eq!(spending.usd, 0.035);
        let lines = spending.by.iter().map(|l| (l.stage.as_str(), l.provider.as_str(), l.calls, l.usd));
        let expected = [("audio", "a/1", 1, 0.0), ("script", "a/1", 1, 0.005), ("script", "b/1", 2, 0.03)];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }
}
