"""Everything below /ingestions."""
