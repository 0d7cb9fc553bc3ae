//! State of the connection as statuses and errors.

use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::client::{Ask, Stage};
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
            return self.told("request: the status is not STATUS_CONNECTED: call poll() until it is, and read the previous body first");
        }
        let (method, fields) = match calls::request(method, target, headers) {
            Ok(request) => request,
            Err(problem) => return self.told(&problem),
        };
        let Some(link) = &self.link else {
            return self.told("request: there is no connection");
        };
        let asked = link.client.ask(Ask {
            method,
            target,
            fields,
            user_agent: addon().user_agent().to_owned(),
            body,
        });
        if let Err(problem) = asked {
            return self.told(&format!("request: {problem}"));
        }
        self.answer = None;
        self.has_headers = false;
        self.last_error = Diagnosis::default();
        self.status = Self::STATUS_REQUESTING;
        Error::OK
    }

    pub(super) fn poll_connecting(&mut self) -> Error {
        let Some(link) = &self.link else {
            return Error::ERR_UNCONFIGURED;
        };
        match link.client.stage() {
            Stage::Connecting => {
                if link.client.phase() == Phase::Connecting {
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
                        link.server, problem.message
                    )
                });
                self.end_with(status, problem);
                if let Some(line) = line {
                    // The engine prints this failure too.
                    self.tell(&line);
                }
                error
            }
            Stage::Ready | Stage::Asking | Stage::Receiving | Stage::Closed => {
                self.facts = link.client.facts();
                self.status = Self::STATUS_CONNECTED;
                Error::OK
            }
        }
    }

    pub(super) fn poll_requesting(&mut self) -> Error {
        let Some(link) = &self.link else {
            return Error::ERR_UNCONFIGURED;
        };
        if self.blocking_mode_enabled {
            link.client.wait_for_answer();
        }
        if let Some(answer) = link.client.take_answer() {
            self.status = if answer.has_body {
                Self::STATUS_BODY
            } else {
                Self::STATUS_CONNECTED
            };
            self.answer = Some(answer);
            self.has_headers = true;
            return Error::OK;
        }
        match link.client.stage() {
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
        match self.link.as_ref().map(|link| link.client.stage()) {
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
        self.answer
            .as_mut()
            .map(|answer| std::mem::take(&mut answer.lines))
            .unwrap_or_default()
    }

    pub(super) fn body_ended(&mut self) {
        if self
            .answer
            .as_ref()
            .is_some_and(|answer| answer.ends_with_connection)
        {
            self.link = None;
            self.status = Self::STATUS_DISCONNECTED;
        } else {
            self.status = Self::STATUS_CONNECTED;
        }
    }

    /// Returns the failure of the connection, or else `otherwise`.
    pub(super) fn failure(&self, cause: Cause, otherwise: &str) -> Diagnosis {
        match self.link.as_ref().map(|link| link.client.stage()) {
            Some(Stage::Failed(failure)) => of_client(&failure),
            _ => Diagnosis::new(cause, otherwise),
        }
    }

    pub(super) fn end_with(&mut self, status: i64, problem: Diagnosis) {
        self.link = None;
        self.status = status;
        self.last_error = problem;
    }

    pub(super) fn told(&mut self, problem: &str) -> Error {
        self.told_because(Cause::Other, problem)
    }

    pub(super) fn told_because(&mut self, cause: Cause, problem: &str) -> Error {
        self.last_error = Diagnosis::new(cause, problem);
        self.tell(problem);
        Error::ERR_INVALID_PARAMETER
    }

    /// Prints an error while nothing is bound, because a script that listens may call this object.
    pub(super) fn tell(&mut self, problem: &str) {
        let _free = self.base_mut();
        report(problem);
    }
}

/// Cause and message for this class, which has no settings for whole requests.
fn of_client(error: &FetchError) -> Diagnosis {
    diagnose(error, &vocabulary::client_requests())
}
