"""The page of one ingestion."""
