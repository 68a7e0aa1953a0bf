"""Stylised facts of innovation and industry that the economy without policy should show, each with its target.

A fact is one entry: what is measured in a run, the range in which its median over seeds should lie, and the source.
They judge the defaults; no comparison of policies enters here.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from model.declaration.sources import FENG
from model.simulation import Run


class Fact(NamedTuple):
    """A fact: its name, unit, target range (inclusive), what is measured, and where the target comes from."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    measure: Callable[[Run], float]


FACTS: dict[str, Fact] = {}
TARGETS = "targets of MODEL.md section 10"


def fact(
    name: str, unit: str, low: float, high: float, meaning: str, source: str = TARGETS
) -> Callable[[Callable[[Run], float]], Callable[[Run], float]]:
    """Declare a fact and how it is measured in a run."""

    def add(measure: Callable[[Run], float]) -> Callable[[Run], float]:
        FACTS[name] = Fact(name, unit, low, high, meaning, source, measure)
        return measure

    return add


def _summary(name: str) -> Callable[[Run], float]:
    return lambda run: run.summary[name]


fact("time_to_10", "quarters", 25, 60, "quarter of 10 % adoption")(_summary("time_to_10"))
fact("time_to_50", "quarters", 60, 110, "quarter of 50 % adoption")(_summary("time_to_50"))


class BassFit(NamedTuple):
    """Fit of Bass (1969) to an adoption path: innovation p and imitation q per year, ceiling m, and R2."""

    p: float
    q: float
    m: float
    r2: float


def fit_bass(adoption: np.ndarray) -> BassFit:
    """Least squares of F(t) = m (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t), t in years, to adoption by quarter, (T,)."""
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


@fact("bass_r2", "R2", 0.9, 1.0, "fit of the Bass curve to adoption: it is S-shaped", "Bass (1969)")
def bass_r2(run: Run) -> float:
    return fit_bass(run.series["adoption"]).r2


@fact("bass_q", "per year", 0.2, 0.7, "imitation coefficient of the Bass curve", "Sultan, Farley & Lehmann (1990)")
def bass_q(run: Run) -> float:
    return fit_bass(run.series["adoption"]).q


@fact(
    "revenue_share", "share of output", 0.03, 0.09, "new industry's revenue at the end", f"{FENG}, OECD shares"
)
def revenue_share(run: Run) -> float:
    return float(run.series["revenue_share"][-4:].mean())


@fact(
    "revenue_growth", "% a year", 20, 60, "revenue growth between 10 % and 30 % adoption",
    "2023: new-energy vehicles 30 %, solar cells 54 %, service robots 23 %, 3D printers 36 %",
)  # fmt: skip
def revenue_growth(run: Run) -> float:
    adoption = run.series["adoption"]
    reached = [np.flatnonzero(adoption >= share) for share in (0.1, 0.3)]
    if not all(len(quarters) for quarters in reached):
        return np.nan
    first, last = (int(quarters[0]) for quarters in reached)
    revenue = run.series["revenue_share"] * run.series["output"]
    if last - first < 2 or revenue[first] <= 0.0:
        return np.nan
    return float(100.0 * ((revenue[last] / revenue[first]) ** (4.0 / (last - first)) - 1.0))


fact("learning_rate", "% per doubling", 10, 30, "fall of unit cost per doubling of cumulative units", "Wright (1936)")(
    _summary("learning_rate")
)
fact("hhi", "index", 0.05, 0.30, "concentration at the end")(_summary("hhi"))


@fact("shakeout", "ratio", 2.0, 10.0, "firms at their peak over firms at the end, while output grows", "Klepper (1996)")
def shakeout(run: Run) -> float:
    return float(run.summary["firms_peak"] / max(run.summary["firms"], 1.0))


fact("top_tenth_sales", "share", 0.5, 1.0, "units sold by the largest tenth of firms")(_summary("top_tenth_sales"))


@fact(
    "growth_kurtosis", "excess kurtosis", 1.0, 10.0, "firms' growth rates are tent-shaped", "Bottazzi & Secchi (2006)"
)
def growth_kurtosis(run: Run) -> float:
    """Of yearly log growth of units sold by firms that sold at least 1 unit at both ends; needs the firms' panel."""
    if run.firms is None:
        return np.nan
    slot, birth, period, units = (run.firms[name] for name in ("slot", "birth", "period", "units"))
    order = np.lexsort((period, birth, slot))
    slot, birth, period, units = slot[order], birth[order], period[order], units[order]
    same = (slot[4:] == slot[:-4]) & (birth[4:] == birth[:-4]) & (period[4:] == period[:-4] + 4)
    kept = same & (units[4:] >= 1.0) & (units[:-4] >= 1.0) & (period[4:] % 4 == 0)
    if kept.sum() < 30:
        return np.nan
    growth = np.log(units[4:][kept] / units[:-4][kept])
    growth -= growth.mean()
    return float(np.mean(growth**4) / np.mean(growth**2) ** 2 - 3.0)


fact(
    "top_tenth_gains",
    "share",
    0.4,
    1.0,
    "gains of capability by the best tenth of solutions",
    "Scherer & Harhoff (2000)",
)(_summary("top_tenth_gains"))


@fact("research_productivity", "% a year", -8, -2, "trend of research productivity", "Bloom et al. (2020)")
def research_productivity(run: Run) -> float:
    """Log-linear trend of improvement per engineer hour, in averages over two years, from the fifth year on."""
    series = run.series["research_productivity"][16:]
    blocks = series[: len(series) // 8 * 8].reshape(-1, 8).mean(axis=1)
    positive = blocks > 0.0
    if positive.sum() < 3:
        return np.nan
    slope = np.polyfit(2.0 * np.flatnonzero(positive), np.log(blocks[positive]), 1)[0]
    return float(100.0 * np.expm1(slope))


fact("productivity_90_10", "ratio", 1.5, 6.0, "ninth over first decile of users' productivity", "Syverson (2011)")(
    _summary("productivity_90_10")
)


@fact("output_gain", "%", 5, 80, "rise of output over the run: plausible, not a doubling in 40 years")
def output_gain(run: Run) -> float:
    return float(100.0 * (run.series["output"][-1] / run.series["output"][0] - 1.0))


@fact("takeoff", "share", 1.0, 1.0, "the technology reaches half of the economy by itself")
def takeoff(run: Run) -> float:
    return float(run.series["adoption"][-1] >= 0.5)


@fact(
    "profit_share", "share of revenue", -0.05, 0.2, "profits of domestic firms over revenue, last ten years",
    "an industry about covers its costs; seed cash that entrants spend counts as loss",
)  # fmt: skip
def profit_share(run: Run) -> float:
    last = slice(-40, None)
    sales = run.series["revenue_share"][last] * run.series["output"][last] - run.series["imports"][last]
    return float(run.series["profits"][last].sum() / sales.sum()) if sales.sum() > 0.0 else np.nan
