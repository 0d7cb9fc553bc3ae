//! What a read from the stream below brings.

use godot::builtin::PackedByteArray;

/// What a read from the stream below brought.
pub(crate) enum Received {
    /// Some bytes, at most as many as asked for.
    Data(PackedByteArray),
    /// Nothing for now.
    Nothing,
    /// The stream ended in order.
    End,
    /// The other side reset the connection.
    Reset,
    /// The stream failed, in words.
    Failed(String),
}
