"""A decomposition in words, the same words for both policies. Plain ASCII, so that every terminal shows it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.analysis.sentences import amount, counted, listed, named, over_ensemble, plain, size
from experiments.analysis.verdicts import LEVEL, sign
from experiments.decomposition.decomposition import Decomposition
from experiments.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

MOST_TOLD = 3
"""Mechanisms that the answer names. The table has the others."""


def why_sentences(found: Decomposition) -> Iterator[str]:
    """Yield the answer, most important first."""
    whole = found.whole.iloc[0]
    gap, level = _interval(whole), float(whole["mean_other"])
    if not whole["n"]:
        yield f"No answer: no pair of runs of {found.one} and {found.other} succeeded."
        return
    yield (
        f"{plain(found.outcome).capitalize()} under {found.one} less that under {found.other}: {size(gap, level)} over "
        f"{counted(found.study, [int(whole['n'])])}{_of_level(found, level)}."
    )
    yield from _mechanisms(found, gap)
    yield from filter(None, [_together(found), _when(found), _starts(found), _money(found)])
    yield from over_ensemble(found.study)


def _of_level(found: Decomposition, level: float) -> str:
    return f", in % of {found.other}'s {level:,.4g}" if level else ""


def _mechanisms(found: Decomposition, gap: Interval) -> Iterator[str]:
    """Yield sentences on the largest contributions: those that make the difference, and those against it."""
    clear = found.mechanisms[found.mechanisms["favours"] != ""]
    if found.mechanisms.empty:
        return
    if clear.empty:
        yield f"None of {len(found.mechanisms)} mechanisms is shown to contribute to it."
        return
    level = float(found.whole["mean_other"].iloc[0])
    ahead = sign(gap) or 1
    for word, side in (("Behind it", 1), ("Against it", -1)):
        rows = clear[clear["contribution"] * ahead * side > 0.0].head(MOST_TOLD)
        if len(rows):
            texts = [_mechanism(row, level) for row in rows.to_dict("records")]
            yield f"{word}, the largest first: {'; '.join(texts)}."
    weak = int((clear["p_holm"] >= LEVEL).sum())
    note = f" {weak} of them are weak: Holm's test over all leaves them open." if weak else ""
    yield (
        f"{len(clear)} of {len(found.mechanisms)} mechanisms are shown to contribute.{note} Each is switched off "
        "alone, so contributions need not add up."
    )


def _mechanism(row: dict[str, Any], level: float) -> str:
    """Return one mechanism with its contribution, and the difference that is left without it."""
    effect = Interval(row["contribution"], row["contribution_low"], row["contribution_high"])
    left = amount(row["difference_without"], level)
    weakened = "weakened" if row["weakened"] else "without it"
    return f"{row['mechanism']} ({row['words']}) adds {size(effect, level)}, and {weakened} {left} is left"


def _together(found: Decomposition) -> str:
    """Return a sentence on the pair of the largest interaction that the data show."""
    for row in found.pairs.to_dict("records"):
        effect = Interval(row["interaction"], row["interaction_low"], row["interaction_high"])
        if sign(effect):
            level = float(found.whole["mean_other"].iloc[0])
            return (
                f"Most together do {row['first']} and {row['second']}: {size(effect, level)} of the difference arises "
                "only where both are at work."
            )
    return ""


def _when(found: Decomposition) -> str:
    """Return a sentence on the half of the run in which the difference arises, and on take-off."""
    if found.quarters.empty or not found.whole["difference"].iloc[0]:
        return ""
    parts = found.quarters.set_index("part")["share"]
    windows = found.quarters.dropna(subset="from")
    first = windows.head(max(1, len(windows) // 4))
    early = f"quarters 0 to {first['to'].iloc[-1]:.0f}"
    return (
        f"Of the difference, {_percent(first['share'].sum())} arise in {early} and "
        f"{_percent(parts['before adoption of 10 %'])} before adoption of 10 % under either policy."
    )


def _starts(found: Decomposition) -> str:
    """Return a sentence on the same policies from other quarters on."""
    rows = found.starts[found.starts["n"] > 0].to_dict("records")
    if not rows:
        return ""
    per_unit = found.outcome == "welfare" and all(row["per_unit"] == row["per_unit"] for row in rows)
    name = "per_unit" if per_unit else "difference"
    unit = " per unit of money raised, both discounted at 1 % a quarter" if per_unit else ""
    said = [f"{row[name]:+.3g} from quarter {row['setting']}" for row in rows]
    return f"The same policies for 80 quarters, 40 quarters after their end{unit}: {listed(said)}."


def _money(found: Decomposition) -> str:
    """Return a sentence on variants in which the two did not spend the same money."""
    own = bool(found.whole["equal_money"].iloc[0])
    names = [str(name) for name in found.mechanisms.loc[~found.mechanisms["equal_money"].astype(bool), "mechanism"]]
    if own and not names:
        return ""
    part = "Money is not shown to be equal: part of the difference may be that of more money." if not own else ""
    apart = f"Without these, money is not shown to be equal: {named(names)}." if names and own else ""
    advice = "" if found.parts.match else " --match reruns both at an amount that each can spend."
    return f"{part or apart}{advice}"


def _interval(row: "pd.Series") -> Interval:
    return Interval(float(row["difference"]), float(row["low"]), float(row["high"]))


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"
