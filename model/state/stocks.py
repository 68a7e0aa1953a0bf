"""The four public stocks that policy may build: science, common technology, infrastructure, engineers."""

from typing import Any, NamedTuple

import numpy as np

LEVELS: tuple[tuple[str, str], ...] = (
    ("science", "multiplies the hazard of finding the next generation; 1 without policy"),
    ("infrastructure", "money's worth of infrastructure"),
    ("engineers", "trained engineers in the market"),
)


class Stocks(NamedTuple):
    """State of the public stocks; D domains, L quarters of training."""

    level: Any  # (1,) record of LEVELS
    common: np.ndarray  # (D,): common technology open to all, capability
    training: np.ndarray  # (L,): engineers under training, by the quarter of their arrival modulo L
