//! Tasks that the main thread polls once a frame, until work begun elsewhere is done.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use godot::classes::object::ConnectFlags;
use godot::classes::{Engine, Os, SceneTree};
use godot::prelude::*;

use super::frame_budget;
use godot_rustls_runtime::Shutdown;

/// A task that is polled once a frame.
struct FrameTask {
    /// Kept alive as long as the task is polled.
    object: Gd<Object>,
    poll: Box<dyn FnMut() -> Poll>,
}

/// The answer of a task that was polled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Poll {
    /// The task goes on in the next frame.
    Pending,
    /// The task had no time in this frame, and comes first in the next one.
    PendingFirst,
    /// The task is done.
    Done,
}

const SIGNAL: &str = "process_frame";

/// Signal of the root at the end of the scene tree. Scripts are freed soon afterwards, before the
/// library is unloaded.
const END_SIGNAL: &str = "tree_exiting";

/// Name of the scene tree's metadata that holds the tasks at its end.
const HOLDER: &str = "rustls_held";

/// The scene tree has ended. Tasks hold objects whose signals scripts listen to, and freeing what a
/// script connected after its language is gone corrupts memory: from now on nothing is kept.
///
/// A static beside the addon: callables that the engine calls after the addon's end ask it too.
static HAS_ENDED: AtomicBool = AtomicBool::new(false);

thread_local! {
    // Of the main thread alone: the engine's objects and callables must not change threads.
    static TASKS: RefCell<FrameTasks> = const { RefCell::new(FrameTasks::new()) };
}

/// The tasks, and the callables that the engine has for them.
struct FrameTasks {
    tasks: VecDeque<FrameTask>,
    /// Connected to each frame.
    on_frame: Option<Callable>,
    /// Connected to the end of the scene tree.
    on_end: Option<Callable>,
}

impl FrameTasks {
    const fn new() -> Self {
        Self {
            tasks: VecDeque::new(),
            on_frame: None,
            on_end: None,
        }
    }
}

/// Calls `work` with the tasks. Neither the engine nor a script may be called in it.
fn with_tasks<T>(work: impl FnOnce(&mut VecDeque<FrameTask>) -> T) -> T {
    TASKS.with_borrow_mut(|all| work(&mut all.tasks))
}

/// Allows tasks, when the library is loaded.
pub(crate) fn start() {
    HAS_ENDED.store(false, Ordering::Relaxed);
}

/// Polls a task in every frame from the next one on, paused or not, until it is done, and keeps
/// `object` as long. Only from the main thread.
///
/// Without a scene tree there are no frames: the task is polled until it is done, at once. After
/// the end of the scene tree the task is dropped.
fn poll_each_frame(object: Gd<Object>, mut poll: impl FnMut() -> Poll + 'static) {
    if HAS_ENDED.load(Ordering::Relaxed) {
        return;
    }
    let Some(mut tree) = tree() else {
        while poll() != Poll::Done {
            std::thread::sleep(std::time::Duration::from_millis(1));
            frame_budget::renew();
        }
        return;
    };
    let task = FrameTask {
        object,
        poll: Box::new(poll),
    };
    with_tasks(|tasks| tasks.push_back(task));
    connect(&mut tree);
}

/// Polls the task that `make` makes of `object`, as [`poll_each_frame`] does; from any thread.
pub(crate) fn spawn_on_main<T: Inherits<Object>, P: FnMut() -> Poll + 'static>(
    object: &Gd<T>,
    make: fn(Gd<T>) -> P,
) {
    if is_main_thread() {
        poll_each_frame(object.clone().upcast(), make(object.clone()));
    } else if !HAS_ENDED.load(Ordering::Relaxed) {
        // The engine's queue brings the object to the main thread, and keeps it alive on the way.
        spawner(make).call_deferred(&[object.to_variant()]);
    }
}

/// A callable that spawns the task for its argument once it is called on the main thread.
fn spawner<T: Inherits<Object>, P: FnMut() -> Poll + 'static>(make: fn(Gd<T>) -> P) -> Callable {
    Callable::from_sync_fn("spawn", move |arguments: &[&Variant]| {
        let Some(object) = arguments.first() else {
            return;
        };
        // Threads that load resources have a queue of their own, which they empty themselves.
        if !is_main_thread() {
            in_next_frame(&spawner(make).bind(&[(*object).clone()]));
        } else if let Ok(object) = object.try_to::<Gd<T>>() {
            poll_each_frame(object.clone().upcast(), make(object));
        }
    })
}

/// Calls `callable` on the main thread in the next frame. May be called from any thread; `callable`
/// must be one for any thread.
fn in_next_frame(callable: &Callable) {
    if let Some(mut tree) = tree() {
        tree.connect_flags(SIGNAL, callable, ConnectFlags::ONE_SHOT);
    }
}

/// Stops polling for good and drops all tasks, before the library is unloaded. The engine may be in
/// the middle of the frame's signal, and then frees the callable later: the library's code must
/// still be there.
pub(crate) fn stop() -> Shutdown {
    let is_connected = TASKS.with_borrow(|all| all.on_frame.is_some());
    let tasks = end();
    drop(tasks);
    if is_connected {
        Shutdown::AtWork
    } else {
        Shutdown::Complete
    }
}

/// Stops polling when the scene tree ends. The tasks are freed with the tree: after the scripts of
/// its nodes, which clear the functions that await something only while the awaited object exists,
/// and before the script language ends.
fn stop_with_tree() {
    let held: Vec<_> = end()
        .into_iter()
        .map(|task| (connected_to(&task.object), task))
        .collect();
    if let Some(mut tree) = tree() {
        let holder = Callable::from_fn("held", move |_| {
            let _ = &held;
        });
        tree.set_meta(HOLDER, &holder.to_variant());
    }
}

fn end() -> VecDeque<FrameTask> {
    HAS_ENDED.store(true, Ordering::Relaxed);
    disconnect();
    let callable = TASKS.with_borrow_mut(|all| all.on_end.take());
    if let (Some(callable), Some(mut root)) = (callable, tree().and_then(|tree| tree.get_root()))
        && root.is_connected(END_SIGNAL, &callable)
    {
        root.disconnect(END_SIGNAL, &callable);
    }
    with_tasks(std::mem::take)
}

/// Returns all callables connected to an object's signals.
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

fn poll_all() {
    // Each task is taken out while it runs: a script that hears of a result may begin something
    // new, or let a frame pass.
    let count = with_tasks(|tasks| tasks.len());
    let mut first = None;
    for left in (0..count).rev() {
        let Some(mut task) = with_tasks(VecDeque::pop_front) else {
            break;
        };
        let answer = (task.poll)();
        if answer == Poll::Done {
            continue;
        }
        with_tasks(|tasks| {
            if answer == Poll::PendingFirst && first.is_none() {
                first = Some(tasks.len().saturating_sub(left));
            }
            tasks.push_back(task);
        });
    }
    let is_empty = with_tasks(|tasks| {
        tasks.rotate_left(first.unwrap_or(0).min(tasks.len()));
        tasks.is_empty()
    });
    if is_empty {
        disconnect();
    } else if let Some(mut tree) = tree() {
        connect(&mut tree);
    }
}

/// Connects the callables, unless they are.
fn connect(tree: &mut Gd<SceneTree>) {
    let on_frame = TASKS.with_borrow_mut(|all| {
        let make = || Callable::from_fn("poll", |_| poll_all());
        all.on_frame.get_or_insert_with(make).clone()
    });
    if !tree.is_connected(SIGNAL, &on_frame) {
        connect_to(tree, SIGNAL, &on_frame);
    }
    let has_end = TASKS.with_borrow(|all| all.on_end.is_some());
    if let (false, Some(mut root)) = (has_end, tree.get_root()) {
        let on_end = Callable::from_fn("end", |_| stop_with_tree());
        connect_to(&mut root, END_SIGNAL, &on_end);
        TASKS.with_borrow_mut(|all| all.on_end = Some(on_end));
    }
}

/// Connects without the binding's own `connect`: in the editor that one keeps the callable, and
/// warns about it when the editor ends.
fn connect_to<T: Inherits<Object>>(object: &mut Gd<T>, signal: &str, callable: &Callable) {
    let mut object = object.clone().upcast::<Object>();
    object.call("connect", &[signal.to_variant(), callable.to_variant()]);
}

fn disconnect() {
    let callable = TASKS.with_borrow_mut(|all| all.on_frame.take());
    if let (Some(callable), Some(mut tree)) = (callable, tree())
        && tree.is_connected(SIGNAL, &callable)
    {
        tree.disconnect(SIGNAL, &callable);
    }
}

/// Returns whether frames pass, and this is the thread that polls.
pub(crate) fn are_on_this_thread() -> bool {
    is_main_thread() && tree().is_some()
}

/// Returns whether scripts may touch the scene tree here.
pub(crate) fn is_main_thread() -> bool {
    let system = Os::singleton();
    system.get_thread_caller_id() == system.get_main_thread_id()
}

fn tree() -> Option<Gd<SceneTree>> {
    Engine::singleton().get_main_loop()?.try_cast().ok()
}
