"""Little services: a right one, and wrong ones with one fault each."""
