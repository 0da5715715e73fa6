"""Reports on ingestions, batches, slots and the dispatcher."""
