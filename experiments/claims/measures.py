"""Measures of a run that claims compare. A run of LONGEST quarters serves every horizon, as policy ends before all."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from experiments.analysis.equal_money import SPENT

if TYPE_CHECKING:
    from model.simulation import Run

_M = TypeVar("_M", bound=Callable[["Run"], float])

CLAIM_MEASURES: dict[str, Callable[["Run"], float]] = {}
"""Measures by name."""

END = 160
"""The quarter before which an outcome is read that is no sum over a horizon."""

LONGEST = 240
CLAIM_RATES, CLAIM_HORIZONS = (0, 1, 2), (END, LONGEST)
"""Discount rates in % a quarter, and numbers of quarters over which welfare is counted."""

DECOUPLED_AT = 80
"""The quarter in which foreigners vanish where a claim is about decoupling."""

STAGE = 40
"""Quarters of an early and of a late stage: the first and the last up to END."""


def claim_measure(name: str) -> Callable[[_M], _M]:
    """Declare a measure of a run under a name."""

    def add(of: _M) -> _M:
        CLAIM_MEASURES[name] = of
        return of

    return add


@cache
def claim_measures_version() -> str:
    """Return the version of the measures: a digest of their source. Runs of another version are measured anew."""
    return sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def _declare_welfare() -> None:
    """Declare welfare at each rate up to each horizon."""

    def discounted(rate: int, horizon: int) -> Callable[["Run"], float]:
        return lambda run: _present_value(run.series["welfare"][:horizon], rate)

    for rate in CLAIM_RATES:
        for horizon in CLAIM_HORIZONS:
            claim_measure(f"welfare at {rate} % to {horizon}")(discounted(rate, horizon))


_declare_welfare()


@claim_measure("welfare per head")
def _welfare_per_head(run: "Run") -> float:
    """Return welfare up to END at 1 % a quarter, per unit of economic size."""
    return _present_value(run.series["welfare"][:END], 1) / (1000.0 * run.parameters.market_size)


@claim_measure("useful technology")
def _useful_technology(run: "Run") -> float:
    """Return useful technology in the last quarter before END."""
    return float(run.series["useful_technology"][:END][-1])


@claim_measure("early progress")
def _early_progress(run: "Run") -> float:
    """Return the growth of lab technology over the first STAGE quarters, as a log."""
    return _growth(run.series["lab_technology"][:STAGE])


@claim_measure("late progress")
def _late_progress(run: "Run") -> float:
    """Return the growth of lab technology over the last STAGE quarters before END, as a log."""
    return _growth(run.series["lab_technology"][:END][-STAGE:])


@claim_measure("late less early progress")
def _late_less_early(run: "Run") -> float:
    return _late_progress(run) - _early_progress(run)


@claim_measure("usefulness at withdrawal")
def _usefulness(run: "Run") -> float:
    """Return useful over lab technology in the last quarter of policy."""
    return float(run.series["usefulness_ratio"][: run.policy.end][-1])


@claim_measure("private R&D after withdrawal")
def _private_rd_after(run: "Run") -> float:
    """Return mean own R&D of domestic innovators from 8 to 12 quarters after the end of policy."""
    later = run.series["private_rd"][run.policy.end + 8 : run.policy.end + 12]
    return float(later.mean()) if later.size else np.nan


@claim_measure("bonsai exits")
def _bonsai_exits(run: "Run") -> float:
    return run.summary["bonsai_exit_excess"]


@claim_measure("time to take-off")
def _take_off(run: "Run") -> float:
    """Return the first quarter with adoption of 10 %, END where it comes later or never."""
    return float(np.fmin(run.summary["time_to_10"], END))


@claim_measure("what is left of a head start")
def _head_start(run: "Run") -> float:
    """Return the domestic share of units before END less half of that in quarter STAGE, NaN where none are sold."""
    share = run.series["domestic_share"][:END]
    return float(share[-1] - 0.5 * share[min(STAGE, share.size) - 1])


@claim_measure("output after decoupling")
def _after_decoupling(run: "Run") -> float:
    """Return the sum of output over the STAGE quarters from DECOUPLED_AT on."""
    later = run.series["output"][DECOUPLED_AT : DECOUPLED_AT + STAGE]
    return float(later.sum()) if later.size else np.nan


@claim_measure("share spent")
def _share_spent(run: "Run") -> float:
    """Return the share of the money raised that was spent, NaN where none was raised."""
    raised = run.series["budget_raised"].sum()
    return float(sum(run.series[name].sum() for name in SPENT) / raised) if raised > 0.0 else np.nan


def _present_value(flow: np.ndarray, rate: int) -> float:
    return float(np.sum(flow / (1.0 + rate / 100.0) ** np.arange(len(flow))))


def _growth(levels: np.ndarray) -> float:
    if not levels.size or not (levels[0] > 0.0 and levels[-1] > 0.0):
        return np.nan
    return float(np.log(levels[-1] / levels[0]))
