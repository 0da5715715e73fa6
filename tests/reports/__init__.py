"""The content of reports."""
