//! [`serve`]: an HTTP/1 server that bounds connections by client and in all, slow heads and slow readers.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::client_id::ClientId;
use crate::connections::{Connections, Place, TooManyConnections};
use crate::lingering::{Lingering, Unread};
use crate::settings::{HttpLimits, Timeouts};

/// Answers connections until `shutdown` fires; then requests under way may end, for as long as `timeouts.drain`.
///
/// When there are as many connections as `limits` allow, the one that has been idle longest gives way, so that nobody is
/// kept out by connections that send nothing. A client that is refused while it still sends is heard out for a moment, so that
/// it sees the answer. The router of [`app`](crate::app) can also be served by axum itself; what is
/// lost then are this, and the limits on connections, slow heads and clients that do not take what is sent to them.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: HttpLimits,
    timeouts: Timeouts,
    shutdown: CancellationToken,
) {
    let connections = Connections::new(limits.connections, limits.connections_per_client);
    let open = TaskTracker::new();
    // A second token, so that whoever does not come to an end can be cut off.
    let cut = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = shutdown.cancelled() => break,
        };
        let (stream, peer, place) = accepted;
        let (app, shutdown, cut) = (app.clone(), shutdown.clone(), cut.clone());
        open.spawn(async move {
            tokio::select! {
                () = answer(stream, peer, app, timeouts, place.clone(), shutdown) => {}
                () = place.evicted() => tracing::debug!(%peer, "closed an idle connection for a new one"),
                () = cut.cancelled() => {}
            }
        });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(timeouts.drain, open.wait()).await.is_err() {
        tracing::info!(connections = open.len(), "cut off what did not end in time");
        cut.cancel();
        open.wait().await;
    }
}

async fn accept(listener: &TcpListener, connections: &Arc<Connections>) -> (TcpStream, SocketAddr, Place) {
    loop {
        match listener.accept().await {
            // While every place is in use the queue of the system fills up, which slows clients down rather than failing
            // them.
            Ok((stream, peer)) => match connections.admit(ClientId::at(peer.ip())).await {
                Ok(place) => return (stream, peer, place),
                Err(TooManyConnections) => refuse(&stream, peer),
            },
            // Too many open files, or a client that has gone again.
            Err(error) => {
                tracing::debug!(%error, "could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Says why and closes. Nobody is waited for: what does not fit into the buffer of a new connection is not sent.
fn refuse(stream: &TcpStream, peer: SocketAddr) {
    const ANSWER: &[u8] =
        b"HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: 5\r\n\r\n";
    tracing::debug!(%peer, "refused a connection of a client that uses as many as one may have");
    let _ = stream.try_write(ANSWER);
}

async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    timeouts: Timeouts,
    place: Place,
    shutdown: CancellationToken,
) {
    let _ = stream.set_nodelay(true);
    let unread = Unread::default();
    let lingering = Lingering::new(unread.clone());
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let in_use = place.in_use();
        let unread = unread.clone();
        let mut request = request.map(|body| unread.watch(body));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answering = app.clone().oneshot(request);
        async move {
            let mut response: Response = answering.await?;
            if unread.is_left() {
                // A client that reads while it sends may stop now.
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, std::convert::Infallible>(response.map(|body| in_use.until_sent(body)))
        }
    });
    let io = TokioIo::new(WriteTimeout { stream, timeouts: timeouts.stalled, stalled: None, lingering });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_buf_size(64 << 10)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%peer, %error, "a connection ended badly");
    }
}

/// A connection that fails when the other side takes nothing for too long.
struct WriteTimeout {
    stream: TcpStream,
    timeouts: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    lingering: Lingering,
}

impl WriteTimeout {
    /// Starts the clock when nothing can be written, and stops it when something can.
    fn watch<T>(&mut self, cx: &mut Context<'_>, poll: Poll<std::io::Result<T>>) -> Poll<std::io::Result<T>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let until = Instant::now() + self.timeouts;
        let clock = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        match clock.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(std::io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for WriteTimeout {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for WriteTimeout {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let Self { stream, lingering, .. } = &mut *self;
        lingering.poll_end(stream, cx)
    }
}
