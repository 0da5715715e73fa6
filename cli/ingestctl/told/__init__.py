"""What the service tells, as values, and what is put together from them; nothing is asked here."""
