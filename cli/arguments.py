"""The arguments and options that commands take."""

import re

import click

DEFAULT_URL = "http://localhost:8000"
URL_VARIABLE = "INGEST_URL"
GREATEST_ID = 10**9 + 7


class Id(click.ParamType[int, str]):
    """One id on the command line."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; raises click.BadParameter if it is not an id."""
        if re.fullmatch("[0-9]{1,10}", value) and 1 <= int(value) <= GREATEST_ID:
            return int(value)
        sentence = f"{value!r} is not an id: ids are whole numbers from 1 to {GREATEST_ID}."
        raise click.BadParameter(sentence, ctx, param)


def _keep_url(ctx: click.Context, _: click.Parameter, url: str | None) -> None:
    ctx.obj = url or ctx.obj


url_of_all = click.option(
    "--url",
    metavar="URL",
    envvar=URL_VARIABLE,
    default=DEFAULT_URL,
    show_envvar=True,
    show_default=True,
    expose_value=False,
    callback=_keep_url,
    help="Address of the service.",
)
url_of_one = click.option(
    "--url", metavar="URL", expose_value=False, callback=_keep_url, help="Address of the service."
)
ingestion_id_argument = click.argument("ingestion_id", type=click.UUID)
