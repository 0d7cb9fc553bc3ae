//! What is measured, once for the clock and once for the count of instructions.

mod diagnosis;
mod material;
mod session;
mod trust;
mod verifier;

/// Something that can be done again and again at the same cost.
pub(crate) struct Operation {
    /// Its topic and what it does, with a slash between them.
    pub(crate) name: &'static str,
    /// How many bytes it moves, where that says something.
    // The clock alone asks for it.
    #[allow(dead_code)]
    pub(crate) bytes: Option<u64>,
    /// Makes what it needs, which is not measured, and gives what is.
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
