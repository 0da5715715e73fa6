"""The limits that real providers publish, each in one line, over the whole service on the virtual clock."""

from itertools import pairwise

import pytest

from ingest_service.app import rate_limit
from ingest_service.config import Settings, nanoseconds
from ingest_service.upstreams.fake.arrivals import most_in_a_span
from tests.simulation import SECOND, Simulation

# The line, how many ids are submitted at once, and how many of them start in the fullest window of each limit: in
# whole batches, and with full slots. Of the four limits, 3 in 5 s never come to 100 in 1 m, and a slot of 3 does
# not fit into the last 2 of 2,000.
PUBLISHED = [
    ("300/5s", 1_000, [300], [300]),
    ("1000/1h, 10000/1d", 12_000, [999, 9_990], [1_000, 10_000]),
    ("600/10s", 2_000, [600], [600]),
    ("2/s", 100, [2], [2]),
    ("100/1m, 2000/1d", 2_500, [99, 1_980], [100, 2_000]),
    ("3/5s, 100/1m, 300/1h, 2000/1d", 2_100, [3, 36, 300, 1_998], [3, 36, 300, 1_998]),
]
LINES = [line for line, *_ in PUBLISHED]


def starts_of(line: str, ids: int, fill: str) -> list[int]:
    """Return when each of these ids was called by a service with these limits."""
    settings = Settings.from_environ(
        {"INGEST_LIMITS": line, "INGEST_FILL_SLOTS": fill, "INGEST_GUARD_SECONDS": "0"}
    )
    simulation = Simulation(rate_limit(settings), lambda _: SECOND // 10, batch_size=settings.batch_ids)
    simulation.submit(range(1, ids + 1))
    simulation.run()
    return sorted(start for _, start, _ in simulation.upstream.calls)


@pytest.mark.parametrize("fill", ["0", "1"], ids=["whole batches", "full slots"])
@pytest.mark.parametrize(("line", "ids", "whole", "full"), PUBLISHED, ids=LINES)
def test_published_limits_are_kept_and_used_to_the_full(
    line: str, ids: int, whole: list[int], full: list[int], fill: str
) -> None:
    starts, expected = starts_of(line, ids, fill), full if fill == "1" else whole
    limits = Settings.from_environ({"INGEST_LIMITS": line}).all_limits
    assert len(starts) == ids
    assert [most_in_a_span(starts, nanoseconds(limit.seconds)) for limit in limits] == expected
    assert all(most <= limit.ids for most, limit in zip(expected, limits, strict=True))


@pytest.mark.parametrize(
    ("line", "ids", "gap"),
    [("100/1m, 2000/1d", 2_001, 86_400 - 19 * 60), ("1000/1h, 10000/1d", 10_001, 86_400 - 9 * 3600)],
    ids=["2000/1d", "10000/1d"],
)
def test_the_first_id_beyond_a_quota_starts_as_soon_as_the_first_of_all_has_left_it(
    line: str, ids: int, gap: int
) -> None:
    starts = starts_of(line, ids, "1")
    assert max(after - before for before, after in pairwise(starts)) == gap * SECOND
