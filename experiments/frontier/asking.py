"""The choice of the next points: those after which the least area is expected to be given to the wrong side.

The chance that a place is given to the wrong side is Phi(-|mean| / deviation). A point is worth what it takes off the
mean of that chance over the square (stepwise uncertainty reduction: Bect et al. 2012), where it leaves the mean as it
is and shrinks the deviation around itself. A batch is chosen one by one in the same way (the kriging believer of
Ginsbourger, Le Riche & Carraro 2010), so that it does not depend on the order in which its runs end. On planted
boundaries this left less area open than the straddle rule of Bryan et al. (2005) with the same runs.
"""

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from experiments.frontier.surrogate import Surrogate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DIGITS = 9
"""Decimals of the area that count, so that rounding on another machine does not choose other points."""

_LEAST = 1e-300
"""Variance above zero, to divide by."""


def points_to_ask(surrogate: Surrogate, candidates: "Floats", mesh: "Floats", batch: int) -> "Floats":
    """Return the next `batch` positions among candidates. The area is judged on the positions of `mesh`."""
    places = len(mesh)
    mean, covariance = surrogate.joint(np.vstack([mesh, candidates]))
    chosen = []
    for _ in range(batch):
        best = int(np.argmin(np.round(expected_wrong(mean[:places], covariance, surrogate.noise), _DIGITS)))
        chosen.append(candidates[best])
        column = covariance[:, places + best]
        covariance = covariance - np.outer(column, column) / (column[places + best] + surrogate.noise)
    return np.array(chosen)


def expected_wrong(mean: "Floats", covariance: "Floats", noise: float) -> "Floats":
    """Return the share of the area that is expected on the wrong side after a point at each candidate. Shape (n,).

    `mean` is that of the mesh. `covariance` is of the mesh and then the candidates, and `noise` the variance of a new
    point's mean: the variance of place i after candidate k is v_i - c_ik^2 / (v_k + noise).
    """
    places = len(mean)
    variance = np.diag(covariance)
    shrunk = variance[:places, None] - covariance[:places, places:] ** 2 / (variance[places:] + noise)
    chances = ndtr(-np.abs(mean)[:, None] / np.sqrt(np.maximum(shrunk, _LEAST)))
    return np.asarray(chances.mean(axis=0))
