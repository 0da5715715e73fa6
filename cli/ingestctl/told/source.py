"""What every value that the service tells has in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A value of the service; `source` is the JSON it was read from, with every key."""

    source: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
