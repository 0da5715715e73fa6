"""Plain values of the service: standard library only, nothing waits, stores or calls."""
