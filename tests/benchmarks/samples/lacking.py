from collections.abc import Iterator

from benchmarks.figure import CannotRunError, Figure


def figures() -> Iterator[Figure]:
    yield Figure("a slot", "a commit", 0.5, 0.4)
    raise CannotRunError("needs a C compiler")
