"""The ledger of a service beside the log of its upstream."""
