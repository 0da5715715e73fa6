"""No more connections than the system gives files for."""

import resource
import subprocess
import sys

import pytest

from ingest_service.errors import SettingError
from ingest_service.open_files import MOST_CONNECTIONS, allow_connections, connections_for

ALLOWED_IN_A_PROCESS = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
from ingest_service.open_files import allow_connections
print(allow_connections(3), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def allowed_with(hard: int) -> tuple[int, int]:
    """Return the connections that a process with these limits allows, and its soft limit afterwards."""
    command = [sys.executable, "-c", ALLOWED_IN_A_PROCESS.format(hard=hard)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    connections, soft = map(int, printed.split())
    return connections, soft


@pytest.mark.parametrize("files", [300, 1024, 4096, 10_000, 1_000_000])
@pytest.mark.parametrize("slot_size", [1, 3, 20])
def test_all_connections_with_large_bodies_and_a_whole_slot_fit_into_the_files(files: int, slot_size: int) -> None:
    connections = connections_for(files, slot_size)
    assert 0 < connections <= MOST_CONNECTIONS
    assert 2 * connections + 2 * slot_size + 200 <= files


def test_with_enough_files_every_connection_is_allowed() -> None:
    assert connections_for(5000, 3) == MOST_CONNECTIONS
    assert allow_connections(3) <= MOST_CONNECTIONS


def test_too_few_files_are_refused_with_what_is_needed() -> None:
    with pytest.raises(SettingError) as caught:
        connections_for(64, 3)
    assert str(caught.value) == "this process may open 64 files, and needs 226 or more (ulimit -n)"


def test_the_soft_limit_is_raised_as_far_as_the_hard_one_lets_it() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert hard == resource.RLIM_INFINITY or hard >= 4206, "this machine allows fewer files than the test needs"
    assert allowed_with(hard=1024) == (connections_for(1024, 3), 1024)
    assert allowed_with(hard=4206) == (MOST_CONNECTIONS, 4206)
