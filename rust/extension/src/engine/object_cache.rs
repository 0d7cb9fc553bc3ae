//! Contents of the engine's certificates and keys, remembered for a moment.
//!
//! The engine writes them out as text each time, which takes tens of microseconds, and a server
//! accepts many connections in a frame. If a script loads something else into the same object, the
//! change is noticed in the next frame.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use godot::classes::{CryptoKey, Engine, X509Certificate};
use godot::prelude::*;
use zeroize::Zeroizing;

use crate::engine::certificate_source::CertificateSource;
use crate::engine::objects::{certificate_bytes, private_key_text};

/// Objects of one kind that are remembered. A game has a handful.
const MAX_OBJECTS: usize = 16;

/// The time after which a loop that lets no frame pass notices a change.
const MAX_AGE: Duration = Duration::from_millis(10);

type Shelf<T> = Mutex<VecDeque<Known<T>>>;

/// Contents of the objects that were read last.
#[derive(Default)]
pub(crate) struct ObjectCache {
    certificates: Shelf<CertificateSource>,
    keys: Shelf<Zeroizing<String>>,
}

/// An object and its content.
struct Known<T> {
    object: InstanceId,
    read: Moment,
    /// Owned by the options that use it: the cache keeps no key longer than they do.
    content: Weak<T>,
}

/// A frame, as long as it is short. Within one, objects are taken not to change.
#[derive(Clone, Copy)]
struct Moment {
    frame: u64,
    began: Instant,
}

impl Moment {
    fn now() -> Self {
        Self {
            frame: Engine::singleton().get_process_frames(),
            began: Instant::now(),
        }
    }

    fn lasts_until(self, later: Self) -> bool {
        self.frame == later.frame && later.began.duration_since(self.began) < MAX_AGE
    }
}

impl ObjectCache {
    /// Returns all certificates of an engine object.
    pub(crate) fn certificate(
        &self,
        object: &Gd<X509Certificate>,
    ) -> Result<Arc<CertificateSource>, String> {
        content(&self.certificates, object.instance_id(), || {
            certificate_bytes(object).map(CertificateSource::new)
        })
    }

    /// Returns the private key of an engine object as PEM text.
    pub(crate) fn private_key(
        &self,
        object: &Gd<CryptoKey>,
    ) -> Result<Arc<Zeroizing<String>>, String> {
        content(&self.keys, object.instance_id(), || {
            private_key_text(object)
        })
    }
}

/// Returns the content of `object`, from the shelf or else by `read`.
fn content<T: PartialEq>(
    shelf: &Shelf<T>,
    object: InstanceId,
    read: impl FnOnce() -> Result<T, String>,
) -> Result<Arc<T>, String> {
    let now = Moment::now();
    let known = lock(shelf)
        .iter()
        .find(|known| known.object == object)
        .and_then(|known| Some((known.read, known.content.upgrade()?)));
    if let Some((_, content)) = known.as_ref().filter(|(read, _)| read.lasts_until(now)) {
        return Ok(Arc::clone(content));
    }
    // Nothing is locked: the engine may print, and a script may listen.
    let content = read()?;
    // The same allocation as before, so that a comparison of two specifications is cheap.
    let content = match known {
        Some((_, before)) if *before == content => before,
        _ => Arc::new(content),
    };
    let mut shelf = lock(shelf);
    shelf.retain(|known| known.object != object && known.content.strong_count() > 0);
    shelf.truncate(MAX_OBJECTS - 1);
    shelf.push_front(Known {
        object,
        read: now,
        content: Arc::downgrade(&content),
    });
    Ok(content)
}

fn lock<T>(shelf: &Shelf<T>) -> MutexGuard<'_, VecDeque<Known<T>>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
