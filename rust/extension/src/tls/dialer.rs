//! Name resolution and connecting for a stream, done on the runtime's threads.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use godot_rustls_net::connect_to_host;
use godot_rustls_net::error::ConnectError;
use godot_rustls_net::phase::{Phase, PhaseCell};
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};
use tokio::task::AbortHandle;

use super::limits::Limits;
use crate::vocabulary;

type Found = Result<TcpStream, Diagnosis>;

/// A connection that is being made: all addresses of the host are tried, and the first that answers
/// is used.
pub(crate) struct Dialer {
    pub(super) context: Arc<ClientContext>,
    pub(super) host: String,
    pub(super) limits: Limits,
    port: u16,
    phase: Arc<PhaseCell>,
    found: Receiver<Found>,
    /// `None` if there is no thread.
    task: Option<AbortHandle>,
}

/// State of dialing.
pub(super) enum Progress {
    Pending,
    Connected(TcpStream),
    Failed(Diagnosis),
}

impl Dialer {
    pub(crate) fn new(context: Arc<ClientContext>, host: &str, port: u16, limits: Limits) -> Self {
        // Brackets belong to URLs, and not to the address inside.
        let address = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let phase = Arc::new(PhaseCell::default());
        let (sender, found) = channel();
        let task = match limits.threads.tasks.handle() {
            Ok(runtime) => {
                let (host, phase) = (address.to_owned(), Arc::clone(&phase));
                let task = runtime.spawn(async move {
                    // The handle may be gone.
                    let found = connect_to_host(&host, port, &phase).await;
                    let _ = sender.send(found.map_err(|error| diagnosis(&error)));
                });
                Some(task.abort_handle())
            }
            Err(error) => {
                let _ = sender.send(Err(Diagnosis::new(Cause::Transport, error.to_string())));
                None
            }
        };
        Self {
            context,
            host: address.to_owned(),
            limits,
            port,
            phase,
            found,
            task,
        }
    }

    pub(super) fn poll(&mut self) -> Progress {
        match self.found.try_recv() {
            Ok(Ok(socket)) => return Progress::Connected(socket),
            Ok(Err(diagnosis)) => return Progress::Failed(diagnosis),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => {
                return Progress::Failed(Diagnosis::new(
                    Cause::Other,
                    "the connection was cancelled, because the addon is being unloaded",
                ));
            }
        }
        match self.limits.expired() {
            Some(limit) => Progress::Failed(self.timed_out(limit)),
            None => Progress::Pending,
        }
    }

    fn timed_out(&self, limit: Duration) -> Diagnosis {
        let stage = if self.phase.get() == Phase::Connecting {
            "nothing answered"
        } else {
            "the host name was not resolved"
        };
        Diagnosis::new(
            Cause::Timeout,
            format!(
                "no connection to {} port {} within {} seconds ({stage}): raise handshake_timeout if the network is just slow",
                self.host,
                self.port,
                limit.as_secs_f64()
            ),
        )
    }
}

/// Returns the diagnosis of `error`. The causes of the stream do not distinguish why no connection
/// was made: all of it is a failure of the stream below.
fn diagnosis(error: &ConnectError) -> Diagnosis {
    let message = error.diagnosis(vocabulary::stream_connections()).message;
    Diagnosis::new(Cause::Transport, message)
}

impl Drop for Dialer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
