"""The slots to come, the slots that were, and the dispatcher that opens them."""
