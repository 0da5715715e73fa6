"""The time that `ingestctl --help` takes, against a Python that does nothing and one that only imports click.

Each is a process of its own, started in turn. The limit is the import of click, which draws the help.
Read: a ratio to that limit near 1 is good, and a person does not notice less than 0.1 s.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import medians, seconds

PYTHON = sys.executable
INGESTCTL = str(Path(PYTHON).with_name("ingestctl"))
ROUNDS = 40


def process(*words: str) -> float:
    """Return the seconds that a command takes, from its start to its end."""
    return seconds(lambda: subprocess.run(words, check=True, capture_output=True))


def main() -> None:
    """Measure and print."""
    ours, nothing, click = medians(
        ROUNDS,
        lambda: process(INGESTCTL, "--help"),
        lambda: process(PYTHON, "-c", "pass"),
        lambda: process(PYTHON, "-c", "import click"),
    )
    print(f"ingestctl --help, median of {ROUNDS} runs: {ours * 1000:.0f} ms")
    print(f"  {ours / nothing:.2f} times python -c pass ({nothing * 1000:.0f} ms)")
    print(f"  {ours / click:.2f} times python -c 'import click' ({click * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
