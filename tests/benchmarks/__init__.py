"""Benchmarks that print ratios; never a test: machines are shared and noisy."""
