//! A scripted HTTP/2 server on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use godot_rustls_testkit::{Issued, Template};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use super::*;
use godot_rustls_net::tls_stream::TlsStream;
use godot_rustls_tls::alpn::AlpnProtocols;
use godot_rustls_tls::config::ServerContext;
use godot_rustls_tls::options::ServerOptions;
use godot_rustls_tls::testing::identity;

/// Response to a request.
pub(super) enum Then {
    /// An empty body.
    Answer,
    /// An empty body, after another request has been answered.
    After(Arc<Notify>),
    /// No response.
    Silence,
    /// The head, without the body that it announces.
    HeadAlone,
    /// A short body.
    Body,
    /// An endless body, as fast as the client reads it.
    Flood,
    /// The stream is reset, because the server did not process the request.
    Refuse,
    /// The connection ends without a frame.
    Cut,
}

/// Returns the response to a request: the number of its connection, its path.
type Script = dyn Fn(usize, &str) -> Then + Send + Sync;

pub(super) struct Http2Server {
    port: u16,
    pub(super) owner: Issued,
    /// The numbers of the connections on which requests arrived.
    pub(super) requests: Shared<Vec<usize>>,
    /// The number of connections that ended.
    pub(super) ended: Arc<AtomicUsize>,
    pub(super) one_ended: Arc<Notify>,
    /// Bytes of all floods.
    pub(super) flooded: Arc<watch::Sender<usize>>,
}

impl Http2Server {
    pub(super) async fn start(
        script: impl Fn(usize, &str) -> Then + Send + Sync + 'static,
    ) -> Self {
        let owner = Template::like_the_engine("localhost").self_signed();
        let mut options = ServerOptions::with_identity(identity(&[&owner]));
        options.common.alpn = AlpnProtocols::of(&["h2"]);
        let setup = ServerContext::new(options).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            owner,
            requests: Shared::default(),
            ended: Arc::default(),
            one_ended: Arc::default(),
            flooded: Arc::default(),
        };
        let requests = Arc::clone(&server.requests);
        let (ended, one_ended) = (Arc::clone(&server.ended), Arc::clone(&server.one_ended));
        let flooded = Arc::clone(&server.flooded);
        let script: Arc<Script> = Arc::new(script);
        tokio::spawn(async move {
            for number in 0.. {
                let (socket, _) = listener.accept().await.unwrap();
                let stream = TlsStream::new(socket, setup.accept().unwrap());
                let (requests, script) = (Arc::clone(&requests), Arc::clone(&script));
                let (ended, one_ended) = (Arc::clone(&ended), Arc::clone(&one_ended));
                let flooded = Arc::clone(&flooded);
                tokio::spawn(async move {
                    serve(stream, number, &script, &requests, &flooded).await;
                    ended.fetch_add(1, Ordering::SeqCst);
                    one_ended.notify_one();
                });
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    pub(super) fn connections(&self) -> Vec<usize> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TlsStream,
    number: usize,
    script: &Arc<Script>,
    requests: &Shared<Vec<usize>>,
    flooded: &Arc<watch::Sender<usize>>,
) {
    stream.handshake().await.unwrap();
    let mut connection = h2::server::handshake(stream).await.unwrap();
    // A stream that is dropped would be reset.
    let (mut silent, mut begun) = (Vec::new(), Vec::new());
    while let Some(Ok((request, respond))) = connection.accept().await {
        requests.lock().unwrap().push(number);
        match script(number, request.uri().path()) {
            Then::Answer => answer(respond),
            Then::After(other) => {
                tokio::spawn(async move {
                    other.notified().await;
                    answer(respond);
                });
            }
            Then::Silence => silent.push(respond),
            Then::HeadAlone => {
                let mut respond = respond;
                begun.push(respond.send_response(http::Response::new(()), false));
            }
            Then::Body => {
                let mut respond = respond;
                let begun = respond.send_response(http::Response::new(()), false);
                // The client may have left.
                let _ = begun.map(|mut body| body.send_data("short".into(), true));
            }
            Then::Flood => {
                tokio::spawn(flood(respond, Arc::clone(flooded)));
            }
            Then::Refuse => {
                let mut respond = respond;
                respond.send_reset(h2::Reason::REFUSED_STREAM);
            }
            Then::Cut => return,
        }
    }
}

fn answer(mut respond: h2::server::SendResponse<Bytes>) {
    // The client may have left.
    let _ = respond.send_response(http::Response::new(()), true);
}

/// Sends data until the client closes the connection.
async fn flood(mut respond: h2::server::SendResponse<Bytes>, flooded: Arc<watch::Sender<usize>>) {
    let mut body = respond
        .send_response(http::Response::new(()), false)
        .unwrap();
    loop {
        body.reserve_capacity(64 * 1024);
        let Some(Ok(room)) = std::future::poll_fn(|context| body.poll_capacity(context)).await
        else {
            return;
        };
        if body.send_data(vec![0; room].into(), false).is_err() {
            return;
        }
        flooded.send_modify(|bytes| *bytes += room);
    }
}
