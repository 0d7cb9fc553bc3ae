//! The life of one connection inside its object: start, work, end.
//!
//! Every call into the stream below happens while the connection is taken out and nothing is bound: a stream
//! of another extension may call back into this object.

use std::net::TcpStream;

use godot::classes::StreamPeer;
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis, diagnose};

use super::base_stream::Transport;
use super::dialer::{Dialer, Progress};
use super::pump::{Connection, Outcome};
use super::read_buffer::Target;
use super::status::{Link, Status};
use super::stream_state::Slot;
use crate::engine::convert::{refuse, report};
use crate::vocabulary;
use godot_rustls_runtime::backoff::Backoff;

pub(crate) const IN_USE: &str = "a TLS connection is running: call disconnect_from_stream() first";
const NOT_CONNECTED: &str = "the TLS connection is not established: wait for STATUS_CONNECTED";

/// How deep streams may be stacked.
const DEEPEST_STACK: usize = 64;

/// Checks that the object is free and `stream` can carry it.
pub(crate) fn usable(
    slot: &Slot,
    object: InstanceId,
    stream: Option<Gd<StreamPeer>>,
) -> Result<Gd<StreamPeer>, Error> {
    if slot.status().is_active() {
        return Err(refuse(Error::ERR_ALREADY_IN_USE, IN_USE));
    }
    let Some(stream) = stream else {
        return Err(refuse_options(
            slot,
            "the stream is null: pass a connected StreamPeer".to_owned(),
        ));
    };
    if leads_to(&stream, object) {
        return Err(refuse_options(
            slot,
            "the stream is this object or is based on it: pass the underlying stream".to_owned(),
        ));
    }
    Ok(stream)
}

/// Whether `target` is `stream` or below it.
fn leads_to(stream: &Gd<StreamPeer>, target: InstanceId) -> bool {
    let mut current = stream.clone();
    for _ in 0..DEEPEST_STACK {
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

/// Options or arguments that cannot be used: said in words, and nothing changes.
pub(crate) fn refuse_options(slot: &Slot, message: String) -> Error {
    report(&message);
    slot.lock().last_error = Diagnosis::new(Cause::Other, message);
    Error::ERR_INVALID_PARAMETER
}

/// Starts the handshake of what `make` makes over the stream.
pub(crate) fn start(
    slot: &Slot,
    stream: Gd<StreamPeer>,
    make: impl FnOnce(Gd<StreamPeer>) -> Result<Connection, String>,
) -> Error {
    match make(stream.clone()) {
        Ok(connection) => {
            begin(slot, Link::Active(Box::new(connection)), Some(stream));
            poll(slot);
            if slot.status().is_active() {
                Error::OK
            } else {
                Error::FAILED
            }
        }
        Err(message) => refuse_options(slot, message),
    }
}

/// Starts looking for a host. What comes of it shows in later calls, however soon it is known.
pub(crate) fn start_dialing(slot: &Slot, dialer: Dialer) -> Error {
    begin(slot, Link::Dialing(Box::new(dialer)), None);
    Error::OK
}

fn begin(slot: &Slot, link: Link, stream: Option<Gd<StreamPeer>>) {
    let mut state = slot.lock();
    state.epoch += 1;
    state.status = Status::Handshaking;
    state.last_error = Diagnosis::default();
    let before = (
        std::mem::replace(&mut state.stream, stream),
        state.link.replace(link),
    );
    drop(state);
    drop(before);
}

/// One step of whatever goes on.
pub(crate) fn poll(slot: &Slot) {
    let mut state = slot.lock();
    let epoch = state.epoch;
    // Nothing to take: the stream below called back.
    let Some(mut link) = state.link.take() else {
        return;
    };
    drop(state);
    let (dialed, draw) = match &mut link {
        Link::Active(connection) => {
            connection.step();
            (None, Draw::Conclusions)
        }
        Link::Dialing(dialer) => (Some(dialer.poll()), Draw::Nothing),
    };
    if !put_back(slot, link, epoch, draw) {
        return;
    }
    match dialed {
        Some(Progress::Connected(socket)) => secure(slot, socket),
        Some(Progress::Failed(diagnosis)) => end(slot, Status::Error, diagnosis),
        _ => {}
    }
}

/// The host answered: the TLS handshake follows, within what is left of the time.
fn secure(slot: &Slot, socket: TcpStream) {
    // Nothing of it is dropped while the state is locked.
    let link = slot.lock().link.take();
    let Some(Link::Dialing(dialer)) = link else {
        return;
    };
    let prepared = dialer.setup.prepare(&dialer.host);
    let limits = dialer.limits.clone();
    let connection = prepared.and_then(|client| {
        let transport = Transport::own(socket, &limits.threads);
        Connection::client(client, transport, limits)
    });
    match connection {
        Ok(connection) => {
            slot.lock().link = Some(Link::Active(Box::new(connection)));
            poll(slot);
        }
        Err(failure) => {
            let diagnosis = diagnose(&failure, &vocabulary::STREAM);
            end(slot, Status::Error, diagnosis);
        }
    }
}

/// Reads what is there. How much was read is for the target to tell.
pub(crate) fn read_some(slot: &Slot, target: &mut Target<'_>) -> Error {
    with_connection(slot, |connection| connection.read(target)).0
}

/// Reads until the buffer is full or the connection ends.
pub(crate) fn read_all(slot: &Slot, target: &mut Target<'_>) -> Error {
    let mut backoff = Backoff::default();
    loop {
        let before = target.filled();
        let error = read_some(slot, target);
        if error != Error::OK || target.room() == 0 {
            return error;
        }
        if target.filled() == before {
            backoff.wait();
        } else {
            backoff.reset();
        }
    }
}

/// Writes what goes without waiting.
pub(crate) fn write_some(slot: &Slot, data: &[u8]) -> (Error, usize) {
    with_connection(slot, |connection| connection.write(data))
}

/// Writes everything, and waits until the stream below has it.
pub(crate) fn write_all(slot: &Slot, data: &[u8]) -> (Error, usize) {
    let mut taken = 0;
    let mut backoff = Backoff::default();
    loop {
        let (error, count) = write_some(slot, &data[taken..]);
        if error != Error::OK {
            return (error, taken);
        }
        taken += count;
        let is_stalled = slot.ask(Connection::is_stalled) == Some(true);
        if taken == data.len() && !is_stalled {
            return (Error::OK, taken);
        }
        if count == 0 {
            backoff.wait();
            // Someone must take in what the peer sends meanwhile: an alert, or the end.
            poll(slot);
            if !slot.is_connected() {
                return (Error::ERR_CONNECTION_ERROR, taken);
            }
        } else {
            backoff.reset();
        }
    }
}

/// Ends a running connection; the peer is told.
pub(crate) fn disconnect(slot: &Slot) {
    if slot.status().is_active() {
        end(slot, Status::Disconnected, Diagnosis::default());
    }
}

/// Reads or writes over an established connection.
fn with_connection(slot: &Slot, work: impl FnOnce(&mut Connection) -> Outcome) -> (Error, usize) {
    let mut state = slot.lock();
    if state.status != Status::Connected {
        drop(state);
        return (refuse(Error::ERR_UNCONFIGURED, NOT_CONNECTED), 0);
    }
    let epoch = state.epoch;
    let link = state.link.take();
    drop(state);
    let Some(Link::Active(mut connection)) = link else {
        // It is out already: the stream below called back.
        return (Error::ERR_BUSY, 0);
    };
    let outcome = work(&mut connection);
    let draw = match outcome {
        // The last data was handed out: the end shows with the next call, as with the engine's stream.
        Outcome::Moved(_) => Draw::Nothing,
        Outcome::Closed | Outcome::Failed => Draw::Conclusions,
    };
    put_back(slot, Link::Active(connection), epoch, draw);
    match outcome {
        Outcome::Moved(count) => (Error::OK, count),
        Outcome::Closed => (Error::ERR_FILE_EOF, 0),
        Outcome::Failed => (Error::ERR_CONNECTION_ERROR, 0),
    }
}

/// Whether an operation may end the connection.
enum Draw {
    Conclusions,
    Nothing,
}

/// Returns what was taken out to work on it, and draws the conclusions. False when it was ended meanwhile: what
/// the object holds now is another connection, or none.
fn put_back(slot: &Slot, link: Link, epoch: u64, draw: Draw) -> bool {
    let mut state = slot.lock();
    if state.epoch != epoch {
        // The farewell of dropping it calls the stream below.
        drop(state);
        drop(link);
        return false;
    }
    let verdict = match draw {
        Draw::Conclusions => judge(&link, state.status == Status::Handshaking),
        Draw::Nothing => Verdict::Goes(state.status),
    };
    if let Verdict::Goes(status) = verdict {
        state.status = status;
    }
    state.link = Some(link);
    drop(state);
    if let Verdict::Ends(status, diagnosis) = verdict {
        end(slot, status, diagnosis);
    }
    true
}

enum Verdict {
    Goes(Status),
    Ends(Status, Diagnosis),
}

/// What the state of a connection means for its status.
fn judge(link: &Link, was_handshaking: bool) -> Verdict {
    let Link::Active(connection) = link else {
        return Verdict::Goes(Status::Handshaking);
    };
    if let Some(diagnosis) = connection.failure() {
        // A script that never saw CONNECTED waits for an error, wherever the handshake stood.
        let status = match (was_handshaking, diagnosis.cause) {
            (false, _) => Status::Disconnected,
            (true, Cause::NameMismatch) => Status::ErrorHostnameMismatch,
            (true, _) => Status::Error,
        };
        return Verdict::Ends(status, diagnosis);
    }
    if connection.is_handshaking() {
        return Verdict::Goes(Status::Handshaking);
    }
    if !was_handshaking && let Some(end) = connection.end() {
        return Verdict::Ends(Status::Disconnected, end);
    }
    Verdict::Goes(Status::Connected)
}

/// Ends the connection with what scripts are to know of it.
fn end(slot: &Slot, status: Status, diagnosis: Diagnosis) {
    let failed_handshake = status != Status::Disconnected;
    let message = failed_handshake.then(|| diagnosis.message.clone());
    let mut state = slot.lock();
    state.epoch += 1;
    state.status = status;
    state.last_error = diagnosis;
    let stream = state.stream.take();
    let link = state.link.take();
    drop(state);
    drop(stream);
    if let Some(Link::Active(mut connection)) = link
        && failed_handshake
    {
        connection.part();
    }
    if let Some(message) = message {
        report(&format!("TLS handshake failed: {message}"));
    }
}
