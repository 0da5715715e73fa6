"""The self-test of an installed service: on this machine and this disk, with a fake upstream as the witness."""
