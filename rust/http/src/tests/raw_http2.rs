//! A scripted server on loopback that sends HTTP/2 frames, valid and invalid ones.

use std::io::ErrorKind;

use godot_rustls_testkit::{Issued, Template};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::clock::jump;
use super::*;
use godot_rustls_net::tls_stream::TlsStream;
use godot_rustls_tls::alpn::AlpnProtocols;
use godot_rustls_tls::config::ServerContext;
use godot_rustls_tls::options::ServerOptions;
use godot_rustls_tls::testing::identity;

pub(super) const DATA: u8 = 0x0;
pub(super) const HEADERS: u8 = 0x1;
pub(super) const RST_STREAM: u8 = 0x3;
pub(super) const SETTINGS: u8 = 0x4;
pub(super) const PING: u8 = 0x6;
pub(super) const GOAWAY: u8 = 0x7;

/// Flag of SETTINGS and PING frames.
const ACK: u8 = 0x1;
pub(super) const END_STREAM: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
pub(super) const PADDED: u8 = 0x8;

const PREFACE: usize = 24;

/// Frames that respond to a request, sent as long as the client reads. An empty piece ends the
/// connection.
type Frames = Box<dyn Iterator<Item = Vec<u8>> + Send>;

pub(super) struct RawHttp2 {
    port: u16,
    pub(super) owner: Issued,
}

impl RawHttp2 {
    pub(super) async fn start(
        answer: impl Fn(usize, u32) -> Frames + Send + Sync + 'static,
    ) -> Self {
        Self::trickling(Duration::ZERO, answer).await
    }

    /// Sends the pieces of a response at intervals. `answer` gets the number of the request on its
    /// connection, from 0, and its stream identifier.
    pub(super) async fn trickling(
        pace: Duration,
        answer: impl Fn(usize, u32) -> Frames + Send + Sync + 'static,
    ) -> Self {
        let owner = Template::like_the_engine("localhost").self_signed();
        let mut options = ServerOptions::with_identity(identity(&[&owner]));
        options.common.alpn = AlpnProtocols::of(&["h2"]);
        let setup = ServerContext::new(options).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // Each piece is sent at once.
                socket.set_nodelay(true).unwrap();
                let stream = TlsStream::new(socket, setup.accept().unwrap());
                let answer = Arc::clone(&answer);
                // The client may close the connection at any time.
                tokio::spawn(async move { serve(stream, pace, &*answer).await });
            }
        });
        Self { port, owner }
    }

    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }

    pub(super) fn pool(&self) -> Arc<Pool> {
        pool(&godot_rustls_tls::testing::client(&[&self.owner]))
    }
}

async fn serve(
    mut stream: TlsStream,
    pace: Duration,
    answer: &(dyn Fn(usize, u32) -> Frames + Send + Sync),
) -> std::io::Result<()> {
    stream.handshake().await.map_err(|_| ErrorKind::Other)?;
    stream.read_exact(&mut [0; PREFACE]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut count = 0;
    loop {
        match read_frame(&mut stream).await? {
            (HEADERS, _, id) => {
                for frames in answer(count, id) {
                    if frames.is_empty() {
                        return Ok(());
                    }
                    stream.write_all(&frames).await?;
                    stream.flush().await?;
                    if !pace.is_zero() {
                        ping(&mut stream).await?;
                        jump(pace).await;
                    }
                }
                count += 1;
            }
            (SETTINGS, 0, _) => stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?,
            _ => {}
        }
    }
}

/// Reads a frame, and returns its type, flags and stream identifier.
async fn read_frame(stream: &mut TlsStream) -> std::io::Result<(u8, u8, u32)> {
    let mut header = [0; 9];
    stream.read_exact(&mut header).await?;
    let [a, b, c, kind, flags, id @ ..] = header;
    let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
    stream.read_exact(&mut payload).await?;
    Ok((kind, flags, u32::from_be_bytes(id)))
}

/// Waits until the client has read what was sent.
async fn ping(stream: &mut TlsStream) -> std::io::Result<()> {
    stream.write_all(&frame(PING, 0, 0, &[0; 8])).await?;
    stream.flush().await?;
    while !matches!(read_frame(stream).await?, (PING, ACK, _)) {}
    Ok(())
}

/// Returns a frame (RFC 9113 section 4.1).
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Returns the head of a response as one block without Huffman coding (RFC 7541 section 6.2.2).
pub(super) fn head(stream: u32, flags: u8, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
    }
    frame(HEADERS, flags | END_HEADERS, stream, &block)
}

pub(super) fn data(stream: u32, flags: u8, bytes: &[u8]) -> Vec<u8> {
    frame(DATA, flags, stream, bytes)
}

pub(super) fn reset(stream: u32, reason: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &reason.to_be_bytes())
}

/// Returns frames that are sent at once.
pub(super) fn once(frames: impl IntoIterator<Item = Vec<u8>>) -> Frames {
    let all: Vec<u8> = frames.into_iter().flatten().collect();
    Box::new(std::iter::once(all))
}
