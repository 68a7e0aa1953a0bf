"""The rule that turns numbers into verdicts, declared once and fixed before any claim was run at real size.

It treats both signs alike: with treatment and reference exchanged, "supported" and "contradicted" change places.
A positive value speaks for the claim.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import fdtrc, ndtr

from experiments.statistics import half_width

SUPPORTED, CONTRADICTED_CLAIM = "supported", "contradicted"
CONDITIONAL, UNDETERMINED = "conditional", "undetermined"
CLAIM_VERDICTS = {
    SUPPORTED: "The model supports the claim.",
    CONTRADICTED_CLAIM: "The model contradicts the claim.",
    CONDITIONAL: "It depends.",
    UNDETERMINED: "These runs do not decide.",
}
"""Verdicts in a word, and each in a sentence."""

SHARE_OF_SETS = 0.9
"""A cell has a sign where at least this share of parameter sets has it, without the noise of few seeds."""

FEWEST_SETS = 6
"""Fewer parameter sets, but for a single one, decide nothing: six of one sign have a p of 2 * 2^-6 = 0.03."""

SETS_DIFFER = 0.01
"""Parameter sets differ where the F test of their means (two-way layout, seeds as blocks) has a smaller p."""

SHARE_OF_CELLS = 0.9
"""A claim is supported where at least this share of the cells speaks for it, and none against it."""

SOME_CELLS = 0.25
"""A claim depends on something where less than that decides, but at least this share of the cells has a verdict.

Noise alone gives a verdict to one cell in 20, and cells share runs, so that several may have it at once.
"""

FOR, AGAINST, SPLIT, OPEN_CELL, UNEQUAL = "for", "against", "split", "open", "unequal money"
CELL_VERDICTS = (FOR, AGAINST, SPLIT, OPEN_CELL, UNEQUAL)
"""Verdicts on a cell. In a split one, parameter sets differ and less than SHARE_OF_SETS have the same sign."""


class Spread(NamedTuple):
    """The mean of a table of sets and seeds, its interval over seeds, and how far sets differ beyond what seeds do."""

    mean: float
    low_seeds: float
    high_seeds: float
    between: float  # standard deviation of the sets' true means, estimated
    p_sets: float  # of the F test that all sets have the same mean
    sets: int


def spread(values: np.ndarray) -> Spread:
    """Return the spread of values of shape (sets, seeds), of whole rows and columns without missing values.

    The interval is Student's t over seeds, of their means over sets. The sets' true means are taken for normal, with a
    variance of what the means' variance exceeds that of noise (random effects; Searle, Casella & McCulloch, 1992).
    """
    sets, seeds = values.shape
    if not sets or not seeds:
        return Spread(np.nan, np.nan, np.nan, 0.0, 1.0, sets)
    by_seed, by_set = values.mean(axis=0), values.mean(axis=1)
    mean = float(by_set.mean())
    half = float(half_width(by_seed.std(ddof=1), seeds)) if seeds > 1 else np.nan
    between, p_sets = 0.0, 1.0
    if sets > 1 and seeds > 1:
        rest = values - by_set[:, None] - by_seed[None, :] + mean
        freedom = sets - 1, (sets - 1) * (seeds - 1)
        noise, signal = (rest**2).sum() / freedom[1], seeds * by_set.var(ddof=1)
        if signal > 0.0:
            p_sets = float(fdtrc(*freedom, signal / noise)) if noise > 0.0 else 0.0
            between = float(np.sqrt(max(signal - noise, 0.0) / seeds)) if p_sets < SETS_DIFFER else 0.0
    return Spread(mean, mean - half, mean + half, between, p_sets, sets)


def share_of_sign(found: Spread) -> float:
    """Return the share of parameter sets whose true mean is positive: 0 or 1 where sets do not differ."""
    if found.between > 0.0:
        return float(ndtr(found.mean / found.between))
    return float(found.mean > 0.0) if found.mean else 0.5


def cell_verdict(found: Spread) -> str:
    """Return the verdict on a cell: FOR, AGAINST, SPLIT or OPEN_CELL."""
    if not np.isfinite(found.low_seeds) or 1 < found.sets < FEWEST_SETS:
        return OPEN_CELL
    share = share_of_sign(found)
    if found.low_seeds > 0.0 and share >= SHARE_OF_SETS:
        return FOR
    if found.high_seeds < 0.0 and 1.0 - share >= SHARE_OF_SETS:
        return AGAINST
    return SPLIT if found.between > 0.0 and 1.0 - SHARE_OF_SETS < share < SHARE_OF_SETS else OPEN_CELL


def claim_verdict(cells: list[str]) -> str:
    """Return the verdict on a claim from those on its cells. Cells without equal money do not count."""
    judged = [cell for cell in cells if cell != UNEQUAL]
    if not judged:
        return UNDETERMINED
    share = {name: judged.count(name) / len(judged) for name in (FOR, AGAINST, SPLIT)}
    if share[FOR] >= SHARE_OF_CELLS and not share[AGAINST]:
        return SUPPORTED
    if share[AGAINST] >= SHARE_OF_CELLS and not share[FOR]:
        return CONTRADICTED_CLAIM
    return CONDITIONAL if sum(share.values()) >= SOME_CELLS else UNDETERMINED
