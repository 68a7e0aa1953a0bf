"""The frontier as a fitted surrogate has it: where the difference changes sign, how sure that is, and the area won."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.frontier.square import Square
from experiments.frontier.surrogate import CONFIDENCE, Surrogate

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DRAWS = 400
"""Surfaces drawn from the surrogate to judge all positions at once."""

ABOVE, BELOW, UNDECIDED, UNEQUAL = "above", "below", "open", "unequal money"
"""Sides of a position: the difference is above or below zero, cannot be told, or money is not shown to be equal."""

CHANGE_COLUMNS = ("value", "low", "high", "rises", "known_below", "known_above")
"""Columns behind that of the second factor: the first factor's value where the difference changes sign, its band, and
whether the difference rises there. `known_below` and `known_above`: whether the band ends within the range."""


class Area(NamedTuple):
    """Area of the square: the difference is above zero, below it, open, or of unequal money."""

    above: float
    below: float
    open: float
    unequal: float


def surface(square: Square, surrogate: Surrogate, unequal: "NDArray[np.bool_]") -> "pd.DataFrame":
    """Return a row per position of the mesh: both factors, `difference, low, high` and `side`.

    `unequal` is True where money is not shown to be equal. Each position is judged by itself.
    """
    import pandas as pd

    mean, deviation = surrogate.predict(square.mesh)
    low, high = mean - CONFIDENCE * deviation, mean + CONFIDENCE * deviation
    side = np.where(low > 0.0, ABOVE, np.where(high < 0.0, BELOW, UNDECIDED))
    x, y = square.mesh.T
    return pd.DataFrame(
        {
            square.x.name: [square.x.reading(at) for at in x],
            square.y.name: [square.y.reading(at) for at in y],
            "difference": mean, "low": low, "high": high, "side": np.where(unequal, UNEQUAL, side),
        }
    )  # fmt: skip


def area(found: "pd.DataFrame") -> Area:
    """Return the shares of the square by side, on the scales of its axes."""
    counts = found["side"].value_counts(normalize=True)
    return Area(*(float(counts.get(side, 0.0)) for side in (ABOVE, BELOW, UNDECIDED, UNEQUAL)))


class Everywhere(NamedTuple):
    """The sign of the difference over all positions at once.

    `above` and `below` are the chances that it is above, and below, zero everywhere. `both` is whether it is shown to
    be above zero at one position and below at another, with one 95 % band for all positions.
    """

    above: float
    below: float
    both: bool


def everywhere(surrogate: Surrogate, positions: "Floats") -> Everywhere:
    """Return the sign over positions, by surfaces that are drawn from the surrogate; NaN without positions."""
    if not len(positions):
        return Everywhere(np.nan, np.nan, False)
    mean, covariance = surrogate.joint(positions)
    values, vectors = np.linalg.eigh(covariance)
    normal = np.random.default_rng(0).standard_normal((DRAWS, len(values)))
    off = (normal * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    drawn, deviation = mean + off, np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    wide = np.quantile(np.abs(off / deviation).max(axis=1), 0.95) * deviation
    return Everywhere(
        float((drawn > 0.0).all(axis=1).mean()),
        float((drawn < 0.0).all(axis=1).mean()),
        bool((mean > wide).any() and (mean < -wide).any()),
    )


def edge(square: Square, found: "pd.DataFrame") -> "pd.DataFrame":
    """Return where the difference changes sign along the first factor: a row per change at each level of the second.

    The band holds the positions around the change whose interval holds zero. Columns: the second factor, then
    CHANGE_COLUMNS.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    shape = (len(square.y.grid), len(square.x.grid))
    mean, low, high = (found[name].to_numpy().reshape(shape) for name in ("difference", "low", "high"))
    for level in square.y.levels:
        row = int(np.argmin(np.abs(square.y.grid - level)))
        at = {square.y.name: square.y.reading(float(level))}
        rows += [at | crossing for crossing in _crossings(square, mean[row], low[row], high[row])]
    return pd.DataFrame(rows, columns=[square.y.name, *CHANGE_COLUMNS])


def _crossings(square: Square, mean: "Floats", low: "Floats", high: "Floats") -> list[dict[str, Any]]:
    """Return the changes of sign along one row of the mesh, each with its band."""
    grid, rows = square.x.grid, []
    for left in np.flatnonzero(np.sign(mean[:-1]) * np.sign(mean[1:]) < 0.0):
        here = _zero(grid, mean, int(left))
        sure = (low > 0.0) | (high < 0.0)
        before, after = np.flatnonzero(sure[: left + 1]), np.flatnonzero(sure[left + 1 :])
        # The end of the interval that crosses zero first bounds the band between two positions.
        start = _end(grid, low, high, int(before[-1])) if len(before) else 0.0
        stop = _end(grid, low, high, int(left + after[0])) if len(after) else 1.0
        rows.append(
            {
                "value": square.x.reading(here),
                "low": square.x.reading(min(start, here)),
                "high": square.x.reading(max(stop, here)),
                "rises": bool(mean[left + 1] > mean[left]),
                "known_below": bool(len(before)),
                "known_above": bool(len(after)),
            }
        )
    return rows


def _end(grid: "Floats", low: "Floats", high: "Floats", left: int) -> float:
    """Return where the interval begins or ceases to hold zero, between a position and the next."""
    for end in (low, high):
        if end[left] * end[left + 1] < 0.0:
            return _zero(grid, end, left)
    return float(grid[left])


def _zero(grid: "Floats", values: "Floats", left: int) -> float:
    """Return where the line between a position and the next crosses zero."""
    share = values[left] / (values[left] - values[left + 1])
    return float(grid[left] + share * (grid[left + 1] - grid[left]))
