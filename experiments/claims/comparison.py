"""A claim in a cell: its arms, which of several is the best, and by how much the treatment exceeds the reference."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from experiments.analysis.equal_money import MONEY_MARGIN
from experiments.claims.claim import HORIZON, RATE, Arm, Cell, Choice, Claim, Side
from experiments.claims.runs import RunValues, variant_of

_LEAST_SPENT = 1.0 - MONEY_MARGIN


class Compared(NamedTuple):
    """The difference in a cell, of shape (sets, seeds): above 0 it speaks for the claim.

    All NaN where a side has no arm with equal money. Times `scale` it is as it is shown. `best` are the arms that were
    chosen, by choice: first those of the treatment, then those of the reference.
    """

    gap: np.ndarray
    scale: float
    best: tuple[tuple[str, ...], ...]


def compare_in_cell(claim: Claim, cell: Cell, values: RunValues) -> Compared:
    """Return by how much the treatment exceeds the reference in a cell, in the direction that the claim expects."""
    measure = claim.outcome.measure.format(rate=cell.get(RATE, ""), horizon=cell.get(HORIZON, ""))
    better = 1.0 if claim.outcome.better == "higher" else -1.0
    sides, best = [], []
    for side in (claim.treatment, claim.reference):
        table, chosen = _side(side, cell, measure, better, values, claim.equal_money)
        sides.append(table)
        best += chosen
    treatment, reference = sides
    return Compared(claim.expected * (treatment - reference), _scale(claim, reference), tuple(best))


def _scale(claim: Claim, reference: np.ndarray) -> float:
    """Return the factor of a difference as it is shown: one for all sets and seeds, NaN for percent of nothing."""
    if claim.outcome.scale != "percent":
        return 100.0 if claim.outcome.scale == "share" else 1.0
    level = abs(float(np.nanmean(reference))) if np.isfinite(reference).any() else np.nan
    return 100.0 / level if level else np.nan


def _side(
    side: Side, cell: Cell, measure: str, better: float, values: RunValues, equal_money: bool
) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """Return the mean of a side's choices, and the arms that each of them chose."""
    tables, best = [], []
    for choice in side:
        table, chosen = _best(choice, cell, measure, better, values, equal_money)
        tables.append(table)
        best.append(chosen)
    return np.mean(tables, axis=0), best


def _best(
    choice: Choice, cell: Cell, measure: str, better: float, values: RunValues, equal_money: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the outcome of the best arm. Of several, that is the best on the other half of the seeds.

    So none is the best by the noise of the seeds that it is judged on (cross-fitting). One seed has no other half.
    """
    able = [arm for arm in choice if not equal_money or spends(arm, cell, values)]
    if not able:
        shape = next(iter(values.of.values())).shape[1:]
        return np.full(shape, np.nan), ()
    outcomes = np.array([_outcome(arm, cell, measure, values) for arm in able])
    names = [name_in_cell(arm, cell) for arm in able]
    if len(able) == 1:
        return outcomes[0], (names[0],)
    table, chosen = np.empty_like(outcomes[0]), []
    for half in _halves(outcomes.shape[2]):
        others = np.setdiff1d(np.arange(outcomes.shape[2]), half)
        means = better * _means(outcomes[:, :, others if others.size else half])
        first = int(np.argmax(np.where(np.isnan(means), -np.inf, means)))
        table[:, half] = outcomes[first][:, half]
        chosen.append(names[first])
    return table, tuple(chosen)


def _halves(seeds: int) -> Sequence[np.ndarray]:
    return [np.arange(first, seeds, 2) for first in range(min(2, seeds))]


def _means(outcomes: np.ndarray) -> np.ndarray:
    """Return means over sets and seeds of outcomes of shape (arms, sets, seeds), NaN where an arm has none."""
    known = np.isfinite(outcomes)
    count = known.sum(axis=(1, 2))
    total = np.where(known, outcomes, 0.0).sum(axis=(1, 2))
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def _outcome(arm: Arm, cell: Cell, measure: str, values: RunValues) -> np.ndarray:
    """Return the measure of an arm, or its gain over the base in percent of the base's level."""
    own = values.at(measure, variant_of(arm, cell))
    if arm.base is None:
        return own
    base = values.at(measure, variant_of(arm.base, cell))
    level = abs(float(np.nanmean(base))) if np.isfinite(base).any() else np.nan
    return 100.0 * (own - base) / (level or np.nan)


def spends(arm: Arm, cell: Cell, values: RunValues) -> bool:
    """Return whether an arm spends nearly all that it raises, on average. With nothing raised it does.

    All arms raise the same. A fund that gets equity back and spends it again costs taxpayers no more than others.
    """
    shares = values.at("share spent", variant_of(arm, cell))
    return not np.isfinite(shares).any() or float(np.nanmean(shares)) >= _LEAST_SPENT


def name_in_cell(arm: Arm, cell: Cell) -> str:
    """Return the instruments of an arm in a cell."""
    return variant_of(arm, cell)[1].name.partition(":")[0]
