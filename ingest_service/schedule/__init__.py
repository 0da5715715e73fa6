"""The slots to come, computed from a snapshot of the backlog."""
