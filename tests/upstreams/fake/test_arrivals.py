"""The largest number of arrivals in a span."""

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.upstreams.fake.arrivals import most_in_a_span


@given(st.lists(st.integers(0, 60)), st.integers(1, 20))
def test_most_in_a_span_is_what_trying_every_span_finds(starts: list[int], window: int) -> None:
    spans = [[s for s in starts if opened <= s < opened + window] for opened in range(61)]
    assert most_in_a_span(sorted(starts), window) == max(map(len, spans))
