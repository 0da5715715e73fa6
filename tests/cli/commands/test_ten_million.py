"""As many ids as the backlog holds, submitted from a file by a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingestctl.client import Client
from tests.cli.serving import serving

IDS = 10_000_000
MOST_BYTES = 200 * 1024 * 1024
MEASURED = """
import re, sys
from pathlib import Path
from ingestctl.main import main
try:
    main()
finally:
    print(re.search("VmHWM:(.*)kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how much memory it was")
def test_ten_million_ids_become_ten_ingestions_in_modest_memory(tmp_path: Path) -> None:
    with Path(tmp_path, "ids.txt").open("w") as file:
        file.writelines(f"{10**9 - number}\n" for number in range(IDS))
    with serving(tmp_path) as url, Client(url) as client:
        client.pause()
        command = [sys.executable, "-c", MEASURED, "submit", f"@{file.name}", "--url", url]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        whole = [client.ingestion(ingestion_id) for ingestion_id in ran.stdout.split()]
        last = client.batches(whole[-1].ingestion_id, after=333_332).batches
    assert [one.ids for one in whole] == 10 * [1_000_000]
    assert last[0].ids == (10**9 - (IDS - 1),)
    assert int(ran.stderr) * 1024 < MOST_BYTES
