import subprocess
import sys

import pytest

LISTED = """
import atexit, sys
atexit.register(lambda: print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr))
from ingestctl.main import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("words", ["", "--help", "submit --help", "completion bash", "submit x"])
def test_commands_without_a_request_load_no_slow_module(words: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LISTED, *words.split()], capture_output=True, text=True, check=False
    )
    loaded = set(ran.stderr.splitlines()[-1].split())
    assert "click" in loaded
    assert not loaded & {"requests", "rich", "ssl", "truststore", "urllib3", "importlib_metadata"}
