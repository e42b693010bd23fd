//! [`LeaseHealth`]: whether the leases of this process can be renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether the leases of this process can be renewed. A worker claims nothing new while they cannot: it would lose that
/// lease too.
#[derive(Debug, Clone, Default)]
pub(super) struct LeaseHealth {
    missed: Arc<AtomicUsize>,
}

/// The renewals of one lease, counted in [`LeaseHealth`].
#[derive(Debug)]
pub(super) struct LeaseRenewals {
    lease_health: LeaseHealth,
    is_missed: bool,
}

impl LeaseHealth {
    /// True while the last renewal of some lease failed.
    pub(super) fn is_degraded(&self) -> bool {
        self.missed.load(Ordering::Relaxed) > 0
    }

    /// Starts counting the renewals of a lease.
    pub(super) fn renewals(&self) -> LeaseRenewals {
        LeaseRenewals { lease_health: self.clone(), is_missed: false }
    }
}

impl LeaseRenewals {
    /// Records that a renewal failed.
    pub(super) fn record_missed(&mut self) {
        if !std::mem::replace(&mut self.is_missed, true) {
            self.lease_health.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Records that the store answered.
    pub(super) fn record_renewed(&mut self) {
        if std::mem::replace(&mut self.is_missed, false) {
            self.lease_health.missed.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for LeaseRenewals {
    fn drop(&mut self) {
        self.record_renewed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_degraded_while_any_renewal_fails() {
        let lease_health = LeaseHealth::default();
        let (mut one, mut other) = (lease_health.renewals(), lease_health.renewals());
        one.record_missed();
        one.record_missed();
        other.record_missed();
        assert!(lease_health.is_degraded());
        one.record_renewed();
        assert!(lease_health.is_degraded());
        drop(other);
        assert!(!lease_health.is_degraded());
    }
}
