"""Plumbing without a subject: arrays, archives, files, optional imports. Private."""
