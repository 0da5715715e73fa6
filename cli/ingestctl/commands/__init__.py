"""The commands of ingestctl, and what they share."""
