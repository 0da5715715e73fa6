"""The promise, and what other queues keep of it: the same work, the same kills, the upstream as the witness."""
