from collections.abc import Iterator

from benchmarks.figure import Figure


def figures() -> Iterator[Figure]:
    yield Figure("a slot", "a commit", 0.5, 0.4)
    yield Figure("a start", "", 3, unit="s")
