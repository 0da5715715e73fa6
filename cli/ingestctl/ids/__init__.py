"""Ids as people write them: in words, in files, in columns of CSV."""
