"""Numbers and statuses in words."""

from ingestctl.models import Status


def plural(count: int, noun: str) -> str:
    """Return the noun for a number of things, such as "batch" for 1 and "batches" for 2."""
    return noun if count == 1 else f"{noun}es" if noun.endswith("ch") else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """Return a number of things, such as "1 batch" or "1,203 batches"."""
    return f"{count:,} {plural(count, noun)}"


def words(status: Status) -> str:
    """Return a status as a person reads it, such as "yet to start"."""
    return status.replace("_", " ")
