"""Government: raises a budget, sees firms and problems imperfectly, and keeps or drops its champions."""

import math
from typing import NamedTuple

import numpy as np

from agents.compiled import rule
from agents.references import reference_type

NEVER = -1_000_000  # a quarter before any other


class Government(NamedTuple):
    """State of the government; I instruments, N slots, D domains."""

    purse: np.ndarray  # (I,): money carried per instrument; negative after an overrun
    chosen: np.ndarray  # (N,): whether the firm is a champion
    since: np.ndarray  # (N,): quarter in which the firm was last chosen or dropped
    plan: np.ndarray  # (D,): weights over domains, sum to 1
    score: np.ndarray  # (N,): what government believes of a firm


GovernmentRef = reference_type(Government)


@rule
def quarterly_budget(budget, initial_output, period, start, end, phase_out):
    """G = budget * Y_0 while the policy runs; it falls linearly to nothing over the last `phase_out` quarters."""
    if period < start or period >= end:
        return 0.0
    left = end - period
    fade = left / (phase_out + 1.0) if left <= phase_out else 1.0
    return budget * initial_output * fade


@rule
def subsidy_rate(purse, eligible_sales, cap):
    """Share of the price paid: min(cap, purse / (1.1 * last quarter's eligible sales)); the cap if there were none."""
    if purse <= 0.0:
        return 0.0
    if eligible_sales <= 0.0:
        return cap
    return min(cap, purse / (1.1 * eligible_sales))


@rule
def perceived(foresight, truth, error):
    """A firm's signal = phi * theta + sqrt(phi * (1 - phi)) * error, error standard normal.

    The best guess of theta from a noisy reading of reliability phi. A trace of the error breaks the ties that
    are left without any foresight.
    """
    return foresight * truth + (math.sqrt(foresight * (1.0 - foresight)) + 1e-9) * error


@rule
def blurred(foresight, truth, guess):
    """A weight of the plan = phi * true + (1 - phi) * random."""
    return foresight * truth + (1.0 - foresight) * guess


@rule
def keeps_champion(period, since, progress, patience):
    """A champion stays while its choice, or its last progress, is less than `patience` quarters old."""
    return period - max(since, progress) < patience
