"""The dispatcher thread, and the embedded engine that opens its slots."""
