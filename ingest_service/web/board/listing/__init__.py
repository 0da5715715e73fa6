"""The page of all ingestions."""
