//! [`Ledger`]: what a job may spend, what it has spent, and on whom.

use serde::{Deserialize, Serialize};

use super::{Job, TransitionError};
use crate::budget::{Charge, Cost};
use crate::clock::Now;
use crate::id::{FencingToken, StageName, TaskKey};

/// What a job may spend, and what it has spent by stage and provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// The most that the job may spend; without it there is no limit.
    #[serde(rename = "max_cost_micros", skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<Cost>,
    /// One entry for each stage and provider that money was set aside for, sorted by both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<LedgerEntry>,
}

/// What one stage of a job has spent on one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The stage that spent it.
    pub stage: StageName,
    /// The provider and its model, such as `openai/gpt-5-mini`.
    pub provider: String,
    /// What settled calls did cost.
    #[serde(rename = "settled_micros")]
    pub settled: Cost,
    /// What is set aside for calls that go on now, or whose end nobody knows: these may have been charged for.
    #[serde(rename = "set_aside_micros")]
    pub reserved: Cost,
    /// How often money was set aside.
    pub calls: u64,
}

impl Ledger {
    /// True when there is neither a limit nor an entry.
    pub fn is_empty(&self) -> bool {
        self.max_cost.is_none() && self.entries.is_empty()
    }

    /// What settled calls did cost.
    pub fn settled(&self) -> Cost {
        self.entries.iter().map(|entry| entry.settled).sum()
    }

    /// What is set aside for calls that go on now, or whose end nobody knows.
    pub fn reserved(&self) -> Cost {
        self.entries.iter().map(|entry| entry.reserved).sum()
    }

    /// What counts against the limit: all that was settled and all that is set aside.
    pub fn spent(&self) -> Cost {
        self.settled() + self.reserved()
    }

    /// Tells whether `most` more may be set aside.
    ///
    /// # Errors
    ///
    /// [`TransitionError::LimitReached`] when the limit would be passed.
    pub fn check(&self, charge: &Charge) -> Result<(), TransitionError> {
        let spent = self.spent();
        match self.max_cost {
            Some(limit) if spent + charge.most > limit => Err(TransitionError::LimitReached {
                provider: charge.provider.clone(),
                most: charge.most,
                spent,
                limit,
            }),
            _ => Ok(()),
        }
    }

    /// Finds the entry of a stage and provider, or makes it in its place.
    fn entry(&mut self, stage: &StageName, provider: &str) -> &mut LedgerEntry {
        let found = self.entries.binary_search_by(|entry| {
            (entry.stage.0.as_str(), entry.provider.as_str()).cmp(&(stage.0.as_str(), provider))
        });
        let place = found.unwrap_or_else(|place| {
            let entry = LedgerEntry {
                stage: stage.clone(),
                provider: provider.to_owned(),
                settled: Cost::FREE,
                reserved: Cost::FREE,
                calls: 0,
            };
            self.entries.insert(place, entry);
            place
        });
        &mut self.entries[place]
    }
}

impl Job {
    /// Sets money aside for a call of a task whose token holds.
    ///
    /// # Errors
    ///
    /// [`TransitionError::LeaseLost`] when the token no longer holds, [`TransitionError::LimitReached`] when the job's
    /// limit would be passed.
    pub fn reserve(
        &mut self,
        key: &TaskKey,
        token: FencingToken,
        charge: &Charge,
        now: &Now,
    ) -> Result<(), TransitionError> {
        self.held(key, token)?;
        self.ledger.check(charge)?;
        let entry = self.ledger.entry(&key.stage, &charge.provider);
        entry.reserved += charge.most;
        entry.calls += 1;
        self.updated_at = now.wall;
        Ok(())
    }

    /// Settles a call for what it did cost, and frees the rest of what was set aside for it. A cost above that is booked
    /// all the same: the money is gone.
    ///
    /// # Errors
    ///
    /// [`TransitionError::LeaseLost`] when the token no longer holds: then the money stays set aside.
    pub fn settle(
        &mut self,
        key: &TaskKey,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
        now: &Now,
    ) -> Result<(), TransitionError> {
        self.held(key, token)?;
        let entry = self.ledger.entry(&key.stage, &charge.provider);
        entry.reserved = entry.reserved.less(charge.most);
        entry.settled += cost;
        self.updated_at = now.wall;
        Ok(())
    }

    /// Changes what the job may spend. What was spent stays spent, so a limit below that only stops what would come.
    pub fn limit_cost(&mut self, limit: Option<Cost>, now: &Now) {
        if self.ledger.max_cost != limit {
            self.ledger.max_cost = limit;
            self.updated_at = now.wall;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(provider: &str, most: u64) -> Charge {
        Charge { provider: provider.to_owned(), most: Cost(most) }
    }

    #[test]
    fn entries_stay_sorted_and_add_up() {
        let mut ledger = Ledger::default();
        for (stage, provider) in [("script", "b/1"), ("audio", "z/1"), ("script", "a/1"), ("script", "b/1")] {
            let entry = ledger.entry(&StageName::from(stage), provider);
            (entry.settled, entry.calls) = (entry.settled + Cost(3), entry.calls + 1);
        }
        let keys: Vec<_> = ledger.entries.iter().map(|e| (e.stage.0.as_str(), e.provider.as_str())).collect();
        assert_eq!(keys, [("audio", "z/1"), ("script", "a/1"), ("script", "b/1")]);
        assert_eq!((ledger.spent(), ledger.entries[2].calls), (Cost(12), 2));
    }

    #[test]
    fn a_limit_is_reached_to_the_last_millionth() {
        let mut ledger = Ledger { max_cost: Some(Cost(10)), ..Ledger::default() };
        ledger.entry(&StageName::from("script"), "a/1").reserved = Cost(4);
        ledger.entry(&StageName::from("audio"), "a/1").settled = Cost(3);
        assert_eq!(ledger.check(&charge("a/1", 3)), Ok(()));
        let refused = ledger.check(&charge("a/1", 4)).unwrap_err();
        let (provider, most) = ("a/1".to_owned(), Cost(4));
        let told = TransitionError::LimitReached { provider, most, spent: Cost(7), limit: Cost(10) };
        assert_eq!(refused, told);
        // Sums do not run over.
        assert!(ledger.check(&charge("a/1", u64::MAX)).is_err());
        ledger.max_cost = None;
        assert_eq!(ledger.check(&charge("a/1", u64::MAX)), Ok(()));
    }

    #[test]
    fn a_job_without_a_ledger_has_an_empty_one() {
        let ledger: Ledger = serde_json::from_str("{}").unwrap();
        assert!(ledger.is_empty());
        assert_eq!(serde_json::to_string(&ledger).unwrap(), "{}");
    }
}
