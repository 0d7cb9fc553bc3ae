//! RustlsStreamPeerTLS.

mod accepted;
mod negotiated;

use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::{Duration, Instant};

use godot::classes::{IStreamPeerExtension, StreamPeer, StreamPeerExtension};
use godot::global::Error;
use godot::meta::conv::RawPtr;
use godot::prelude::*;
use godot_rustls_net::redacted;
use godot_rustls_pki::reference_name::is_host;
use godot_rustls_tls::diagnosis::{Cause, diagnose};

use super::tls_options::AnyOptions;
use super::tls_options::configuration::{client_context, server_context};
use crate::addon::addon;
use crate::engine::convert::{OrNull, godot_text, refuse, report};
use crate::engine::enum_types::{StreamCause, StreamStatus};
use crate::engine::project_settings::handshake_threads;
use crate::tls::base_stream::{BaseStream, TlsBelow};
use crate::tls::dialer::Dialer;
use crate::tls::lifecycle;
use crate::tls::limits::Limits;
use crate::tls::pump::Connection;
use crate::tls::read_buffer::ReadBuf;
use crate::tls::status::Status;
use crate::tls::stream_state::StreamState;
use crate::vocabulary;

/// A TLS connection over any stream, as a client or a server; a drop-in replacement for
/// [StreamPeerTLS].
///
/// Call [method connect_to_stream] or [method accept_stream] with a connected [StreamPeerTCP] or
/// any other [StreamPeer], then call [method poll] until [method get_status] is no longer
/// [constant STATUS_HANDSHAKING]. In [constant STATUS_CONNECTED], all methods of [StreamPeer] read
/// and write encrypted data. After a failure, [method get_last_error] returns an error message and
/// [method get_last_error_code] the cause.
///
/// ```gdscript
/// var connection := RustlsStreamPeerTLS.new()
/// connection.connect_to_host("example.org", 443)
/// while connection.get_status() == RustlsStreamPeerTLS.STATUS_HANDSHAKING:
/// 	connection.poll()
/// 	await get_tree().process_frame
/// if connection.get_status() != RustlsStreamPeerTLS.STATUS_CONNECTED:
/// 	print(connection.get_last_error())
/// ```
///
/// [b]Note:[/b] Data that [method StreamPeer.put_partial_data] accepted but the underlying stream
/// did not take yet is sent by later calls, for instance of [method poll]. It is lost if the
/// connection is ended before that, unless [method connect_to_host] made the connection.
/// [method StreamPeer.put_data] waits until all data is sent.
///
/// [b]Note:[/b] The expensive steps of a handshake run on threads of the addon (project setting
/// `network/tls/rustls/handshake_threads`; with 0 they run inside the call that reaches them). No
/// call waits for them: a later [method poll] continues with the result. Steps of less than a
/// millisecond run inside the call while no other handshake is in progress.
///
/// [b]Note:[/b] An object may be used from a [Thread], but from only one thread at a time.
#[derive(GodotClass)]
#[class(tool, base=StreamPeerExtension)]
pub(crate) struct RustlsStreamPeerTLS {
    /// Seconds that a handshake may take, including the host lookup of [method connect_to_host].
    /// The default is 10. With 0 there is no limit, as with [StreamPeerTLS]. A handshake that takes
    /// longer fails with [constant CAUSE_TIMEOUT].
    #[var]
    handshake_timeout: f64,
    state: Arc<StreamState>,
    base: Base<StreamPeerExtension>,
}

#[godot_api]
impl IStreamPeerExtension for RustlsStreamPeerTLS {
    fn init(base: Base<StreamPeerExtension>) -> Self {
        addon().threads.seed_early(handshake_threads());
        Self {
            handshake_timeout: 10.0,
            state: Arc::default(),
            base,
        }
    }

    fn get_available_bytes(&self) -> i32 {
        if !self.state.is_connected() {
            report("get_available_bytes: the TLS connection is not established");
            return 0;
        }
        let readable = self.state.inspect(Connection::readable).unwrap_or(0);
        i32::try_from(readable).unwrap_or(i32::MAX)
    }

    #[func(gd_self)]
    unsafe fn get_data_rawptr(
        this: Gd<Self>,
        buffer: RawPtr<*mut u8>,
        bytes: i32,
        received: RawPtr<*mut i32>,
    ) -> Error {
        // SAFETY: the engine passes a buffer of `bytes` bytes and a place for the count. It hands
        // all of the buffer to the script, however much was read: nothing stale may be in it.
        unsafe {
            let length = usize::try_from(bytes).unwrap_or(0);
            if !buffer.ptr().is_null() {
                std::ptr::write_bytes(buffer.ptr(), 0, length);
            }
            read_into(
                this,
                buffer.ptr(),
                bytes,
                received.ptr(),
                lifecycle::read_all,
            )
        }
    }

    #[func(gd_self)]
    unsafe fn get_partial_data_rawptr(
        this: Gd<Self>,
        buffer: RawPtr<*mut u8>,
        bytes: i32,
        received: RawPtr<*mut i32>,
    ) -> Error {
        // SAFETY: the engine passes a buffer of `bytes` bytes and a place for the count. It shows
        // the script what was received and no more.
        unsafe {
            read_into(
                this,
                buffer.ptr(),
                bytes,
                received.ptr(),
                lifecycle::read_some,
            )
        }
    }

    #[func(gd_self)]
    unsafe fn put_data_rawptr(
        this: Gd<Self>,
        data: RawPtr<*const u8>,
        bytes: i32,
        sent: RawPtr<*mut i32>,
    ) -> Error {
        // SAFETY: the engine passes `bytes` bytes of data and a place for the count.
        unsafe { write_from(this, data.ptr(), bytes, sent.ptr(), lifecycle::write_all) }
    }

    #[func(gd_self)]
    unsafe fn put_partial_data_rawptr(
        this: Gd<Self>,
        data: RawPtr<*const u8>,
        bytes: i32,
        sent: RawPtr<*mut i32>,
    ) -> Error {
        // SAFETY: the engine passes `bytes` bytes of data and a place for the count.
        unsafe { write_from(this, data.ptr(), bytes, sent.ptr(), lifecycle::write_some) }
    }
}

/// Returns the state of a stream.
fn state_of(object: &Gd<RustlsStreamPeerTLS>) -> Arc<StreamState> {
    StreamState::of(object.instance_id(), || Arc::clone(&object.bind().state))
}

/// Returns what a connection moves its bytes over, which may be another stream of this class.
fn base_stream(stream: Gd<StreamPeer>) -> BaseStream {
    let ours = stream.clone().try_cast().ok();
    let state = ours.map(|ours| state_of(&ours) as Arc<dyn TlsBelow>);
    BaseStream::given(stream, state)
}

type ReadFn = fn(&StreamState, &mut ReadBuf<'_>) -> Error;
type WriteFn = fn(&StreamState, &[u8]) -> (Error, usize);

/// Reads into the engine's buffer.
///
/// # Safety
/// `buffer` is valid for writes of `bytes` bytes, `received` for one number, both unless null.
unsafe fn read_into(
    this: Gd<RustlsStreamPeerTLS>,
    buffer: *mut u8,
    bytes: i32,
    received: *mut i32,
    read: ReadFn,
) -> Error {
    // SAFETY: null or valid by this function's contract.
    let received = unsafe { received.as_mut() };
    let mut count = 0;
    let received = received.unwrap_or(&mut count);
    // Set first, so that no path reports bytes that were not received.
    *received = 0;
    let length = usize::try_from(bytes).unwrap_or(0);
    let buffer = if buffer.is_null() || length == 0 {
        &mut []
    } else {
        // SAFETY: valid for `length` bytes by this function's contract, which need not be
        // initialised.
        unsafe { std::slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), length) }
    };
    let mut target = ReadBuf::new(buffer);
    let error = read(&state_of(&this), &mut target);
    *received = i32::try_from(target.filled()).unwrap_or(i32::MAX);
    error
}

/// Writes the engine's data.
///
/// # Safety
/// `data` is valid for reads of `bytes` bytes, `sent` for one number, both unless null.
unsafe fn write_from(
    this: Gd<RustlsStreamPeerTLS>,
    data: *const u8,
    bytes: i32,
    sent: *mut i32,
    write: WriteFn,
) -> Error {
    let length = usize::try_from(bytes).unwrap_or(0);
    let data = if data.is_null() || length == 0 {
        &[]
    } else {
        // SAFETY: valid for `length` bytes by this function's contract.
        unsafe { std::slice::from_raw_parts(data, length) }
    };
    // SAFETY: null or valid by this function's contract.
    let sent = unsafe { sent.as_mut() };
    let mut count = 0;
    let sent = sent.unwrap_or(&mut count);
    *sent = 0;
    let (error, count) = write(&state_of(&this), data);
    *sent = i32::try_from(count).unwrap_or(i32::MAX);
    error
}

#[godot_api]
impl RustlsStreamPeerTLS {
    /// There is no connection, or it ended after its handshake.
    #[constant]
    const STATUS_DISCONNECTED: i64 = Status::Disconnected as i64;
    /// The handshake is in progress. Keep calling [method poll].
    #[constant]
    pub(crate) const STATUS_HANDSHAKING: i64 = Status::Handshaking as i64;
    /// Data can be read and written.
    #[constant]
    pub(crate) const STATUS_CONNECTED: i64 = Status::Connected as i64;
    /// The handshake failed. [method get_last_error] returns the reason.
    #[constant]
    const STATUS_ERROR: i64 = Status::Error as i64;
    /// The handshake failed because the server's certificate is for other names.
    #[constant]
    const STATUS_ERROR_HOSTNAME_MISMATCH: i64 = Status::ErrorHostnameMismatch as i64;

    /// There was no failure.
    #[constant]
    const CAUSE_NONE: i64 = Cause::None as i64;
    /// The peer's certificate does not lead to a trusted certificate.
    #[constant]
    const CAUSE_UNTRUSTED_ISSUER: i64 = Cause::UntrustedIssuer as i64;
    /// A certificate has expired.
    #[constant]
    const CAUSE_EXPIRED: i64 = Cause::Expired as i64;
    /// A certificate is not valid yet; often the clock of this machine is wrong.
    #[constant]
    const CAUSE_NOT_YET_VALID: i64 = Cause::NotYetValid as i64;
    /// The certificate is for other names.
    #[constant]
    const CAUSE_NAME_MISMATCH: i64 = Cause::NameMismatch as i64;
    /// A certificate was revoked ([member RustlsTLSOptions.revocation_lists_pem]).
    #[constant]
    const CAUSE_REVOKED: i64 = Cause::Revoked as i64;
    /// No certificate of the verified chain has a pinned key
    /// ([member RustlsTLSOptions.pinned_public_keys]).
    #[constant]
    const CAUSE_PIN_MISMATCH: i64 = Cause::PinMismatch as i64;
    /// A certificate is malformed, weak, or not meant for this use.
    #[constant]
    const CAUSE_BAD_CERTIFICATE: i64 = Cause::BadCertificate as i64;
    /// The two sides allow no common TLS version ([member RustlsTLSOptions.min_version],
    /// [member RustlsTLSOptions.max_version]).
    #[constant]
    const CAUSE_NO_COMMON_VERSION: i64 = Cause::NoCommonVersion as i64;
    /// The two sides have no cipher suite, key exchange group or signature scheme in common.
    #[constant]
    const CAUSE_NO_COMMON_CIPHER: i64 = Cause::NoCommonCipher as i64;
    /// The peer does not use TLS.
    #[constant]
    const CAUSE_NOT_TLS: i64 = Cause::NotTls as i64;
    /// The peer closed the connection: properly if it was established, too early if it was not.
    #[constant]
    const CAUSE_CLOSED: i64 = Cause::Closed as i64;
    /// The connection ended without a close_notify: the last data may be missing.
    #[constant]
    const CAUSE_TRUNCATED: i64 = Cause::Truncated as i64;
    /// The server requires a client certificate ([method RustlsTLSOptions.set_identity]): this
    /// client presented none, or one that the server refused.
    #[constant]
    const CAUSE_CLIENT_CERTIFICATE_REQUIRED: i64 = Cause::ClientCertificateRequired as i64;
    /// The peer ended the connection with an alert that gives the reason.
    #[constant]
    const CAUSE_PEER_ALERT: i64 = Cause::PeerAlert as i64;
    /// The underlying stream failed, or the host was not found or did not respond.
    #[constant]
    const CAUSE_TRANSPORT: i64 = Cause::Transport as i64;
    /// Any other cause. [method get_last_error] describes it.
    #[constant]
    const CAUSE_OTHER: i64 = Cause::Other as i64;
    /// The handshake took longer than [member handshake_timeout].
    #[constant]
    const CAUSE_TIMEOUT: i64 = Cause::Timeout as i64;

    /// Starts a TLS connection as the client over [param stream].
    ///
    /// The server's certificate must be valid for [param common_name], unless the options say
    /// otherwise. [param client_options] is a [RustlsTLSOptions] or the engine's [TLSOptions]; null
    /// means [method RustlsTLSOptions.client].
    ///
    /// Returns [constant OK] if the handshake has begun, [constant ERR_INVALID_PARAMETER] for a
    /// null stream or options that cannot be used, [constant ERR_ALREADY_IN_USE] if the object
    /// already has a running connection, and [constant FAILED] if the handshake failed at once.
    /// [method get_last_error] returns the reason.
    #[func(gd_self)]
    fn connect_to_stream(
        this: Gd<Self>,
        stream: Option<Gd<StreamPeer>>,
        common_name: GString,
        #[opt(default = OrNull::NULL)] client_options: OrNull<AnyOptions>,
    ) -> Error {
        let state = state_of(&this);
        let stream = match lifecycle::usable(&state, this.instance_id(), stream) {
            Ok(stream) => stream,
            Err(error) => return error,
        };
        let name = common_name.to_string();
        let call = format_args!("RustlsStreamPeerTLS.connect_to_stream(…, \"{name}\", …)");
        let context = client_context(client_options.0, call);
        let limits = this.bind().limits();
        lifecycle::start(&state, stream, |stream| {
            let client = context?.prepare(&name);
            client
                .and_then(|client| Connection::client(client, base_stream(stream), limits))
                .map_err(|failure| diagnose(&failure, &vocabulary::STREAM).message)
        })
    }

    /// Starts a TLS connection as the server over [param stream].
    ///
    /// [param server_options] is a [RustlsTLSOptions] ([method RustlsTLSOptions.server]) or the
    /// engine's [TLSOptions] ([method TLSOptions.server]). The return values are those of
    /// [method connect_to_stream]; a key that does not belong to its certificate is an
    /// [constant ERR_INVALID_PARAMETER] too.
    #[func(gd_self)]
    fn accept_stream(
        this: Gd<Self>,
        stream: Option<Gd<StreamPeer>>,
        server_options: Option<Gd<AnyOptions>>,
    ) -> Error {
        let state = state_of(&this);
        let stream = match lifecycle::usable(&state, this.instance_id(), stream) {
            Ok(stream) => stream,
            Err(error) => return error,
        };
        let context = server_context(server_options);
        let limits = this.bind().limits();
        lifecycle::start(&state, stream, |stream| {
            let session = context?.accept();
            session
                .map(|session| Connection::server(session, base_stream(stream), limits))
                .map_err(|failure| diagnose(&failure, &vocabulary::STREAM).message)
        })
    }

    /// Looks up [param host], connects to [param port] and starts a TLS connection as the client,
    /// all in the background.
    ///
    /// Keep calling [method poll]: [method get_status] returns [constant STATUS_HANDSHAKING] until
    /// the connection is established or has failed. All addresses of the host are tried. The
    /// options and the return values are those of [method connect_to_stream].
    #[func(gd_self)]
    fn connect_to_host(
        this: Gd<Self>,
        host: GString,
        port: i64,
        #[opt(default = OrNull::NULL)] client_options: OrNull<AnyOptions>,
    ) -> Error {
        let state = state_of(&this);
        if state.status().is_active() {
            return refuse(Error::ERR_ALREADY_IN_USE, lifecycle::IN_USE);
        }
        let Ok(port @ 1..) = u16::try_from(port) else {
            return lifecycle::refuse_options(
                &state,
                format!("the port is {port}: use 1 to 65535"),
            );
        };
        let host = host.to_string();
        if !is_host(&host) {
            return lifecycle::refuse_options(
                &state,
                format!(
                    "{} is not a host: use a name or an address, without scheme and path",
                    redacted::url_text(&host)
                ),
            );
        }
        let call = format_args!("RustlsStreamPeerTLS.connect_to_host(\"{host}\", {port}, …)");
        match client_context(client_options.0, call) {
            Ok(context) => {
                let limits = this.bind().limits();
                lifecycle::start_dialing(&state, Dialer::new(context, &host, port, limits))
            }
            Err(message) => lifecycle::refuse_options(&state, message),
        }
    }

    /// Advances the handshake, incoming data and data that is still to be sent, without waiting.
    ///
    /// Call this method every frame, and read until no data is left: the end of the connection is
    /// reported after its last data was read.
    #[func(gd_self)]
    pub(crate) fn poll(this: Gd<Self>) {
        let state = state_of(&this);
        if state.status().is_active() {
            lifecycle::poll(&state);
        }
    }

    /// Returns the state of the connection: one of the `STATUS_*` constants.
    #[func(gd_self)]
    pub(crate) fn get_status(this: Gd<Self>) -> StreamStatus {
        StreamStatus::new(state_of(&this).status() as i64)
    }

    /// Returns the underlying stream. Returns null if there is no connection, and for a connection
    /// of [method connect_to_host], whose socket belongs to the addon.
    #[func]
    fn get_stream(&self) -> Option<Gd<StreamPeer>> {
        self.state.lock().stream.clone()
    }

    /// Ends the connection with a close_notify. The underlying stream stays open; data that was not
    /// read is dropped.
    ///
    /// Does nothing if there is no connection. The object can be used again.
    ///
    /// [b]Note:[/b] A connection of [method connect_to_host] is closed in the background: pending
    /// data is sent, and data that the peer still sends is read for up to three seconds, so that
    /// nothing is lost. A [StreamPeerTCP] that only this object references is kept for up to a
    /// second for the same purpose, while frames are processed. A [StreamPeerTCP] that your script
    /// references is not touched: if the script closes it at once, data that the peer sends
    /// afterwards resets the connection, and the peer may lose what it has not read yet. If the
    /// last data matters, keep the stream for a moment, or drop the reference without closing the
    /// stream before this call.
    #[func(gd_self)]
    fn disconnect_from_stream(this: Gd<Self>) {
        lifecycle::disconnect(&state_of(&this));
    }

    /// Returns the error message of the last connection if it failed or ended: what happened, the
    /// values on both sides, and what to do. Empty otherwise.
    #[func]
    pub(crate) fn get_last_error(&self) -> GString {
        godot_text(self.state.lock().last_error.message.as_str())
    }

    /// Returns the cause if the last connection failed or ended: one of the `CAUSE_*` constants.
    #[func]
    fn get_last_error_code(&self) -> StreamCause {
        StreamCause::new(self.state.lock().last_error.cause as i64)
    }

    fn limits(&self) -> Limits {
        // NaN, infinite and absurd values mean no limit, like 0.
        let timeout = (self.handshake_timeout > 0.0)
            .then(|| Duration::try_from_secs_f64(self.handshake_timeout).ok())
            .flatten();
        let addon = addon();
        Limits {
            started: Instant::now(),
            timeout,
            max_threads: handshake_threads(),
            threads: Arc::clone(&addon.threads),
            handshakes: addon.handshakes.clone(),
        }
    }
}

impl Drop for RustlsStreamPeerTLS {
    // A freed object sends a close_notify, like one that disconnects.
    fn drop(&mut self) {
        self.state.forget();
        let mut fields = self.state.lock();
        let (stream, connection) = (fields.stream.take(), fields.connection.take());
        drop(fields);
        // The connection checks whether it has the last reference to the stream.
        drop(stream);
        drop(connection);
    }
}
