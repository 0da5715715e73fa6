"""ingestctl, the command line of the ingest service: speaks HTTP to it and imports nothing of it."""
