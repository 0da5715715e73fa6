"""Expected starts, in real seconds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.measure import percentile
from benchmarks.punctuality import SUBMISSIONS, differences

pytestmark = pytest.mark.slow

# Loose: machines are shared. The benchmark prints what it really is.
BOUND = 2_000


def test_submissions_start_when_they_were_expected_to(tmp_path: Path, say: Callable[[str], None]) -> None:
    late = differences(tmp_path / "ingest.db")
    say(
        f"{len(late)} starts later than expected by {percentile(late, 50):.1f} ms (p50), {late[-1]:.1f} ms at most"
    )
    assert len(late) > SUBMISSIONS / 2
    assert late[0] > -BOUND
    assert late[-1] < BOUND
