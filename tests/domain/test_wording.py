"""Words of sentences that people read."""

import pytest

from ingest_service.domain.wording import counted


@pytest.mark.parametrize(
    ("count", "singular", "words"),
    [(0, "id", "0 ids"), (1, "id", "1 id"), (1, "batch", "1 batch"), (2, "batch", "2 batches")],
)
def test_a_noun_is_in_the_plural_unless_there_is_one(count: int, singular: str, words: str) -> None:
    assert counted(count, singular) == words
