//! [`Connections`]: the open connections, how many each client has, and which are idle.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::client_id::ClientId;

/// The open connections, at most `limit` of them and at most `per_client` of one client.
///
/// A connection is idle until the head of a request has arrived, and again once the answer has been handed to the
/// connection. When there is no place left, the connection that has been idle longest is closed; it is guaranteed that
/// one with a request under way never is.
#[derive(Debug)]
pub(crate) struct Connections {
    limit: usize,
    per_client: usize,
    table: Mutex<Table>,
    /// Told when a connection ends or becomes idle.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Table {
    open: BTreeMap<u64, Entry>,
    clients: BTreeMap<ClientId, usize>,
    /// Grows with every change, so that it numbers connections and orders what is idle.
    next: u64,
}

#[derive(Debug)]
struct Entry {
    client: ClientId,
    /// Since which number it has been idle; `None` while a request is under way.
    idle_since: Option<u64>,
    evicted: CancellationToken,
}

/// The place of one connection. It is free again once the last clone is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Place(Arc<Held>);

#[derive(Debug)]
struct Held {
    connections: Arc<Connections>,
    number: u64,
    evicted: CancellationToken,
}

/// Keeps a connection from being taken for an idle one while it exists.
#[derive(Debug)]
pub(crate) struct InUse(Place);

/// The client has as many connections as one may have, and uses them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooManyConnections;

impl Connections {
    /// An empty table. Both limits are at least 1.
    pub(crate) fn new(limit: usize, per_client: usize) -> Arc<Self> {
        let (limit, per_client) = (limit.max(1), per_client.max(1));
        Arc::new(Self { limit, per_client, table: Mutex::default(), freed: Notify::new() })
    }

    /// Makes a place for a client, if need be by closing an idle connection: one of its own when it has as many as one
    /// client may have, else any. While every connection is in use this waits.
    ///
    /// # Errors
    ///
    /// Fails when the client's own connections are all in use.
    pub(crate) async fn admit(self: &Arc<Self>, client: ClientId) -> Result<Place, TooManyConnections> {
        loop {
            let freed = self.freed.notified();
            if let Some(admitted) = self.try_admit(client) {
                return admitted;
            }
            freed.await;
        }
    }

    /// Tries once; `None` when every place is in use.
    fn try_admit(self: &Arc<Self>, client: ClientId) -> Option<Result<Place, TooManyConnections>> {
        let mut table = self.table();
        if table.clients.get(&client).is_some_and(|open| *open >= self.per_client)
            && !table.evict(|entry| entry.client == client)
        {
            return Some(Err(TooManyConnections));
        }
        if table.open.len() >= self.limit && !table.evict(|_| true) {
            return None;
        }
        let (number, evicted) = (table.number(), CancellationToken::new());
        let entry = Entry { client, idle_since: Some(number), evicted: evicted.clone() };
        table.open.insert(number, entry);
        *table.clients.entry(client).or_default() += 1;
        drop(table);
        Some(Ok(Place(Arc::new(Held { connections: Arc::clone(self), number, evicted }))))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Closes the connection that has been idle longest of those that `may_go`; false when there is none.
    fn evict(&mut self, may_go: impl Fn(&Entry) -> bool) -> bool {
        let idle = self.open.iter().filter(|(_, entry)| may_go(entry));
        let idle = idle.filter_map(|(number, entry)| Some((entry.idle_since?, *number)));
        let Some((_, number)) = idle.min() else { return false };
        self.remove(number);
        true
    }

    fn remove(&mut self, number: u64) {
        let Some(entry) = self.open.remove(&number) else { return };
        entry.evicted.cancel();
        if let Some(open) = self.clients.get_mut(&entry.client) {
            *open -= 1;
            if *open == 0 {
                self.clients.remove(&entry.client);
            }
        }
    }

    fn set_idle(&mut self, number: u64, is_idle: bool) {
        let since = is_idle.then(|| self.number());
        if let Some(entry) = self.open.get_mut(&number) {
            entry.idle_since = since;
        }
    }
}

impl Place {
    /// Returns once the connection has to give its place to another one.
    pub(crate) async fn evicted(&self) {
        self.0.evicted.cancelled().await;
    }

    /// Marks the connection as in use until the result is dropped.
    pub(crate) fn in_use(&self) -> InUse {
        self.0.connections.table().set_idle(self.0.number, false);
        InUse(self.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.connections.table().remove(self.number);
        self.connections.freed.notify_one();
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let Held { connections, number, .. } = &*self.0.0;
        connections.table().set_idle(*number, true);
        connections.freed.notify_one();
    }
}

/// A body whose connection is in use until it has been sent or given up.
struct BodyInUse {
    body: Body,
    _in_use: InUse,
}

impl InUse {
    /// Keeps the connection in use for as long as the body exists.
    pub(crate) fn until_sent(self, body: Body) -> Body {
        Body::new(BodyInUse { body, _in_use: self })
    }
}

impl HttpBody for BodyInUse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> ClientId {
        ClientId::at([192, 0, 2, last].into())
    }

    #[tokio::test]
    async fn the_connection_that_was_idle_longest_gives_way() {
        let connections = Connections::new(3, 3);
        let mut places = Vec::new();
        for last in 1..=3 {
            places.push(connections.admit(client(last)).await.unwrap());
        }
        // The first is in use, and the second has been used since the third came.
        let _in_use = places[0].in_use();
        drop(places[1].in_use());
        let _newcomer = connections.admit(client(4)).await.unwrap();
        let evicted: Vec<bool> = places.iter().map(|place| place.0.evicted.is_cancelled()).collect();
        assert_eq!(evicted, [false, false, true]);
    }

    #[tokio::test]
    async fn one_client_closes_only_its_own_connections() {
        let connections = Connections::new(100, 2);
        let other = connections.admit(client(9)).await.unwrap();
        let first = connections.admit(client(1)).await.unwrap();
        let second = connections.admit(client(1)).await.unwrap();
        let third = connections.admit(client(1)).await.unwrap();
        assert!(first.0.evicted.is_cancelled());
        assert!([&other, &second, &third].iter().all(|place| !place.0.evicted.is_cancelled()));
        let _in_use = (second.in_use(), third.in_use());
        assert_eq!(connections.admit(client(1)).await.unwrap_err(), TooManyConnections);
        drop((first, second, third));
        assert_eq!(connections.table().clients[&client(1)], 2, "what is in use stays");
    }

    #[tokio::test]
    async fn who_finds_everything_in_use_waits_for_the_first_that_is_free() {
        let connections = Connections::new(1, 1);
        let place = connections.admit(client(1)).await.unwrap();
        let in_use = place.in_use();
        let waiting = tokio::spawn({
            let connections = Arc::clone(&connections);
            async move { connections.admit(client(2)).await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(in_use);
        assert!(waiting.await.unwrap());
        assert!(place.0.evicted.is_cancelled());
        drop(place);
        assert!(connections.table().clients.is_empty() && connections.table().open.is_empty());
    }
}
