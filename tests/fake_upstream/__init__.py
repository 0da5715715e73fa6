"""A fake upstream for tests and for people: a fragile API that judges its callers and misbehaves on demand.

    with FakeUpstream(rate=3, window=0.5, behaviour=for_ids({5: first(2, hang())})) as upstream:
        ...  # call upstream.url
        assert upstream.most_in_a_span() <= 3

For people: `python -m tests.fake_upstream --help`.
"""

from tests.fake_upstream.answers import empty, half_json, html, huge, ok, redirect, status, too_many
from tests.fake_upstream.arrivals import Arrival
from tests.fake_upstream.behaviour import Behaviour
from tests.fake_upstream.breakages import (
    cut,
    drip,
    drip_headers,
    garbage,
    hang,
    hang_up,
    reset_before,
    reset_in_body,
)
from tests.fake_upstream.choices import choose, first, flapping, for_arrivals, for_ids, slow, sometimes
from tests.fake_upstream.peer import Peer
from tests.fake_upstream.server import FakeUpstream

__all__ = [
    "Arrival",
    "Behaviour",
    "FakeUpstream",
    "Peer",
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
    "redirect",
    "reset_before",
    "reset_in_body",
    "slow",
    "sometimes",
    "status",
    "too_many",
]
