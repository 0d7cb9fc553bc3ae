//! Looking once a frame, on the main thread, whether something that was begun elsewhere is done.

use std::cell::RefCell;
use std::collections::VecDeque;

use godot::classes::object::ConnectFlags;
use godot::classes::{Engine, Os, SceneTree};
use godot::prelude::*;

use crate::http::frame_budget;

/// Looks; says whether it wants to look again.
type Look = Box<dyn FnMut() -> Again>;

/// Whether to look again in the next frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Yes,
    /// And before the others: there was no time to look.
    First,
    No,
}

const SIGNAL: &str = "process_frame";

thread_local! {
    static LOOKS: RefCell<VecDeque<Look>> = const { RefCell::new(VecDeque::new()) };
    static CONNECTED: RefCell<Option<Callable>> = const { RefCell::new(None) };
}

/// Calls `look` in every frame from the next one on, paused or not, until it says no. Only from the main thread.
/// Without a scene tree there are no frames: it is called until it says no, at once.
fn in_every_frame(mut look: impl FnMut() -> Again + 'static) {
    let Some(mut tree) = tree() else {
        while look() != Again::No {
            std::thread::sleep(std::time::Duration::from_millis(1));
            frame_budget::renew();
        }
        return;
    };
    LOOKS.with_borrow_mut(|looks| looks.push_back(Box::new(look)));
    connect(&mut tree);
}

/// Calls what `looking` makes of `object`, which it keeps, as [`in_every_frame`] does; from any thread.
pub(crate) fn watch<T: GodotClass, L: FnMut() -> Again + 'static>(
    object: &Gd<T>,
    looking: fn(Gd<T>) -> L,
) {
    if is_main_thread() {
        in_every_frame(looking(object.clone()));
    } else {
        // The engine's queue brings the object to the main thread, and keeps it alive on the way.
        watching(looking).call_deferred(&[object.to_variant()]);
    }
}

fn watching<T: GodotClass, L: FnMut() -> Again + 'static>(looking: fn(Gd<T>) -> L) -> Callable {
    Callable::from_sync_fn("watch", move |arguments: &[&Variant]| {
        let Some(object) = arguments.first() else {
            return;
        };
        // Threads that load resources have a queue of their own, which they empty themselves.
        if !is_main_thread() {
            in_next_frame(&watching(looking).bind(&[(*object).clone()]));
        } else if let Ok(object) = object.try_to::<Gd<T>>() {
            in_every_frame(looking(object));
        }
    })
}

/// Calls `callable` on the main thread in the next frame, from any thread. It has to be one for any thread.
fn in_next_frame(callable: &Callable) {
    if let Some(mut tree) = tree() {
        tree.connect_flags(SIGNAL, callable, ConnectFlags::ONE_SHOT);
    }
}

/// Stops looking, before the library goes.
pub(crate) fn stop() {
    disconnect();
    let looks = LOOKS.take();
    drop(looks);
}

fn look_at_all() {
    // Each is taken out while it runs: a script that hears of a result may begin something new, or let a frame pass.
    let count = LOOKS.with_borrow(VecDeque::len);
    let mut first = None;
    for left in (0..count).rev() {
        let Some(mut look) = LOOKS.with_borrow_mut(VecDeque::pop_front) else {
            break;
        };
        let again = look();
        if again == Again::No {
            continue;
        }
        LOOKS.with_borrow_mut(|looks| {
            if again == Again::First && first.is_none() {
                first = Some(looks.len().saturating_sub(left));
            }
            looks.push_back(look);
        });
    }
    LOOKS.with_borrow_mut(|looks| looks.rotate_left(first.unwrap_or(0).min(looks.len())));
    if LOOKS.with_borrow(VecDeque::is_empty) {
        disconnect();
    } else if let Some(mut tree) = tree() {
        connect(&mut tree);
    }
}

fn connect(tree: &mut Gd<SceneTree>) {
    CONNECTED.with_borrow_mut(|connected| {
        let callable =
            connected.get_or_insert_with(|| Callable::from_fn("look", |_| look_at_all()));
        if !tree.is_connected(SIGNAL, callable) {
            tree.connect(SIGNAL, callable);
        }
    });
}

fn disconnect() {
    let callable = CONNECTED.take();
    if let (Some(callable), Some(mut tree)) = (callable, tree())
        && tree.is_connected(SIGNAL, &callable)
    {
        tree.disconnect(SIGNAL, &callable);
    }
}

/// Whether scripts may touch the scene tree here.
pub(crate) fn is_main_thread() -> bool {
    let system = Os::singleton();
    system.get_thread_caller_id() == system.get_main_thread_id()
}

fn tree() -> Option<Gd<SceneTree>> {
    Engine::singleton().get_main_loop()?.try_cast().ok()
}
