"""Stylised facts of innovation and industry that the economy without policy should show, each with its target.

A fact is one entry: a measure of a run, the range in which its median over seeds should lie, and the source.
They judge the defaults. No comparison of policies enters here.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from scipy.optimize import least_squares

from model.declaration.sources import FENG

Need = Literal["summary", "series", "firms"]
"""The part of a run that a fact is measured in: its summary by indicator, which every stored run has, its series by
indicator, or the panel of its firms by column, which takes several times as long to make."""

_M = TypeVar("_M", bound=Callable[[Any], float])
Summary = Mapping[str, float]
Columns = Mapping[str, np.ndarray]


class Fact(NamedTuple):
    """A fact: its name, unit, target range (inclusive), meaning, the target's source, and how it is measured in what.

    `measure` takes the part of a run that `need` names.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    need: Need
    measure: Callable[[Any], float]


FACTS: dict[str, Fact] = {}
TARGETS = "targets of MODEL.md section 10"


def fact(
    name: str, unit: str, low: float, high: float, meaning: str, source: str = TARGETS, need: Need = "series"
) -> Callable[[_M], _M]:
    """Declare a fact and how it is measured in a part of a run."""

    def add(measure: _M) -> _M:
        FACTS[name] = Fact(name, unit, low, high, meaning, source, need, measure)
        return measure

    return add


def indicator_fact(name: str, unit: str, low: float, high: float, meaning: str, source: str = TARGETS) -> None:
    """Declare a fact that is the summary indicator of its name."""
    fact(name, unit, low, high, meaning, source, "summary")(itemgetter(name))


indicator_fact("time_to_10", "quarters", 25, 60, "quarter of 10 % adoption")
indicator_fact("time_to_50", "quarters", 60, 110, "quarter of 50 % adoption")


class BassFit(NamedTuple):
    """Fit of Bass (1969) to an adoption path: innovation p and imitation q per year, ceiling m, and R2."""

    p: float
    q: float
    m: float
    r2: float


def fit_bass(adoption: np.ndarray) -> BassFit:
    """Fit F(t) = m (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t), t in years, to adoption by quarter, (T,).

    By least squares.
    """
    years = np.arange(1, len(adoption) + 1) / 4.0

    def path(log_parameters: np.ndarray) -> np.ndarray:
        p, q, m = np.exp(log_parameters)
        decay = np.exp(-(p + q) * years)
        return np.asarray(m * (1.0 - decay) / (1.0 + q / p * decay))

    start, bounds = np.log([0.001, 0.4, 0.95]), (np.log([1e-8, 1e-3, 0.05]), np.log([1.0, 3.0, 1.0]))
    found = least_squares(lambda x: path(x) - adoption, np.clip(start, *bounds), bounds=bounds)
    spread = np.sum((adoption - adoption.mean()) ** 2)
    r2 = 1.0 - 2.0 * found.cost / spread if spread > 0.0 else np.nan
    p, q, m = np.exp(found.x)
    return BassFit(float(p), float(q), float(m), float(r2))


@lru_cache(maxsize=64)
def _bass_of(adoption: bytes) -> BassFit:
    """Fit the path of a run once for all facts of it: the fit takes a third of the time of the run."""
    return fit_bass(np.frombuffer(adoption))


@fact("bass_r2", "R2", 0.9, 1.0, "fit of the Bass curve to adoption: it is S-shaped", "Bass (1969)")
def bass_r2(series: Columns) -> float:
    return _bass_of(series["adoption"].tobytes()).r2


@fact("bass_q", "per year", 0.2, 0.7, "imitation coefficient of the Bass curve", "Sultan, Farley & Lehmann (1990)")
def bass_q(series: Columns) -> float:
    return _bass_of(series["adoption"].tobytes()).q


@fact("revenue_share", "share of output", 0.03, 0.09, "new industry's revenue at the end", f"{FENG}, OECD shares")
def revenue_share(series: Columns) -> float:
    return float(series["revenue_share"][-4:].mean())


@fact(
    "revenue_growth", "% a year", 20, 60, "revenue growth between 10 % and 30 % adoption",
    "2023: new-energy vehicles 30 %, solar cells 54 %, service robots 23 %, 3D printers 36 %",
)  # fmt: skip
def revenue_growth(series: Columns) -> float:
    adoption = series["adoption"]
    reached = [np.flatnonzero(adoption >= share) for share in (0.1, 0.3)]
    if not all(len(quarters) for quarters in reached):
        return np.nan
    first, last = (int(quarters[0]) for quarters in reached)
    revenue = series["revenue_share"] * series["output"]
    if last - first < 2 or revenue[first] <= 0.0:
        return np.nan
    return float(100.0 * ((revenue[last] / revenue[first]) ** (4.0 / (last - first)) - 1.0))


indicator_fact(
    "learning_rate", "% per doubling", 10, 30, "fall of unit cost per doubling of cumulative units", "Wright (1936)"
)
indicator_fact("hhi", "index", 0.05, 0.30, "concentration at the end")


@fact(
    "shakeout", "ratio", 2.0, 10.0, "firms at their peak over firms at the end, while output grows", "Klepper (1996)",
    need="summary",
)  # fmt: skip
def shakeout(summary: Summary) -> float:
    return float(summary["firms_peak"] / max(summary["firms"], 1.0))


indicator_fact("top_tenth_sales", "share", 0.5, 1.0, "units sold by the largest tenth of firms")


@fact(
    "growth_kurtosis", "excess kurtosis", 1.0, 10.0, "firms' growth rates are tent-shaped", "Bottazzi & Secchi (2006)",
    need="firms",
)  # fmt: skip
def growth_kurtosis(firms: Columns) -> float:
    """Return the kurtosis of yearly log growth of units sold by firms that sold at least 1 unit at both ends."""
    slot, birth, period, units = (firms[name] for name in ("slot", "birth", "period", "units"))
    order = np.lexsort((period, birth, slot))
    slot, birth, period, units = slot[order], birth[order], period[order], units[order]
    same = (slot[4:] == slot[:-4]) & (birth[4:] == birth[:-4]) & (period[4:] == period[:-4] + 4)
    kept = same & (units[4:] >= 1.0) & (units[:-4] >= 1.0) & (period[4:] % 4 == 0)
    if kept.sum() < 30:
        return np.nan
    growth = np.log(units[4:][kept] / units[:-4][kept])
    growth -= growth.mean()
    return float(np.mean(growth**4) / np.mean(growth**2) ** 2 - 3.0)


indicator_fact(
    "top_tenth_gains",
    "share",
    0.4,
    1.0,
    "gains of capability by the best tenth of solutions",
    "Scherer & Harhoff (2000)",
)


@fact("research_productivity", "% a year", -8, -2, "trend of research productivity", "Bloom et al. (2020)")
def research_productivity(series: Columns) -> float:
    """Return the log-linear trend of improvement per engineer hour, in two-year averages, from the fifth year on."""
    productivity = series["research_productivity"][16:]
    blocks = productivity[: len(productivity) // 8 * 8].reshape(-1, 8).mean(axis=1)
    positive = blocks > 0.0
    if positive.sum() < 3:
        return np.nan
    slope = np.polyfit(2.0 * np.flatnonzero(positive), np.log(blocks[positive]), 1)[0]
    return float(100.0 * np.expm1(slope))


indicator_fact(
    "productivity_90_10", "ratio", 1.5, 6.0, "ninth over first decile of users' productivity", "Syverson (2011)"
)


@fact("output_gain", "%", 5, 80, "rise of output over the run: plausible, not a doubling in 40 years")
def output_gain(series: Columns) -> float:
    return float(100.0 * (series["output"][-1] / series["output"][0] - 1.0))


@fact("takeoff", "share", 1.0, 1.0, "the technology reaches half of the economy by itself")
def takeoff(series: Columns) -> float:
    return float(series["adoption"][-1] >= 0.5)


@fact(
    "profit_share", "share of revenue", -0.05, 0.2, "profits of domestic firms over revenue, last ten years",
    "an industry about covers its costs; seed cash that entrants spend counts as loss",
)  # fmt: skip
def profit_share(series: Columns) -> float:
    last = slice(-40, None)
    sales = series["revenue_share"][last] * series["output"][last] - series["imports"][last]
    return float(series["profits"][last].sum() / sales.sum()) if sales.sum() > 0.0 else np.nan
