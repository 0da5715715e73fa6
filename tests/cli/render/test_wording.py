import pytest

from ingestctl.models import Status
from ingestctl.render.wording import counted, plural, words


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(0, "id", "0 ids"), (1, "batch", "1 batch"), (2, "batch", "2 batches"), (1203, "slot", "1,203 slots")],
)
def test_things_are_counted_with_their_plural(count: int, noun: str, text: str) -> None:
    assert counted(count, noun) == text
    assert counted(count, noun).endswith(plural(count, noun))


def test_a_status_is_read_as_words() -> None:
    assert [words(status) for status in Status] == ["yet to start", "triggered", "completed", "cancelled"]
