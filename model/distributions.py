"""Indicators of distributions among users and firms: entries that read the state, at withdrawal and at the end."""

import numpy as np

from agents.industry import LAYERS
from model.measuring import INDICATORS, indicator
from model.state import State


@indicator(
    "tfp_users_frontier", "money per size", "end", "productivity that a tenth of users exceed, each counting once",
    "higher",
)  # fmt: skip
def tfp_users_frontier(state: State, start: np.ndarray) -> float:
    return float(np.quantile(state.users.productivity, 0.9))


def _gain(state: State, start: np.ndarray, members: np.ndarray) -> float:
    """Rise of the members' output over their output at t = 0, in per cent."""
    before = start[members].sum()
    return float(100.0 * (state.users.output[members].sum() / before - 1.0)) if before > 0.0 else np.nan


def _regional_gains(state: State, start: np.ndarray) -> list[float]:
    """Gains of the regions that have one; NaN if none has."""
    gains = [_gain(state, start, state.users.region == k) for k in range(state.users.region.max() + 1)]
    return [gain for gain in gains if not np.isnan(gain)] or [np.nan]


for _number, _layer in enumerate(LAYERS):
    indicator(f"gain_{_layer}", "%", "end", f"rise of output of {_layer} industries since t = 0", "higher")(
        lambda s, start, number=_number: _gain(s, start, s.industries.layer[s.users.industry] == number)
    )
indicator("gain_small", "%", "end", "rise of output of the smaller half of users", "higher")(
    lambda s, start: _gain(s, start, s.users.size <= np.median(s.users.size))
)
indicator("gain_large", "%", "end", "rise of output of the larger half of users", "higher")(
    lambda s, start: _gain(s, start, s.users.size > np.median(s.users.size))
)
indicator("gain_best_region", "%", "end", "rise of output of the region that gains most", "higher")(
    lambda s, start: max(_regional_gains(s, start))
)
indicator("gain_worst_region", "%", "end", "rise of output of the region that gains least", "higher")(
    lambda s, start: min(_regional_gains(s, start))
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
    low, high = np.quantile(state.users.output / state.users.size, [0.1, 0.9])
    return float(high / low) if low != 0.0 else np.nan


@indicator("top_tenth_sales", "share", "end", "share of units sold by the largest tenth of living firms")
def top_tenth_sales(state: State, start: np.ndarray) -> float:
    units = np.sort(state.innovators.units[state.innovators.alive])[::-1]
    top = max(1, round(0.1 * units.shape[0]))
    return float(units[:top].sum() / units.sum()) if units.sum() > 0.0 else np.nan


DISTRIBUTIONS: tuple[str, ...] = tuple(name for name, entry in INDICATORS.items() if entry.kind == "end")
"""Names of the entries above."""
