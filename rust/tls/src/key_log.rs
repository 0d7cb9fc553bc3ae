//! A log of the secrets of connections, with which a capture can be decrypted while debugging.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

/// A writer of the NSS key log format, which Wireshark reads.
pub struct KeyLog {
    sink: Mutex<Box<dyn Write + Send>>,
}

impl std::fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyLog")
    }
}

impl KeyLog {
    /// Appends to `sink`.
    pub fn new(sink: impl Write + Send + 'static) -> Self {
        Self {
            sink: Mutex::new(Box::new(sink)),
        }
    }
}

impl rustls::KeyLog for KeyLog {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let secret = Zeroizing::new(godot_rustls_pki::digest::hex(secret));
        let line = Zeroizing::new(format!(
            "{label} {} {}\n",
            godot_rustls_pki::digest::hex(client_random),
            *secret
        ));
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not end the connection.
        let _ = sink.write_all(line.as_bytes()).and_then(|()| sink.flush());
    }
}
