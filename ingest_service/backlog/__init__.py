"""The ingestions that wait, in their order."""
