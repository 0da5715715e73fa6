"""The fake upstream as a program: prints a line when the answer to an arrival ends; Ctrl-C prints a summary."""

import signal
from contextlib import suppress
from threading import Event

import click

from tests.fake_upstream.answers import status, too_many
from tests.fake_upstream.arrivals import Arrival
from tests.fake_upstream.behaviour import Behaviour
from tests.fake_upstream.breakages import garbage, hang, reset_before
from tests.fake_upstream.choices import slow, sometimes
from tests.fake_upstream.report import line, summary
from tests.fake_upstream.server import FakeUpstream

FAILURES: dict[str, Behaviour] = {
    "500": status(500, b'{"error": "Internal server error"}'),
    "429": too_many(),
    "reset": reset_before(),
    "hang": hang(),
    "garbage": garbage(),
}


@click.command(context_settings={"show_default": True})
@click.option("--port", default=9000, type=click.IntRange(0, 65_535), help="Where to listen; 0 takes a free one.")
@click.option("--rate", default=3, type=click.IntRange(1), help="How many ids may arrive in any window.")
@click.option("--window", default=5.0, type=click.FloatRange(0.001), help="Seconds.")
@click.option("--slow", "latency", default=0.0, type=click.FloatRange(0), help="Seconds before every answer.")
@click.option("--fail-rate", "share", default=0.0, type=click.FloatRange(0, 1), help="How many of them fail.")
@click.option("--fail-with", "failure", default="500", type=click.Choice(list(FAILURES)), help="How they fail.")
@click.option("--seed", default=0, help="Chooses which fail: the same ids and attempts in every run.")
def main(port: int, rate: int, window: float, latency: float, share: float, failure: str, seed: int) -> None:
    """Play a fragile API on 127.0.0.1 that answers 429 to whoever is too fast."""
    behaviour = slow(latency, sometimes(share, FAILURES[failure], seed=seed))
    upstream = FakeUpstream(rate, window, behaviour, port=port, ended=_print)
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
