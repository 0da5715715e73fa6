"""Words of sentences that people read."""


def noun(count: int, singular: str) -> str:
    """Return the noun for a count: in the plural unless it is 1."""
    if count == 1:
        return singular
    return f"{singular}es" if singular.endswith("ch") else f"{singular}s"


def counted(count: int, singular: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun(count, singular)}"
