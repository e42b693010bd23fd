//! [`Lingering`]: how a connection ends that answered before a request was whole.
//!
//! Closed at once, the system would meet what still comes with a reset, and a client that is busy sending would never see why
//! it was refused (RFC 9112, section 9.6).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How long a client may go on sending after it was answered: what a slow line has in its buffers takes some seconds.
const MAX_TIME: Duration = Duration::from_secs(10);
/// How many bytes are read and thrown away at most; a client that has seen neither answer nor end by then will not look.
const MAX_BYTES: usize = 64 << 20;
/// How many bytes are read at a time.
const PIECE_BYTES: usize = 16 << 10;

/// Whether a connection has given up a request before its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// Takes note when `body` is dropped before its end.
    pub(crate) fn watch(&self, body: Incoming) -> Body {
        Body::new(WatchedBody { body, has_ended: false, unread: self.clone() })
    }

    /// Tells whether the client may still be sending.
    pub(crate) fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct WatchedBody {
    body: Incoming,
    has_ended: bool,
    unread: Unread,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.has_ended |= frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        if !self.has_ended && !self.body.is_end_stream() {
            self.unread.0.store(true, Ordering::Relaxed);
        }
    }
}

/// The end of a connection: it says that nothing more will come, and where a request was left unread it throws away what the
/// client sends until that ends, within bounds.
#[derive(Debug)]
pub(crate) struct Lingering {
    unread: Unread,
    time: Duration,
    /// How many bytes may still be read.
    room: usize,
    /// When it is over, once nothing more is sent.
    until: Option<Pin<Box<Sleep>>>,
}

impl Lingering {
    pub(crate) fn new(unread: Unread) -> Self {
        Self { unread, time: MAX_TIME, room: MAX_BYTES, until: None }
    }

    /// Ends the connection.
    pub(crate) fn poll_end<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.until.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
        }
        if !self.unread.is_left() {
            return Poll::Ready(Ok(()));
        }
        let time = self.time;
        let until = self.until.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        while self.room > 0 && until.as_mut().poll(cx).is_pending() {
            let mut piece = [0; PIECE_BYTES];
            let mut piece = ReadBuf::new(&mut piece);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut piece)) {
                Ok(()) if !piece.filled().is_empty() => {
                    self.room = self.room.saturating_sub(piece.filled().len());
                }
                // The client has ended, too, or is gone.
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn end(unread: Unread, time: Duration, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> usize {
        let mut lingering = Lingering { time, ..Lingering::new(unread) };
        std::future::poll_fn(|cx| lingering.poll_end(&mut stream, cx)).await.unwrap();
        MAX_BYTES - lingering.room
    }

    #[tokio::test]
    async fn what_is_left_unread_is_taken_until_the_client_ends() {
        let unread = Unread::default();
        let (mut client, server) = tokio::io::duplex(1_000);
        client.write_all(&[1; 500]).await.unwrap();
        assert_eq!(end(unread.clone(), Duration::from_secs(60), server).await, 0, "it is closed at once");
        unread.0.store(true, Ordering::Relaxed);
        let (mut client, server) = tokio::io::duplex(1_000);
        let sending = async {
            client.write_all(&[1; 100_000]).await.unwrap();
            client.shutdown().await.unwrap();
            client.read_to_end(&mut Vec::new()).await.unwrap()
        };
        assert_eq!(tokio::join!(end(unread, Duration::from_secs(60), server), sending), (100_000, 0));
    }

    #[tokio::test]
    async fn nobody_is_heard_out_without_end() {
        let unread = Unread(Arc::new(true.into()));
        let (_silent, server) = tokio::io::duplex(1_000);
        assert_eq!(end(unread.clone(), Duration::from_millis(20), server).await, 0);
        let (mut endless, server) = tokio::io::duplex(1 << 20);
        let sending = tokio::spawn(async move { while endless.write_all(&[1; 1 << 16]).await.is_ok() {} });
        assert_eq!(end(unread, Duration::from_secs(60), server).await, MAX_BYTES);
        sending.await.unwrap();
    }
}
