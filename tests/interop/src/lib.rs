//! interop tests live in the `tests` folder of this crate.
