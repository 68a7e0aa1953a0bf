"""The pins of parameters: how far acceptance narrows each, and which facts move with it over the trials."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from experiments.validation.emulator import FEWEST_ROWS, score, to_cube
from experiments.validation.search import Finished
from experiments.validation.targets import Calibration

STRONG = 0.2
"""The coefficient from which a fact counts as pinning a parameter."""

WIDE = 0.8
"""The share of a parameter's range above which the accepted sets leave it open."""

_PENALTIES = np.geomspace(1e-2, 1e3, 16)


class Pin(NamedTuple):
    """A parameter with the share of its range that accepted sets fill, and coefficients of facts, largest first.

    `width` is (95 % quantile - 5 % quantile) / 0.9 on the scale of the search. It is 1 where the sets are spread as
    evenly as the range, and NaN without sets.
    """

    parameter: str
    width: float
    facts: tuple[tuple[str, float], ...]

    @property
    def open(self) -> bool:
        """True where the accepted sets fill nearly all of the range."""
        return self.width >= WIDE


def pins(calibration: Calibration, trials: Sequence[Finished], sets: Sequence[dict[str, float]] = ()) -> list[Pin]:
    """Return a pin per searched parameter, over all trials and the accepted sets.

    A coefficient is a standardised rank regression coefficient (Saltelli et al. 2008, section 1.2.5): ranks of a fact's
    scores are regressed on all parameters at once. Ridge regression with a cross-validated penalty keeps that stable
    where trials are few. A parameter that moves by its standard deviation moves the rank by so many of the rank's own.
    """
    coefficients = {name: _coefficients(calibration, trials, name) for name in calibration.targets}
    accepted = to_cube(calibration, list(sets))
    found = []
    for column, one in enumerate(calibration.searched):
        by_fact = [(name, float(values[column])) for name, values in coefficients.items() if values is not None]
        strong = sorted((pair for pair in by_fact if abs(pair[1]) >= STRONG), key=lambda pair: -abs(pair[1]))
        low, high = np.quantile(accepted[:, column], (0.05, 0.95)) if len(accepted) else (np.nan, np.nan)
        found.append(Pin(one.name, float(high - low) / 0.9, tuple(strong)))
    return found


def _coefficients(calibration: Calibration, trials: Sequence[Finished], fact: str) -> np.ndarray | None:
    """Return the coefficient of each parameter for a fact, or None where too few trials have measured it."""
    from scipy.stats import rankdata
    from sklearn.linear_model import RidgeCV

    measured = [one for one in trials if fact in one.facts]
    scores = np.array([score(calibration.targets[fact], one.facts[fact]) for one in measured])
    if len(measured) < FEWEST_ROWS or np.ptp(scores) == 0.0:
        return None
    points = to_cube(calibration, [one.parameters for one in measured])
    spread = points.std(axis=0)
    inputs = (points - points.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    ranks = rankdata(scores)
    fitted = RidgeCV(_PENALTIES).fit(inputs, (ranks - ranks.mean()) / ranks.std())
    return np.asarray(fitted.coef_)
