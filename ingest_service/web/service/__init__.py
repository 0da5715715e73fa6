"""The service itself: health, metrics, and the description of its API."""
