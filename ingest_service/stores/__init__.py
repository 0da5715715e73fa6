"""Where ingestions, the ledger and the outcomes are kept."""
