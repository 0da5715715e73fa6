import subprocess
import sys

import pytest

LISTED = """
import atexit, sys
atexit.register(lambda: print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr))
from ingestctl.main import main
main()
"""


def loaded(words: str) -> set[str]:
    """Return the packages that a command line loads."""
    command = [sys.executable, "-c", LISTED, *words.split()]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.slow
@pytest.mark.parametrize("words", ["", "--help", "completion bash"])
def test_the_help_does_not_load_the_decoder_of_answers(words: str) -> None:
    assert loaded(words) & {"click", "msgspec"} == {"click"}


@pytest.mark.slow
@pytest.mark.parametrize("words", ["", "--help"])
def test_the_help_loads_nothing_that_reaches_the_service(words: str) -> None:
    assert loaded(words) & {"click", "ipaddress", "json", "logging", "tomllib"} == {"click"}


@pytest.mark.slow
@pytest.mark.parametrize("words", ["", "--help", "submit --help", "completion bash", "submit x"])
def test_commands_without_a_request_load_no_slow_module(words: str) -> None:
    modules = loaded(words)
    assert "click" in modules
    assert not modules & {"requests", "rich", "ssl", "truststore", "urllib3", "importlib_metadata"}
