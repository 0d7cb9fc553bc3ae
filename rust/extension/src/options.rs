//! Conversion of options objects into configurations, which are built once and shared.

pub(crate) mod config_cache;
pub(crate) mod default_trust;
pub(crate) mod identity_files;
pub(crate) mod key_log_file;
pub(crate) mod options_key;
