"""The upstream API that is asked for every id."""
