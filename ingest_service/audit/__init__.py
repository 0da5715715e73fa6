"""The judge of the ledger: whether what was promised was kept, by what is written down and nothing else."""
