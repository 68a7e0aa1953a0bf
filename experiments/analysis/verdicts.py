"""The reading of an interval: a difference for the better or the worse, and a claim of the essay met or contradicted.

Both readings treat the two sides alike: mirrored data give the mirrored reading.
"""

import numpy as np

from experiments.statistics import Interval

LEVEL = 0.05
"""Holm-adjusted p from which a difference that its interval shows is only weak."""

BETTER, WORSE, HIGHER, LOWER = "better", "worse", "higher", "lower"
OPEN_READING, IDENTICAL, NO_DATA, NOT_RANKED = "cannot tell", "identical", "no data", "not ranked"
WEAKLY = "weakly "
READINGS = (
    *(weak + word for word in (BETTER, WORSE, HIGHER, LOWER) for weak in ("", WEAKLY)),
    OPEN_READING, IDENTICAL, NO_DATA, NOT_RANKED,
)  # fmt: skip

AS_EXPECTED, CONTRADICTED, OPEN = "as the essay expects", "contradicts the essay", "open"
UNEQUAL_MONEY = "unequal money"


def sign(interval: Interval) -> int:
    """Return 1 or -1 when the interval lies on one side of zero, else 0: the data show no difference."""
    return int(interval.low > 0.0) - int(interval.high < 0.0)


def turned(interval: Interval) -> Interval:
    """Return the same difference taken the other way round."""
    return Interval(-interval.mean, -interval.high, -interval.low)


def reading(interval: Interval, better: str, p_holm: float = np.nan) -> str:
    """Return one of READINGS for a difference to the reference.

    `better` is the direction in which the indicator is better, or "". The reading is weak where the interval leaves
    out zero but Holm's adjusted test does not reject at LEVEL.
    """
    if not np.isfinite(interval.mean):
        return NO_DATA
    if sign(interval) == 0:
        return IDENTICAL if interval.mean == interval.low == interval.high else OPEN_READING
    word = comparatives(better)[0 if sign(interval) > 0 else 1]
    return f"{WEAKLY}{word}" if p_holm >= LEVEL else word


def comparatives(better: str) -> tuple[str, str]:
    """Return the words for a difference above zero and for one below, by the direction that is better."""
    return {"higher": (BETTER, WORSE), "lower": (WORSE, BETTER)}.get(better, (HIGHER, LOWER))


def essay_verdict(contrast: Interval, better: str, equal_money: bool = True) -> str | None:
    """Return the verdict on the essay's claim that the first pole of a contrast does better.

    The first pole is the application side, or the broad reach (`experiments.analysis.effects.CONTRASTS`). None where
    the indicator has no better direction.
    """
    if better not in ("higher", "lower"):
        return None
    if not np.isfinite(contrast.mean):
        return NO_DATA
    if not equal_money:
        return UNEQUAL_MONEY
    favoured = sign(contrast) * (1 if better == "higher" else -1)
    return {1: AS_EXPECTED, -1: CONTRADICTED, 0: OPEN}[favoured]
