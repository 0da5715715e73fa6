"""What others would have written instead of this service, as references to measure against."""
