//! State of the connection as statuses and errors.

use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::client::{ClientRequest, Stage};
use godot_rustls_http::diagnosis::diagnose;
use godot_rustls_http::error::{FetchError, FetchErrorKind};
use godot_rustls_net::phase::Phase;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};

use super::{RustlsHTTPClient, calls};
use crate::addon::addon;
use crate::engine::convert::report;
use crate::vocabulary;

impl RustlsHTTPClient {
    pub(super) fn send(
        &mut self,
        method: i64,
        target: &str,
        headers: &PackedStringArray,
        body: bytes::Bytes,
    ) -> Error {
        if self.status != Self::STATUS_CONNECTED {
            return self.refuse("request: the status is not STATUS_CONNECTED: call poll() until it is, and read the previous body first");
        }
        let (method, fields) = match calls::request(method, target, headers) {
            Ok(request) => request,
            Err(problem) => return self.refuse(&problem),
        };
        let Some(active) = &self.active else {
            return self.refuse("request: there is no connection");
        };
        let sent = active.client.send(ClientRequest {
            method,
            target,
            fields,
            user_agent: addon().user_agent().to_owned(),
            body,
        });
        if let Err(problem) = sent {
            return self.refuse(&format!("request: {problem}"));
        }
        self.response = None;
        self.has_headers = false;
        self.last_error = Diagnosis::default();
        self.status = Self::STATUS_REQUESTING;
        Error::OK
    }

    pub(super) fn poll_connecting(&mut self) -> Error {
        let Some(active) = &self.active else {
            return Error::ERR_UNCONFIGURED;
        };
        match active.client.stage() {
            Stage::Connecting => {
                if active.client.phase() == Phase::Connecting {
                    self.status = Self::STATUS_CONNECTING;
                }
                Error::OK
            }
            Stage::Failed(failure) => {
                let (status, error) = match failure.kind() {
                    FetchErrorKind::CantResolve => {
                        (Self::STATUS_CANT_RESOLVE, Error::ERR_CANT_RESOLVE)
                    }
                    FetchErrorKind::CantConnect => {
                        (Self::STATUS_CANT_CONNECT, Error::ERR_CANT_CONNECT)
                    }
                    FetchErrorKind::TlsHandshake => {
                        (Self::STATUS_TLS_HANDSHAKE_ERROR, Error::ERR_CANT_CONNECT)
                    }
                    _ => (Self::STATUS_CONNECTION_ERROR, Error::ERR_CONNECTION_ERROR),
                };
                let problem = of_client(&failure);
                let line = (failure.kind() == FetchErrorKind::TlsHandshake).then(|| {
                    format!(
                        "TLS handshake failed for {}: {}",
                        active.server, problem.message
                    )
                });
                self.end_with(status, problem);
                if let Some(line) = line {
                    // The engine prints this failure too.
                    self.print_error(&line);
                }
                error
            }
            Stage::Ready | Stage::Requesting | Stage::Receiving | Stage::Closed => {
                self.facts = active.client.facts();
                self.status = Self::STATUS_CONNECTED;
                Error::OK
            }
        }
    }

    pub(super) fn poll_requesting(&mut self) -> Error {
        let Some(active) = &self.active else {
            return Error::ERR_UNCONFIGURED;
        };
        if self.blocking_mode_enabled {
            active.client.wait_for_response();
        }
        if let Some(response) = active.client.take_response() {
            self.status = if response.has_body {
                Self::STATUS_BODY
            } else {
                Self::STATUS_CONNECTED
            };
            self.response = Some(response);
            self.has_headers = true;
            return Error::OK;
        }
        match active.client.stage() {
            Stage::Failed(_) | Stage::Closed => {
                let failure = self.failure(
                    Cause::Closed,
                    "the server closed the connection before its response was complete",
                );
                self.end_with(Self::STATUS_CONNECTION_ERROR, failure);
                Error::ERR_CONNECTION_ERROR
            }
            _ => Error::OK,
        }
    }

    pub(super) fn poll_connected(&mut self) -> Error {
        match self.active.as_ref().map(|active| active.client.stage()) {
            Some(Stage::Failed(_) | Stage::Closed) | None => {
                let failure = self.failure(Cause::Closed, "the server closed the connection");
                self.end_with(Self::STATUS_CONNECTION_ERROR, failure);
                Error::ERR_CONNECTION_ERROR
            }
            Some(_) => Error::OK,
        }
    }

    pub(super) fn take_lines(&mut self) -> Vec<(String, String)> {
        self.has_headers = false;
        self.response
            .as_mut()
            .map(|response| std::mem::take(&mut response.lines))
            .unwrap_or_default()
    }

    pub(super) fn body_ended(&mut self) {
        if self
            .response
            .as_ref()
            .is_some_and(|response| response.ends_with_connection)
        {
            self.active = None;
            self.status = Self::STATUS_DISCONNECTED;
        } else {
            self.status = Self::STATUS_CONNECTED;
        }
    }

    /// Returns the failure of the connection, or else `otherwise`.
    pub(super) fn failure(&self, cause: Cause, otherwise: &str) -> Diagnosis {
        match self.active.as_ref().map(|active| active.client.stage()) {
            Some(Stage::Failed(failure)) => of_client(&failure),
            _ => Diagnosis::new(cause, otherwise),
        }
    }

    pub(super) fn end_with(&mut self, status: i64, problem: Diagnosis) {
        self.active = None;
        self.status = status;
        self.last_error = problem;
    }

    pub(super) fn refuse(&mut self, problem: &str) -> Error {
        self.refuse_because(Cause::Other, problem)
    }

    pub(super) fn refuse_because(&mut self, cause: Cause, problem: &str) -> Error {
        self.last_error = Diagnosis::new(cause, problem);
        self.print_error(problem);
        Error::ERR_INVALID_PARAMETER
    }

    /// Prints an error while nothing is bound, because a script that listens may call this object.
    pub(super) fn print_error(&mut self, problem: &str) {
        let _free = self.base_mut();
        report(problem);
    }
}

/// Cause and message for this class, which has no settings for whole requests.
fn of_client(error: &FetchError) -> Diagnosis {
    diagnose(error, &vocabulary::client_requests())
}
