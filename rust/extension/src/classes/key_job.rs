//! RustlsKeyJob.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, TryRecvError};

use godot::classes::CryptoKey;
use godot::prelude::*;
use godot_rustls_pki::crypto;
use zeroize::Zeroizing;

use crate::crypto::keys::rsa_key;
use crate::engine::convert::{godot_text, report};
use crate::engine::shared_objects::with_bound;
use crate::runtime::frame_poll::{Poll, spawn_on_main};
use crate::runtime::late_listeners::{self, Completes};

/// The PEM text of a key, or the reason why the provider generated none.
pub(crate) type MadeKey = Result<Zeroizing<String>, crypto::Error>;

/// A key that is generated in the background: the result of
/// [method RustlsCrypto.generate_rsa_async].
///
/// The addon keeps this object until [signal completed] has been emitted, so the call can be
/// awaited directly:
///
/// ```gdscript
/// var key: CryptoKey = await RustlsCrypto.new().generate_rsa_async(4096).completed
/// ```
///
/// Several jobs can be awaited in any order with [method done]:
///
/// ```gdscript
/// var crypto := RustlsCrypto.new()
/// var jobs: Array[RustlsKeyJob] = []
/// for size in [4096, 2048]:
/// 	jobs.append(crypto.generate_rsa_async(size))
/// for job in jobs:
/// 	await job.done()
/// 	print(job.get_key())
/// ```
#[derive(GodotClass)]
#[class(tool, no_init, base=RefCounted)]
pub(crate) struct RustlsKeyJob {
    size: i64,
    /// Receives the key from the worker.
    made: Receiver<MadeKey>,
    /// Set once by the main thread, while other threads may read.
    outcome: OnceLock<Result<Gd<CryptoKey>, String>>,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsKeyJob {
    /// Emitted when the key has been generated, or cannot be: then [param key] is null and
    /// [method get_last_error] returns the reason. Emitted once, on the main thread, always in a
    /// later frame than the call that created the job.
    #[signal]
    fn completed(key: Option<Gd<CryptoKey>>);

    /// Returns a signal that can be awaited at any time, also when the job has ended already: then
    /// it fires in the next frame. The value is the key, or null.
    #[func(gd_self)]
    fn done(this: Gd<Self>) -> Signal {
        late_listeners::done(&this)
    }

    /// Returns whether [signal completed] has been emitted.
    #[func]
    fn is_completed(&self) -> bool {
        self.outcome.get().is_some()
    }

    /// Returns the key, or null if it has not been generated.
    #[func]
    fn get_key(&self) -> Option<Gd<CryptoKey>> {
        self.outcome.get()?.as_ref().ok().cloned()
    }

    /// Returns the error message if the key could not be generated. Empty before [signal completed]
    /// has been emitted, and if the key was generated.
    #[func]
    fn get_last_error(&self) -> GString {
        let problem = self
            .outcome
            .get()
            .and_then(|outcome| outcome.as_ref().err());
        problem
            .map(|problem| godot_text(problem))
            .unwrap_or_default()
    }

    /// Returns a job that ends when `made` delivers an RSA key of `size` bits. May be called from
    /// any thread.
    pub(crate) fn begin(size: i64, made: Receiver<MadeKey>) -> Gd<Self> {
        let job = Gd::from_init_fn(|base| Self {
            size,
            made,
            outcome: OnceLock::new(),
            base,
        });
        spawn_on_main(&job, |job| move || Self::poll(&job));
        job
    }
}

impl Completes for RustlsKeyJob {
    fn result(this: &Gd<Self>) -> Variant {
        with_bound(this, Self::get_key).to_variant()
    }

    fn is_over(this: &Gd<Self>) -> bool {
        with_bound(this, Self::is_completed)
    }
}

impl RustlsKeyJob {
    fn poll(this: &Gd<Self>) -> Poll {
        let made = with_bound(this, |job| job.made.try_recv());
        let outcome = match made {
            Ok(made) => rsa_key(made, with_bound(this, |job| job.size)),
            Err(TryRecvError::Empty) => return Poll::Pending,
            Err(TryRecvError::Disconnected) => {
                Err("the key was not generated: the system provided no thread".to_owned())
            }
        };
        Self::end(this, outcome);
        Poll::Done
    }

    fn end(this: &Gd<Self>, outcome: Result<Gd<CryptoKey>, String>) {
        if let Err(problem) = &outcome {
            report(problem);
        }
        let key = outcome.as_ref().ok().cloned();
        with_bound(this, |job| {
            // Set only here: the receiver delivers one result.
            let _ = job.outcome.set(outcome);
        });
        this.signals().completed().emit(key.as_ref());
        late_listeners::serve(this);
    }
}
