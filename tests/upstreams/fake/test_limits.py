"""Limits as they are written."""

import pytest
from click.testing import CliRunner

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake import Limit, parse_limit
from ingest_service.upstreams.fake.__main__ import main


@pytest.mark.parametrize(
    ("text", "ids", "seconds"),
    [
        ("3/5s", 3, 5),
        ("3/0.25s", 3, 0.25),
        ("100/1m", 100, 60),
        ("1000/1h", 1000, 3600),
        ("2000/1.5d", 2000, 129_600),
    ],
)
def test_a_limit_is_a_number_of_ids_and_a_window(text: str, ids: int, seconds: float) -> None:
    limit = parse_limit(text)
    assert limit == Limit(ids, round(seconds * NANOSECONDS))
    assert str(limit) == f"at most {ids} ids in any {seconds:g} s"


@pytest.mark.parametrize("text", ["", "3", "3/5", "3/5w", "x/5s", "-3/5s", "3/-5s", "3/.5s", "3 /5s", "3/5s "])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="it should be like 3/5s, 100/1m, 1000/1h or 2000/1d"):
        parse_limit(text)


def test_a_limit_of_nothing_is_refused_by_the_program_with_a_sentence() -> None:
    for text, reason in (("0/5s", "above zero"), ("3/0s", "above zero"), ("3/5", "it should be like 3/5s")):
        result = CliRunner().invoke(main, ["--limit", text])
        assert result.exit_code == 2
        assert reason in result.output
