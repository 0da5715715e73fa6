"""`python -m ingest_service` runs the service."""

from ingest_service.process import main

main()
