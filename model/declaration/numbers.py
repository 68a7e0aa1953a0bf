"""The one rule for numbers that users give: Python's and NumPy's alike, whole ones whole, and no truth values."""

from numbers import Integral, Real
from typing import Any

import numpy as np

from model.declaration.errors import BadInput

LARGEST_SEED = 2**63 - 1


def python_number(value: Any) -> Any:
    """Return a number as Python's own int or float, with 0.0 for -0.0, and anything else as it is.

    Raises BadInput for a truth value, which Python counts as a number.
    """
    if isinstance(value, bool | np.bool_):
        raise BadInput("must not be true or false", value=bool(value))
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) + 0.0
    return value


def whole_number(key: str, value: Any, low: int, high: int | None = None) -> int:
    """Return a whole number from `low` to `high`, which may be written as 5 or 5.0. Raises BadInput otherwise."""
    number = None if isinstance(value, bool | np.bool_) else python_number(value)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if not isinstance(number, int) or number < low or (high is not None and number > high):
        allowed = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise BadInput(f"must be a whole number {allowed}", key, value)
    return number


def valid_seed(seed: Any, key: str = "seed") -> int:
    """Return a seed as a whole number: 7 and "7" are 7. Raises BadInput for anything else."""
    try:
        number = int(seed) if isinstance(seed, str) else seed
    except ValueError:
        number = seed
    return whole_number(key, number, 0, LARGEST_SEED)
