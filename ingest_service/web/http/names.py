"""Names of parameters and fields, and what a client meant that wrote another one."""

from collections.abc import Collection
from difflib import get_close_matches

# The most of a name that is shown, and the most names.
SHOWN = 100
MOST_NAMES = 10
# A name is taken for a slip of the pen where this much of it is alike; `id` is not taken for `ids`.
RESEMBLES = 0.81
NEAR = 0.5


def nearest(name: str, known: Collection[str], alike: float) -> str | None:
    """Return the known name that is most like this one, None if none is that much alike (0 to 1)."""
    found = get_close_matches(_plain(name), known, n=1, cutoff=alike)
    return found[0] if found else None


def unknown(name: str, known: Collection[str]) -> str:
    """Return the sentence about an unknown name."""
    near = nearest(name, known, NEAR)
    if near is not None:
        return f"is not known; did you mean {near}?"
    return f"is not known; there is {', '.join(known)}" if known else "is not known; there is none here"


def shown(name: str) -> str:
    """Return a name that a client wrote, cut off where it is long."""
    return name[:SHOWN]


def _plain(name: str) -> str:
    return name[:SHOWN].strip().lower().replace("-", "_")
