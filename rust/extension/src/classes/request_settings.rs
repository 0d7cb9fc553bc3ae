//! How one request is made: the properties of a node, or defaults, changed by the options of a call.

mod body;
mod build;
mod options;
mod origin;
mod readers;

use std::sync::{Arc, Mutex};

use godot::prelude::*;
use godot_rustls_http::cookies::Jar;
use zeroize::Zeroizing;

use super::tls_options::AnyOptions;
use super::{RustlsCancellation, RustlsHTTPCache};
use crate::http::proxy_settings::Proxies;
use crate::http::turns::Turns;

pub(crate) use body::Data;
pub(crate) use build::{Call, Rejected, are_for_clients, lock};
pub(crate) use options::CallOptions;
pub(crate) use origin::{OriginSettings, basic_authorization, bearer_authorization};

/// The class that makes a request, for messages.
#[derive(Clone, Copy)]
pub(crate) struct Requester {
    /// Its name.
    pub(crate) class: &'static str,
    /// What sets a proxy there.
    pub(crate) proxy_setting: &'static str,
}

/// Settings of one request. Their names are those of the properties of [RustlsHTTPRequest].
#[derive(Clone)]
pub(crate) struct RequestSettings {
    pub(crate) requester: Requester,
    pub(crate) download_file: GString,
    pub(crate) download_resume: bool,
    pub(crate) accept_gzip: bool,
    pub(crate) body_size_limit: i64,
    pub(crate) max_redirects: i64,
    pub(crate) timeout: f64,
    pub(crate) connect_timeout: f64,
    pub(crate) read_timeout: f64,
    pub(crate) retry_lost_post: bool,
    pub(crate) retries: i64,
    pub(crate) allow_https_downgrade: bool,
    pub(crate) use_environment_proxies: bool,
    pub(crate) server_sent_events: bool,
    pub(crate) reconnect_events: bool,
    pub(crate) stream_body: bool,
    /// The addon's or the engine's.
    pub(crate) tls_options: Option<Gd<AnyOptions>>,
    /// The cookies of the node, sent and stored if `cookies_enabled`.
    pub(crate) cookies: Option<Arc<Mutex<Jar>>>,
    pub(crate) cookies_enabled: bool,
    pub(crate) proxies: Proxies,
    /// What a node sends to one server.
    pub(crate) origin: OriginSettings,
    /// The value of the `Authorization` header of this request alone.
    pub(crate) authorization: Option<Zeroizing<String>>,
    /// Fields that are added to the query of the URL.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) cancellation: Option<Gd<RustlsCancellation>>,
    pub(crate) cache: Option<Gd<RustlsHTTPCache>>,
    /// The turns of a node with `max_concurrent_requests`.
    pub(crate) turns: Option<Turns>,
    /// Signals of the response, and the functions that are connected to them.
    pub(crate) handlers: Vec<(&'static str, Callable)>,
}

impl RequestSettings {
    /// Returns the default settings, which are those of a new [RustlsHTTPRequest].
    pub(crate) fn new(requester: Requester) -> Self {
        Self {
            requester,
            download_file: GString::new(),
            download_resume: false,
            accept_gzip: true,
            body_size_limit: -1,
            max_redirects: 8,
            timeout: 0.0,
            connect_timeout: 30.0,
            read_timeout: 0.0,
            retry_lost_post: true,
            retries: 0,
            allow_https_downgrade: false,
            use_environment_proxies: false,
            server_sent_events: false,
            reconnect_events: false,
            stream_body: false,
            tls_options: None,
            cookies: None,
            cookies_enabled: false,
            proxies: Proxies::default(),
            origin: OriginSettings::default(),
            authorization: None,
            query: Vec::new(),
            cancellation: None,
            cache: None,
            turns: None,
            handlers: Vec::new(),
        }
    }
}
