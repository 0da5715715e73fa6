"""All queues, or those that are named, one after the other: `python -m benchmarks.promises bullmq ours`.

Installs what each needs into a temporary directory, and writes what each kept into docs/reliability.md; the rows
of the queues that do not run now stay. Takes two minutes a queue.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figure import CannotRunError
from benchmarks.machine import this_machine
from benchmarks.measure import here
from benchmarks.promises.contenders import CONTENDERS, Contender
from benchmarks.promises.page import row, with_rows
from benchmarks.promises.processes import ROOT
from benchmarks.promises.trial import KILLS, run

PAGE = ROOT / "docs" / "reliability.md"


def measured(contender: Contender) -> str:
    """Return the row of a queue, and print what it rests on. Raises CannotRunError where something is missing."""
    with here() as folder:
        command = contender.environment(contender.driver, contender.packages, Path(folder).resolve())
        verdicts = [run(command, contender.store, kills) for kills in (0, KILLS)]
    for verdict in verdicts:
        print(f"  {verdict}", flush=True)
    return row(contender, *verdicts)


def chosen() -> Sequence[Contender]:
    """Return the queues that the command line names, in their order, or all of them."""
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises", description="Try what queues promise.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    asked = parser.parse_args().names or names
    if unknown := set(asked) - set(names):
        parser.error(f"there is no queue {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return [contender for contender in CONTENDERS if contender.name in asked]


def main() -> None:
    """Try the queues, and write down each as soon as it is done."""
    machine = str(this_machine())
    for contender in chosen():
        print(f"{contender.title}:", flush=True)
        try:
            found = measured(contender)
        except CannotRunError as lack:
            print(f"  not run here, for it {lack}", flush=True)
        else:
            PAGE.write_text(with_rows(PAGE.read_text(), {contender.title: found}, machine))


if __name__ == "__main__":
    main()
