//! [`LeaseHealth`]: whether the leases of this process can be renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether the leases of this process can be renewed. A worker takes on nothing new while they cannot: it would only
/// lose that too.
#[derive(Debug, Clone, Default)]
pub(super) struct LeaseHealth {
    missed: Arc<AtomicUsize>,
}

/// The part that one heartbeat has in the lease_health.
#[derive(Debug)]
pub(super) struct Beat {
    lease_health: LeaseHealth,
    is_missed: bool,
}

impl LeaseHealth {
    /// True while some heartbeat could not renew its lease when it last tried.
    pub(super) fn is_weak(&self) -> bool {
        self.missed.load(Ordering::Relaxed) > 0
    }

    /// Starts counting a heartbeat.
    pub(super) fn beat(&self) -> Beat {
        Beat { lease_health: self.clone(), is_missed: false }
    }
}

impl Beat {
    /// The lease could not be renewed.
    pub(super) fn missed(&mut self) {
        if !std::mem::replace(&mut self.is_missed, true) {
            self.lease_health.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The store answered.
    pub(super) fn felt(&mut self) {
        if std::mem::replace(&mut self.is_missed, false) {
            self.lease_health.missed.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.felt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pulse_is_weak_while_any_beat_is_missed() {
        let lease_health = LeaseHealth::default();
        let (mut one, mut other) = (lease_health.beat(), lease_health.beat());
        one.missed();
        one.missed();
        other.missed();
        assert!(lease_health.is_weak());
        one.felt();
        assert!(lease_health.is_weak());
        drop(other);
        assert!(!lease_health.is_weak());
    }
}
