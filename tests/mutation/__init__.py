"""Mutation testing: every small fault put into agents/ and model/ should make a test fail."""
