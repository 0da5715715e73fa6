"""The real program in a process of its own, started by a shell that redirects its streams."""

import os
import subprocess
from pathlib import Path

from tests.cli.terminal import INGESTCTL

Ran = subprocess.CompletedProcess[str]


def shell(line: str, url: str, **environment: str) -> Ran:
    """Run a line of the shell to its end; `ingestctl` in it is the program, and `url` its service."""
    return subprocess.run(
        ["/bin/sh", "-c", line],
        env={
            "PATH": f"{INGESTCTL.parent}{os.pathsep}{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "XDG_CONFIG_HOME": str(Path("/nonexistent")),
            "INGEST_URL": url,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
