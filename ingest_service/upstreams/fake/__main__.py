"""The fake upstream as a program: prints a line when the answer to an arrival ends; Ctrl-C prints a summary."""

import signal
from contextlib import suppress
from threading import Event

import click

from ingest_service.upstreams.fake.answers import status, too_many
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.combinators import slow, sometimes
from ingest_service.upstreams.fake.faults import garbage, hang, reset_before
from ingest_service.upstreams.fake.report import line, summary
from ingest_service.upstreams.fake.server import FakeUpstream

FAILURES: dict[str, Behaviour] = {
    "500": status(500, b'{"error": "Internal server error"}'),
    "429": too_many(),
    "reset": reset_before(),
    "hang": hang(),
    "garbage": garbage(),
}


@click.command("ingest-fake-upstream", context_settings={"show_default": True})
@click.option("--port", default=9000, type=click.IntRange(0, 65_535), help="Port to listen on; 0: a free one.")
@click.option("--rate", default=3, type=click.IntRange(1), help="Ids that may arrive in any window.")
@click.option("--window", default=5.0, type=click.FloatRange(0.001), help="Length of the window in seconds.")
@click.option("--slow", "latency", default=0.0, type=click.FloatRange(0), help="Seconds before every answer.")
@click.option("--fail-rate", "share", default=0.0, type=click.FloatRange(0, 1), help="Share of calls that fail.")
@click.option("--fail-with", "failure", default="500", type=click.Choice(list(FAILURES)), help="How they fail.")
@click.option("--seed", default=0, help="Chooses which calls fail: the same ids and attempts in every run.")
def main(port: int, rate: int, window: float, latency: float, share: float, failure: str, seed: int) -> None:
    """Play a fragile API on 127.0.0.1 that answers 429 to clients that are too fast."""
    behaviour = slow(latency, sometimes(share, FAILURES[failure], seed=seed))
    upstream = FakeUpstream(rate, window, behaviour, port=port, on_end=_print)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), _started(upstream):
        click.echo(f"{upstream.url}   at most {rate} ids in any {window:g} s   Ctrl-C ends")
        Event().wait()
    click.echo(summary(upstream, rate, window))


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
