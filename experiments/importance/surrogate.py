"""Surrogates: fast guesses of an outcome from the factors, for importances from any stored design without new runs.

A random forest (Breiman 2001) and a Gaussian process are each fitted on some folds of the points and tested on the one
left out. R2 is the share of the variance at points left out that the guesses explain. Only what a surrogate explains
can be attributed to factors, so that R2 says how far its importances may be believed.
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from experiments.analysis.by_point import ByPoint
from experiments.statistics import mean_interval

FOREST, PROCESS = "forest", "process"
TREES, FEWER_TREES = 200, 20
FOLDS = 5
REPEATS, FEWER_REPEATS = 5, 2
"""Permutations of a factor in each fold."""

MOST_SHAPED = 200
"""Points to which a Gaussian process fits its lengths. They cost their cube, many times over."""

MOST_GONE_THROUGH = 1000
"""Points that a Gaussian process goes through. A larger design gives it so many at random."""

VARIANCE_POINTS, FEWER_VARIANCE_POINTS = 2048, 512


class Fitted(NamedTuple):
    """A surrogate of all points: its R2 at points left out, and the loss of R2 when a factor is permuted there.

    `low` and `high` are Student's t over the folds.
    """

    name: str
    r2: float
    lost: np.ndarray
    low: np.ndarray
    high: np.ndarray
    guess: Callable[[np.ndarray], np.ndarray]


def surrogates(evidence: ByPoint, jobs: int | None = None, quick: bool = False) -> list[Fitted]:
    """Return a random forest and a Gaussian process, fitted to the points that have a value."""
    from threadpoolctl import threadpool_limits

    known, repeats = evidence.of_known(), FEWER_REPEATS if quick else REPEATS
    shares, values = snapped(known.shares, known.listed), known.mean
    groups = np.flatnonzero(evidence.known) // evidence.block
    makers: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
        FOREST: lambda x, y: _forest(x, y, jobs, FEWER_TREES if quick else TREES),
        PROCESS: _process,
    }
    with threadpool_limits(1):  # the matrices are small, and the threads of other programs would wait for ours
        return [_fitted(name, make, (shares, values, groups), repeats) for name, make in makers.items()]


def snapped(shares: np.ndarray, listed: tuple[int, ...]) -> np.ndarray:
    """Return shares with those of a factor that is a list in the middle of their cells."""
    cells = np.array([max(number, 1) for number in listed])
    middle = (np.floor(np.minimum(shares, np.nextafter(1.0, 0.0)) * cells) + 0.5) / cells
    return np.where(np.array(listed) > 0, middle, shares)


class Decomposed(NamedTuple):
    """The variance of a surrogate over the whole design space by factor, and the mean at both ends of each factor.

    `ends` are the mean guesses in the lowest and in the highest tenth of a factor less the overall mean, shape
    (factors, 2).
    """

    first: np.ndarray
    total: np.ndarray
    ends: np.ndarray


def decomposed(fitted: Fitted, listed: tuple[int, ...], quick: bool = False) -> Decomposed:
    """Return Sobol's shares of a surrogate's variance, by `scipy.stats.sobol_indices`, and its ends."""
    from scipy.stats import qmc, sobol_indices

    factors, count = len(listed), FEWER_VARIANCE_POINTS if quick else VARIANCE_POINTS
    drawn = qmc.Sobol(2 * factors, seed=np.random.default_rng(0)).random_base2(int(np.log2(count)))
    one, other = drawn[:, :factors], drawn[:, factors:]

    def guess(points: np.ndarray) -> np.ndarray:
        return fitted.guess(snapped(points, listed))

    exchanged = []
    for factor in range(factors):
        mixed = one.copy()
        mixed[:, factor] = other[:, factor]
        exchanged.append(guess(mixed)[None, :])
    ours, mixed_in = guess(one)[None, :], np.array(exchanged)
    found = sobol_indices(func={"f_A": ours, "f_B": guess(other)[None, :], "f_AB": mixed_in}, n=count)
    ends = np.array([[_mean_at(guess, one, factor, end) for end in (0.0, 0.9)] for factor in range(factors)])
    return Decomposed(found.first_order.ravel(), found.total_order.ravel(), ends - ours.mean())


def _mean_at(guess: Callable[[np.ndarray], np.ndarray], points: np.ndarray, factor: int, start: float) -> float:
    """Return the mean guess with a factor drawn from the tenth of its shares that begins at `start`."""
    moved = points.copy()
    moved[:, factor] = start + 0.1 * points[:, factor]
    return float(guess(moved).mean())


def _fitted(
    name: str, make: Callable[[np.ndarray, np.ndarray], Any], points: tuple[np.ndarray, ...], repeats: int
) -> Fitted:
    """Fit a surrogate to all points, and judge it on folds that are left out in turn.

    `points` are their shares, values and groups. Groups stay together in a fold.
    The points of a trajectory lie so close that one gives the others away.
    """
    from sklearn.inspection import permutation_importance
    from sklearn.model_selection import GroupKFold

    shares, values, groups = points
    spread = float(((values - values.mean()) ** 2).mean())
    errors, lost = 0.0, []
    names, number = np.unique(groups, return_inverse=True)
    mixed = np.random.default_rng(0).permutation(len(names))[number]  # in order, folds would be slices of a grid
    for train, test in GroupKFold(min(FOLDS, len(names))).split(shares, groups=mixed):
        model = make(shares[train], values[train])
        errors += float(((model.predict(shares[test]) - values[test]) ** 2).sum())
        permuted = permutation_importance(
            model, shares[test], values[test], scoring="neg_mean_squared_error", n_repeats=repeats, random_state=0
        )
        lost.append(permuted.importances_mean / spread)
    over_folds = [mean_interval(column) for column in np.array(lost).T]
    ends = np.array(over_folds).T
    r2 = 1.0 - errors / len(values) / spread
    return Fitted(name, r2, ends[0], ends[1], ends[2], make(shares, values).predict)


def _forest(shares: np.ndarray, values: np.ndarray, jobs: int | None, trees: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(trees, random_state=0, n_jobs=jobs or 1).fit(shares, values)


def _process(shares: np.ndarray, values: np.ndarray) -> Any:
    """Fit a Gaussian process with a linear trend, noise and a length for each factor. Lengths are fitted to few."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    order = np.random.default_rng(0).permutation(len(values))
    few, rows = order[:MOST_SHAPED], order[:MOST_GONE_THROUGH]
    curved = ConstantKernel(1.0, (1e-3, 1e3)) * RBF(np.ones(shares.shape[1]), (0.05, 50.0))
    kernel = curved + ConstantKernel(1.0, (1e-4, 1e2)) * DotProduct(1.0, (0.1, 10.0)) + WhiteKernel(0.1, (1e-6, 1e1))
    made = GaussianProcessRegressor(kernel, normalize_y=True, alpha=1e-8, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound says that a factor hardly counts
        made.fit(shares[few], values[few])
    if len(rows) == len(few):
        return made
    whole = GaussianProcessRegressor(made.kernel_, optimizer=None, normalize_y=True, alpha=1e-8)
    return whole.fit(shares[rows], values[rows])
