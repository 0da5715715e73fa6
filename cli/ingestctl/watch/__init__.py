"""Polling of the service, and printing of what has changed."""
