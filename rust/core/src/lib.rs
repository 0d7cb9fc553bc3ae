//! TLS core
