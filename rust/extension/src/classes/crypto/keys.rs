//! Making keys, and reading those under a password.

use godot::classes::CryptoKey;
use godot::prelude::*;
use godot_rustls_pki::crypto::{decrypt_private_key, generate_ecdsa, generate_rsa};
use godot_rustls_runtime::spare_cores;

use super::{RustlsCrypto, curve};
use crate::classes::key_job::RustlsKeyJob;
use crate::crypto::keys::{encoded_anew, rsa_key};
use crate::engine::objects::{crypto_key, secret_text};
use crate::runtime::threads::threads;

#[godot_api(secondary)]
impl RustlsCrypto {
    /// Makes an RSA key with [param size] bits and the exponent 65537.
    ///
    /// 2048, 3072, 4096 and 8192 bits are made by the provider, other even sizes from 1024 to 8192 by the engine; anything else
    /// returns null, with an error. Below 2048 bits a key is too weak for new uses.
    ///
    /// [b]Note:[/b] It takes from a tenth of a second (2048 bits) over a second or two (4096) to a minute (8192), and
    /// the game stands still: see [method generate_rsa_async], and [method generate_ecdsa], which takes no time.
    #[func]
    fn generate_rsa(&self, size: i64) -> Option<Gd<CryptoKey>> {
        let key = rsa_key(generate_rsa(size), size);
        self.conclude(key.map(Some))
    }

    /// Makes an RSA key like [method generate_rsa], on another thread: the game goes on meanwhile. Keys are made one after
    /// another, several at a time where there are cores for it.
    ///
    /// Returns at once. [signal RustlsKeyJob.completed] gives the key, or null with
    /// [method RustlsKeyJob.get_last_error] for a size of which there is no key.
    ///
    /// [b]Note:[/b] Sizes that only the engine makes (all but 2048, 3072, 4096 and 8192) are made in a later frame on the
    /// main thread: the game stands still for them.
    ///
    /// ```gdscript
    /// var key: CryptoKey = await crypto.generate_rsa_async(4096).completed
    /// ```
    #[func]
    fn generate_rsa_async(&self, size: i64) -> Gd<RustlsKeyJob> {
        // Told by the job, when it ends.
        self.conclude(Ok(()));
        let made = threads()
            .keys
            .run(spare_cores(), move || generate_rsa(size));
        RustlsKeyJob::begin(size, made)
    }

    /// Makes an ECDSA key on a curve: one of the [code]CURVE_*[/code] constants. Returns null, with an error, for others.
    ///
    /// Made in no time, much smaller than RSA keys and faster to sign with; verifying is slower.
    #[func]
    fn generate_ecdsa(&self, #[opt(default = 0)] curve: i64) -> Option<Gd<CryptoKey>> {
        let key = self::curve(curve).and_then(|curve| {
            let pem = generate_ecdsa(curve).map_err(|failure| failure.message().to_owned())?;
            crypto_key(&pem)
        });
        self.conclude(key.map(Some))
    }

    /// Reads the private key of a PEM text that is encrypted under [param password] (PKCS#8, RFC 5958, as
    /// [code]openssl pkcs8 -topk8[/code] writes it: PBES2 with AES or 3DES, PBKDF2 or scrypt). A key that is not encrypted
    /// is read too, and the password ignored. A key in a form that the engine does not read (SEC1 without parameters,
    /// explicit curve parameters, PKCS#8 with attributes) is encoded anew for it; lost line breaks, and such as are
    /// written out as [code]\n[/code], do not matter.
    ///
    /// Returns null, with an error, when the password is wrong, when it is empty, for public keys and for what the
    /// engine's [CryptoKey] cannot hold: pass Ed25519 keys as PEM text to [method RustlsTLSOptions.server_from_pem].
    ///
    /// ```gdscript
    /// var pem := FileAccess.get_file_as_string("user://server.key")
    /// var key := crypto.private_key_from_pem(pem, OS.get_environment("SERVER_KEY_PASSWORD"))
    /// ```
    ///
    /// [b]Note:[/b] Undoing the password takes as long as whoever encrypted the key wanted, usually a part of a second.
    #[func]
    fn private_key_from_pem(&self, pem: GString, password: GString) -> Option<Gd<CryptoKey>> {
        let pem = secret_text(&pem);
        let password = secret_text(&password);
        let key = decrypt_private_key(&pem, &password).and_then(|key| {
            // The engine refuses forms that the provider reads.
            crypto_key(&key)
                .or_else(|refused| crypto_key(&encoded_anew(&key).map_err(|_| refused)?))
        });
        self.conclude(key.map(Some))
    }
}
