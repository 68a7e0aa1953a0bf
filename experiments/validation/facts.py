"""Stylised facts of innovation and industry that the economy without policy should show, each with its target.

A fact is one entry: a measure of a run, how it is put together over seeds, the range in which that should lie, and the
source. They judge the defaults. No comparison of policies enters here.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from scipy.optimize import least_squares

from model.declaration.sources import FENG

Need = Literal["summary", "series", "firms", "adopters"]
"""The part of a run that a fact is measured in: its summary by indicator, which every stored run has, its series by
indicator, or by column the panel of its firms or of its adopters, which take several times as long to make."""

PANELS = ("firms", "adopters")

Statistic = Literal["median", "mean", "spread", "ratio"]
"""How a fact is put together over seeds. `median` and `mean` are over the runs of one setting. `spread` is the largest
median of several settings over the smallest, less 1. `ratio` is the sum over seeds of a measure at the second setting
less that at the first, over the same of a second measure."""

SETTINGS: dict[str, dict[str, float]] = {
    "": {},
    "4,000 users": {"users": 4000},
    "10 founders": {"founders": 10},
    "20 founders": {"founders": 20},
    "40 founders": {"founders": 40},
    "a tenth more R&D": {"research_multiple": 1.1},
}
"""The economies in which facts are measured: what they change in the one that is validated."""

_M = TypeVar("_M", bound=Callable[[Any], float])
Summary = Mapping[str, float]
Columns = Mapping[str, np.ndarray]


class Fact(NamedTuple):
    """A fact: its name, unit, target range (inclusive), meaning, the target's source, and how it is measured in what.

    `measure` takes the part of a run that `need` names, and so does `per`, the second measure of a ratio.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    need: Need
    measure: Callable[[Any], float]
    statistic: Statistic = "median"
    settings: tuple[str, ...] = ("",)
    per: Callable[[Any], float] | None = None


FACTS: dict[str, Fact] = {}
TARGETS = "targets of MODEL.md section 10"
RESOLUTION = "resolution decides nothing"


def fact(
    name: str,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: str = TARGETS,
    need: Need = "series",
    **how: Any,
) -> Callable[[_M], _M]:
    """Declare a fact and how it is measured in a part of a run. `how`: statistic, settings and per."""

    def add(measure: _M) -> _M:
        FACTS[name] = Fact(name, unit, low, high, meaning, source, need, measure, **how)
        return measure

    return add


def indicator_fact(
    name: str, unit: str, low: float, high: float, meaning: str, source: str = TARGETS, of: str = "", **how: Any
) -> None:
    """Declare a fact that is a summary indicator, the one of its name unless it is `of` another."""
    fact(name, unit, low, high, meaning, source, "summary", **how)(itemgetter(of or name))


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


_FEWEST_CASES = 30


@fact(
    "growth_kurtosis", "excess kurtosis", 1.0, 10.0, "firms' growth rates are tent-shaped", "Bottazzi & Secchi (2006)",
    need="firms",
)  # fmt: skip
def growth_kurtosis(firms: Columns) -> float:
    """Return the kurtosis of yearly growth."""
    rate = yearly_growth(firms).rate
    if rate.size < _FEWEST_CASES:
        return np.nan
    apart = rate - rate.mean()
    return float(np.mean(apart**4) / np.mean(apart**2) ** 2 - 3.0)


@fact(
    "variance_size_slope", "exponent", -0.28, -0.10, "large firms grow more steadily, less so than sums of customers",
    "Stanley et al. (1996); Bottazzi & Secchi (2006)", need="firms",
)  # fmt: skip
def variance_size_slope(firms: Columns) -> float:
    """Return the slope of the log deviation of yearly growth on log size, over eight classes of size with equally many.

    -1/2 is that of heaps of independent customers, 0 that of firms whose customers all move together.
    """
    growth = yearly_growth(firms)
    if growth.rate.size < 8 * _FEWEST_CASES / 3:
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
        if growth.rate.size < _FEWEST_CASES:
            return np.nan
        causes = np.column_stack((np.ones(growth.rate.size), growth.size, np.log(1.0 + growth.age / 4.0)))
        return float(np.linalg.lstsq(causes, growth.rate, rcond=None)[0][column])

    return measure


fact(
    "growth_on_size", "log growth", -1.0, 0.01, "small firms grow faster: coefficient of log size",
    "Evans (1987)", need="firms",
)(_growth_on(1))  # fmt: skip
fact(
    "growth_on_age", "log growth", -1.0, 0.01, "young firms grow faster: coefficient of log age",
    "Evans (1987)", need="firms",
)(_growth_on(2))  # fmt: skip


@fact(
    "size_skewness", "skewness", -0.3, 5.0, "log sizes of sellers are not skewed to the left", "Axtell (2001)",
    need="firms",
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
    "entrant_share", "share of units", 0.2, 0.6, "units sold at the end by firms born after t = 0", _ENTRANTS
)
indicator_fact(
    "entrant_share_4000", "share of units", 0.2, 0.6, "the same with 4,000 users", _ENTRANTS, "entrant_share",
    settings=("4,000 users",),
)  # fmt: skip


@fact("entrants_reach_20", "share", 0.05, 0.2, "entrants that ever sell 20 units in a quarter", _ENTRANTS, "firms")
def entrants_reach_20(firms: Columns) -> float:
    entered = firms["birth"] >= 0
    everybody = np.unique(firms["firm"][entered])
    return float(np.unique(firms["firm"][entered & (firms["units"] >= 20.0)]).size / max(everybody.size, 1))


@fact(
    "leader_stays", "share of runs", 0.3, 0.8, "the firm that sells most at half time still does at the end",
    "Klepper (1996); Sutton (2007)", "summary", statistic="mean",
)  # fmt: skip
def leader_stays(summary: Summary) -> float:
    return 1.0 - summary["leader_turnover"]


@fact(
    "shakeouts", "share of runs", 0.6, 1.0, "firms' peak is three times their number at the end, while output grows",
    "Klepper & Graddy (1990)", statistic="mean",
)  # fmt: skip
def shakeouts(series: Columns) -> float:
    firms, output = series["firms"], series["output"]
    return float(firms.max() >= 3.0 * max(firms[-1], 1.0) and output[-1] > output[int(firms.argmax())])


# -- R&D
@fact(
    "rd_share", "% of output", 0.4, 1.5, "R&D of the new industry over output, last ten years", "OECD R&D intensities"
)
def rd_share(series: Columns) -> float:
    last = slice(-40, None)
    return float(100.0 * series["private_rd"][last].sum() / series["output"][last].sum())


def _present_value(of: Callable[[Columns], np.ndarray]) -> Callable[[Columns], float]:
    """Return the measure of a present value at 1 % a quarter."""
    return lambda series: float(np.sum(of(series) / 1.01 ** np.arange(len(series["output"]))))


fact(
    "rd_benefit", "ratio", 4.0, 14.0, "benefit per unit of private R&D, of a tenth more",
    "Jones & Summers (2020)", statistic="ratio", settings=("", "a tenth more R&D"),
    per=_present_value(lambda series: series["private_rd"]),
)(_present_value(lambda series: series["net_before_rd"]))  # fmt: skip


@fact(
    "exploration_range", "share of hours", 0.05, 1.0, "exploration answers: deciles over firms and time",
    "Cyert & March (1963); Greve (1998)", "firms",
)  # fmt: skip
def exploration_range(firms: Columns) -> float:
    """Return the range over firms that explore, each quarter."""
    exploring = (firms["exploring"] > 0.0) & (firms["hours"] > 0.0)
    if exploring.sum() < _FEWEST_CASES:
        return np.nan
    low, high = np.quantile(firms["exploring"][exploring] / firms["hours"][exploring], (0.1, 0.9))
    return float(high - low)


# -- adopters
@fact(
    "payback_realised", "quarters", 3.0, 8.0, "one-off cost of adopters over their net gain in a quarter, median",
    "Anderson & Newell (2004)", "adopters",
)  # fmt: skip
def payback_realised(adopters: Columns) -> float:
    """Return the median over adopters. One without a net gain never gets its cost back."""
    if adopters["cost"].size == 0:
        return np.nan
    gain = adopters["gain"]
    quarters = np.where(gain > 0.0, adopters["cost"] / np.where(gain > 0.0, gain, 1.0), np.inf)
    return float(np.quantile(quarters, 0.5, method="lower"))


@fact(
    "integration_over_payments", "ratio", 0.5, 5.0, "one-off cost of adopters over their first year's payments, median",
    "Brynjolfsson, Hitt & Yang (2002)", "adopters",
)  # fmt: skip
def integration_over_payments(adopters: Columns) -> float:
    return float(np.median(adopters["cost"] / (4.0 * adopters["price"]))) if adopters["cost"].size else np.nan


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


@fact("output_gain", "%", 30, 80, "rise of output over the run: plausible, not a doubling in 40 years")
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


# -- what must not depend on resolution, or on the number of founders
_SIZES, _FOUNDERS = ("", "4,000 users"), ("10 founders", "20 founders", "40 founders")
indicator_fact(
    "time_to_50_by_users", "ratio - 1", 0.0, 0.1, "time to half adoption with 4,000 users and 1,000", RESOLUTION,
    "time_to_50", statistic="spread", settings=_SIZES,
)  # fmt: skip
indicator_fact(
    "hhi_by_users", "ratio - 1", 0.0, 0.2, "concentration with 4,000 users and 1,000", RESOLUTION, "hhi",
    statistic="spread", settings=_SIZES,
)  # fmt: skip
for _name in ("time_to_50", "hhi"):
    indicator_fact(
        f"{_name}_by_founders", "ratio - 1", 0.0, 0.2, f"{_name} with 10, 20 and 40 founders",
        "founders do not decide", _name, statistic="spread", settings=_FOUNDERS,
    )  # fmt: skip
fact(
    "output_gain_by_founders", "ratio - 1", 0.0, 0.2, "rise of output with 10, 20 and 40 founders",
    "founders do not decide", statistic="spread", settings=_FOUNDERS,
)(output_gain)  # fmt: skip
