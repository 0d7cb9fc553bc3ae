//! Start, work and end of the connection of one object.
//!
//! Every call into the stream below is made while the connection is taken out and nothing is bound:
//! a stream of another extension may call back into this object.

use std::net::TcpStream;

use godot::classes::StreamPeer;
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis, diagnose};

use super::base_stream::BaseStream;
use super::dialer::{Dialer, Progress};
use super::pump::{Connection, Outcome};
use super::read_buffer::ReadBuf;
use super::status::{ConnectionState, Status};
use super::stream_state::StreamState;
use crate::engine::convert::{refuse, report};
use crate::vocabulary;
use godot_rustls_runtime::backoff::Backoff;

pub(crate) const IN_USE: &str = "a TLS connection is running: call disconnect_from_stream() first";
const NOT_CONNECTED: &str = "the TLS connection is not established: wait for STATUS_CONNECTED";

/// Largest depth of stacked streams that is searched.
const MAX_STACK_DEPTH: usize = 64;

/// Checks that the object has no connection and that `stream` can carry one.
pub(crate) fn usable(
    state: &StreamState,
    object: InstanceId,
    stream: Option<Gd<StreamPeer>>,
) -> Result<Gd<StreamPeer>, Error> {
    if state.status().is_active() {
        return Err(refuse(Error::ERR_ALREADY_IN_USE, IN_USE));
    }
    let Some(stream) = stream else {
        return Err(refuse_options(
            state,
            "the stream is null: pass a connected StreamPeer".to_owned(),
        ));
    };
    if leads_to(&stream, object) {
        return Err(refuse_options(
            state,
            "the stream is this object or is based on it: pass the underlying stream".to_owned(),
        ));
    }
    Ok(stream)
}

/// Returns whether `target` is `stream` or below it.
fn leads_to(stream: &Gd<StreamPeer>, target: InstanceId) -> bool {
    let mut current = stream.clone();
    for _ in 0..MAX_STACK_DEPTH {
        if current.instance_id() == target {
            return true;
        }
        if !current.has_method("get_stream") {
            return false;
        }
        match current.call("get_stream", &[]).try_to::<Gd<StreamPeer>>() {
            Ok(below) => current = below,
            Err(_) => return false,
        }
    }
    true
}

/// Prints and stores the error message about options or arguments that cannot be used. Nothing else
/// changes.
pub(crate) fn refuse_options(state: &StreamState, message: String) -> Error {
    report(&message);
    state.lock().last_error = Diagnosis::new(Cause::Other, message);
    Error::ERR_INVALID_PARAMETER
}

/// Starts the handshake of the connection that `make` makes over the stream.
pub(crate) fn start(
    state: &StreamState,
    stream: Gd<StreamPeer>,
    make: impl FnOnce(Gd<StreamPeer>) -> Result<Connection, String>,
) -> Error {
    match make(stream.clone()) {
        Ok(connection) => {
            begin(
                state,
                ConnectionState::Active(Box::new(connection)),
                Some(stream),
            );
            poll(state);
            if state.status().is_active() {
                Error::OK
            } else {
                Error::FAILED
            }
        }
        Err(message) => refuse_options(state, message),
    }
}

/// Starts to dial. Later calls show the result, however soon it is known.
pub(crate) fn start_dialing(state: &StreamState, dialer: Dialer) -> Error {
    begin(state, ConnectionState::Dialing(Box::new(dialer)), None);
    Error::OK
}

fn begin(state: &StreamState, connection: ConnectionState, stream: Option<Gd<StreamPeer>>) {
    let mut fields = state.lock();
    fields.epoch += 1;
    fields.status = Status::Handshaking;
    fields.last_error = Diagnosis::default();
    let before = (
        std::mem::replace(&mut fields.stream, stream),
        fields.connection.replace(connection),
    );
    drop(fields);
    drop(before);
}

/// Advances the connection.
pub(crate) fn poll(state: &StreamState) {
    let mut fields = state.lock();
    let epoch = fields.epoch;
    // Taken out already: the stream below called back.
    let Some(mut connection) = fields.connection.take() else {
        return;
    };
    drop(fields);
    let (dialed, settle) = match &mut connection {
        ConnectionState::Active(connection) => {
            connection.step();
            (None, Settle::Yes)
        }
        ConnectionState::Dialing(dialer) => (Some(dialer.poll()), Settle::No),
    };
    if !restore(state, connection, epoch, settle) {
        return;
    }
    match dialed {
        Some(Progress::Connected(socket)) => secure(state, socket),
        Some(Progress::Failed(diagnosis)) => end(state, Status::Error, diagnosis),
        _ => {}
    }
}

/// Starts the TLS handshake with a host that answered, within the rest of the time.
fn secure(state: &StreamState, socket: TcpStream) {
    // Nothing is dropped while the fields are locked.
    let connection = state.lock().connection.take();
    let Some(ConnectionState::Dialing(dialer)) = connection else {
        return;
    };
    let prepared = dialer.context.prepare(&dialer.host);
    let limits = dialer.limits.clone();
    let connection = prepared.and_then(|client| {
        let transport = BaseStream::own(socket, &limits.threads);
        Connection::client(client, transport, limits)
    });
    match connection {
        Ok(connection) => {
            state.lock().connection = Some(ConnectionState::Active(Box::new(connection)));
            poll(state);
        }
        Err(failure) => {
            let diagnosis = diagnose(&failure, &vocabulary::STREAM);
            end(state, Status::Error, diagnosis);
        }
    }
}

/// Reads what can be read without waiting. `buffer` counts the bytes.
pub(crate) fn read_some(state: &StreamState, buffer: &mut ReadBuf<'_>) -> Error {
    with_connection(state, |connection| connection.read(buffer)).0
}

/// Reads until the buffer is full or the connection ends.
pub(crate) fn read_all(state: &StreamState, buffer: &mut ReadBuf<'_>) -> Error {
    let mut backoff = Backoff::default();
    loop {
        let before = buffer.filled();
        let error = read_some(state, buffer);
        if error != Error::OK || buffer.room() == 0 {
            return error;
        }
        if buffer.filled() == before {
            backoff.wait();
        } else {
            backoff.reset();
        }
    }
}

/// Writes what can be written without waiting.
pub(crate) fn write_some(state: &StreamState, data: &[u8]) -> (Error, usize) {
    with_connection(state, |connection| connection.write(data))
}

/// Writes everything, and waits until the stream below has taken it.
pub(crate) fn write_all(state: &StreamState, data: &[u8]) -> (Error, usize) {
    let mut taken = 0;
    let mut backoff = Backoff::default();
    loop {
        let (error, count) = write_some(state, &data[taken..]);
        if error != Error::OK {
            return (error, taken);
        }
        taken += count;
        let is_stalled = state.inspect(Connection::is_stalled) == Some(true);
        if taken == data.len() && !is_stalled {
            return (Error::OK, taken);
        }
        if count == 0 {
            backoff.wait();
            // Meanwhile the peer may send an alert, or end the connection.
            poll(state);
            if !state.is_connected() {
                return (Error::ERR_CONNECTION_ERROR, taken);
            }
        } else {
            backoff.reset();
        }
    }
}

/// Ends a running connection with a close_notify.
pub(crate) fn disconnect(state: &StreamState) {
    if state.status().is_active() {
        end(state, Status::Disconnected, Diagnosis::default());
    }
}

/// Reads or writes over an established connection.
fn with_connection(
    state: &StreamState,
    work: impl FnOnce(&mut Connection) -> Outcome,
) -> (Error, usize) {
    let mut fields = state.lock();
    if fields.status != Status::Connected {
        drop(fields);
        return (refuse(Error::ERR_UNCONFIGURED, NOT_CONNECTED), 0);
    }
    let epoch = fields.epoch;
    let connection = fields.connection.take();
    drop(fields);
    let Some(ConnectionState::Active(mut connection)) = connection else {
        // Taken out already: the stream below called back.
        return (Error::ERR_BUSY, 0);
    };
    let outcome = work(&mut connection);
    let settle = match outcome {
        // The last data was returned: the end shows with the next call, as in the engine's stream.
        Outcome::Moved(_) => Settle::No,
        Outcome::Closed | Outcome::Failed => Settle::Yes,
    };
    restore(state, ConnectionState::Active(connection), epoch, settle);
    match outcome {
        Outcome::Moved(count) => (Error::OK, count),
        Outcome::Closed => (Error::ERR_FILE_EOF, 0),
        Outcome::Failed => (Error::ERR_CONNECTION_ERROR, 0),
    }
}

/// Choice of an operation: to settle the status, and so perhaps to end the connection, or not to.
enum Settle {
    Yes,
    No,
}

/// Puts back the connection that was taken out, and settles the status. Returns false if the
/// connection was ended meanwhile: the object now holds another connection, or none.
fn restore(state: &StreamState, connection: ConnectionState, epoch: u64, settle: Settle) -> bool {
    let mut fields = state.lock();
    if fields.epoch != epoch {
        // Dropping it sends a close_notify through the stream below, so the lock is released first.
        drop(fields);
        drop(connection);
        return false;
    }
    let transition = match settle {
        Settle::Yes => transition(&connection, fields.status == Status::Handshaking),
        Settle::No => Transition::To(fields.status),
    };
    if let Transition::To(status) = transition {
        fields.status = status;
    }
    fields.connection = Some(connection);
    drop(fields);
    if let Transition::End(status, diagnosis) = transition {
        end(state, status, diagnosis);
    }
    true
}

/// Effect of an operation on the status.
enum Transition {
    To(Status),
    End(Status, Diagnosis),
}

/// Returns what the state of a connection means for its status.
fn transition(connection: &ConnectionState, was_handshaking: bool) -> Transition {
    let ConnectionState::Active(connection) = connection else {
        return Transition::To(Status::Handshaking);
    };
    if let Some(diagnosis) = connection.failure() {
        // A script that never saw STATUS_CONNECTED expects an error status, wherever the handshake
        // stood.
        let status = match (was_handshaking, diagnosis.cause) {
            (false, _) => Status::Disconnected,
            (true, Cause::NameMismatch) => Status::ErrorHostnameMismatch,
            (true, _) => Status::Error,
        };
        return Transition::End(status, diagnosis);
    }
    if connection.is_handshaking() {
        return Transition::To(Status::Handshaking);
    }
    if !was_handshaking && let Some(end) = connection.end() {
        return Transition::End(Status::Disconnected, end);
    }
    Transition::To(Status::Connected)
}

/// Ends the connection with a status and the diagnosis that scripts read.
fn end(state: &StreamState, status: Status, diagnosis: Diagnosis) {
    let failed_handshake = status != Status::Disconnected;
    let message = failed_handshake.then(|| diagnosis.message.clone());
    let mut fields = state.lock();
    fields.epoch += 1;
    fields.status = status;
    fields.last_error = diagnosis;
    let stream = fields.stream.take();
    let connection = fields.connection.take();
    drop(fields);
    drop(stream);
    if let Some(ConnectionState::Active(mut connection)) = connection
        && failed_handshake
    {
        connection.part();
    }
    if let Some(message) = message {
        report(&format!("TLS handshake failed: {message}"));
    }
}
