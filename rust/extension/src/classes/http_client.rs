//! RustlsHTTPClient.

mod calls;
mod codes;
mod constants;
mod polling;

use std::sync::Arc;

use godot::classes::StreamPeer;
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::client::{BodyRead, Client, ClientResponse};
use godot_rustls_http::headers::written;
use godot_rustls_net::connector::{Connector, PeerFacts};
use godot_rustls_net::origin::Origin;
use godot_rustls_net::proxy::Routes;
use godot_rustls_net::redacted;
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use self::calls::Unusable;
use super::RustlsCertificateInfo;
use super::tls_options::AnyOptions;
use super::tls_options::configuration::client_context;
use crate::addon::addon;
use crate::engine::convert::{OrNull, godot_text, warn_later};
use crate::engine::enum_types::{ClientCause, ClientStatus, MethodValue};
use crate::engine::project_settings;
use crate::http::proxy_settings::Proxies;
use crate::runtime::packed_bytes::Bytes;

/// An HTTP/1.1 client with one connection, which the script polls; a drop-in replacement for
/// [HTTPClient].
///
/// The connection works in the background; [method poll] updates the state of this object, which
/// does not change between two calls. [RustlsHTTPRequest] is simpler for most games.
///
/// ```gdscript
/// var client := RustlsHTTPClient.new()
/// client.connect_to_host("https://example.org")
/// while client.get_status() in [HTTPClient.STATUS_RESOLVING, HTTPClient.STATUS_CONNECTING]:
/// 	client.poll()
/// 	await get_tree().process_frame
/// if client.get_status() != HTTPClient.STATUS_CONNECTED:
/// 	print(client.get_last_error())
/// ```
///
/// [b]Note:[/b] An object may be used from a [Thread], but from only one thread at a time.
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsHTTPClient {
    /// If `true`, [method poll] waits for a response and [method read_response_body_chunk] for
    /// bytes. For use in a [Thread]. The default is `false`.
    #[var(get = is_blocking_mode_enabled, set = set_blocking_mode, usage_flags = [DEFAULT])]
    blocking_mode_enabled: bool,
    /// Always null: the connection works in the background and belongs to this object. Use
    /// [RustlsStreamPeerTLS] for TLS over your own stream.
    #[var(get = get_connection, set = set_connection, usage_flags = [NONE])]
    connection: PhantomVar<Option<Gd<StreamPeer>>>,
    /// The maximum number of bytes that [method read_response_body_chunk] returns per call, from
    /// 256 to 16777216. The default is 65536. Other values are refused with an error.
    #[var(get = get_read_chunk_size, set = set_read_chunk_size, hint = RANGE, hint_string = "256,16777216", usage_flags = [DEFAULT])]
    #[init(val = 65_536)]
    read_chunk_size: i64,
    status: i64,
    active: Option<ActiveConnection>,
    response: Option<ClientResponse>,
    /// True if the headers have not been fetched yet.
    has_headers: bool,
    proxies: Proxies,
    facts: Option<Arc<PeerFacts>>,
    last_error: Diagnosis,
    warned_of_connection: std::cell::Cell<bool>,
    base: Base<RefCounted>,
}

/// A connection in the background, which ends when this value is dropped.
struct ActiveConnection {
    client: Client,
    /// The server as error messages name it.
    server: String,
    task: AbortHandle,
}

impl Drop for ActiveConnection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[godot_api]
impl RustlsHTTPClient {
    /// Starts to connect to [param host], which may begin with `http://` or `https://`. The
    /// connection uses TLS with `https://` or if [param tls_options] is not null. A [param port] of
    /// -1 means 443 with TLS and 80 without. Follow the progress with [method poll].
    ///
    /// The connection must be made within the time in the project setting
    /// `network/limits/tcp/connect_timeout_seconds`.
    ///
    /// Returns [constant OK] if the connection attempt has begun, or
    /// [constant ERR_INVALID_PARAMETER] for an empty host, a port out of range, an unusable proxy,
    /// and server options. [method get_last_error] returns the reason.
    #[func(gd_self)]
    fn connect_to_host(
        this: Gd<Self>,
        host: GString,
        #[opt(default = -1)] port: i64,
        #[opt(default = OrNull::NULL)] tls_options: OrNull<AnyOptions>,
    ) -> Error {
        let mut this = this;
        this.bind_mut().close();
        let host = host.to_string();
        let origin = match calls::origin(&host, port, tls_options.0.is_some()) {
            Ok(origin) => origin,
            Err(Unusable::Host(problem)) => return this.bind_mut().refuse(&problem),
            Err(Unusable::Port(problem)) => {
                let mut me = this.bind_mut();
                me.status = Self::STATUS_CANT_CONNECT;
                return me.refuse(&problem);
            }
        };
        // Nothing is bound: reading the trusted roots may print a message.
        let call = format_args!(
            "RustlsHTTPClient.connect_to_host({}, {})",
            redacted::url_text(&origin.host),
            origin.port
        );
        let options = tls_options.0.filter(|_| origin.is_https);
        let context = match client_context(options, call) {
            Ok(context) => addon().pools.http1_context(&context),
            Err(problem) => return this.bind_mut().refuse(&problem),
        };
        let runtime = match addon().threads.tasks.handle() {
            Ok(runtime) => runtime,
            Err(error) => return this.bind_mut().refuse(&error.to_string()),
        };
        this.bind_mut().begin(&runtime, context, origin)
    }

    /// Sends a request. [param method] is an [enum HTTPClient.Method], [param url] is a path such
    /// as `/index.html`, [param headers] contains strings of the form `Name: value`, and
    /// [param body] is sent as UTF-8. Follow the progress with [method poll].
    ///
    /// Returns [constant OK], or [constant ERR_INVALID_PARAMETER] if the status is not
    /// [constant STATUS_CONNECTED], and for a method, a URL or a header that cannot be sent.
    #[func]
    fn request(
        &mut self,
        method: MethodValue,
        url: GString,
        headers: PackedStringArray,
        #[opt(default = "")] body: GString,
    ) -> Error {
        self.send(
            method.0,
            &url.to_string(),
            &headers,
            body.to_string().into(),
        )
    }

    /// Sends a request like [method request], with bytes as its body. The bytes are not copied.
    #[func]
    fn request_raw(
        &mut self,
        method: MethodValue,
        url: GString,
        headers: PackedStringArray,
        body: PackedByteArray,
    ) -> Error {
        let body = if body.is_empty() {
            bytes::Bytes::new()
        } else {
            bytes::Bytes::from_owner(Bytes::of(body))
        };
        self.send(method.0, &url.to_string(), &headers, body)
    }

    /// Closes the connection and discards the response.
    #[func]
    fn close(&mut self) {
        self.active = None;
        self.status = Self::STATUS_DISCONNECTED;
        self.response = None;
        self.has_headers = false;
        self.facts = None;
        self.last_error = Diagnosis::default();
    }

    /// Updates the state of the connection. In blocking mode it waits for the response.
    ///
    /// Returns [constant OK], or an error if there is no connection or the connection is lost.
    #[func]
    fn poll(&mut self) -> Error {
        match self.status {
            Self::STATUS_DISCONNECTED => Error::ERR_UNCONFIGURED,
            Self::STATUS_CANT_RESOLVE => Error::ERR_CANT_RESOLVE,
            Self::STATUS_CANT_CONNECT => Error::ERR_CANT_CONNECT,
            Self::STATUS_CONNECTION_ERROR | Self::STATUS_TLS_HANDSHAKE_ERROR => {
                Error::ERR_CONNECTION_ERROR
            }
            Self::STATUS_RESOLVING | Self::STATUS_CONNECTING => self.poll_connecting(),
            Self::STATUS_REQUESTING => self.poll_requesting(),
            Self::STATUS_CONNECTED => self.poll_connected(),
            _ => Error::OK,
        }
    }

    /// Returns the status: one of the `STATUS_*` constants.
    #[func]
    fn get_status(&self) -> ClientStatus {
        ClientStatus::new(self.status)
    }

    /// Returns whether a response has arrived whose headers have not been fetched yet.
    #[func]
    fn has_response(&self) -> bool {
        self.has_headers
    }

    /// Returns whether the response is sent in chunks.
    #[func]
    fn is_response_chunked(&self) -> bool {
        self.response
            .as_ref()
            .is_some_and(|response| response.is_chunked)
    }

    /// Returns the status code of the response, or 0 before it has arrived.
    #[func]
    fn get_response_code(&self) -> i64 {
        self.response
            .as_ref()
            .map_or(0, |response| i64::from(response.status))
    }

    /// Returns the header fields of the response, each in the form `Name: value`. They are returned
    /// once: the second call returns none.
    #[func]
    fn get_response_headers(&mut self) -> PackedStringArray {
        let lines = self.take_lines();
        lines
            .iter()
            .map(|line| godot_text(&written(line)))
            .collect()
    }

    /// Returns the header fields of the response by name. They are returned once. Of several fields
    /// with the same name the last one is returned.
    #[func]
    fn get_response_headers_as_dictionary(&mut self) -> VarDictionary {
        let mut headers = VarDictionary::new();
        for (name, value) in self.take_lines() {
            headers.set(name.as_str(), value.as_str());
        }
        headers
    }

    /// Returns the size of the body in bytes, or -1 if the server does not announce it.
    #[func]
    fn get_response_body_length(&self) -> i64 {
        let Some(response) = &self.response else {
            return -1;
        };
        if !response.has_body {
            return 0;
        }
        response
            .length
            .and_then(|length| i64::try_from(length).ok())
            .unwrap_or(-1)
    }

    /// Returns the next bytes of the body: at most [member read_chunk_size], and at most one chunk
    /// if the response is sent in chunks. Without blocking mode the result may be empty. Call this
    /// method until the body has ended.
    ///
    /// After the last bytes the status is [constant STATUS_CONNECTED] again, or
    /// [constant STATUS_DISCONNECTED] if the body ends with the connection.
    #[func]
    fn read_response_body_chunk(&mut self) -> PackedByteArray {
        let active = self
            .active
            .as_ref()
            .filter(|_| self.status == Self::STATUS_BODY);
        let (Some(active), Some(response)) = (active, &self.response) else {
            self.refuse(
                "read_response_body_chunk: there is no body to read: the status is not STATUS_BODY",
            );
            return PackedByteArray::new();
        };
        let most = usize::try_from(self.read_chunk_size).unwrap_or(65_536);
        // Chunks are delivered one by one as they arrive, as in the engine.
        let enough = match (self.blocking_mode_enabled, response.is_chunked) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => most,
        };
        match active.client.read(most, enough) {
            BodyRead::NotYet => PackedByteArray::new(),
            BodyRead::Bytes(bytes, is_last) => {
                if is_last {
                    self.body_ended();
                }
                PackedByteArray::from(bytes.as_slice())
            }
            BodyRead::End => {
                self.body_ended();
                PackedByteArray::new()
            }
            BodyRead::Broken => {
                let failure = self.failure(
                    Cause::BodyIncomplete,
                    "the connection ended in the middle of the body",
                );
                self.end_with(Self::STATUS_CONNECTION_ERROR, failure);
                PackedByteArray::new()
            }
        }
    }

    /// Sets the proxy for plain HTTP: a host, or a URL such as `http://user:password@host`,
    /// `socks5://host` or `socks5h://host`, which lets the proxy resolve host names. An empty host
    /// or a port of -1 removes the proxy. Applies to the next connection. With an unusable proxy an
    /// error is printed, and no connection is made.
    #[func]
    fn set_http_proxy(&mut self, host: GString, port: i64) {
        if let Err(problem) = self.proxies.set_http(&host, port) {
            self.refuse(&problem);
        }
    }

    /// Sets the proxy for HTTPS. See [method set_http_proxy].
    #[func]
    fn set_https_proxy(&mut self, host: GString, port: i64) {
        if let Err(problem) = self.proxies.set_https(&host, port) {
            self.refuse(&problem);
        }
    }

    /// Returns [param fields] as the query of a URL: `{"a": 1, "b": [2, 3], "c": null}` becomes
    /// `a=1&b=2&b=3&c`.
    #[func]
    fn query_string_from_dict(&self, fields: VarDictionary) -> GString {
        godot_text(&calls::query(&fields))
    }

    /// Returns the error message if the connection failed or a call was refused; empty otherwise.
    #[func]
    fn get_last_error(&self) -> GString {
        godot_text(&self.last_error.message)
    }

    /// Returns the cause if the connection failed or a call was refused: one of the `CAUSE_*`
    /// constants.
    #[func]
    fn get_last_error_code(&self) -> ClientCause {
        ClientCause::new(self.last_error.cause as i64)
    }

    /// Returns the certificates that the server presented, its own certificate first. Empty without
    /// TLS.
    #[func]
    fn get_peer_certificates(&self) -> Array<Gd<RustlsCertificateInfo>> {
        let shown = self.facts.iter().flat_map(|facts| &facts.certificates);
        shown.map(RustlsCertificateInfo::of).collect()
    }

    /// Returns `TLSv1.3` or `TLSv1.2`. Empty without TLS.
    #[func]
    fn get_tls_version(&self) -> GString {
        self.facts
            .as_ref()
            .map(|facts| godot_text(&facts.tls_version))
            .unwrap_or_default()
    }

    /// Returns [member blocking_mode_enabled].
    #[func]
    fn is_blocking_mode_enabled(&self) -> bool {
        self.blocking_mode_enabled
    }

    /// Sets [member blocking_mode_enabled].
    #[func]
    fn set_blocking_mode(&mut self, enabled: bool) {
        self.blocking_mode_enabled = enabled;
    }

    /// Returns [member read_chunk_size].
    #[func]
    fn get_read_chunk_size(&self) -> i64 {
        self.read_chunk_size
    }

    /// Sets [member read_chunk_size]. Values other than 256 to 16777216 are refused with an error.
    #[func]
    fn set_read_chunk_size(&mut self, bytes: i64) {
        if (256..=1 << 24).contains(&bytes) {
            self.read_chunk_size = bytes;
        } else {
            self.refuse(&format!("read_chunk_size is {bytes}: use 256 to 16777216"));
        }
    }

    /// Returns null, and prints a warning once.
    #[func]
    fn get_connection(&self) -> Option<Gd<StreamPeer>> {
        if self.active.is_some() && !self.warned_of_connection.replace(true) {
            warn_later(
                "RustlsHTTPClient.connection is always null: the connection works in the background. Use RustlsStreamPeerTLS for TLS over your own stream".to_owned(),
            );
        }
        None
    }

    /// Has no effect and prints an error: a stream of the script cannot be used in the background.
    #[func]
    fn set_connection(&mut self, connection: Option<Gd<StreamPeer>>) {
        let _ = connection;
        self.refuse(
            "RustlsHTTPClient.connection cannot be set: call connect_to_host(), or use RustlsStreamPeerTLS for TLS over your own stream",
        );
    }
}

impl RustlsHTTPClient {
    /// Starts to connect to `origin`.
    fn begin(&mut self, runtime: &Handle, context: Arc<ClientContext>, origin: Origin) -> Error {
        let (http, https) = match self.proxies.chosen() {
            Ok(proxies) => proxies,
            Err(problem) => {
                self.status = Self::STATUS_CANT_CONNECT;
                return self.refuse_because(Cause::Proxy, &problem);
            }
        };
        let routes = Routes {
            http,
            https,
            environment: None,
        };
        self.status = if calls::is_address(&origin.host) {
            Self::STATUS_CONNECTING
        } else {
            Self::STATUS_RESOLVING
        };
        let connector = Connector::new(context, routes, project_settings::connect_timeout());
        let server = redacted::url_text(&format!("https://{}:{}", origin.host, origin.port));
        let (client, work) = Client::open(connector, origin);
        let task = runtime.spawn(work).abort_handle();
        self.active = Some(ActiveConnection {
            client,
            server,
            task,
        });
        Error::OK
    }
}
