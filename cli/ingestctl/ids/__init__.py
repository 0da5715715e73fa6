"""Ids as people write them: in words, in files, and in columns of CSV."""
