"""The audit of the ledger: whether the promise was kept."""
