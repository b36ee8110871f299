"""Benchmarks: scripts that print ratios measured in one run. ``python -m tests.benchmarks``."""
