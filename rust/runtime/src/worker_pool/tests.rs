use std::sync::mpsc::{RecvError, Sender, TryRecvError};
use std::sync::{Barrier, Weak};
use std::thread;

use super::*;

/// Threads stay until the pool is stopped.
fn pool() -> WorkerPool {
    WorkerPool::new("test-worker", Duration::from_secs(3_600))
}

/// Work that says when it has begun, and ends when it is let go.
fn blocked(pool: &WorkerPool, max_threads: usize) -> (Receiver<()>, Sender<()>, Receiver<()>) {
    let (begun, has_begun) = channel();
    let (go, may_go) = channel();
    let done = pool.run(max_threads, move || {
        begun.send(()).unwrap();
        let _ = may_go.recv();
    });
    (has_begun, go, done)
}

#[test]
fn results_come_through_their_receivers() {
    let pool = pool();
    let results: Vec<_> = (0..20).map(|n| pool.run(2, move || n * n)).collect();
    for (n, result) in results.into_iter().enumerate() {
        assert_eq!(result.recv(), Ok(n * n));
    }
}

#[test]
fn work_begins_in_the_order_in_which_it_came() {
    let pool = pool();
    let (first, go, _) = blocked(&pool, 1);
    first.recv().unwrap();
    let (sender, order) = channel();
    for n in 0..10 {
        let sender = sender.clone();
        pool.run(1, move || sender.send(n).unwrap());
    }
    drop(sender);
    go.send(()).unwrap();
    assert_eq!(
        order.iter().collect::<Vec<i32>>(),
        (0..10).collect::<Vec<_>>()
    );
}

#[test]
fn a_panic_disconnects_its_receiver_and_the_thread_goes_on() {
    let pool = pool();
    let name = pool.run(1, || thread::current().id()).recv().unwrap();
    let lost = pool.run(1, || {
        if true {
            // Without the hook's output, which would look like a failure.
            std::panic::resume_unwind(Box::new("on purpose"));
        }
    });
    assert_eq!(lost.recv(), Err(RecvError));
    assert_eq!(pool.run(1, || thread::current().id()).recv(), Ok(name));
}

#[test]
fn as_many_run_at_once_as_there_may_be_threads() {
    let pool = pool();
    let barrier = Arc::new(Barrier::new(3));
    // Each ends only when all three have begun.
    let met: Vec<_> = (0..3)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            pool.run(3, move || barrier.wait().is_leader())
        })
        .collect();
    let leaders = met.iter().filter(|met| met.recv() == Ok(true)).count();
    assert_eq!(leaders, 1);
}

#[test]
fn no_more_run_at_once_than_there_may_be_threads() {
    let pool = pool();
    let running = [blocked(&pool, 2), blocked(&pool, 2)];
    for (has_begun, ..) in &running {
        has_begun.recv().unwrap();
    }
    let (third_begun, third_go, third_done) = blocked(&pool, 2);
    assert_eq!(third_begun.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(pool.0.lock().running, 2);
    drop(running);
    third_begun.recv().unwrap();
    third_go.send(()).unwrap();
    assert_eq!(third_done.recv(), Ok(()));
}

#[test]
fn stopping_forgets_what_has_not_begun_and_says_that_a_thread_is_at_work() {
    let pool = pool();
    let (has_begun, go, done) = blocked(&pool, 1);
    has_begun.recv().unwrap();
    let waiting = pool.run(1, || ());
    assert_eq!(pool.stop(), Shutdown::AtWork);
    assert_eq!(waiting.recv(), Err(RecvError));
    go.send(()).unwrap();
    assert_eq!(done.recv(), Ok(()));
}

#[test]
fn stopping_an_idle_pool_ends_its_threads() {
    let pool = pool();
    let inner: Weak<Inner> = Arc::downgrade(&pool.0);
    pool.run(2, || ()).recv().unwrap();
    // The thread may be on its way from the result to its sleep.
    while pool.0.lock().idle == 0 {
        thread::yield_now();
    }
    assert_eq!(pool.stop(), Shutdown::Complete);
    drop(pool);
    // A thread that went on would hold it.
    assert_eq!(inner.strong_count(), 0);
}

#[test]
fn a_stopped_pool_takes_no_work() {
    let pool = pool();
    assert_eq!(pool.stop(), Shutdown::Complete);
    assert_eq!(pool.run(1, || 7).recv(), Err(RecvError));
    assert_eq!(pool.0.lock().running, 0);
}

#[test]
fn work_without_a_receiver_is_done_all_the_same() {
    let pool = pool();
    let (sender, seen) = channel();
    drop(pool.run(1, move || sender.send(()).unwrap()));
    assert_eq!(seen.recv(), Ok(()));
}

#[test]
fn threads_without_idle_time_end_after_their_work() {
    let pool = WorkerPool::new("test-worker", Duration::ZERO);
    pool.run(1, || ()).recv().unwrap();
    while pool.0.lock().running > 0 {
        thread::yield_now();
    }
    assert_eq!(pool.run(1, || 1).recv(), Ok(1));
}
