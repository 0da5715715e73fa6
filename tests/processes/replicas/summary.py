"""A run with replicas in one line."""

from collections import Counter

from tests.processes.replicas import laws
from tests.processes.replicas.record import ReplicasRecord
from tests.processes.replicas.times import INTERVAL


def summary(record: ReplicasRecord) -> str:
    """Return the figures that show how hard the run was and how it ended."""
    blows = Counter(f"{one.fault.blow.name} {one.fault.moment.name}".lower() for one in record.struck)
    how = Counter(slot.how for slot in record.slots)
    ids = [arrival.record_id for arrival in record.arrivals]
    spans = laws.spans_of_four(record)
    return (
        f"{', '.join(f'{count} {blow}' for blow, count in sorted(blows.items()))}; "
        f"accepted {len(record.accepted)} submissions of {len(record.ids)} ids, {record.unanswered} requests "
        f"sent again; {len(record.slots)} slots ({', '.join(f'{n} {one}' for one, n in sorted(how.items()))}), "
        f"{len(record.misordered)} misordered; {len(ids)} calls, {len(ids) - len(set(ids))} repeated, "
        f"{len(record.slipped)} slipped; lost "
        f"{len(laws.lost(record))}; spans of four calls below {INTERVAL / 1e6:.0f} ms: "
        f"{sum(span < INTERVAL for span in spans)}, shortest {spans[0] / 1e6:.1f} ms; at most "
        f"{laws.most_in_work(record)} in work; gate held {len(record.holds)} times, up to "
        f"{max((until - since for since, until in record.holds), default=0) / 1e9:.2f} s; "
        f"longest gap {laws.gaps(record)[0][0] / 1e9:.2f} s"
    )
