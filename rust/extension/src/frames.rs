//! Looking once a frame, on the main thread, whether something that was begun elsewhere is done.

use std::cell::RefCell;

use godot::classes::{Engine, SceneTree};
use godot::prelude::*;

/// Looks; says whether it wants to look again.
type Look = Box<dyn FnMut() -> Again>;

/// Whether to look again in the next frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Yes,
    No,
}

const SIGNAL: &str = "process_frame";

thread_local! {
    static LOOKS: RefCell<Vec<Look>> = const { RefCell::new(Vec::new()) };
    static CONNECTED: RefCell<Option<Callable>> = const { RefCell::new(None) };
}

/// Calls `look` in every frame from the next one on, paused or not, until it says no. Only from the main thread.
/// Without a scene tree there are no frames: it is called until it says no, at once.
pub(crate) fn in_every_frame(mut look: impl FnMut() -> Again + 'static) {
    let Some(mut tree) = tree() else {
        while look() == Again::Yes {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        return;
    };
    LOOKS.with_borrow_mut(|looks| looks.push(Box::new(look)));
    CONNECTED.with_borrow_mut(|connected| {
        let callable =
            connected.get_or_insert_with(|| Callable::from_fn("look", |_| look_at_all()));
        if !tree.is_connected(SIGNAL, callable) {
            tree.connect(SIGNAL, callable);
        }
    });
}

/// Stops looking, before the library goes.
pub(crate) fn stop() {
    disconnect();
    let looks = LOOKS.take();
    drop(looks);
}

fn look_at_all() {
    // Taken out while they run: scripts that hear of a result may begin something new.
    let mut looks = LOOKS.take();
    looks.retain_mut(|look| look() == Again::Yes);
    let nothing_left = LOOKS.with_borrow_mut(|new| {
        looks.append(new);
        std::mem::swap(new, &mut looks);
        new.is_empty()
    });
    if nothing_left {
        disconnect();
    }
}

fn disconnect() {
    let callable = CONNECTED.take();
    if let (Some(callable), Some(mut tree)) = (callable, tree())
        && tree.is_connected(SIGNAL, &callable)
    {
        tree.disconnect(SIGNAL, &callable);
    }
}

fn tree() -> Option<Gd<SceneTree>> {
    Engine::singleton().get_main_loop()?.try_cast().ok()
}
