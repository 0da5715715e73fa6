"""A disk whose fsync takes a millisecond, for programs that are started with these variables."""

import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow_fsync.c")


def slow_disk(folder: Path) -> dict[str, str]:
    """Compile the library that slows every fsync, and return the variables that load it. Needs cc."""
    library = (folder / "slow_fsync.so").resolve()
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}
