"""Threads are kept for the next task."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Barrier, Event, Thread, current_thread
from typing import Any
from weakref import ref

import pytest

from ingest_service.spare_threads import SpareThreads


def ran_in(threads: SpareThreads, task: Callable[[], object] = lambda: None) -> Thread:
    """Run a task and return its thread, which may be about to become idle."""
    used: SimpleQueue[Thread] = SimpleQueue()

    def run() -> None:
        task()
        used.put(current_thread())

    threads.run(run, "task")
    return used.get(timeout=60)


def test_a_thread_that_is_idle_gets_the_next_task() -> None:
    threads = SpareThreads()
    first = ran_in(threads)
    # The thread becomes idle right behind its task.
    assert any(ran_in(threads) is first for _ in range(1000))


def test_tasks_that_come_together_run_side_by_side() -> None:
    threads, together = SpareThreads(), Barrier(3, timeout=60)
    ran_in(threads)
    for _ in range(2):
        threads.run(together.wait, "task")  # type: ignore[arg-type] # what it returns is thrown away
    together.wait()


def test_a_thread_has_the_name_of_its_task_and_holds_up_no_exit() -> None:
    seen: SimpleQueue[tuple[str, bool]] = SimpleQueue()
    threads = SpareThreads()
    for name in ("one", "another"):
        threads.run(lambda: seen.put((current_thread().name, current_thread().daemon)), name)
    assert sorted(seen.get(timeout=60) for _ in range(2)) == [("another", True), ("one", True)]


def test_an_idle_thread_keeps_nothing_of_its_task() -> None:
    class Large:
        pass

    threads, large = SpareThreads(), Large()
    gone, known = Event(), ref(large, lambda _: gone.set())

    def task(_: object = large) -> None:
        pass

    threads.run(task, "task")
    del task, large
    # A thread that gets no task ends after 30 seconds.
    assert gone.wait(20)
    assert known() is None


def test_the_caller_hears_of_it_where_the_system_has_no_thread_left() -> None:
    class Unstarted(Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    def new_thread(**settings: Any) -> Thread:
        return Unstarted(**settings)

    with pytest.raises(RuntimeError):
        SpareThreads(new_thread).run(lambda: None, "task")
