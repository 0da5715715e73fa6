"""Daemon threads that are kept for the next task."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread, current_thread

Task = Callable[[], None]
# A thread that gets no task for so long ends.
_IDLE_SECONDS = 30.0


class SpareThreads:
    """Runs each task at once, in a thread that no other task has. Any thread may ask.

    To wake a thread takes a fraction of the time in which one starts. They are daemons, so that a task that hangs
    cannot hold up an exit.
    """

    def __init__(self, new_thread: Callable[..., Thread] = Thread) -> None:
        self._new_thread = new_thread
        # The last that became idle comes first: what it needs is still near the processor.
        self._idle: list[SimpleQueue[tuple[Task, str]]] = []

    def run(self, task: Task, name: str) -> None:
        """Run a task, which must not raise, in a thread that has this name meanwhile.

        Raises RuntimeError where the system has no thread left.
        """
        try:
            inbox = self._idle.pop()
        except IndexError:
            inbox = SimpleQueue()
            # Python keeps the arguments of a thread as long as it lives, so the task is none of them.
            self._new_thread(target=self._work, args=[inbox], daemon=True).start()
        inbox.put((task, name))

    def _work(self, inbox: SimpleQueue[tuple[Task, str]]) -> None:
        task, name = inbox.get()
        while True:
            current_thread().name = name
            task()
            # Nothing of it is kept while this thread is idle.
            del task
            self._idle.append(inbox)
            try:
                task, name = inbox.get(timeout=_IDLE_SECONDS)
            except Empty:
                if not self._leaves(inbox):
                    task, name = inbox.get()
                else:
                    return

    def _leaves(self, inbox: SimpleQueue[tuple[Task, str]]) -> bool:
        """Return whether no task comes any more; False if one is just being handed over."""
        try:
            self._idle.remove(inbox)
        except ValueError:
            return False
        return True
