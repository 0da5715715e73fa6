"""The HTTP API: the only place that knows of status codes."""
