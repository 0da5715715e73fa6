"""What has become of the batches and ids of ingestions, counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from ingestctl.models import Ingestion, Status
from ingestctl.render.times import span
from ingestctl.render.view import IngestionView


def summary(*views: IngestionView) -> str:
    """Return how far they have come together, such as "1 of 3 batches completed, 1 id failed"."""
    return _listed(completed(*views), cancelled(*views), failed(*views))


def brief(view: IngestionView) -> str:
    """Return the same in few letters, such as "1/3, 2 cancelled"."""
    count = view.counts[Status.CANCELLED]
    of_all = f"{view.whole.completed:,}/{view.whole.total:,}"
    return _listed(of_all, f"{count:,} cancelled" if count else "", failed(view))


def completed(*views: IngestionView) -> str:
    """Return how many batches are completed, and of how many."""
    counts = _counts(views)
    batches = "batch" if counts.total() == 1 else "batches"
    return f"{counts[Status.COMPLETED]:,} of {counts.total():,} {batches} completed"


def failed(*views: IngestionView) -> str:
    """Return how many ids failed, empty if none has."""
    count = _failed(views)
    return f"{count:,} {'id' if count == 1 else 'ids'} failed" if count else ""


def cancelled(*views: IngestionView) -> str:
    """Return how many batches are cancelled, empty if none is."""
    count = _counts(views)[Status.CANCELLED]
    return f"{count:,} {'batch' if count == 1 else 'batches'} cancelled" if count else ""


def ending(views: Sequence[IngestionView]) -> str:
    """Return what has become of all, and how long it took from the first acceptance to the last result."""
    who = f"{len(views):,} ingestions: " if len(views) > 1 else ""
    took = _took(views)
    done = completed(*views) + (f" in {span(took)}" if took is not None else "")
    return who + _listed(done, cancelled(*views), failed(*views))


def flawless(views: Sequence[IngestionView]) -> bool:
    """Return whether every batch is completed and no id failed."""
    counts = _counts(views)
    return counts[Status.COMPLETED] == counts.total() and not _failed(views)


def _listed(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _counts(views: Sequence[IngestionView]) -> Counter[Status]:
    return sum((Counter(view.counts) for view in views), Counter())


def _failed(views: Sequence[IngestionView]) -> int:
    return sum(whole.failed for whole in _wholes(views))


def _wholes(views: Sequence[IngestionView]) -> Iterator[Ingestion]:
    return (view.whole for view in views if isinstance(view.whole, Ingestion))


def _took(views: Sequence[IngestionView]) -> timedelta | None:
    begins = [whole.created_at for whole in _wholes(views) if whole.created_at]
    ends = [whole.completes_at for whole in _wholes(views) if whole.completes_at]
    return max(ends) - min(begins) if begins and ends else None
