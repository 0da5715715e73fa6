"""A primary that dies under load, and its standby that takes over: nothing accepted is lost, the rate holds."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from benchmarks.ports import HOST
from ingest_service.stores.postgres.schema import migrate
from tests.postgres.binaries import find_binaries
from tests.postgres.server import USER, PostgresServer
from tests.processes.waiting import eventually
from tests.stores.postgres.crew import Crew, at_work

pytestmark = pytest.mark.slow

FAILOVERS = 5
HOUR = 3600 * 10**9
# Each server adds its own shift to its wall clock, as machines do whose clocks are set wrongly.
_SHIFT = "shift.wall_clock"
_SHIFTED = f"""
CREATE OR REPLACE FUNCTION wall_clock() RETURNS bigint LANGUAGE sql VOLATILE
    AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint
        + current_setting(''{_SHIFT}'')::bigint'
"""


class Pair:
    """A primary and its synchronous standby; after each failover the next standby has the port of the dead one."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._count = 1
        self._primary = stack.enter_context(PostgresServer(find_binaries(), folder / "n1", **{_SHIFT: "0"}))
        with psycopg.connect(self._primary.url(), autocommit=True) as connection:
            migrate(connection)
            connection.execute(_SHIFTED.encode())
        self._standby = self._next_standby()
        hosts = f"{HOST}:{self._primary.port},{HOST}:{self._standby.port}"
        self.url = f"postgresql://{USER}@{hosts}/{USER}?target_session_attrs=read-write"

    def fail_over(self) -> None:
        """Kill the primary, promote the standby, and give it a standby of its own."""
        dead, self._primary = self._primary, self._standby
        dead.stop("immediate")
        self._primary.promote()
        self._standby = self._next_standby(dead.port)

    def _next_standby(self, port: int | None = None) -> PostgresServer:
        self._count += 1
        shift = {_SHIFT: str(HOUR if self._count % 2 else -HOUR)}
        standby = self._primary.standby(self._folder / f"n{self._count}", **shift)
        standby.port = port or standby.port
        self._stack.enter_context(standby)
        self._primary.replicate_to(standby)
        return standby


@contextmanager
def pair_in(folder: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(folder, stack)


def test_failovers_to_a_standby_with_another_clock_lose_nothing_and_break_no_law(server_folder: Path) -> None:
    with pair_in(server_folder) as pair:
        with at_work(Crew(pair.url), threads=2) as crew:
            for _ in range(FAILOVERS):
                eventually(crew.has_called_more_than(len(crew.upstream.calls) + 4))
                pair.fail_over()
            eventually(crew.has_called_more_than(len(crew.upstream.calls) + 4))
        crew.check(pair.url)
        assert crew.load.errors == []
        assert len(crew.load.accepted) > 100
