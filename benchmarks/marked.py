"""The part of a document that a program writes, between two comments of it."""

from collections.abc import Iterable


def part_between(page: str, begin: str, end: str) -> tuple[str, str, str]:
    """Return the text before two comments, between them and behind. Raises ValueError if the page lacks them."""
    before, first, rest = page.partition(begin)
    found, last, after = rest.partition(end)
    if not first or not last:
        raise ValueError(f"the page has no lines {begin} and {end}")
    return before, found, after


def with_part(page: str, begin: str, end: str, parts: Iterable[str]) -> str:
    """Return the page with these parts between its two comments. Raises ValueError if the page lacks them."""
    before, _, after = part_between(page, begin, end)
    return before + "\n\n".join([begin, *parts, end]) + after
