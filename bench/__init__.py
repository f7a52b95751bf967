"""Benchmarks: `make bench` runs them all and prints a table. What counts are ratios inside one run."""
