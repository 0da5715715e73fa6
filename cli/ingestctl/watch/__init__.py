"""BaseClient again and again, and showing what has changed."""
