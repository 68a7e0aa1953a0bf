"""Measures of a run that published effects of policy are compared in. Money is summed over quarters."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from model.simulation import Run

_M = TypeVar("_M", bound=Callable[["Run"], float])

MEASURES: dict[str, Callable[["Run"], float]] = {}
RATE = 0.01
"""Discount rate of present values, per quarter."""

_FEWEST_CASES = 30
"""Fewer firms in years than these give the link of productivity and exit no value."""

YEARS = {"year 1": (0, 4), "year 2": (4, 8), "years 3 to 5": (8, 20), "later years": (20, None)}
"""Quarters since the start of policy, up to its end."""


def run_measure(name: str) -> Callable[[_M], _M]:
    """Declare a measure of a run under a name."""

    def add(of: _M) -> _M:
        MEASURES[name] = of
        return of

    return add


@cache
def measures_version() -> str:
    """Return the version of the measures: a digest of their source. Runs of another version are measured anew."""
    return sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def under_policy(run: "Run", name: str, first: int = 0, last: int | None = None) -> np.ndarray:
    """Return an indicator by quarter while policy runs, from `first` to before `last` quarters after its start."""
    start, end = run.policy.start, run.policy.end
    stop = end if last is None else min(end, start + last)
    return run.series[name][start + first : max(stop, start + first)]


def _declare_sums() -> None:
    """Declare private and public R&D in each phase of YEARS, and over all quarters of policy."""

    def summed(name: str, first: int, last: int | None) -> Callable[["Run"], float]:
        return lambda run: float(under_policy(run, name, first, last).sum())

    for indicator in ("private_rd", "public_rd", "exploration_hours"):
        run_measure(indicator)(summed(indicator, 0, None))
        for phase, (first, last) in YEARS.items():
            run_measure(f"{indicator} in {phase}")(summed(indicator, first, last))


_declare_sums()


@run_measure("tfp_growth")
def _tfp_growth(run: "Run") -> float:
    return run.summary["tfp_growth"]


@run_measure("exploration_share")
def _exploration_share(run: "Run") -> float:
    """Return the share of R&D money that is spent on exploration, mean over the quarters of policy."""
    return _mean(under_policy(run, "exploration_share"))


@run_measure("duplication")
def _duplication(run: "Run") -> float:
    """Return the mean similarity of firms' R&D directions over the quarters of policy."""
    return _mean(under_policy(run, "duplication"))


@run_measure("adoption")
def _adoption(run: "Run") -> float:
    """Return adoption in the last quarter of policy."""
    found = under_policy(run, "adoption")
    return float(found[-1]) if found.size else np.nan


@run_measure("benefit")
def _benefit(run: "Run") -> float:
    """Return the present value of W + funds_cost * TAX + N, whose difference to no policy is the benefit.

    N is taxes less what is returned. So a rebate without cost has a benefit of 1 per unit of N.
    """
    raised = run.series["budget_raised"]
    return _present_value(run.series["welfare"] + run.parameters.funds_cost * raised + _net_taxes(run))


@run_measure("net_cost")
def _net_cost(run: "Run") -> float:
    """Return the present value of N, taxes less what is returned."""
    return _present_value(_net_taxes(run))


@run_measure("exit_slope")
def _exit_slope(run: "Run") -> float:
    """Return the slope of exit within a year on log productivity, over domestic sellers in every year of policy.

    Below 0 where productive firms leave less often.
    """
    assert run.firms is not None
    rows = {name: run.firms[name] for name in ("firm", "period", "productivity", "foreign")}
    firms, place = np.unique(rows["firm"], return_inverse=True)
    last = np.zeros(len(firms), int)
    np.maximum.at(last, place, rows["period"])
    end = min(run.policy.end, int(rows["period"].max()))
    watched = (rows["period"] % 4 == 0) & (rows["period"] + 4 <= end) & (rows["productivity"] > 0.0) & ~rows["foreign"]
    gone = (last[place] < rows["period"] + 4)[watched].astype(float)
    productive = np.log(rows["productivity"][watched])
    if gone.size < _FEWEST_CASES or productive.std() == 0.0:
        return np.nan
    return float(np.polyfit(productive, gone, 1)[0])


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else np.nan


def _net_taxes(run: "Run") -> np.ndarray:
    return run.series["budget_raised"] - run.series["budget_returned"]


def _present_value(flow: np.ndarray) -> float:
    return float(np.sum(flow / (1.0 + RATE) ** np.arange(len(flow))))
