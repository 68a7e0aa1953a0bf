"""Names for the types of arguments and results of compiled functions.

Numba ignores them and infers its own. The type checker reads them, and so does the reader.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]  # of any width
Flags = NDArray[np.bool_]  # true or false

MOST_SLOTS = 4096  # places for firms that an economy has at most

Bits = NDArray[np.uint64]  # random words

Integer = int | np.integer[Any]  # where the caller hands over NumPy's, so that Numba knows no value beforehand
Word = np.uint64
Words = tuple[Word, Word, Word, Word]
Key = tuple[Word, Word]  # of all draws: the low and the high half of the seed

Row = Any  # a row of a table of records, whose columns NumPy alone knows: market, tallies, sums, flow
