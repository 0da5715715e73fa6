"""Showing an ingestion once: drawn on a terminal, as plain lines everywhere else."""

import click
from rich.console import Console

from cli.client import Client
from cli.excerpt import around, look, untimed
from cli.film import draws
from cli.lines import line
from cli.picture import picture
from cli.tally import tally
from cli.times import here_and_now
from cli.watch import Sight


def show(client: Client, ingestion_id: str) -> None:
    """Print the picture of an ingestion on a terminal, and every batch as a line elsewhere."""
    console = Console()
    if draws(console):
        seen = look(client, ingestion_id, around)
        console.print(picture(Sight((seen,)), console.size, here_and_now()))
    else:
        seen = untimed(client.status(ingestion_id))
        click.echo("\n".join([*map(line, seen.batches), tally(seen)]))
