"""Words of sentences that people read."""


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is 1."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}es" if noun.endswith("ch") else f"{count} {noun}s"
