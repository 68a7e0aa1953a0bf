"""Facts of adoption: its path, what the new industry sells and costs, what it brings, and why users adopt."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from experiments.validation.fact import Columns, Summary, fact, indicator_fact
from model.declaration.sources import FENG

indicator_fact(
    "time_to_10", "quarters", 25, 60, "quarter of 10 % adoption",
    says="A tenth of the economy uses the new technology after {}",
)  # fmt: skip
indicator_fact(
    "time_to_50", "quarters", 60, 110, "quarter of 50 % adoption",
    says="Half of the economy uses the new technology after {}",
)  # fmt: skip


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


@fact(
    "bass_r2", "R2", 0.9, 1.0, "fit of the Bass curve to adoption: it is S-shaped", "Bass (1969)",
    says="A Bass curve fits the path of adoption with an R2 of {}",
)  # fmt: skip
def bass_r2(series: Columns) -> float:
    return _bass_of(series["adoption"].tobytes()).r2


@fact(
    "bass_q", "per year", 0.2, 0.7, "imitation coefficient of the Bass curve", "Sultan, Farley & Lehmann (1990)",
    says="Users imitate each other at {} in the fitted Bass curve",
)  # fmt: skip
def bass_q(series: Columns) -> float:
    return _bass_of(series["adoption"].tobytes()).q


@fact(
    "revenue_share", "share of output", 0.03, 0.09, "new industry's revenue at the end", f"{FENG}, OECD shares",
    says="The new industry earns {} of output at the end",
)  # fmt: skip
def revenue_share(series: Columns) -> float:
    return float(series["revenue_share"][-4:].mean())


@fact(
    "revenue_growth", "% a year", 20, 60, "revenue growth between 10 % and 30 % adoption",
    "2023: new-energy vehicles 30 %, solar cells 54 %, service robots 23 %, 3D printers 36 %",
    says="Revenue grows by {} between 10 % and 30 % adoption",
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
    "learning_rate", "% per doubling", 10, 30, "fall of unit cost per doubling of cumulative units", "Wright (1936)",
    says="Unit cost falls by {} of cumulative units",
)  # fmt: skip
indicator_fact(
    "hhi", "index", 0.05, 0.30, "concentration at the end",
    says="Units sold are concentrated with an HHI of {} at the end",
)  # fmt: skip


@fact(
    "shakeout", "ratio", 2.0, 10.0, "firms at their peak over firms at the end, while output grows", "Klepper (1996)",
    need="summary",
    says="Firms are {} times as many at their peak as at the end",
)  # fmt: skip
def shakeout(summary: Summary) -> float:
    return float(summary["firms_peak"] / max(summary["firms"], 1.0))


indicator_fact(
    "top_tenth_sales", "share", 0.5, 1.0, "units sold by the largest tenth of firms",
    says="The largest tenth of firms sell {} of units",
)  # fmt: skip


indicator_fact(
    "productivity_90_10", "ratio", 1.5, 6.0, "ninth over first decile of users' productivity", "Syverson (2011)",
    says="The ninth decile of users is {} times as productive as the first",
)  # fmt: skip


@fact(
    "output_gain", "%", 30, 80, "rise of output over the run: plausible, not a doubling in 40 years",
    says="Output rises by {} over the run",
)  # fmt: skip
def output_gain(series: Columns) -> float:
    return float(100.0 * (series["output"][-1] / series["output"][0] - 1.0))


@fact(
    "takeoff", "share", 1.0, 1.0, "the technology reaches half of the economy by itself",
    says="The technology reaches half of the economy by itself in the median run: {}",
)  # fmt: skip
def takeoff(series: Columns) -> float:
    return float(series["adoption"][-1] >= 0.5)


@fact(
    "profit_share", "share of revenue", -0.05, 0.2, "profits of domestic firms over revenue, last ten years",
    "an industry about covers its costs; seed cash that entrants spend counts as loss",
    says="Domestic firms keep {} of revenue as profits over the last ten years",
)  # fmt: skip
def profit_share(series: Columns) -> float:
    last = slice(-40, None)
    sales = series["revenue_share"][last] * series["output"][last] - series["imports"][last]
    return float(series["profits"][last].sum() / sales.sum()) if sales.sum() > 0.0 else np.nan


# -- adopters
@fact(
    "payback_realised", "quarters", 3.0, 8.0, "one-off cost of adopters over their net gain in a quarter, median",
    "Anderson & Newell (2004)", "adopters",
    says="Adopters earn their one-off cost back in {}",
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
    says="The one-off cost of adopters is {} times their first year's payments",
)  # fmt: skip
def integration_over_payments(adopters: Columns) -> float:
    return float(np.median(adopters["cost"] / (4.0 * adopters["price"]))) if adopters["cost"].size else np.nan
