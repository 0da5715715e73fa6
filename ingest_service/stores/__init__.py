"""Storage of ingestions, the ledger and the outcomes."""
