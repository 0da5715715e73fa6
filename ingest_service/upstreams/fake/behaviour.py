"""The type of a behaviour: a function that answers one request, well or badly.

It is called with the arrival and its connection in the thread of that connection. Many threads call it at the
same time, and it may block. Behaviours compose: `for_ids({5: first(2, hang())}, otherwise=slow(0.1, ok()))`.
"""

from collections.abc import Callable

from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.connection import Connection

Behaviour = Callable[[Arrival, Connection], None]
