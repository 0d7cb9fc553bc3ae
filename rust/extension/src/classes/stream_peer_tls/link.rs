//! The life of one connection inside its object: start, work, end.
//!
//! Every call into the stream below happens while the connection is taken out and nothing is bound: a stream
//! of another extension may call back into this object.

use godot::classes::StreamPeer;
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_core::diagnosis::{Cause, Diagnosis};

use super::RustlsStreamPeerTLS;
use crate::connection::{Connection, Dialer, Limits, Outcome, Patience, Progress, Target};
use crate::convert::{refuse, report};

pub(super) const IN_USE: &str = "a TLS connection is running: call disconnect_from_stream() first";
const NOT_CONNECTED: &str = "the TLS connection is not established: wait for STATUS_CONNECTED";

/// How deep streams may be stacked.
const DEEPEST_STACK: usize = 64;

/// The states that scripts see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub(super) enum Status {
    Disconnected = 0,
    Handshaking,
    Connected,
    Error,
    ErrorHostnameMismatch,
}

impl Status {
    pub(super) fn is_active(self) -> bool {
        matches!(self, Self::Handshaking | Self::Connected)
    }
}

/// What an object works on.
pub(super) enum Link {
    /// Looking for the host.
    Dialing(Box<Dialer>),
    /// Speaking TLS.
    Active(Box<Connection>),
}

/// Checks that `this` is free and `stream` can carry it.
pub(super) fn usable(
    this: &mut Gd<RustlsStreamPeerTLS>,
    stream: Option<Gd<StreamPeer>>,
) -> Result<Gd<StreamPeer>, Error> {
    if this.bind().status.is_active() {
        return Err(refuse(Error::ERR_ALREADY_IN_USE, IN_USE));
    }
    let Some(stream) = stream else {
        return Err(refuse_options(
            this,
            "the stream is null: pass a connected StreamPeer".to_owned(),
        ));
    };
    if leads_to(&stream, this.instance_id()) {
        return Err(refuse_options(
            this,
            "the stream is this object, or stands on it: pass the stream that is to be secured"
                .to_owned(),
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
pub(super) fn refuse_options(this: &mut Gd<RustlsStreamPeerTLS>, message: String) -> Error {
    report(&message);
    this.bind_mut().last_error = Diagnosis::new(Cause::Other, message);
    Error::ERR_INVALID_PARAMETER
}

/// Starts the handshake of what `make` makes over the stream.
pub(super) fn start(
    this: &mut Gd<RustlsStreamPeerTLS>,
    stream: Gd<StreamPeer>,
    make: impl FnOnce(Gd<StreamPeer>, Limits) -> Result<Connection, String>,
) -> Error {
    let limits = this.bind().limits();
    match make(stream.clone(), limits) {
        Ok(connection) => begin(this, Link::Active(Box::new(connection)), Some(stream)),
        Err(message) => refuse_options(this, message),
    }
}

/// Starts looking for a host.
pub(super) fn start_dialing(this: &mut Gd<RustlsStreamPeerTLS>, dialer: Dialer) -> Error {
    begin(this, Link::Dialing(Box::new(dialer)), None)
}

fn begin(this: &mut Gd<RustlsStreamPeerTLS>, link: Link, stream: Option<Gd<StreamPeer>>) -> Error {
    let mut me = this.bind_mut();
    me.epoch += 1;
    me.status = Status::Handshaking;
    me.last_error = Diagnosis::default();
    me.stream = stream;
    me.link = Some(link);
    drop(me);
    poll(this);
    if this.bind().status.is_active() {
        Error::OK
    } else {
        Error::FAILED
    }
}

/// One step of whatever goes on.
pub(super) fn poll(this: &mut Gd<RustlsStreamPeerTLS>) {
    let mut me = this.bind_mut();
    let epoch = me.epoch;
    // Nothing to take: the stream below called back.
    let Some(mut link) = me.link.take() else {
        return;
    };
    drop(me);
    let (dialed, draw) = match &mut link {
        Link::Active(connection) => {
            connection.step();
            (None, Draw::Conclusions)
        }
        Link::Dialing(dialer) => (Some(dialer.poll()), Draw::Nothing),
    };
    if !put_back(this, link, epoch, draw) {
        return;
    }
    match dialed {
        Some(Progress::Connected(tcp)) => secure(this, tcp.upcast()),
        Some(Progress::Failed(diagnosis)) => end(this, Status::Error, diagnosis),
        _ => {}
    }
}

/// The host answered: the TLS handshake follows, within what is left of the time.
fn secure(this: &mut Gd<RustlsStreamPeerTLS>, stream: Gd<StreamPeer>) {
    let Some(Link::Dialing(dialer)) = this.bind_mut().link.take() else {
        return;
    };
    let prepared = dialer.setup.prepare(&dialer.host);
    match prepared.and_then(|client| Connection::client(client, stream.clone(), dialer.limits)) {
        Ok(connection) => {
            let mut me = this.bind_mut();
            me.stream = Some(stream);
            me.link = Some(Link::Active(Box::new(connection)));
            drop(me);
            poll(this);
        }
        Err(diagnosis) => end(this, Status::Error, diagnosis),
    }
}

/// Reads what is there. How much was read is for the target to tell.
pub(super) fn read_some(this: &mut Gd<RustlsStreamPeerTLS>, target: &mut Target<'_>) -> Error {
    with_connection(this, |connection| connection.read(target)).0
}

/// Reads until the buffer is full or the connection ends.
pub(super) fn read_all(this: &mut Gd<RustlsStreamPeerTLS>, target: &mut Target<'_>) -> Error {
    let mut patience = Patience::default();
    loop {
        let before = target.filled();
        let error = read_some(this, target);
        if error != Error::OK || target.room() == 0 {
            return error;
        }
        if target.filled() == before {
            patience.wait();
        } else {
            patience.reset();
        }
    }
}

/// Writes what goes without waiting.
pub(super) fn write_some(this: &mut Gd<RustlsStreamPeerTLS>, data: &[u8]) -> (Error, usize) {
    with_connection(this, |connection| connection.write(data))
}

/// Writes everything, and waits until the stream below has it.
pub(super) fn write_all(this: &mut Gd<RustlsStreamPeerTLS>, data: &[u8]) -> (Error, usize) {
    let mut taken = 0;
    let mut patience = Patience::default();
    loop {
        let (error, count) = write_some(this, &data[taken..]);
        if error != Error::OK {
            return (error, taken);
        }
        taken += count;
        let is_stalled = this.bind().connection().is_some_and(Connection::is_stalled);
        if taken == data.len() && !is_stalled {
            return (Error::OK, taken);
        }
        if count == 0 {
            patience.wait();
            // Someone must take in what the peer sends meanwhile: an alert, or the end.
            poll(this);
            if !this.bind().is_connected() {
                return (Error::ERR_CONNECTION_ERROR, taken);
            }
        } else {
            patience.reset();
        }
    }
}

/// Ends a running connection; the peer is told.
pub(super) fn disconnect(this: &mut Gd<RustlsStreamPeerTLS>) {
    if this.bind().status.is_active() {
        end(this, Status::Disconnected, Diagnosis::default());
    }
}

/// Reads or writes over an established connection.
fn with_connection(
    this: &mut Gd<RustlsStreamPeerTLS>,
    work: impl FnOnce(&mut Connection) -> Outcome,
) -> (Error, usize) {
    let mut me = this.bind_mut();
    if me.status != Status::Connected {
        drop(me);
        return (refuse(Error::ERR_UNCONFIGURED, NOT_CONNECTED), 0);
    }
    let epoch = me.epoch;
    let Some(Link::Active(mut connection)) = me.link.take() else {
        // It is out already: the stream below called back.
        return (Error::ERR_BUSY, 0);
    };
    drop(me);
    let outcome = work(&mut connection);
    let draw = match outcome {
        // The last data was handed out: the end shows with the next call, as with the engine's stream.
        Outcome::Moved(_) => Draw::Nothing,
        Outcome::Closed | Outcome::Failed => Draw::Conclusions,
    };
    put_back(this, Link::Active(connection), epoch, draw);
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
fn put_back(this: &mut Gd<RustlsStreamPeerTLS>, link: Link, epoch: u64, draw: Draw) -> bool {
    let mut me = this.bind_mut();
    if me.epoch != epoch {
        // The farewell of dropping it calls the stream below.
        drop(me);
        drop(link);
        return false;
    }
    let verdict = match draw {
        Draw::Conclusions => judge(&link, me.status == Status::Handshaking),
        Draw::Nothing => Verdict::Goes(me.status),
    };
    if let Verdict::Goes(status) = verdict {
        me.status = status;
    }
    me.link = Some(link);
    drop(me);
    if let Verdict::Ends(status, diagnosis) = verdict {
        end(this, status, diagnosis);
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
        return Verdict::Ends(status, diagnosis.clone());
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
fn end(this: &mut Gd<RustlsStreamPeerTLS>, status: Status, diagnosis: Diagnosis) {
    let mut me = this.bind_mut();
    let failed_handshake = status != Status::Disconnected;
    let message = failed_handshake.then(|| diagnosis.message.clone());
    me.epoch += 1;
    me.status = status;
    me.last_error = diagnosis;
    me.stream = None;
    let link = me.link.take();
    drop(me);
    if let Some(Link::Active(mut connection)) = link
        && failed_handshake
    {
        connection.part();
    }
    if let Some(message) = message {
        report(&format!("TLS handshake failed: {message}"));
    }
}
