//! Start, work and end of the connection of one object.
//!
//! Every call into the stream below is made while the connection is taken out and nothing is bound:
//! a stream of another extension may call back into this object.

use godot::classes::StreamPeer;
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};

use super::dialer::Dialer;
use super::pump::{Connection, Outcome};
use super::read_buffer::ReadBuf;
use super::status::Status;
use super::stream_state::StreamState;
use crate::engine::convert::{refuse, report};
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
            begin(state, connection, Some(stream));
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
    begin(state, Connection::dial(dialer), None);
    Error::OK
}

/// Starts the handshake over a socket that was accepted. Later calls show the result.
pub(crate) fn start_accepted(state: &StreamState, connection: Connection) {
    begin(state, connection, None);
}

fn begin(state: &StreamState, connection: Connection, stream: Option<Gd<StreamPeer>>) {
    let mut fields = state.lock();
    fields.epoch += 1;
    fields.status = Status::Handshaking;
    fields.last_error = Diagnosis::default();
    let before = (
        std::mem::replace(&mut fields.stream, stream),
        fields.connection.replace(Box::new(connection)),
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
    connection.step();
    restore(state, connection, epoch, Settle::Yes);
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
    let Some(mut connection) = connection else {
        // Taken out already: the stream below called back.
        return (Error::ERR_BUSY, 0);
    };
    let outcome = work(&mut connection);
    let settle = match outcome {
        // The last data was returned: the end shows with the next call, as in the engine's stream.
        Outcome::Moved(_) => Settle::No,
        Outcome::Closed | Outcome::Failed => Settle::Yes,
    };
    restore(state, connection, epoch, settle);
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

/// Puts back the connection that was taken out, and settles the status, unless the
/// connection was ended meanwhile: then the object holds another connection, or none.
fn restore(state: &StreamState, connection: Box<Connection>, epoch: u64, settle: Settle) {
    let mut fields = state.lock();
    if fields.epoch != epoch {
        // Dropping it sends a close_notify through the stream below, so the lock is released first.
        drop(fields);
        drop(connection);
        return;
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
}

/// Effect of an operation on the status.
enum Transition {
    To(Status),
    End(Status, Diagnosis),
}

/// Returns what the state of a connection means for its status.
fn transition(connection: &Connection, was_handshaking: bool) -> Transition {
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
    if let Some(mut connection) = connection
        && failed_handshake
    {
        connection.finish_after_failure();
    }
    if let Some(message) = message {
        report(&format!("TLS handshake failed: {message}"));
    }
}
