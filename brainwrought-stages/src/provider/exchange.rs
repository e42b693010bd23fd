//! [`Exchange`]: one conversation with a provider, with what it moved and what it cost.

use brainwrought_core::budget::{BudgetError, Charge, Cost};
use brainwrought_core::data::OutboundCall;
use brainwrought_core::stage::StageContext;

use super::prices::Bill;

/// Keeps the books of one call and all its tries. What is known when it ends, by whichever way, is noted.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    cx: &'a StageContext,
    call: OutboundCall,
    /// What one try may cost; nothing when it is free or nobody knows.
    most: Cost,
    tries: u32,
    /// The money of the try that goes on now.
    open: Option<Charge>,
}

impl<'a> Exchange<'a> {
    /// Begins; nothing is sent yet.
    pub(super) async fn begin(
        cx: &'a StageContext,
        provider: String,
        host: String,
        purpose: String,
        bill: Bill,
    ) -> Result<Self, BudgetError> {
        let most = match bill {
            Bill::AtMost(most) => most,
            Bill::Unknown => {
                cx.budget().allow_unpriced(&provider).await?;
                Cost::FREE
            }
        };
        let call = OutboundCall {
            stage: cx.stage().clone(),
            provider,
            host,
            purpose,
            sent_bytes: 0,
            received_bytes: 0,
            cost: Cost::FREE,
        };
        Ok(Self { cx, call, most, tries: 0, open: None })
    }

    /// Sets money aside for a try.
    pub(super) async fn reserve(&mut self) -> Result<(), BudgetError> {
        if self.most > Cost::FREE {
            let charge = Charge { provider: self.call.provider.clone(), most: self.most };
            self.cx.budget().reserve(&charge).await?;
            self.open = Some(charge);
        }
        self.tries += 1;
        Ok(())
    }

    /// Counts what was sent.
    pub(super) fn sent(&mut self, bytes: u64) {
        self.call.sent_bytes += bytes;
    }

    /// Counts what came back.
    pub(super) fn received(&mut self, bytes: u64) {
        self.call.received_bytes += bytes;
    }

    /// Settles a try that ended for sure.
    pub(super) async fn settle(&mut self, cost: Cost) {
        if let Some(charge) = self.open.take() {
            self.cx.budget().settle(&charge, cost).await;
            self.call.cost += cost;
        }
    }

    /// Leaves a try open of which nobody knows how it ended: what was set aside stays set aside, and counts as spent.
    pub(super) fn leave_open(&mut self) {
        if let Some(charge) = self.open.take() {
            self.call.cost += charge.most;
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        // Without a try, nobody learned anything.
        if self.tries > 0 {
            self.leave_open();
            self.cx.note_call(self.call.clone());
        }
    }
}
