"""The fake upstream as a program: prints a line when the answer to an arrival ends; Ctrl-C prints a summary."""

import signal as signals
from contextlib import suppress
from threading import Event
from typing import Any

import click

from ingest_service.upstreams.fake.answers import status, too_many
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.combinators import slow, sometimes
from ingest_service.upstreams.fake.faults import garbage, hang, reset_before
from ingest_service.upstreams.fake.limits import Limit, parse_limit
from ingest_service.upstreams.fake.report import line, summary
from ingest_service.upstreams.fake.server import FakeUpstream
from ingest_service.upstreams.fake.signals import SIGNALS

FAILURES: dict[str, Behaviour] = {
    "500": status(500, b'{"error": "Internal server error"}'),
    "429": too_many(),
    "401": status(401, b'{"error": "The key has expired"}'),
    "403": status(403, b'{"error": "Forbidden"}'),
    "reset": reset_before(),
    "hang": hang(),
    "garbage": garbage(),
}


class Written(click.ParamType[Limit]):
    """A limit as it is written."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Limit:
        """Return the limit, or end the program with a sentence."""
        try:
            return value if isinstance(value, Limit) else parse_limit(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("ingest-fake-upstream", context_settings={"show_default": True})
@click.option("--port", default=9000, type=click.IntRange(0, 65_535), help="Port to listen on; 0: a free one.")
@click.option("--rate", default=3, type=click.IntRange(1), help="Ids that may arrive in any window.")
@click.option("--window", default=5.0, type=click.FloatRange(0.001), help="Length of the window in seconds.")
@click.option(
    "--limit",
    "limits",
    multiple=True,
    type=Written(),
    help="Ids in any window, like 3/5s or 2000/1d, in place of --rate and --window; may be given several times.",
)
@click.option(
    "--signal", default="retry-after", type=click.Choice(list(SIGNALS)), help="How it says that it was too fast."
)
@click.option("--slow", "latency", default=0.0, type=click.FloatRange(0), help="Seconds before every answer.")
@click.option("--fail-rate", "share", default=0.0, type=click.FloatRange(0, 1), help="Share of calls that fail.")
@click.option("--fail-with", "failure", default="500", type=click.Choice(list(FAILURES)), help="How they fail.")
@click.option("--seed", default=0, help="Chooses which calls fail: the same ids and attempts in every run.")
def main(
    port: int,
    rate: int,
    window: float,
    limits: tuple[Limit, ...],
    signal: str,
    latency: float,
    share: float,
    failure: str,
    seed: int,
) -> None:
    """Play a fragile API on 127.0.0.1 that refuses clients that are too fast."""
    behaviour = slow(latency, sometimes(share, FAILURES[failure], seed=seed))
    upstream = FakeUpstream(
        rate, window, behaviour, port=port, on_end=_print, limits=limits, signal=SIGNALS[signal]
    )
    signals.signal(signals.SIGTERM, signals.default_int_handler)
    with suppress(KeyboardInterrupt), _started(upstream):
        click.echo(f"{upstream.url}   {', '.join(map(str, upstream.limits))}   Ctrl-C ends")
        Event().wait()
    click.echo(summary(upstream))


def _started(upstream: FakeUpstream) -> FakeUpstream:
    try:
        upstream.start()
    except OSError as error:
        raise click.ClickException(f"cannot listen: {error}") from None
    return upstream


def _print(arrival: Arrival) -> None:
    click.echo(line(arrival))


if __name__ == "__main__":
    main()
