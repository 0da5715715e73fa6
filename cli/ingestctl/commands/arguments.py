"""Arguments and options that several commands have."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click

from ingestctl.commands.context import DEFAULT_URL, URL_VARIABLE, CliContext

Decorated = Callable[..., Any]

ingestion_id_argument = click.argument("ingestion_id", type=click.UUID)
ingestion_ids_argument = click.argument(
    "ingestion_ids", metavar="INGESTION_ID...", type=click.UUID, nargs=-1, required=True
)
watch_option = partial(click.option, "-w", "--watch", "watched", is_flag=True)


def common(command: Decorated) -> Decorated:
    """Add the options that every command has; they may stand before the command, too."""
    for option in (_debug, _no_color, _quiet, _url):
        command = option(command)
    return command


def _keep_url(ctx: click.Context, _: click.Parameter, url: str | None) -> None:
    context = ctx.ensure_object(CliContext)
    if url is not None:
        context.chosen_url = url


def _keep_quiet(ctx: click.Context, _: click.Parameter, quiet: bool) -> None:
    context = ctx.ensure_object(CliContext)
    context.quiet = quiet or context.quiet


def _keep_debug(ctx: click.Context, _: click.Parameter, debug: bool) -> None:
    context = ctx.ensure_object(CliContext)
    context.debug = debug or context.debug


def _drop_color(ctx: click.Context, _: click.Parameter, no_color: bool) -> None:
    if no_color:
        ctx.with_resource(_without_color())


@contextmanager
def _without_color() -> Iterator[None]:
    """Set NO_COLOR (https://no-color.org) while the command runs."""
    before = os.environ.get("NO_COLOR", "")
    os.environ["NO_COLOR"] = "1"
    try:
        yield
    finally:
        os.environ["NO_COLOR"] = before


_url = click.option(
    "--url",
    metavar="URL",
    expose_value=False,
    callback=_keep_url,
    help=f"Address of the service; without it, {URL_VARIABLE}, the configuration file, or {DEFAULT_URL}.",
)
_quiet = click.option(
    "-q", "--quiet", is_flag=True, expose_value=False, callback=_keep_quiet, help="Print results and errors only."
)
_no_color = click.option(
    "--no-color", is_flag=True, expose_value=False, callback=_drop_color, help="Use no colors, like NO_COLOR."
)
_debug = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_keep_debug, help="Show every request, and tracebacks."
)
