//! Looking once a frame, on the main thread, whether something that was begun elsewhere is done.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use godot::classes::object::ConnectFlags;
use godot::classes::{Engine, Os, SceneTree};
use godot::prelude::*;
use godot_rustls_runtime::Shutdown;

use crate::runtime::frame_budget;

/// What is looked at once a frame, and how.
struct Look {
    object: Gd<Object>,
    /// Says whether it wants to look again.
    look: Box<dyn FnMut() -> Again>,
}

/// Whether to look again in the next frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Yes,
    /// And before the others: there was no time to look.
    First,
    No,
}

const SIGNAL: &str = "process_frame";

/// A signal of the root that tells that the scene tree ends: scripts are freed soon after, and before the library goes.
const END_SIGNAL: &str = "tree_exiting";

/// Metadata of the scene tree.
const HOLDER: &str = "rustls_held";

/// The scene tree has ended. What is watched holds objects whose signals scripts listen to, and freeing what a script
/// connected after its language is gone corrupts memory: from now on nothing is kept.
static HAS_ENDED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static LOOKS: RefCell<VecDeque<Look>> = const { RefCell::new(VecDeque::new()) };
    static CONNECTED: RefCell<Option<Callable>> = const { RefCell::new(None) };
    static CONNECTED_TO_END: RefCell<Option<Callable>> = const { RefCell::new(None) };
}

/// Allows watching, when the library is loaded.
pub(crate) fn start() {
    HAS_ENDED.store(false, Ordering::Relaxed);
}

/// Calls `look` in every frame from the next one on, paused or not, until it says no, and keeps `object` as long. Only from the
/// main thread.
/// Without a scene tree there are no frames: it is called until it says no, at once. After the end of the scene tree it is
/// dropped.
fn in_every_frame(object: Gd<Object>, mut look: impl FnMut() -> Again + 'static) {
    if HAS_ENDED.load(Ordering::Relaxed) {
        return;
    }
    let Some(mut tree) = tree() else {
        while look() != Again::No {
            std::thread::sleep(std::time::Duration::from_millis(1));
            frame_budget::renew();
        }
        return;
    };
    let look = Look {
        object,
        look: Box::new(look),
    };
    LOOKS.with_borrow_mut(|looks| looks.push_back(look));
    connect(&mut tree);
}

/// Calls what `looking` makes of `object`, which it keeps, as [`in_every_frame`] does; from any thread.
pub(crate) fn watch<T: Inherits<Object>, L: FnMut() -> Again + 'static>(
    object: &Gd<T>,
    looking: fn(Gd<T>) -> L,
) {
    if is_main_thread() {
        in_every_frame(object.clone().upcast(), looking(object.clone()));
    } else if !HAS_ENDED.load(Ordering::Relaxed) {
        // The engine's queue brings the object to the main thread, and keeps it alive on the way.
        watching(looking).call_deferred(&[object.to_variant()]);
    }
}

fn watching<T: Inherits<Object>, L: FnMut() -> Again + 'static>(
    looking: fn(Gd<T>) -> L,
) -> Callable {
    Callable::from_sync_fn("watch", move |arguments: &[&Variant]| {
        let Some(object) = arguments.first() else {
            return;
        };
        // Threads that load resources have a queue of their own, which they empty themselves.
        if !is_main_thread() {
            in_next_frame(&watching(looking).bind(&[(*object).clone()]));
        } else if let Ok(object) = object.try_to::<Gd<T>>() {
            in_every_frame(object.clone().upcast(), looking(object));
        }
    })
}

/// Calls `callable` on the main thread in the next frame, from any thread. It has to be one for any thread.
fn in_next_frame(callable: &Callable) {
    if let Some(mut tree) = tree() {
        tree.connect_flags(SIGNAL, callable, ConnectFlags::ONE_SHOT);
    }
}

/// Stops looking for good and lets go of all that is watched, before the library goes. The engine may be in the middle of the
/// frame's signal, and then frees the callable later: the library's code must still be there.
pub(crate) fn stop() -> Shutdown {
    let is_connected = CONNECTED.with_borrow(Option::is_some);
    let looks = end();
    drop(looks);
    if is_connected {
        Shutdown::AtWork
    } else {
        Shutdown::Complete
    }
}

/// Stops looking when the scene tree ends. What is watched goes with the tree: after the scripts of its nodes, which clear the
/// functions that await something only while somebody holds these, and before the language of scripts ends.
fn stop_with_tree() {
    let held: Vec<_> = end()
        .into_iter()
        .map(|look| (connected_to(&look.object), look))
        .collect();
    if let Some(mut tree) = tree() {
        let holder = Callable::from_fn("held", move |_| {
            let _ = &held;
        });
        tree.set_meta(HOLDER, &holder.to_variant());
    }
}

fn end() -> VecDeque<Look> {
    HAS_ENDED.store(true, Ordering::Relaxed);
    disconnect();
    let callable = CONNECTED_TO_END.take();
    if let (Some(callable), Some(mut root)) = (callable, tree().and_then(|tree| tree.get_root()))
        && root.is_connected(END_SIGNAL, &callable)
    {
        root.disconnect(END_SIGNAL, &callable);
    }
    LOOKS.take()
}

/// Everything that hears of an object's signals.
fn connected_to(object: &Gd<Object>) -> Vec<Variant> {
    let signals = object.get_signal_list();
    let names = signals.iter_shared().filter_map(|signal| {
        let name = signal.get("name")?;
        Some(StringName::from(&name.stringify()))
    });
    let connections = names.flat_map(|name| {
        let list = object.get_signal_connection_list(&name);
        list.iter_shared().collect::<Vec<_>>()
    });
    connections
        .filter_map(|connection| connection.get("callable"))
        .collect()
}

fn look_at_all() {
    // Each is taken out while it runs: a script that hears of a result may begin something new, or let a frame pass.
    let count = LOOKS.with_borrow(VecDeque::len);
    let mut first = None;
    for left in (0..count).rev() {
        let Some(mut look) = LOOKS.with_borrow_mut(VecDeque::pop_front) else {
            break;
        };
        let again = (look.look)();
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
            connect_to(tree, SIGNAL, callable);
        }
    });
    CONNECTED_TO_END.with_borrow_mut(|connected| {
        if let (None, Some(mut root)) = (&connected, tree.get_root()) {
            let callable = connected.insert(Callable::from_fn("end", |_| stop_with_tree()));
            connect_to(&mut root, END_SIGNAL, callable);
        }
    });
}

/// Not by the binding's own `connect`: in the editor that keeps the callable, and warns of it when the editor ends.
fn connect_to<T: Inherits<Object>>(object: &mut Gd<T>, signal: &str, callable: &Callable) {
    let mut object = object.clone().upcast::<Object>();
    object.call("connect", &[signal.to_variant(), callable.to_variant()]);
}

fn disconnect() {
    let callable = CONNECTED.take();
    if let (Some(callable), Some(mut tree)) = (callable, tree())
        && tree.is_connected(SIGNAL, &callable)
    {
        tree.disconnect(SIGNAL, &callable);
    }
}

/// Whether frames pass, and this is the thread that watches.
pub(crate) fn are_on_this_thread() -> bool {
    is_main_thread() && tree().is_some()
}

/// Whether scripts may touch the scene tree here.
pub(crate) fn is_main_thread() -> bool {
    let system = Os::singleton();
    system.get_thread_caller_id() == system.get_main_thread_id()
}

fn tree() -> Option<Gd<SceneTree>> {
    Engine::singleton().get_main_loop()?.try_cast().ok()
}
