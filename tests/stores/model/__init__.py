"""An independent model of what a store keeps: plain values in memory, for one thread."""
