"""Antimony: writing and reading."""
