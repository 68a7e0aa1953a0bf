"""Waves of history matching: each proposes parameters that the trials so far do not rule out, and runs them.

The first wave spreads over the whole ranges and around the start. For a later one, emulators are fitted to all trials
before it. Half of the wave lies around the trials that miss the fewest targets, as in population Monte Carlo (Beaumont
et al. 2009). The other half looks everywhere: Sequential Monte Carlo (Del Moral, Doucet & Jasra 2006) moves points from
the whole ranges to where the emulators give all targets a chance. It draws from the density (chance that all are
met)^b, and raises b from 0 to 1. Both halves leave out what is implausible.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.validation.emulator import IMPLAUSIBLE, Emulators, from_cube, to_cube
from experiments.validation.search import Finished, Trials
from experiments.validation.targets import Calibration

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from experiments.validation.emulator import Cube

PARTICLES = 256
"""Points that are moved at a time."""

MOVES = 3
"""Moves of each point at each density."""

PARENTS = 12
"""Trials that miss the fewest targets, around which half of a wave lies."""

STEPS = (0.02, 0.12)
"""The least and the largest standard deviation of a step from such a trial, in widths of the ranges."""

_STEPS = 100
"""The most rises of b."""


class Waves(Trials):
    """The trials of waves in a storage. `known` are trials of a search that emulators learn from too."""

    def __init__(self, storage: "BaseStorage", calibration: Calibration, known: Sequence[Finished] = ()) -> None:
        self._size = calibration.search.wave
        super().__init__(storage, calibration, f"waves of {self._size}")
        self._known = list(known)

    def wave(self, most: int) -> list[int]:
        """Return the trials of the first wave that has not ended, if fewer than `most` have, and propose what it lacks.

        A wave depends on the trials before it alone, so that one that was cut off is completed with the same.
        """
        finished = self.finished()
        first = len(finished) // self._size * self._size
        if first >= most:
            return []
        if self.count < first + self._size:
            trials = [*self._known, *finished[:first]]
            for point in propose(self.calibration, trials, first // self._size)[self.count - first :]:
                self.add(from_cube(self.calibration, point))
        return list(range(first, first + self._size))


def propose(calibration: Calibration, trials: Sequence[Finished], number: int) -> "Cube":
    """Return the points of a wave in the unit cube, from the trials before it. The same for the same trials."""
    from threadpoolctl import threadpool_limits

    random = np.random.default_rng([calibration.search.seed, number])
    if number == 0:
        return _spread(calibration, random)
    with threadpool_limits(1):  # sums in another order would give other points
        emulators, half = Emulators(calibration, trials), calibration.search.wave // 2
        around = _around_best(emulators, calibration, trials, half, random)
        rest = calibration.search.wave - half
        return np.concatenate([around, _not_ruled_out(emulators, calibration, rest, random)])


def _spread(calibration: Calibration, random: np.random.Generator) -> "Cube":
    """Return the first wave: the start, points around it at distances of all sizes, and points everywhere."""
    (start,) = to_cube(calibration, [calibration.start])
    near = calibration.search.wave // 2
    sizes = np.geomspace(0.01, 0.5, near)[:, None] * (np.arange(near) > 0)[:, None]
    around = start + sizes * random.standard_normal((near, len(start)))
    return np.concatenate([_inside(around), _everywhere(len(start), calibration.search.wave - near, random)])


def _everywhere(dimensions: int, count: int, random: np.random.Generator) -> "Cube":
    from scipy.stats import qmc

    power = int(np.ceil(np.log2(count)))
    return qmc.Sobol(dimensions, seed=random).random_base2(power)[:count]


def _around_best(
    emulators: Emulators, calibration: Calibration, trials: Sequence[Finished], count: int, random: np.random.Generator
) -> "Cube":
    """Return points around the trials that miss the fewest targets, where the emulators give all targets a chance."""

    def misses(one: Finished) -> tuple[int, float]:
        unmeasured = calibration.required.keys() - one.ends.keys()
        return len(unmeasured) + len(calibration.missed(one.ends)), one.distance

    best = sorted(trials, key=misses)[:PARENTS]
    parents = to_cube(calibration, [one.parameters for one in best])
    least, most = np.log(STEPS)
    sizes = np.exp(random.uniform(float(least), float(most), (PARTICLES, 1)))
    steps = sizes * random.standard_normal((PARTICLES, parents.shape[1]))
    points = _inside(parents[random.integers(len(parents), size=PARTICLES)] + steps)
    lots = emulators.log_chance(points) + random.gumbel(size=PARTICLES)  # a draw without replacement, by chance
    return points[np.argsort(-lots)[:count]]


def _not_ruled_out(emulators: Emulators, calibration: Calibration, count: int, random: np.random.Generator) -> "Cube":
    """Return points from the density at which all targets are met, those that are implausible last."""
    points = _everywhere(len(calibration.searched), PARTICLES, random)
    chance, power = emulators.log_chance(points), 0.0
    for _ in range(_STEPS):
        if power >= 1.0:
            break
        power, weights = _raised(chance, power)
        kept = random.choice(PARTICLES, PARTICLES, p=weights)
        points, chance = points[kept], chance[kept]
        for _ in range(MOVES):
            points, chance = _moved(points, chance, power, emulators, random)
    return _chosen(points, emulators, count, random)


def _raised(chance: "Cube", power: float) -> tuple[float, "Cube"]:
    """Return the next power, at which the weights of the points are worth half as many, and these weights."""

    def weights(next_power: float) -> "Cube":
        raised = np.exp((next_power - power) * (chance - chance.max()))
        return raised / raised.sum()

    low, high = power, 1.0
    if 1.0 / (weights(high) ** 2).sum() < PARTICLES / 2:
        for _ in range(50):
            middle = (low + high) / 2.0
            enough = 1.0 / (weights(middle) ** 2).sum() >= PARTICLES / 2
            low, high = (middle, high) if enough else (low, middle)
    return high, weights(high)


def _moved(
    points: "Cube", chance: "Cube", power: float, emulators: Emulators, random: np.random.Generator
) -> tuple["Cube", "Cube"]:
    """Move each point by a multiple of the difference of two others (ter Braak 2006), where the density allows it.

    A move is taken with chance min(1, ratio of densities), so that points keep to the density.
    """
    count, dimensions = points.shape
    one, other = (random.permutation(count) for _ in range(2))
    size = 2.38 / np.sqrt(2.0 * dimensions) * random.uniform(0.1, 1.0, (count, 1))
    jitter = 1e-3 * random.standard_normal(points.shape)
    tried = _inside(points + size * (points[one] - points[other]) + jitter)
    found = emulators.log_chance(tried)
    taken = np.log(random.uniform(size=count)) < power * (found - chance)
    return np.where(taken[:, None], tried, points), np.where(taken, found, chance)


def _inside(points: "Cube") -> "Cube":
    """Return points with what lies beyond a side of the unit cube mirrored at it."""
    folded = np.abs(points) % 2.0
    return np.where(folded > 1.0, 2.0 - folded, folded)


def _chosen(points: "Cube", emulators: Emulators, count: int, random: np.random.Generator) -> "Cube":
    """Return so many of the points at random, each once, plausible ones first and then the least implausible."""
    distinct = random.permutation(np.unique(points, axis=0))
    order = np.argsort(np.maximum(emulators.implausibility(distinct), IMPLAUSIBLE), kind="stable")
    chosen = distinct[order[:count]]
    short = count - len(chosen)
    return np.concatenate([chosen, random.uniform(size=(short, points.shape[1]))]) if short else chosen
