//! Bytes to and from the stream below, whatever kind it is. What it returns is checked.

use godot::classes::StreamPeer;
use godot::global::Error;
use godot::prelude::*;

use crate::engine_objects::describe;

/// What a read from the stream below brought.
pub(crate) enum Received {
    /// Some bytes, at most as many as asked for.
    Data(PackedByteArray),
    /// Nothing for now.
    Nothing,
    /// The stream ended in order.
    End,
    /// The stream failed, in words.
    Failed(String),
}

/// Reads at most `limit` bytes without waiting.
pub(crate) fn receive(stream: &mut Gd<StreamPeer>, limit: i32) -> Received {
    let answer = stream.get_partial_data(limit);
    let Some((error, value)) = split(&answer) else {
        return Received::Failed("it did not answer a read with [error, bytes]".to_owned());
    };
    match error {
        Error::OK => match value.try_to::<PackedByteArray>() {
            Ok(data) if data.is_empty() => Received::Nothing,
            Ok(data) if data.len() > limit.unsigned_abs() as usize => Received::Failed(format!(
                "it claims to have read {} bytes when {limit} were asked for",
                data.len()
            )),
            Ok(data) => Received::Data(data),
            Err(_) => Received::Failed("it did not answer a read with bytes".to_owned()),
        },
        Error::ERR_FILE_EOF => Received::End,
        other => Received::Failed(format!("reading gave {}", describe(other))),
    }
}

/// Writes without waiting; how many bytes were taken.
pub(crate) fn send(stream: &mut Gd<StreamPeer>, data: &[u8]) -> Result<usize, String> {
    let answer = stream.put_partial_data(&PackedByteArray::from(data));
    let Some((error, value)) = split(&answer) else {
        return Err("it did not answer a write with [error, count]".to_owned());
    };
    if error != Error::OK {
        return Err(format!("writing gave {}", describe(error)));
    }
    let count = value.try_to::<i64>().map_err(|_| "it did not answer a write with a count".to_owned())?;
    match usize::try_from(count) {
        Ok(count) if count <= data.len() => Ok(count),
        _ => Err(format!("it claims to have written {count} of {} bytes", data.len())),
    }
}

fn split(answer: &VarArray) -> Option<(Error, Variant)> {
    let code = answer.get(0)?.try_to::<i64>().ok()?;
    let error = Error::try_from_ord(i32::try_from(code).ok()?)?;
    Some((error, answer.get(1)?))
}
