"""Facts of research: how much of it there is, what it brings, and how firms search."""

from collections.abc import Callable

import numpy as np

from experiments.validation.fact import FEWEST_CASES, Columns, fact, indicator_fact


@fact(
    "rd_share", "% of output", 0.4, 1.5, "R&D of the new industry over output, last ten years",
    "OECD R&D intensities",
    says="The new industry's R&D is {} over the last ten years",
)  # fmt: skip
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
    says="A further unit of private R&D brings {} units of benefit",
)(_present_value(lambda series: series["net_before_rd"]))  # fmt: skip


@fact(
    "exploration_range", "share of hours", 0.05, 1.0, "exploration answers: deciles over firms and time",
    "Cyert & March (1963); Greve (1998)", "firms",
    says="Shares of exploration differ by {} of hours between the deciles of firms",
)  # fmt: skip
def exploration_range(firms: Columns) -> float:
    """Return the range over firms that explore, each quarter."""
    exploring = (firms["exploring"] > 0.0) & (firms["hours"] > 0.0)
    if exploring.sum() < FEWEST_CASES:
        return np.nan
    low, high = np.quantile(firms["exploring"][exploring] / firms["hours"][exploring], (0.1, 0.9))
    return float(high - low)


indicator_fact(
    "top_tenth_gains", "share", 0.4, 1.0, "gains of capability by the best tenth of solutions",
    "Scherer & Harhoff (2000)",
    says="The best tenth of solutions bring {} of the gains of capability",
)  # fmt: skip


@fact(
    "research_productivity", "% a year", -8, -2, "trend of research productivity", "Bloom et al. (2020)",
    says="Research productivity changes by {}",
)  # fmt: skip
def research_productivity(series: Columns) -> float:
    """Return the log-linear trend of improvement per engineer hour, in two-year averages, from the fifth year on."""
    productivity = series["research_productivity"][16:]
    blocks = productivity[: len(productivity) // 8 * 8].reshape(-1, 8).mean(axis=1)
    positive = blocks > 0.0
    if positive.sum() < 3:
        return np.nan
    slope = np.polyfit(2.0 * np.flatnonzero(positive), np.log(blocks[positive]), 1)[0]
    return float(100.0 * np.expm1(slope))
