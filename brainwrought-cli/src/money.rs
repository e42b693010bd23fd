//! Money as it is typed and printed: [`MaxCost`], what a job has spent, what a video will cost.

use std::fmt::Write as _;
use std::str::FromStr;

use brainwrought_core::budget::Cost;
use brainwrought_core::job::Ledger;
use brainwrought_http::SpentBody;
use brainwrought_stages::standard::{Costs, Estimate};
use serde_json::{Value, json};

/// The most that a job may spend, as it is typed: US dollars, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MaxCost(pub(crate) Option<Cost>);

impl MaxCost {
    /// Reads dollars, as far as [`Cost::try_from_usd`] takes them.
    pub(crate) fn of_usd(dollars: f64) -> Option<Self> {
        Cost::try_from_usd(dollars).map(|cost| Self(Some(cost)))
    }
}

impl FromStr for MaxCost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let dollars = text.strip_prefix('$').unwrap_or(text).parse().ok().and_then(Self::of_usd);
        dollars.ok_or_else(|| "give US dollars, such as 0.50, or `none`".to_owned())
    }
}

/// What a job has spent, one line a stage and provider; nothing where there was neither a limit nor a call to be paid.
pub(crate) fn spent_lines(ledger: &Ledger) -> String {
    if ledger.is_empty() {
        return String::new();
    }
    let mut lines = format!("spent    {}", ledger.spent());
    if let Some(limit) = ledger.max_cost {
        let _ = write!(lines, " of at most {limit}");
    }
    for entry in &ledger.entries {
        let calls = if entry.calls == 1 { "call" } else { "calls" };
        let _ = write!(
            lines,
            "\n  {:<9} {:<32} {:>8}  {} {calls}",
            entry.stage,
            entry.provider,
            entry.settled.to_string(),
            entry.calls
        );
        if entry.reserved > Cost::FREE {
            let _ = write!(
                lines,
                ", {} set aside for those that go on or whose end nobody knows",
                entry.reserved
            );
        }
    }
    lines
}

/// A ledger as the API writes it, with the names that the command had for some sums before.
pub(crate) fn spent_json(ledger: &Ledger) -> Value {
    let mut value = json!(SpentBody::from_ledger(ledger));
    value["spent_usd"] = value["usd"].clone();
    value["settled_usd"] = json!(ledger.settled().usd());
    value
}

/// An estimate as a table.
pub(crate) fn estimate_table(estimate: &Estimate) -> String {
    if !estimate.is_paid() {
        return "nothing is paid: no provider that costs money is chosen".to_owned();
    }
    let row = |stage: &str, provider: &str, calls: &str, costs: Option<Costs>| {
        let cost = |cost: fn(&Costs) -> Cost| {
            costs.as_ref().map_or_else(|| "unknown".to_owned(), |c| cost(c).to_string())
        };
        let (usually, most) = (cost(|costs| costs.usually), cost(|costs| costs.most));
        format!("{stage:<9} {provider:<32} {calls:>5}  {usually:>8}  {most:>8}\n")
    };
    let mut table =
        format!("{:<9} {:<32} {:>5}  {:>8}  {:>8}\n", "stage", "provider", "calls", "usually", "at most");
    for line in &estimate.lines {
        table += &row(line.stage, &line.provider, &line.calls.to_string(), line.costs);
    }
    table += &row("total", "", "", Some(estimate.total()));
    for provider in estimate.unpriced() {
        let _ = writeln!(
            table,
            "nobody wrote down what {provider} costs; do so in brainwrought.toml, as [prices.\"{provider}\"]"
        );
    }
    table += "calls that are lost on the way come on top; --max-cost stops the job before it spends more";
    table
}

/// An estimate in one line.
pub(crate) fn estimate_line(estimate: &Estimate, limit: Option<Cost>) -> String {
    let total = estimate.total();
    let mut line = format!("estimate usually {}, at most {}", total.usually, total.most);
    let parts: Vec<String> = estimate
        .lines
        .iter()
        .map(|line| {
            let most = line.costs.map_or_else(|| "unknown".to_owned(), |costs| costs.most.to_string());
            format!("{} {} {most}", line.stage, line.provider)
        })
        .collect();
    let _ = write!(line, " ({})", parts.join(", "));
    match limit {
        Some(limit) => {
            let _ = write!(line, "; the job stops at {limit}");
        }
        None => line += "; no limit, --max-cost sets one",
    }
    line
}

/// An estimate as JSON.
pub(crate) fn estimate_json(estimate: &Estimate) -> Value {
    let total = estimate.total();
    let mut value = serde_json::to_value(estimate).unwrap_or_default();
    value["usually_usd"] = json!(total.usually.usd());
    value["most_usd"] = json!(total.most.usd());
    value["unpriced"] = json!(estimate.unpriced().collect::<Vec<_>>());
    value
}

#[cfg(test)]
mod tests {
    use brainwrought_core::id::StageName;
    use brainwrought_core::job::LedgerEntry;
    use brainwrought_stages::standard::EstimateLine;

    use super::*;

    #[test]
    fn limits_are_dollars_or_none() {
        assert_eq!("0.5".parse(), Ok(MaxCost(Some(Cost(500_000)))));
        assert_eq!("$2".parse(), Ok(MaxCost(Some(Cost(2_000_000)))));
        assert_eq!("0".parse(), Ok(MaxCost(Some(Cost::FREE))));
        assert_eq!("none".parse(), Ok(MaxCost(None)));
        for wrong in ["", "-1", "NaN", "inf", "1e99", "two", "€1"] {
            assert!(wrong.parse::<MaxCost>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn spent_and_unknown_amounts_are_told_apart() {
        let entry = |provider: &str, settled, reserved, calls| LedgerEntry {
            stage: StageName::from("script"),
            provider: provider.to_owned(),
            settled: Cost(settled),
            reserved: Cost(reserved),
            calls,
        };
        let entries = vec![entry("a/1", 20_000, 0, 1), entry("b/2", 0, 130_000, 2)];
        let ledger = Ledger { max_cost: Some(Cost(500_000)), entries };
        let lines = spent_lines(&ledger);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "spent    $0.15 of at most $0.50");
        assert!(
            lines[1].ends_with("$0.02  1 call") && lines[2].contains("2 calls, $0.13 set aside"),
            "{lines:?}"
        );
        assert_eq!(spent_json(&ledger)["set_aside_usd"], json!(0.13));
        assert_eq!(spent_lines(&Ledger::default()), "");
    }

    #[test]
    fn an_estimate_names_what_nobody_knows() {
        assert!(estimate_table(&Estimate::default()).starts_with("nothing is paid"));
        let line = |provider: &str, costs| EstimateLine {
            stage: "script",
            provider: provider.to_owned(),
            calls: 7,
            costs,
        };
        let known = Costs { usually: Cost(20_000), most: Cost(300_000) };
        let estimate = Estimate { lines: vec![line("a/1", Some(known)), line("b/2", None)] };
        let table = estimate_table(&estimate);
        assert!(table.contains("unknown") && table.contains("[prices.\"b/2\"]"), "{table}");
        assert_eq!(
            estimate_line(&estimate, Some(Cost(1_000_000))),
            "estimate usually $0.02, at most $0.30 (script a/1 $0.30, script b/2 unknown); the job stops at $1.00"
        );
        assert_eq!(estimate_json(&estimate)["unpriced"], json!(["b/2"]));
    }
}
