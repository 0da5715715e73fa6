"""A fake upstream: a fragile API that enforces a rate, records every arrival and fails on demand.

    with FakeUpstream(rate=3, window=0.5, behaviour=for_ids({5: first(2, hang())})) as upstream:
        ...  # call upstream.url
        assert upstream.most_in_a_span() <= 3

As a program: `ingest-fake-upstream --help`, or `python -m ingest_service.upstreams.fake --help`.
"""

from ingest_service.upstreams.fake.answers import empty, half_json, html, huge, ok, redirect, status, too_many
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.combinators import (
    choose,
    first,
    flapping,
    for_arrivals,
    for_ids,
    slow,
    sometimes,
)
from ingest_service.upstreams.fake.connection import Connection
from ingest_service.upstreams.fake.faults import (
    cut,
    drip,
    drip_headers,
    garbage,
    hang,
    hang_up,
    reset_before,
    reset_in_body,
)
from ingest_service.upstreams.fake.limits import Limit, parse_limit
from ingest_service.upstreams.fake.server import FakeUpstream
from ingest_service.upstreams.fake.signals import SIGNALS, Signal

__all__ = [
    "SIGNALS",
    "Arrival",
    "Behaviour",
    "Connection",
    "FakeUpstream",
    "Limit",
    "Signal",
    "choose",
    "cut",
    "drip",
    "drip_headers",
    "empty",
    "first",
    "flapping",
    "for_arrivals",
    "for_ids",
    "garbage",
    "half_json",
    "hang",
    "hang_up",
    "html",
    "huge",
    "ok",
    "parse_limit",
    "redirect",
    "reset_before",
    "reset_in_body",
    "slow",
    "sometimes",
    "status",
    "too_many",
]
