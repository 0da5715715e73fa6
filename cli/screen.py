"""Showing an ingestion: drawn on a terminal, as plain lines everywhere else."""

import sys
from collections.abc import Iterable
from functools import partial

import click
from rich.console import Console

from cli.client import Client
from cli.excerpt import look
from cli.film import Film, here_and_now
from cli.ingestion import IngestionStatus
from cli.lines import changes, lines, summary
from cli.picture import picture
from cli.watch import Sight, follow


def show(client: Client, ingestion_id: str) -> None:
    """Print the picture of an ingestion on a terminal, and every batch as a line elsewhere."""
    console = Console()
    if _draws(console):
        console.print(picture(Sight(look(client, ingestion_id)), console.size, here_and_now()))
    else:
        click.echo("\n".join(lines(client.status(ingestion_id))))


def play(client: Client, ingestion_id: str) -> None:
    """Follow an ingestion to its end: as a picture on a terminal, as a line for every change elsewhere."""
    console = Console()
    if _draws(console):
        film = Film(console)
        film.show(follow(partial(look, client, ingestion_id), film.wait))
    else:
        _tell(follow(partial(client.status, ingestion_id)))


def _draws(console: Console) -> bool:
    """Rich alone takes a pipe for a terminal when FORCE_COLOR is set, as many CI systems do."""
    return sys.stdout.isatty() and console.is_interactive


def _tell(sights: Iterable[Sight[IngestionStatus]]) -> None:
    before: Sight[IngestionStatus] | None = None
    for sight in sights:
        for change in changes(before, sight):
            click.echo(change)
        before = sight
    if before:
        click.echo(summary(before.seen))
