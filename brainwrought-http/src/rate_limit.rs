//! [`RateLimit`]: a burst of requests for each client, then a steady rate.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::client_id::ClientId;

/// Lets each client do `burst` things at once and one more every `every`.
///
/// It keeps one moment a client: when its debt will be paid (the "generic cell rate algorithm" of ATM networks, ITU-T
/// I.371). Whoever has paid is forgotten. The crate `governor` has the same algorithm over a table without a bound, which a
/// client with many addresses could fill.
#[derive(Debug)]
pub(crate) struct RateLimit {
    burst: u32,
    every: Duration,
    debts: Mutex<BTreeMap<ClientId, Instant>>,
}

/// Clients that are remembered; further ones share one account.
const MAX_CLIENTS: usize = 20_000;

impl RateLimit {
    pub(crate) fn new(burst: u32, every: Duration) -> Self {
        Self { burst: burst.max(1), every, debts: Mutex::default() }
    }

    /// Takes one turn of a client.
    ///
    /// # Errors
    ///
    /// Returns how long to wait when there is none left.
    pub(crate) fn take(&self, client: ClientId, now: Instant) -> Result<(), Duration> {
        let mut debts = self.debts.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, paid) = self.after_one_more(&mut debts, client, now)?;
        debts.insert(client, paid);
        Ok(())
    }

    /// Tells whether a client has a turn left, and takes none.
    ///
    /// # Errors
    ///
    /// Returns how long to wait when there is none left.
    pub(crate) fn check(&self, client: ClientId, now: Instant) -> Result<(), Duration> {
        let mut debts = self.debts.lock().unwrap_or_else(PoisonError::into_inner);
        self.after_one_more(&mut debts, client, now).map(drop)
    }

    /// Whose account a turn is taken from, and when its debt would be paid then.
    fn after_one_more(
        &self,
        debts: &mut BTreeMap<ClientId, Instant>,
        client: ClientId,
        now: Instant,
    ) -> Result<(ClientId, Instant), Duration> {
        if debts.len() >= MAX_CLIENTS {
            debts.retain(|_, paid| *paid > now);
        }
        let is_full = debts.len() >= MAX_CLIENTS && !debts.contains_key(&client);
        let client = if is_full { ClientId::Somebody } else { client };
        let paid = debts.get(&client).copied().unwrap_or(now).max(now) + self.every;
        let owed = paid - now;
        let allowed = self.every * self.burst;
        if owed > allowed {
            return Err(owed - allowed);
        }
        Ok((client, paid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> ClientId {
        ClientId::at(text.parse().unwrap())
    }

    #[test]
    fn a_burst_passes_and_then_one_each_so_often() {
        let limit = RateLimit::new(3, Duration::from_secs(10));
        let (now, one) = (Instant::now(), client("192.0.2.1"));
        for _ in 0..3 {
            assert_eq!(limit.take(one, now), Ok(()));
        }
        assert_eq!(limit.take(one, now), Err(Duration::from_secs(10)));
        assert_eq!(limit.take(client("192.0.2.2"), now), Ok(()));
        assert_eq!(limit.check(one, now), Err(Duration::from_secs(10)));
        let later = now + Duration::from_secs(10);
        assert_eq!((limit.check(one, later), limit.check(one, later)), (Ok(()), Ok(())));
        assert_eq!(limit.take(one, later), Ok(()));
        assert_eq!(limit.take(one, later), Err(Duration::from_secs(10)));
    }

    #[test]
    fn a_full_table_is_shared_and_not_grown() {
        let limit = RateLimit::new(1, Duration::from_secs(1000));
        let now = Instant::now();
        for n in 0..MAX_CLIENTS as u32 + 5 {
            let _ = limit.take(ClientId::Address(std::net::IpAddr::from(n.to_be_bytes())), now);
        }
        assert!(limit.debts.lock().unwrap().len() <= MAX_CLIENTS + 1);
    }
}
