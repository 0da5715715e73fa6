"""Interfaces that the use cases need from the outside."""
