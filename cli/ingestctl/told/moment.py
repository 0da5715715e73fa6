"""Moments as the service writes them."""

from datetime import datetime


def parse(text: str | None) -> datetime | None:
    """Read a time of the service's JSON; raises ValueError or TypeError if it is none."""
    return None if text is None else datetime.fromisoformat(text)
