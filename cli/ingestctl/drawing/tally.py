"""What has become of the batches and ids of ingestions, counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from ingestctl.drawing.times import span
from ingestctl.told.excerpt import Excerpt
from ingestctl.told.ingestion import Ingestion, Status


def tally(*excerpts: Excerpt) -> str:
    """Return how far they have come together, such as "1 of 3 batches completed, 1 id failed"."""
    return _listed(completed(*excerpts), cancelled(*excerpts), failed(*excerpts))


def brief(excerpt: Excerpt) -> str:
    """Return the same in few letters, such as "1/3, 2 cancelled"."""
    count = excerpt.counts[Status.CANCELLED]
    of_all = f"{excerpt.whole.completed:,}/{excerpt.whole.total:,}"
    return _listed(of_all, f"{count:,} cancelled" if count else "", failed(excerpt))


def completed(*excerpts: Excerpt) -> str:
    """Return how many batches are completed, and of how many."""
    counts = _counts(excerpts)
    batches = "batch" if counts.total() == 1 else "batches"
    return f"{counts[Status.COMPLETED]:,} of {counts.total():,} {batches} completed"


def failed(*excerpts: Excerpt) -> str:
    """Return how many ids failed, empty if none has."""
    count = _failed(excerpts)
    return f"{count:,} {'id' if count == 1 else 'ids'} failed" if count else ""


def cancelled(*excerpts: Excerpt) -> str:
    """Return how many batches are cancelled, empty if none is."""
    count = _counts(excerpts)[Status.CANCELLED]
    return f"{count:,} {'batch' if count == 1 else 'batches'} cancelled" if count else ""


def ending(excerpts: Sequence[Excerpt]) -> str:
    """Return what has become of all, and how long it took from the first acceptance to the last result."""
    who = f"{len(excerpts):,} ingestions: " if len(excerpts) > 1 else ""
    took = _took(excerpts)
    done = completed(*excerpts) + (f" in {span(took)}" if took is not None else "")
    return who + _listed(done, cancelled(*excerpts), failed(*excerpts))


def flawless(excerpts: Sequence[Excerpt]) -> bool:
    """Return whether every batch is completed and no id failed."""
    counts = _counts(excerpts)
    return counts[Status.COMPLETED] == counts.total() and not _failed(excerpts)


def _listed(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _counts(excerpts: Sequence[Excerpt]) -> Counter[Status]:
    return sum((Counter(excerpt.counts) for excerpt in excerpts), Counter())


def _failed(excerpts: Sequence[Excerpt]) -> int:
    return sum(whole.failed for whole in _wholes(excerpts))


def _wholes(excerpts: Sequence[Excerpt]) -> Iterator[Ingestion]:
    return (excerpt.whole for excerpt in excerpts if isinstance(excerpt.whole, Ingestion))


def _took(excerpts: Sequence[Excerpt]) -> timedelta | None:
    begins = [whole.created_at for whole in _wholes(excerpts) if whole.created_at]
    ends = [whole.completes_at for whole in _wholes(excerpts) if whole.completes_at]
    return max(ends) - min(begins) if begins and ends else None
