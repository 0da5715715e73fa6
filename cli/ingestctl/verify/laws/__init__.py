"""The laws of the specification, each as a judge of a record."""
