"""The commands of ingestctl, one a module or a few that belong together, and what they share."""
