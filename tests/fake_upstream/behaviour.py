"""What a behaviour is: a function that answers one request, well or badly.

It is called with the arrival and the peer, in the thread of the connection, by many threads at once, and may
block. They compose: `for_ids({5: first(2, hang())}, otherwise=slow(0.1, ok()))`.
"""

from collections.abc import Callable

from tests.fake_upstream.arrivals import Arrival
from tests.fake_upstream.peer import Peer

Behaviour = Callable[[Arrival, Peer], None]
