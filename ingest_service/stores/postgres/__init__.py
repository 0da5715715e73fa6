"""Everything in one PostgreSQL database, which any number of replicas share."""
