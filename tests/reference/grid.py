"""Numbers for property tests: on a grid, so that no rounding decides what happens."""

from hypothesis import strategies as st


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """A thousandth part of the way from low to high, or any number of them, ends included."""
    return st.integers(0, 1000).map(lambda k: min(high, low + (high - low) * k / 1000.0))
