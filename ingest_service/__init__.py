"""Releases lists of record ids to a fragile upstream API in strict order at a strict rate, and never loses one."""

__version__ = "0.1.0"
