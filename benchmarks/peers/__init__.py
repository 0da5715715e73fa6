"""Services that others would have written instead of this one, as references to measure against."""
