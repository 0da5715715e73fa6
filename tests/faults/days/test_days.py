"""Random days of the whole service on the virtual clock: kills, a disk and an upstream that fail."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from tests.faults.days.judgement import judge, judge_all
from tests.faults.days.life import Life
from tests.faults.days.plan import Day


@pytest.fixture
def seeds(pytestconfig: pytest.Config, scale: Callable[[int, int], int]) -> Sequence[int]:
    """The seeds of the days; `--seed N` replays one."""
    seed: int | None = pytestconfig.getoption("seed")
    return range(scale(300, 10_000)) if seed is None else [seed]


@pytest.mark.slow
def test_no_law_is_broken_on_any_day(
    seeds: Sequence[int], say: Callable[[str], None], figure: Callable[[str, str, str], None]
) -> None:
    judged = judge_all(seeds)
    counts = sum((one.counts for one in judged), Counter[str]())
    tried = (
        f"{len(judged):,} days, {counts['slots']:,} slots, {counts['Called']:,} calls, {counts['Killed']:,} kills"
    )
    say(f"simulated: {tried}")
    broken = [f"--seed {one.seed} replays it: {sentence}" for one in judged for sentence in one.broken]
    assert broken == []
    if len(judged) > 1:
        figure("simulated days: kills, restarts, failing disk, failing upstream", tried, "0 laws broken")


def test_a_seed_replays_its_day() -> None:
    first, again = (Life(Day.of(2)).run().all for _ in range(2))
    assert first == again


def test_days_have_kills_and_failures_and_keep_the_laws() -> None:
    judged = [judge(seed) for seed in range(6)]
    assert [one.broken for one in judged] == [()] * 6
    counts = sum((one.counts for one in judged), Counter[str]())
    assert counts["Killed"] > 5
    assert counts["slots"] > 100
