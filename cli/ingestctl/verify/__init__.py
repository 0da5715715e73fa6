"""Acceptance of a service: what it is asked, what was seen of it, and the checks that judge that."""
