//! [`Budget`]: what a job may spend, and what it has spent.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// An amount of money, in millionths of a US dollar. Sums stop at the largest amount instead of running over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(pub u64);

/// The most that a limit can be, in US dollars: whoever types more has mistyped.
pub const MAX_USD: f64 = 1e6;

impl Cost {
    /// Nothing.
    pub const FREE: Self = Self(0);

    /// Rounds dollars up to the next millionth; what is negative or no number is nothing.
    pub fn from_usd(dollars: f64) -> Self {
        // A cast from a float stops at both ends of the range.
        Self((dollars * 1e6).ceil() as u64)
    }

    /// Reads an amount that somebody typed: from nothing to [`MAX_USD`].
    pub fn try_from_usd(dollars: f64) -> Option<Self> {
        (0.0..=MAX_USD).contains(&dollars).then(|| Self::from_usd(dollars))
    }

    /// The amount in dollars.
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// What is left after `other`, never less than nothing.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::FREE, Add::add)
    }
}

impl fmt::Display for Cost {
    /// Writes dollars with as many places as it takes to see the first digit, at least two: `$1.25`, `$0.0004`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = match self.0 {
            0 | 10_000.. => 2,
            1_000.. => 3,
            100.. => 4,
            10.. => 5,
            _ => 6,
        };
        write!(f, "${:.places$}", self.usd())
    }
}

/// Money on its way to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The provider and its model, such as `openai/gpt-5-mini`.
    pub provider: String,
    /// The most that the call can cost.
    pub most: Cost,
}

/// What one job may spend. The engine gives each attempt the budget of its job.
///
/// # Contract
///
/// It is guaranteed that no money is set aside that would take the sum of all that was settled and all that is set aside
/// past the job's limit, however many workers spend at once. Money is set aside durably before a call is made, and stays set aside when a worker dies in the
/// middle: whether the provider charged for that call is not known.
#[async_trait]
pub trait Budget: fmt::Debug + Send + Sync + 'static {
    /// Sets money aside for a call that is about to be made.
    ///
    /// # Errors
    ///
    /// Fails when the limit would be passed, and when the budget cannot be reached. Then the call must not be made.
    async fn reserve(&self, charge: &Charge) -> Result<(), BudgetError>;

    /// Settles a call for what it did cost, and frees the rest of what was set aside.
    ///
    /// # Errors
    ///
    /// Fails when the budget cannot be reached; the money then stays set aside.
    async fn settle(&self, charge: &Charge, cost: Cost) -> Result<(), BudgetError>;

    /// Tells whether the job has a limit. Under a limit, nothing whose price is unknown may be bought.
    ///
    /// # Errors
    ///
    /// Fails when the budget cannot be reached.
    async fn is_limited(&self) -> Result<bool, BudgetError>;
}

/// Why money could not be set aside or settled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// The limit would be passed.
    #[error(
        "{provider} may cost {most} more, and {SPENT} {spent} of {limit}; nothing was sent; \
         raise the limit to go on: what is done is kept"
    )]
    Exhausted {
        /// Who would have been paid.
        provider: String,
        /// What the call may cost.
        most: Cost,
        /// What was spent or set aside before.
        spent: Cost,
        /// The limit.
        limit: Cost,
    },
    /// Nobody can tell what a call costs, and the job has a limit.
    #[error(
        "{provider} was not called: {UNPRICED}, and the job has a limit; tell its price, or lift the limit"
    )]
    Unpriced {
        /// Who would have been paid.
        provider: String,
    },
    /// The budget cannot be reached.
    #[error("the job's ledger could not be reached to pay {provider}")]
    Unavailable {
        /// Who would have been paid.
        provider: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// By these words the error of a limit is known again once it is stored.
const SPENT: &str = "the job has spent or set aside";

/// By these words an unknown price is known again.
const UNPRICED: &str = "its price is not known";

impl BudgetError {
    /// Tells whether an error that was stored as a text is that of a price which nobody knows.
    pub fn is_unpriced(text: &str) -> bool {
        text.contains(UNPRICED)
    }

    /// Tells whether an error that was stored as a text is that of a job's limit, which would stop another attempt too.
    pub fn is_limit(text: &str) -> bool {
        text.contains(SPENT)
    }
}

/// A budget without a limit that keeps no books, for stages that run outside an engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnlimitedBudget;

#[async_trait]
impl Budget for UnlimitedBudget {
    async fn reserve(&self, _: &Charge) -> Result<(), BudgetError> {
        Ok(())
    }

    async fn settle(&self, _: &Charge, _: Cost) -> Result<(), BudgetError> {
        Ok(())
    }

    async fn is_limited(&self) -> Result<bool, BudgetError> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_never_rounded_down() {
        assert_eq!(Cost::from_usd(0.000_000_1), Cost(1));
        assert_eq!(Cost::from_usd(2.5), Cost(2_500_000));
        assert_eq!(Cost::from_usd(-1.0), Cost::FREE);
        assert_eq!(Cost::try_from_usd(MAX_USD), Some(Cost(1_000_000_000_000)));
        assert_eq!([-1.0, MAX_USD + 1.0, f64::NAN].map(Cost::try_from_usd), [None; 3]);
        assert_eq!(Cost::from_usd(f64::NAN), Cost::FREE);
        assert_eq!(Cost(u64::MAX) + Cost(1), Cost(u64::MAX));
    }

    #[test]
    fn small_amounts_can_be_read() {
        let written: Vec<String> =
            [0, 7, 42, 430, 1_500, 25_000, 1_250_000].map(|micros| Cost(micros).to_string()).into();
        assert_eq!(written, ["$0.00", "$0.000007", "$0.00004", "$0.0004", "$0.002", "$0.03", "$1.25"]);
    }
}
