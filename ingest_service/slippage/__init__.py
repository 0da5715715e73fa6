"""Expected ends that moved, and deadlines that broke."""
