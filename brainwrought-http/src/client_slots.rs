//! [`ClientSlots`]: how much of something one client may have under way at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::client_id::ClientId;

/// Counts what each client has under way, and refuses more than `per_client`. Cloning is cheap and shares the counts.
#[derive(Debug, Clone)]
pub(crate) struct ClientSlots {
    per_client: usize,
    taken: Arc<Mutex<BTreeMap<ClientId, usize>>>,
}

/// One thing of a client that is under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct ClientSlot {
    slots: ClientSlots,
    client: ClientId,
    /// How many the client had already.
    before: usize,
}

impl ClientSlots {
    /// Lets each client have `per_client` things under way, at least 1.
    pub(crate) fn new(per_client: usize) -> Self {
        Self { per_client: per_client.max(1), taken: Arc::default() }
    }

    /// Takes a slot of a client; `None` when it has none left. Clients that cannot be told apart are not bounded: they would
    /// keep each other out.
    pub(crate) fn take(&self, client: ClientId) -> Option<ClientSlot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(client).or_default();
        if *count >= self.per_client && client != ClientId::Somebody {
            return None;
        }
        *count += 1;
        Some(ClientSlot { slots: self.clone(), client, before: *count - 1 })
    }
}

impl ClientSlot {
    /// Tells whether the client has others under way, as far as clients can be told apart.
    pub(crate) fn is_one_more(&self) -> bool {
        self.before > 0 && self.client != ClientId::Somebody
    }
}

impl Drop for ClientSlot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_takes_only_its_own_slots() {
        let slots = ClientSlots::new(2);
        let client = |last: u8| ClientId::at([192, 0, 2, last].into());
        let held = [slots.take(client(1)).unwrap(), slots.take(client(1)).unwrap()];
        assert!(slots.take(client(1)).is_none());
        assert!(held[1].is_one_more() && !held[0].is_one_more());
        assert!(slots.take(client(2)).is_some());
        drop(held);
        assert!(slots.take(client(1)).is_some());
        let unknown: Vec<_> = (0..5).filter_map(|_| slots.take(ClientId::Somebody)).collect();
        assert!(unknown.len() == 5 && !unknown[4].is_one_more());
        drop(unknown);
        assert!(slots.taken.lock().unwrap().is_empty(), "who has nothing under way is forgotten");
    }
}
