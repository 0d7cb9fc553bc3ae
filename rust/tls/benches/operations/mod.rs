//! Operations that are measured, both by the clock and by counting instructions.

mod diagnosis;
mod material;
mod session;
mod trust;
mod verifier;

/// An operation that can be repeated at the same cost.
pub(crate) struct Operation {
    /// Its topic and what it does, with a slash between them.
    pub(crate) name: &'static str,
    /// Bytes that it moves, if any.
    // The measurement by the clock alone reads it.
    #[allow(dead_code)]
    pub(crate) bytes: Option<u64>,
    /// Prepares the operation, which is not measured, and returns it.
    pub(crate) prepare: fn() -> Box<dyn FnMut()>,
}

impl Operation {
    const fn new(name: &'static str, prepare: fn() -> Box<dyn FnMut()>) -> Self {
        Self {
            name,
            bytes: None,
            prepare,
        }
    }
}

/// Every operation.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    [
        session::OPERATIONS,
        verifier::OPERATIONS,
        trust::OPERATIONS,
        diagnosis::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}
