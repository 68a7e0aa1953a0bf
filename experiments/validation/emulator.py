"""Emulators of facts: fast guesses, with their errors, of the facts of parameters that were never run.

A fact is emulated as its score: 0 at the middle of its target's range, -1 and 1 at its ends. A Gaussian process with a
linear trend (Sacks et al. 1989) is fitted to the scores of the trials that were run, with the noise of their seeds. The
implausibility of parameters (Craig et al. 1997, Vernon, Goldstein & Bower 2010) is the largest, over facts, of the
distance of the guess from the range over the guess's standard deviation. Above `IMPLAUSIBLE` they are ruled out.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import log_ndtr, ndtr

from experiments.validation.search import Finished
from experiments.validation.target import Target
from experiments.validation.targets import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cube = NDArray[np.float64]

IMPLAUSIBLE = 3.0
"""Standard deviations: 95 % of any distribution with one peak lies within three (Pukelsheim 1994)."""

FARTHEST = 7.0
"""The largest size of a score, three widths of the range outside it. A fact without a value has it."""

MOST_ROWS = 400
"""Trials that an emulator is fitted to, the newest: its cost grows with their cube."""

FEWEST_ROWS = 10
"""Fewer trials than these give no emulator. The fact then rules nothing out."""

_LEAST_CHANCE = -50.0
"""Logarithm of the least chance of meeting a target that is told from none."""


def score(target: Target, value: float) -> float:
    """Return a fact's score: (value - middle of the range) / half its width, at most FARTHEST in size."""
    if np.isnan(value):
        return FARTHEST
    half = (target.high - target.low or abs(target.high) or 1.0) / 2.0
    return float(np.clip((value - (target.low + target.high) / 2.0) / half, -FARTHEST, FARTHEST))


class Emulators:
    """Emulators of the facts that a parameter set must meet, fitted to trials. Points are in the unit cube."""

    def __init__(self, calibration: Calibration, trials: Sequence[Finished]) -> None:
        self._fitted = []
        points = to_cube(calibration, [one.parameters for one in trials])
        for name, target in calibration.required.items():
            rows = [row for row, one in enumerate(trials) if name in one.facts][-MOST_ROWS:]
            scores = np.array([score(target, trials[row].facts[name]) for row in rows])
            if len(rows) >= FEWEST_ROWS and np.ptp(scores) > 0.0:
                self._fitted.append(_fit(points[rows], scores))

    def guesses(self, points: "Cube") -> tuple["Cube", "Cube"]:
        """Return means and standard deviations of scores, each of shape (facts, points)."""
        found = [fitted.predict(points, return_std=True) for fitted in self._fitted]
        empty = np.zeros((0, len(points)))
        return (
            np.array([mean for mean, _ in found]).reshape(-1, len(points)) if found else empty,
            np.array([deviation for _, deviation in found]).reshape(-1, len(points)) if found else empty,
        )

    def implausibility(self, points: "Cube") -> "Cube":
        """Return the implausibility of each point: the maximum over facts of max(|mean| - 1, 0) / deviation."""
        mean, deviation = self.guesses(points)
        beyond = np.maximum(np.abs(mean) - 1.0, 0.0) / deviation
        return beyond.max(axis=0, initial=0.0)

    def log_chance(self, points: "Cube") -> "Cube":
        """Return the logarithm of the chance that each point meets all targets, facts taken as independent."""
        mean, deviation = self.guesses(points)
        size = np.abs(mean)
        inside = np.maximum(ndtr((1.0 - size) / deviation) - ndtr((-1.0 - size) / deviation), 1e-300)
        # Far outside, the difference of the two is lost to rounding, and the nearer end alone decides.
        chance = np.where(size > 1.0, log_ndtr((1.0 - size) / deviation), np.log(inside))
        return np.maximum(chance, _LEAST_CHANCE).sum(axis=0)


def to_cube(calibration: Calibration, parameters: Sequence[Mapping[str, float]]) -> "Cube":
    """Return parameters as points of the unit cube, each on the scale of its range. Shape (points, searched)."""
    rows = [[one.share(values[one.name]) for one in calibration.searched] for values in parameters]
    return np.array(rows, dtype=float).reshape(len(rows), len(calibration.searched))


def from_cube(calibration: Calibration, point: Sequence[float]) -> dict[str, float]:
    """Return the parameters of a point of the unit cube."""
    return {one.name: one.value(float(share)) for one, share in zip(calibration.searched, point, strict=True)}


def _fit(points: "Cube", scores: "Cube") -> Any:
    """Fit a Gaussian process with a linear trend and noise. Lengths are alike in all parameters."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    curved = ConstantKernel(1.0, (1e-3, 1e2)) * RBF(np.sqrt(points.shape[1]) / 2.0, (0.05, 50.0))
    linear = ConstantKernel(1.0, (1e-3, 1e2)) * DotProduct(1.0, sigma_0_bounds=(0.1, 10.0))
    noise = WhiteKernel(0.1, (1e-4, 1e1))
    process = GaussianProcessRegressor(curved + linear + noise, normalize_y=True, alpha=1e-8, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound says that a fact hardly bends
        return process.fit(points, scores)
