//! What the engine's certificates and keys hold, remembered for a moment.
//!
//! The engine writes them out as text each time, which takes tens of microseconds, and a server accepts many connections
//! in a frame. A script that loads something else into the same object is heard from the next frame on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use godot::classes::{CryptoKey, Engine, X509Certificate};
use godot::prelude::*;
use zeroize::Zeroizing;

use crate::engine::certificate_source::CertificateSource;
use crate::engine::objects::{certificate_bytes, private_key_text};

/// Objects of one kind. A game has a handful.
const KEPT: usize = 16;

/// A loop that lets no frame pass hears of a change no later than this.
const LONGEST_MOMENT: Duration = Duration::from_millis(10);

type Shelf<T> = Mutex<VecDeque<Known<T>>>;

static CERTIFICATES: Shelf<CertificateSource> = Mutex::new(VecDeque::new());
static KEYS: Shelf<Zeroizing<String>> = Mutex::new(VecDeque::new());

struct Known<T> {
    object: InstanceId,
    read: Moment,
    /// Those who use it keep it: a key does not outlive its options here.
    content: Weak<T>,
}

/// Within one, objects are taken not to change.
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
        self.frame == later.frame && later.began.duration_since(self.began) < LONGEST_MOMENT
    }
}

/// Every certificate of an engine object.
pub(crate) fn known_certificate(
    object: &Gd<X509Certificate>,
) -> Result<Arc<CertificateSource>, String> {
    know(&CERTIFICATES, object.instance_id(), || {
        certificate_bytes(object).map(CertificateSource::new)
    })
}

/// The private key of an engine object as PEM text.
pub(crate) fn known_private_key(object: &Gd<CryptoKey>) -> Result<Arc<Zeroizing<String>>, String> {
    know(&KEYS, object.instance_id(), || private_key_text(object))
}

fn know<T: PartialEq>(
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
    // The very same object shows those who compare that nothing changed.
    let content = match known {
        Some((_, before)) if *before == content => before,
        _ => Arc::new(content),
    };
    let mut shelf = lock(shelf);
    shelf.retain(|known| known.object != object && known.content.strong_count() > 0);
    shelf.truncate(KEPT - 1);
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
