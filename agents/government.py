"""Government: raises a budget, sees firms and problems imperfectly, and keeps or drops its champions."""

import math
from typing import Annotated, NamedTuple

import numpy as np

from agents.kernel.arithmetic import exp
from agents.kernel.decorators import inlined_rule
from agents.kernel.fields import DRAWN, KEPT, Field

NEVER = -1_000_000  # a quarter before any other


class GovernmentState(NamedTuple):
    """State of the government. I instruments, N slots, D domains, T quarters."""

    # fmt: off
    purse: Annotated[np.ndarray, Field("I", "money", "carried per instrument. Negative after an overrun")]
    placed: Annotated[np.ndarray, Field("T, I", "money", "placed per quarter and instrument, net of administration and leakage")]
    chosen: Annotated[np.ndarray, Field("N", "", "the firm is a champion", bool, first=False, entrant=KEPT)]
    since: Annotated[np.ndarray, Field("N", "quarter", "quarter in which the firm was last chosen or dropped", np.int64, first=NEVER, entrant=NEVER)]
    backed: Annotated[np.ndarray, Field("N", "", "the firm's local government backs it by equity", bool, first=False, entrant=KEPT)]
    backed_since: Annotated[np.ndarray, Field("N", "quarter", "quarter in which it last took it up or dropped it", np.int64, first=NEVER, entrant=NEVER)]
    plan: Annotated[np.ndarray, Field("D", "share", "weights over domains, sum to 1", first=DRAWN)]
    reported: Annotated[np.ndarray, Field("D", "reports", "heard by all firms, remembered as a firm remembers them")]
    roadmap: Annotated[np.ndarray, Field("D", "share", "weights over domains shown to all, sum to 1", first=DRAWN)]
    fashion: Annotated[np.ndarray, Field("D", "share", "mean direction of R&D of the firms that local governments back, sums to 1", first=DRAWN)]
    score: Annotated[np.ndarray, Field("N", "", "z-score that government gives a firm", entrant=KEPT)]
    # fmt: on


@inlined_rule
def subsidy_rate(purse: float, eligible_sales: float, cap: float) -> float:
    """Share of the price paid: min(cap, purse / (1.1 * last quarter's eligible sales)); the cap if there were none."""
    if purse <= 0.0:
        return 0.0
    if eligible_sales <= 0.0:
        return cap
    return min(cap, purse / (1.1 * eligible_sales))


@inlined_rule
def perceived(foresight: float, truth: float, error: float) -> float:
    """Return a firm's signal = phi * theta + sqrt(phi * (1 - phi)) * error, error standard normal.

    The best guess of theta from a noisy reading of reliability phi. A trace of the error breaks the ties that
    are left without any foresight.
    """
    return foresight * truth + (math.sqrt(foresight * (1.0 - foresight)) + 1e-9) * error


@inlined_rule
def insight(foresight: float, efficacy: float, spending: float) -> float:
    """Return foresight with an observatory = phi + (1 - phi) * [1 - exp(-efficacy * spending)].

    `spending` is a share of Y_0.
    """
    return foresight + (1.0 - foresight) * (1.0 - exp(-efficacy * spending))


@inlined_rule
def consensus(reported: float, plan: float, plan_weight: float) -> float:
    """Return a weight of the roadmap = (1 - a) * share of pooled reports + a * plan."""
    return (1.0 - plan_weight) * reported + plan_weight * plan


@inlined_rule
def repayment(dividends: float, share: float, outstanding: float) -> float:
    """Return the equity that a firm repays: a share of its dividends, at most the amount outstanding."""
    return min(share * dividends, outstanding)


@inlined_rule
def blurred(foresight: float, truth: float, guess: float) -> float:
    """Return a weight of the plan = phi * true + (1 - phi) * random."""
    return foresight * truth + (1.0 - foresight) * guess


@inlined_rule
def keeps_champion(period: int, since: int, progress: int, patience: int) -> bool:
    """Return whether a champion stays: its choice or its last progress is less than `patience` quarters old."""
    return period - max(since, progress) < patience
