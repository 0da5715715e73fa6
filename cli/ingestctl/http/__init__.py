"""HTTP to one service: requests, retries, TLS, and the meaning of its answers."""
