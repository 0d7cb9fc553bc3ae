//! Result of a read from the stream below.

use godot::builtin::PackedByteArray;

/// Result of a read from the stream below.
pub(crate) enum Received {
    /// Some bytes, at most as many as were asked for.
    Data(PackedByteArray),
    /// Nothing for now.
    Nothing,
    /// The stream ended.
    End,
    /// The other side reset the connection.
    Reset,
    /// The stream failed, with an error message.
    Failed(String),
}
