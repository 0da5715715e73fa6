"""Summary of ingestions: numbers of batches and ids."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from ingestctl.models import Ingestion, Status
from ingestctl.render.times import span
from ingestctl.render.view import IngestionView
from ingestctl.render.wording import counted


def summary(*views: IngestionView) -> str:
    """Return the progress of all together, such as "1 of 3 batches completed, 1 id failed"."""
    return _listed(completed(*views), cancelled(*views), failed(*views))


def brief(view: IngestionView) -> str:
    """Return the same in few letters, such as "1/3, 2 cancelled"."""
    count = view.counts[Status.CANCELLED]
    return _listed(fraction(view), f"{count:,} cancelled" if count else "", failed(view))


def fraction(view: IngestionView) -> str:
    """Return the completed batches of all batches, such as "1/3"."""
    return f"{view.whole.completed:,}/{view.whole.total:,}"


def completed(*views: IngestionView) -> str:
    """Return the number of completed batches and of all batches."""
    counts = _counts(views)
    return f"{counts[Status.COMPLETED]:,} of {counted(counts.total(), 'batch')} completed"


def failed(*views: IngestionView) -> str:
    """Return the number of ids that failed, empty if none has."""
    count = _failed(views)
    return f"{counted(count, 'id')} failed" if count else ""


def cancelled(*views: IngestionView) -> str:
    """Return the number of cancelled batches, empty if there are none."""
    count = _counts(views)[Status.CANCELLED]
    return f"{counted(count, 'batch')} cancelled" if count else ""


def ending(views: Sequence[IngestionView]) -> str:
    """Return the summary of all, with the time from the first acceptance to the last result."""
    ingestions = f"{counted(len(views), 'ingestion')}: " if len(views) > 1 else ""
    took = _took(views)
    done = completed(*views) + (f" in {span(took)}" if took is not None else "")
    return ingestions + _listed(done, cancelled(*views), failed(*views))


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
    begins = [whole.created_at for whole in _wholes(views)]
    ends = [whole.completes_at for whole in _wholes(views) if whole.completes_at]
    return max(ends) - min(begins) if begins and ends else None
