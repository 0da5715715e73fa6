"""The ids in examples: two ingestions, two batches of the first and one of the other."""

ONE = "6f1c0a52-9d3e-4c1b-8a77-5f0e21d4b3a9"
OTHER = "b7d92e14-5a60-4f8e-9c35-7e1d48a06f2c"
FIRST, SECOND, THIRD = f"{ONE[:-8]}00000000", f"{ONE[:-8]}00000001", f"{OTHER[:-8]}00000000"
