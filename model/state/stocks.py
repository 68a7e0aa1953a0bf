"""The four public stocks that policy may build: science, common technology, infrastructure, engineers."""

from typing import Annotated, Any, NamedTuple

import numpy as np

from agents.kernel.fields import Column, Field

LEVELS: tuple[Column, ...] = (
    Column("science", "multiplies the hazard of finding the next generation; 1 without policy", 1.0),
    Column("infrastructure", "money's worth of infrastructure"),
    Column("engineers", "trained engineers in the market"),
)


class Stocks(NamedTuple):
    """State of the public stocks. D domains, L quarters of training."""

    level: Annotated[Any, Field("1", "", "record of LEVELS", columns=LEVELS)]
    common: Annotated[np.ndarray, Field("D", "capability", "common technology open to all")]
    training: Annotated[np.ndarray, Field("L", "", "engineers under training, by quarter of arrival modulo L")]
