use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::*;

/// A task by script, whose cancelling can be seen.
#[derive(Clone, Default)]
struct Script(Rc<Shared>);

#[derive(Default)]
struct Shared {
    downloaded: Cell<u64>,
    output: Cell<Option<&'static str>>,
    has_ended: Cell<bool>,
    events: RefCell<Vec<u8>>,
    has_events: Cell<bool>,
}

impl Script {
    fn end(&self, output: &'static str) {
        self.0.output.set(Some(output));
        self.0.has_ended.set(true);
    }

    fn is_dropped_elsewhere(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }
}

impl Task for Script {
    type Output = &'static str;
    type Event = u8;

    fn counts(&self) -> Counts {
        Counts {
            downloaded: self.0.downloaded.get(),
            ..Counts::NONE
        }
    }

    fn has_ended(&self) -> bool {
        self.0.has_ended.get()
    }

    fn has_events(&self) -> bool {
        self.0.has_events.get()
    }

    fn take_event(&self) -> Option<u8> {
        self.0.events.borrow_mut().pop()
    }

    fn take_output(&mut self) -> Option<&'static str> {
        self.0.output.take()
    }

    fn wait(&mut self, _: Duration) -> bool {
        self.0.has_ended.get()
    }
}

type Response = ResponseState<Script, &'static str>;

fn running() -> (Script, Response) {
    let script = Script::default();
    (script.clone(), Response::new(Ok(script)))
}

/// What can be asked of a response without changing it.
#[derive(Debug, PartialEq)]
struct Seen {
    is_cancelled: bool,
    is_completed: bool,
    is_done: bool,
    has_ended: bool,
    has_task: bool,
}

fn seen(response: &Response) -> Seen {
    Seen {
        is_cancelled: response.is_cancelled(),
        is_completed: response.is_completed(),
        is_done: response.is_done(),
        has_ended: response.has_ended(),
        has_task: response.task(|_| ()).is_some(),
    }
}

const UNDER_WAY: Seen = Seen {
    is_cancelled: false,
    is_completed: false,
    is_done: false,
    has_ended: false,
    has_task: true,
};

#[test]
fn a_task_that_finishes_goes_from_running_over_taken_to_completed() {
    let (script, response) = running();
    assert_eq!(seen(&response), UNDER_WAY);
    assert_eq!(response.take_end(), None);
    assert_eq!(seen(&response), UNDER_WAY);
    script.0.downloaded.set(9);
    script.end("all");
    let ended = Seen {
        has_ended: true,
        ..UNDER_WAY
    };
    assert_eq!(seen(&response), ended);
    assert_eq!(response.take_end(), Some(End::Finished("all")));
    let taken = Seen {
        is_done: true,
        has_task: false,
        ..ended
    };
    assert_eq!(seen(&response), taken);
    assert!(script.is_dropped_elsewhere());
    assert_eq!(response.counts().downloaded, 9);
    assert_eq!(response.take_end(), None);
    response.complete();
    let completed = Seen {
        is_completed: true,
        ..taken
    };
    assert_eq!(seen(&response), completed);
    assert_eq!(response.take_end(), None);
}

#[test]
fn cancelling_drops_the_task_and_its_first_reason_is_taken() {
    let (script, response) = running();
    script.0.downloaded.set(5);
    assert!(response.take_progress().is_some());
    response.cancel("first");
    response.cancel("second");
    assert!(script.is_dropped_elsewhere());
    let cancelled = Seen {
        is_cancelled: true,
        is_completed: false,
        is_done: true,
        has_ended: true,
        has_task: false,
    };
    assert_eq!(seen(&response), cancelled);
    assert_eq!(response.counts().downloaded, 5);
    assert_eq!(response.take_end(), Some(End::Cancelled("first")));
    response.complete();
    assert!(response.is_cancelled() && response.is_completed());
}

#[test]
fn a_task_that_never_began_gives_its_error_once_also_when_it_was_cancelled() {
    for is_cancelled in [false, true] {
        let response = Response::new(Err("no route"));
        if is_cancelled {
            response.cancel("not wanted any more");
        }
        assert_eq!(response.is_cancelled(), is_cancelled);
        assert_eq!(response.is_done(), is_cancelled);
        assert!(response.has_ended());
        assert_eq!(response.take_end(), Some(End::NotBegun("no route")));
        assert_eq!(response.take_end(), None);
        assert_eq!(response.is_cancelled(), is_cancelled);
        assert!(response.is_done());
    }
}

#[test]
fn an_end_that_was_taken_cannot_be_cancelled() {
    let (script, response) = running();
    script.end("all");
    response.take_end();
    response.cancel("too late");
    assert!(!response.is_cancelled());
    response.complete();
    response.cancel("too late");
    assert!(!response.is_cancelled());
}

#[test]
fn completing_before_the_end_was_taken_changes_nothing() {
    let (_script, response) = running();
    response.complete();
    assert_eq!(seen(&response), UNDER_WAY);
}

#[test]
fn progress_is_taken_once_with_what_was_taken_before() {
    let (script, response) = running();
    assert!(response.is_quiet() && !response.has_progress());
    assert_eq!(response.take_progress(), None);
    script.0.downloaded.set(3);
    assert!(response.has_progress() && !response.is_quiet());
    let (now, before) = response.take_progress().unwrap();
    assert_eq!((now.downloaded, before.downloaded), (3, 0));
    assert!(!response.has_progress());
    script.0.downloaded.set(7);
    let (now, before) = response.take_progress().unwrap();
    assert_eq!((now.downloaded, before.downloaded), (7, 3));
}

#[test]
fn events_and_an_end_are_no_quiet() {
    let (script, response) = running();
    script.0.has_events.set(true);
    script.0.events.borrow_mut().push(4);
    assert!(!response.is_quiet() && response.has_events());
    assert_eq!(response.take_event(), Some(4));
    assert_eq!(response.take_event(), None);
    script.0.has_events.set(false);
    assert!(response.is_quiet());
    script.end("all");
    assert!(!response.is_quiet());
}

#[test]
fn only_a_running_task_is_waited_for() {
    let (script, response) = running();
    assert!(!response.wait(Duration::ZERO));
    script.end("all");
    assert!(response.wait(Duration::ZERO));
    response.take_end();
    assert!(!response.wait(Duration::ZERO));
}
