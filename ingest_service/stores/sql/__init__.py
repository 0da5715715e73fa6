"""SQL that every database can share."""
