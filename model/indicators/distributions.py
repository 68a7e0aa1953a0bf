"""Indicators of distributions among users and firms: entries that read the state, at withdrawal and at the end."""

import numpy as np

from agents.industry import LAYERS
from model.indicators.indicator import INDICATORS, indicator, ratio
from model.state.state import State


@indicator(
    "tfp_users_frontier", "money per size", "end", "productivity that a tenth of users exceed, each counting once",
    "higher",
)  # fmt: skip
def tfp_users_frontier(state: State, start: np.ndarray) -> float:
    return _quantile(np.sort(state.users.productivity), 0.9)


def _quantile(ordered: np.ndarray, share: float) -> float:
    """Return a linearly interpolated quantile of ordered numbers (`np.quantile` takes ten times as long for few)."""
    return float(np.interp(share * (ordered.shape[0] - 1), np.arange(ordered.shape[0]), ordered))


def _gains(state: State, start: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return the rise of each group's output since t = 0 in per cent, NaN unless it was positive. Shape (groups,)."""
    before, now = (np.bincount(group, weights=output, minlength=groups) for output in (start, state.users.output))
    return 100.0 * (ratio(now, np.maximum(before, 0.0)) - 1.0)


def _gains_by_layer(state: State, start: np.ndarray) -> np.ndarray:
    return _gains(state, start, state.industries.layer[state.users.industry], len(LAYERS))


def _gains_by_size(state: State, start: np.ndarray) -> np.ndarray:
    """Return the gains of users up to median size, and of the others. Shape (2,)."""
    size = state.users.size
    return _gains(state, start, size > _quantile(np.sort(size), 0.5), 2)


def _gains_by_region(state: State, start: np.ndarray) -> np.ndarray:
    """Return the gains of the regions that have one, or one NaN if none has."""
    gains = _gains(state, start, state.users.region, 1)
    return gains[~np.isnan(gains)] if not np.isnan(gains).all() else gains[:1]


def _adoption_by_industry(state: State) -> np.ndarray:
    """Return the share of each industry's economic size that uses the new technology. Shape (J,)."""
    users, industries = state.users, state.industries.layer.shape[0]
    adopted, size = (
        np.bincount(users.industry, weights=weights, minlength=industries)
        for weights in (users.size * (users.provider >= 0), users.size)
    )
    return adopted / size


indicator("adoption_least_industry", "share of economic size", "end", "adoption in the industry with least", "higher")(
    lambda s, start: _adoption_by_industry(s).min()
)
indicator("adoption_most_industry", "share of economic size", "end", "adoption in the industry with most", "higher")(
    lambda s, start: _adoption_by_industry(s).max()
)
for _number, _layer in enumerate(LAYERS):
    indicator(f"gain_{_layer}", "%", "end", f"rise of output of {_layer} industries since t = 0", "higher")(
        lambda s, start, number=_number: _gains_by_layer(s, start)[number]
    )
indicator("gain_small", "%", "end", "rise of output of the smaller half of users", "higher")(
    lambda s, start: _gains_by_size(s, start)[0]
)
indicator("gain_large", "%", "end", "rise of output of the larger half of users", "higher")(
    lambda s, start: _gains_by_size(s, start)[1]
)
indicator("gain_best_region", "%", "end", "rise of output of the region that gains most", "higher")(
    lambda s, start: _gains_by_region(s, start).max()
)
indicator("gain_worst_region", "%", "end", "rise of output of the region that gains least", "higher")(
    lambda s, start: _gains_by_region(s, start).min()
)


@indicator(
    "gini_productivity",
    "index",
    "end",
    "Gini coefficient of users' output per unit of size, each user counting once",
    "lower",
)
def gini_productivity(state: State, start: np.ndarray) -> float:
    ordered = np.sort(state.users.output / state.users.size)
    n = ordered.shape[0]
    if ordered.sum() == 0.0:
        return np.nan
    return float(2.0 * np.sum(np.arange(1, n + 1) * ordered) / (n * ordered.sum()) - (n + 1.0) / n)


@indicator("productivity_90_10", "ratio", "end", "ninth over first decile of users' output per unit of size")
def productivity_90_10(state: State, start: np.ndarray) -> float:
    ordered = np.sort(state.users.output / state.users.size)
    return float(ratio(_quantile(ordered, 0.9), _quantile(ordered, 0.1)))


@indicator("top_tenth_sales", "share", "end", "share of units sold by the largest tenth of living firms")
def top_tenth_sales(state: State, start: np.ndarray) -> float:
    units = np.sort(state.innovators.units[state.innovators.alive])[::-1]
    top = max(1, round(0.1 * units.shape[0]))
    return float(units[:top].sum() / units.sum()) if units.sum() > 0.0 else np.nan


DISTRIBUTIONS: tuple[str, ...] = tuple(name for name, entry in INDICATORS.items() if entry.kind == "end")
"""Names of the entries above."""
