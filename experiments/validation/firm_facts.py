"""Facts of firms: how they grow by size and age, who enters, who leads, and how many are shaken out."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from experiments.validation.fact import FEWEST_CASES, Columns, Summary, fact, indicator_fact


class Growth(NamedTuple):
    """Growth of firms over calendar years, of those that sold at least 1 unit at both ends. Arrays of shape (cases,).

    `rate` is log growth of units, `size` log units at the start, `age` quarters since birth then.
    """

    rate: np.ndarray
    size: np.ndarray
    age: np.ndarray


def yearly_growth(firms: Columns) -> Growth:
    """Return the growth of every firm over every calendar year of the panel."""
    order = np.lexsort((firms["period"], firms["firm"]))
    firm, period, birth, units = (firms[name][order] for name in ("firm", "period", "birth", "units"))
    same = (firm[4:] == firm[:-4]) & (period[4:] == period[:-4] + 4) & (period[4:] % 4 == 0)
    kept = same & (units[4:] >= 1.0) & (units[:-4] >= 1.0)
    start, end = units[:-4][kept], units[4:][kept]
    return Growth(np.log(end / start), np.log(start), (period - birth)[:-4][kept].astype(float))


@fact(
    "growth_kurtosis", "excess kurtosis", 1.0, 10.0, "firms' growth rates are tent-shaped", "Bottazzi & Secchi (2006)",
    need="firms",
    says="Yearly growth rates of firms have an excess kurtosis of {}",
)  # fmt: skip
def growth_kurtosis(firms: Columns) -> float:
    """Return the kurtosis of yearly growth."""
    rate = yearly_growth(firms).rate
    if rate.size < FEWEST_CASES:
        return np.nan
    apart = rate - rate.mean()
    return float(np.mean(apart**4) / np.mean(apart**2) ** 2 - 3.0)


@fact(
    "variance_size_slope", "exponent", -0.28, -0.10, "large firms grow more steadily, less so than sums of customers",
    "Stanley et al. (1996); Bottazzi & Secchi (2006)", need="firms",
    says="The spread of firms' growth changes with size by an exponent of {}",
)  # fmt: skip
def variance_size_slope(firms: Columns) -> float:
    """Return the slope of the log deviation of yearly growth on log size, over eight classes of size with equally many.

    -1/2 is that of heaps of independent customers, 0 that of firms whose customers all move together.
    """
    growth = yearly_growth(firms)
    if growth.rate.size < 8 * FEWEST_CASES / 3:
        return np.nan
    classes = np.array_split(np.argsort(growth.size, kind="stable"), 8)
    deviation = np.array([growth.rate[cases].std() for cases in classes])
    if not np.all(deviation > 0.0):
        return np.nan
    return float(np.polyfit([growth.size[cases].mean() for cases in classes], np.log(deviation), 1)[0])


def _growth_on(column: int) -> Callable[[Columns], float]:
    """Return the measure of a coefficient of yearly growth on a constant, log size and log age (in years, plus 1)."""

    def measure(firms: Columns) -> float:
        growth = yearly_growth(firms)
        if growth.rate.size < FEWEST_CASES:
            return np.nan
        causes = np.column_stack((np.ones(growth.rate.size), growth.size, np.log(1.0 + growth.age / 4.0)))
        return float(np.linalg.lstsq(causes, growth.rate, rcond=None)[0][column])

    return measure


fact(
    "growth_on_size", "log growth", -1.0, 0.01, "small firms grow faster: coefficient of log size",
    "Evans (1987)", need="firms",
    says="Growth of firms changes by {} per unit of log size",
)(_growth_on(1))  # fmt: skip
fact(
    "growth_on_age", "log growth", -1.0, 0.01, "young firms grow faster: coefficient of log age",
    "Evans (1987)", need="firms",
    says="Growth of firms changes by {} per unit of log age",
)(_growth_on(2))  # fmt: skip


@fact(
    "size_skewness", "skewness", -0.3, 5.0, "log sizes of sellers are not skewed to the left", "Axtell (2001)",
    need="firms",
    says="Log sizes of sellers have a skewness of {}",
)  # fmt: skip
def size_skewness(firms: Columns) -> float:
    """Return the skewness of log units of firms that sell in the last quarter."""
    last = firms["units"][firms["period"] == firms["period"].max()]
    sizes = np.log(last[last > 0.0])
    if sizes.size < 5 or sizes.std() == 0.0:
        return np.nan
    return float(np.mean(((sizes - sizes.mean()) / sizes.std()) ** 3))


# -- entrants and leaders
_ENTRANTS = "Dunne, Roberts & Samuelson (1988); Klepper (1996)"
indicator_fact(
    "entrant_share", "share of units", 0.2, 0.6, "units sold at the end by firms born after t = 0", _ENTRANTS,
    says="Entrants sell {} of units at the end",
)  # fmt: skip
indicator_fact(
    "entrant_share_4000", "share of units", 0.2, 0.6, "the same with 4,000 users", _ENTRANTS, "entrant_share",
    settings=("4,000 users",),
    says="With 4,000 users, entrants sell {} of units at the end",
)  # fmt: skip


@fact(
    "entrants_reach_20", "share", 0.05, 0.2, "entrants that ever sell 20 units in a quarter", _ENTRANTS, "firms",
    says="{} of entrants ever sell 20 units in a quarter",
)  # fmt: skip
def entrants_reach_20(firms: Columns) -> float:
    entered = firms["birth"] >= 0
    everybody = np.unique(firms["firm"][entered])
    return float(np.unique(firms["firm"][entered & (firms["units"] >= 20.0)]).size / max(everybody.size, 1))


@fact(
    "leader_stays", "share of runs", 0.3, 0.8, "the firm that sells most at half time still does at the end",
    "Klepper (1996); Sutton (2007)", "summary", statistic="mean",
    says="The leader of half time still leads at the end in {} of runs",
)  # fmt: skip
def leader_stays(summary: Summary) -> float:
    return 1.0 - summary["leader_turnover"]


@fact(
    "shakeouts", "share of runs", 0.6, 1.0, "firms' peak is three times their number at the end, while output grows",
    "Klepper & Graddy (1990)", statistic="mean",
    says="Firms fall to a third of their peak while output grows in {} of runs",
)  # fmt: skip
def shakeouts(series: Columns) -> float:
    firms, output = series["firms"], series["output"]
    return float(firms.max() >= 3.0 * max(firms[-1], 1.0) and output[-1] > output[int(firms.argmax())])
