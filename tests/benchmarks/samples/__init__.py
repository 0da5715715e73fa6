"""Benchmarks of a line or two."""
