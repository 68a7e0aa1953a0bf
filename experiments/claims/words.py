"""A tried claim in plain words: short sentences, the same for terminal, report and documentation. Plain ASCII."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.analysis.sentences import listed, plain
from experiments.claims.claim import Axis
from experiments.claims.condition import Part, turns
from experiments.claims.grid import BUDGET
from experiments.claims.trial import Trial, TriedClaim
from experiments.claims.verdict import (
    AGAINST,
    CLAIM_VERDICTS,
    CONDITIONAL,
    FEWEST_SETS,
    FOR,
    OPEN_CELL,
    SPLIT,
    UNEQUAL,
)

_CELLS = {
    FOR: "are for the claim", AGAINST: "against it", SPLIT: "split between parameter sets", OPEN_CELL: "open",
    UNEQUAL: "without equal money",
}  # fmt: skip
_NEAR = 0.005


def first_line(trial: Trial) -> str:
    """Return a sentence on what the claims were tried over."""
    seeds = f"{len(trial.study.seeds)} paired seeds"
    found, smaller = trial.study.ensemble, " The grid is the smaller one of --quick." if trial.quick else ""
    if found is None:
        return (
            f"At the default parameters only, over {seeds}: no ensemble of accepted parameter sets was used. "
            f"What the facts leave open is not tried.{smaller}"
        )
    few = "" if len(found.members) >= FEWEST_SETS else f" Fewer than {FEWEST_SETS} sets decide nothing."
    sets = f"{len(found.members)} parameter set{'' if len(found.members) == 1 else 's'}"
    return f"Over {sets} of the ensemble {found.file} and {seeds}.{few}{smaller}"


def amount_of(value: float, unit: str) -> str:
    """Return a difference with its sign and unit, with two digits or none where it has more before the point."""
    if not np.isfinite(value):
        return "no value"
    return f"{figure(value)} {unit}"


def figure(value: float) -> str:
    """Return a number with its sign and two significant digits, as many as stand before the point at least."""
    if not np.isfinite(value):
        return "-"
    places = int(np.clip(1 - np.floor(np.log10(abs(value))), 0, 3)) if value else 0
    return f"{value:{'+' if round(value, places) else ''}z,.{places}f}"


def paragraph(tried: TriedClaim) -> list[str]:
    """Return the result of a claim in sentences, the verdict first."""
    sentences = [_verdict(tried), *_effect(tried), _counts(tried), *_extremes(tried)]
    if tried.verdict == CONDITIONAL:
        sentences += sentences_on_condition(tried)
    return [sentence for sentence in [*sentences, *_parameters(tried), *_best(tried)] if sentence]


def _verdict(tried: TriedClaim) -> str:
    """Return the verdict as a sentence. A conditional one says if no cell, or no set, is on the other side."""
    sides = tried.count(FOR) > 0, tried.count(AGAINST) > 0
    if tried.verdict != CONDITIONAL or tried.count(SPLIT) or all(sides):
        return CLAIM_VERDICTS[tried.verdict]
    said = ("supports", "contradicts") if sides[0] else ("contradicts", "supports")
    return f"The model {said[0]} the claim in a part of the grid, and {said[1]} it nowhere."


def _effect(tried: TriedClaim) -> list[str]:
    claim, (mean, low_sets, high_sets, low_seeds, high_seeds) = tried.claim, tried.raw
    if not np.isfinite(mean):
        return ["No cell has a value."]
    expects = "above" if claim.expected > 0 else "below"
    cells = "On average over the cells, " if len(tried.cells) > 1 else ""
    said = f"{cells}the difference in {claim.outcome.words} is {amount_of(mean, claim.outcome.unit)}."
    sentences = [f"{said[0].upper()}{said[1:]}", f"The essay expects it {expects} 0."]
    over = f"over {tried.seeds} seeds {_span(low_seeds, high_seeds)}"
    if tried.sets > 1:
        share = round(tried.share_sets * tried.sets)
        sentences += [
            f"95 % intervals: over {tried.sets} parameter sets {_span(low_sets, high_sets)}, {over}.",
            f"{share} of {tried.sets} parameter sets have the sign that the essay expects.",
        ]
    else:
        sentences.append(f"95 % interval {over}.")
    return sentences


def _span(low: float, high: float) -> str:
    return f"{figure(low)} to {figure(high)}"


def _counts(tried: TriedClaim) -> str:
    if len(tried.cells) == 1:
        return ""
    counts = [
        f"{tried.count(verdict)} {words}" for verdict, words in _CELLS.items() if tried.count(verdict) or verdict == FOR
    ]
    return f"Of {len(tried.cells)} cells of the grid, {listed(counts)}."


def _extremes(tried: TriedClaim) -> list[str]:
    """Return sentences on the worst and the best cell for the claim."""
    known = tried.cells.dropna(subset="mean")
    if len(known) < 2:
        return []
    found = []
    for word, place in (("Best", known["mean"].idxmax()), ("Worst", known["mean"].idxmin())):
        row = known.loc[place]
        number = amount_of(tried.claim.expected * float(row["mean"]), tried.claim.outcome.unit)
        found.append(f"{word} for the essay is {number}: {cell_in_words(tried.axes, row)}.")
    return found


def cell_in_words(axes: Iterable[Axis], row: Any) -> str:
    """Return the levels of a cell, as "displacement 0.5, budget 0.005"."""
    return ", ".join(f"{axis.words} {level_in_words(row[axis.name])}" for axis in axes)


def level_in_words(level: object) -> str:
    """Return a level of an axis."""
    return f"{level:.3g}" if isinstance(level, int | float | np.number) else plain(str(level))


def sentences_on_condition(tried: TriedClaim) -> list[str]:
    """Return sentences on where in the grid the claim holds, and where an effect changes its sign."""
    by_name = {axis.name: axis for axis in tried.axes}
    sentences = [_part(part, by_name) for part in tried.parts if part.levels]
    for axis in tried.axes:
        for place in turns(tried.cells, axis):
            sentences.append(f"The mean effect changes its sign at {axis.words} {place:.2g}.")
    return sentences


def _part(part: Part, axes: dict[str, Axis]) -> str:
    where = listed([f"{axes[name].words} {_or(levels)}" for name, levels in part.levels])
    rest = 1.0 - part.share_for - part.share_against - part.share_split
    shares = {
        "for": part.share_for, "against": part.share_against, "split between sets": part.share_split, "open": rest,
    }  # fmt: skip
    mostly = [f"{100.0 * share:.0f} % {word}" for word, share in shares.items() if share > _NEAR]
    return f"At {where}, {listed(mostly)} ({part.cells} cells)."


def _or(levels: Sequence[object]) -> str:
    words = [level_in_words(level) for level in levels]
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _parameters(tried: TriedClaim) -> list[str]:
    """Return a sentence on the parameters of sets that go with the effect."""
    if not tried.parameters:
        return []
    found = [f"{name} ({rank:+.2f})" for name, rank in tried.parameters]
    return [f"Between parameter sets, what speaks for the claim goes with {listed(found)}, by rank correlation."]


def _best(tried: TriedClaim) -> list[str]:
    """Return a sentence per choice on the instrument that is most often the best, at each budget."""
    if tried.instruments is None:
        return []
    groups = tried.instruments.groupby(["side", "choice"], sort=False)
    return [_most_often(block) for _, block in groups if block["instrument"].nunique() > 1]


def _most_often(block: pd.DataFrame) -> str:
    among = listed([plain(str(name)) for name in dict.fromkeys(block["instrument"])])
    found = []
    for budget, rows in block.groupby("budget", dropna=False, sort=False):
        at = "" if np.isnan(budget) else f" at a {BUDGET.words} of {100.0 * budget:.3g} %"
        if not rows["chosen"].notna().any() or rows["chosen"].max() <= 0.0:
            found.append(f"none, as none spends its money,{at}")
            continue
        row = rows.loc[rows["chosen"].idxmax()]
        found.append(f"{plain(str(row['instrument']))}{at} ({100.0 * row['chosen']:.0f} %)")
    return f"Of {among}, the best is most often {listed(found)}."
