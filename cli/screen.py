"""Showing an ingestion: drawn on a terminal, as plain lines everywhere else."""

import sys
from collections.abc import Iterable

import click
from rich.console import Console
from rich.live import Live

from cli.ingestion import IngestionStatus
from cli.lines import changes, lines, summary
from cli.picture import picture
from cli.watch import Sight


def show(status: IngestionStatus) -> None:
    """Print the picture of a status on a terminal, and every batch as a line elsewhere."""
    console = Console()
    if _draws(console):
        console.print(picture(Sight(status), console.size))
    else:
        click.echo("\n".join(lines(status)))


def play(sights: Iterable[Sight]) -> None:
    """Keep the picture of the last sight on a terminal, and print every change as a line elsewhere."""
    console = Console()
    if _draws(console):
        _redraw(sights, console)
    else:
        _tell(sights)


def _draws(console: Console) -> bool:
    """Rich alone takes a pipe for a terminal when FORCE_COLOR is set, as many CI systems do."""
    return sys.stdout.isatty() and console.is_interactive


def _redraw(sights: Iterable[Sight], console: Console) -> None:
    live = Live(console=console, auto_refresh=False)
    try:
        for sight in sights:
            live.start()  # only now: a first request that fails leaves no empty frame behind
            live.update(picture(sight, console.size), refresh=True)
    finally:
        live.stop()


def _tell(sights: Iterable[Sight]) -> None:
    before: Sight | None = None
    for sight in sights:
        for change in changes(before, sight):
            click.echo(change)
        before = sight
    if before:
        click.echo(summary(before.status))
