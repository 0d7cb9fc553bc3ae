//! RustlsKeyJob.

use std::sync::mpsc::{Receiver, TryRecvError};

use godot::classes::CryptoKey;
use godot::prelude::*;
use godot_rustls_core::crypto::Failure;
use zeroize::Zeroizing;

use crate::convert::{godot_text, report};
use crate::frames::{Again, watch};
use crate::keys::rsa_key;

/// A key's PEM text, or why the provider made none.
pub(crate) type MadeKey = Result<Zeroizing<String>, Failure>;

/// A key that is being made in the background: what [method RustlsCrypto.generate_rsa_async] returns.
///
/// The addon keeps it until [signal completed] was emitted, so it can be awaited where it is made:
///
/// ```gdscript
/// var key: CryptoKey = await RustlsCrypto.new().generate_rsa_async(4096).completed
/// ```
///
/// [b]Note:[/b] Awaiting the signal of a job that is completed already never ends. Ask first where other things are awaited
/// in between:
///
/// ```gdscript
/// var crypto := RustlsCrypto.new()
/// var jobs: Array[RustlsKeyJob] = [crypto.generate_rsa_async(2048), crypto.generate_rsa_async(2048)]
/// for job in jobs:
///     if not job.is_completed():
///         await job.completed
///     print(job.get_key())
/// ```
#[derive(GodotClass)]
#[class(tool, no_init, base=RefCounted)]
pub(crate) struct RustlsKeyJob {
    size: i64,
    key: Option<Gd<CryptoKey>>,
    last_error: GString,
    completed: bool,
    /// Where the key comes from.
    made: Receiver<MadeKey>,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsKeyJob {
    /// The key is made, or cannot be: then [param key] is null and [method get_last_error] says why. Emitted once, on
    /// the main thread, always in a later frame than the one in which the job was begun.
    #[signal]
    fn completed(key: Option<Gd<CryptoKey>>);

    /// Returns whether [signal completed] was emitted: nobody should wait for it any more.
    #[func]
    fn is_completed(&self) -> bool {
        self.completed
    }

    /// Returns the key when it is made, else null.
    #[func]
    fn get_key(&self) -> Option<Gd<CryptoKey>> {
        self.key.clone()
    }

    /// Returns why there is no key, in words. Empty until [signal completed] was emitted and when the key was made.
    #[func]
    fn get_last_error(&self) -> GString {
        self.last_error.clone()
    }

    /// A job that ends when `made` has something: an RSA key of so many bits. From any thread.
    pub(crate) fn begin(size: i64, made: Receiver<MadeKey>) -> Gd<Self> {
        let job = Gd::from_init_fn(|base| Self {
            size,
            key: None,
            last_error: GString::new(),
            completed: false,
            made,
            base,
        });
        watch(&job, |job| move || Self::look(&job));
        job
    }
}

impl RustlsKeyJob {
    fn look(this: &Gd<Self>) -> Again {
        let made = this.bind().made.try_recv();
        let made = match made {
            Ok(made) => made,
            Err(TryRecvError::Empty) => return Again::Yes,
            Err(TryRecvError::Disconnected) => Err(Failure::Refused(
                "the system gave no thread to make the key".to_owned(),
            )),
        };
        Self::end(this.clone(), made);
        Again::No
    }

    fn end(mut this: Gd<Self>, made: MadeKey) {
        let size = this.bind().size;
        let key = rsa_key(made, size);
        if let Err(problem) = &key {
            report(problem);
        }
        {
            let mut job = this.bind_mut();
            job.completed = true;
            match key {
                Ok(key) => job.key = Some(key),
                Err(problem) => job.last_error = godot_text(&problem),
            }
        }
        let key = this.bind().key.clone();
        this.signals().completed().emit(key.as_ref());
    }
}
