"""POST /ingest, its dry run, and GET /status: the frozen contract."""
