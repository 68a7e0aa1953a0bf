"""The tables of a decomposition, all of paired differences over the same seeds.

Swapping the two policies turns every difference, contribution and interaction round, and nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.nested import nested, over_sets
from experiments.analysis.verdicts import sign
from experiments.decomposition.laboratory import UNIT_RATE, MadeVariant
from experiments.decomposition.mechanism import Mechanism
from experiments.decomposition.quarters import split_at, windows
from experiments.statistics import Interval, holm, wilcoxon
from model.indicators.present_values import present_value_name
from model.indicators.summary import declaration

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-12
"""Share of an outcome that is rounding: welfare is a sum of some hundred numbers."""

GAP = ("difference", "low", "high")
MECHANISM_EFFECT = ("contribution", "contribution_low", "contribution_high")
MECHANISM_COLUMNS = (
    "mechanism", "words", "without", "weakened", "difference_without", "without_low", "without_high", *MECHANISM_EFFECT,
    "share", "n", "p_holm", "favours", "equal_money",
)  # fmt: skip
PAIR_EFFECT = ("interaction", "interaction_low", "interaction_high")
PAIR_COLUMNS = (
    "first", "second", "difference_without", "without_low", "without_high", *PAIR_EFFECT, "n", "equal_money",
)  # fmt: skip
QUARTER_COLUMNS = ("part", "from", "to", *GAP, "share", "n")
SETTING_COLUMNS = (
    "setting", *GAP, "n", "mean_one", "mean_other", "per_unit", "per_unit_low", "per_unit_high", "before_takeoff",
    "before_low", "before_high", "after_takeoff", "after_low", "after_high", "research_before_one",
    "research_before_other", "research_after_one", "research_after_other", "equal_money",
)  # fmt: skip


def by_mechanism(own: MadeVariant, singles: Sequence[MadeVariant], mechanisms: Iterable[Mechanism]) -> "pd.DataFrame":
    """Return a row per mechanism (MECHANISM_COLUMNS), the largest contribution first.

    `difference_without` is the difference where the mechanism is off. `contribution` is the paired difference less
    that, seed by seed: what the mechanism adds where all others are at work. `share` is of the whole difference.
    `p_holm` is Wilcoxon's, adjusted over all mechanisms. `favours` names the policy that the mechanism helps, "" where
    the data show no contribution. Contributions need not add up to the difference, since mechanisms work together.
    """
    import pandas as pd

    whole, rows = own.gap(), []
    better = declaration(own.outcome).better
    total = _number(whole)
    tests: list[float] = []
    for mechanism, made in zip(mechanisms, singles, strict=True):
        gap = made.gap()
        effect = _beyond_rounding(whole - gap, own)
        tests.append(wilcoxon(over_sets(effect).to_numpy()))
        found = nested(effect).interval
        row: dict[str, Any] = {"mechanism": mechanism.name, "words": mechanism.words, "without": mechanism.without}
        row |= {"weakened": mechanism.weakened, "n": int(effect.notna().sum())}
        row |= dict(zip(("difference_without", "without_low", "without_high"), nested(gap).interval, strict=True))
        row |= dict(zip(MECHANISM_EFFECT, found, strict=True)) | {"share": _share(found.mean, total)}
        rows.append(row | {"favours": favoured(own, found, better), "equal_money": made.equal_money})
    table = pd.DataFrame(rows, columns=list(MECHANISM_COLUMNS)).assign(p_holm=holm(tests))
    return table.sort_values("contribution", key=lambda values: -values.abs(), kind="stable", ignore_index=True)


def by_pair(own: MadeVariant, singles: Sequence[MadeVariant], pairs: Sequence[MadeVariant]) -> "pd.DataFrame":
    """Return a row per pair of mechanisms that were switched off (PAIR_COLUMNS), the largest interaction first.

    interaction = difference - without the first - without the second + without both: what the two contribute only
    together. It is above zero where one adds more to the difference while the other is at work.
    """
    import pandas as pd

    alone = {made.variant.off[0]: made.gap() for made in singles}
    whole, rows = own.gap(), []
    for made in pairs:
        first, second = made.variant.off
        gap = made.gap()
        both = _beyond_rounding(whole - alone[first] - alone[second] + gap, own)
        row: dict[str, Any] = {"first": first, "second": second, "n": int(both.notna().sum())}
        row |= dict(zip(PAIR_COLUMNS[2:5], nested(gap).interval, strict=True))
        row |= dict(zip(PAIR_EFFECT, nested(both).interval, strict=True))
        rows.append(row | {"equal_money": made.equal_money})
    table = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    return table.sort_values("interaction", key=lambda values: -values.abs(), kind="stable", ignore_index=True)


def by_quarter(own: MadeVariant) -> "pd.DataFrame":
    """Return when the difference arises (QUARTER_COLUMNS): in windows of the run, then before and after take-off.

    Take-off is the quarter in which the first of the two policies reaches adoption of 10 % under the same seed. Empty
    for an outcome that is no sum over quarters.
    """
    import pandas as pd

    quarters = own.quarters
    if quarters is None:
        return pd.DataFrame(columns=list(QUARTER_COLUMNS))
    total, rows = _number(quarters.sum(axis=1)), []
    parts: list[tuple[str, float, float, pd.Series]] = [
        (f"quarters {start} to {stop - 1}", start, stop, quarters.loc[:, start : stop - 1].sum(axis=1))
        for start, stop in windows(quarters.shape[1])
    ]
    early, late = split_at(quarters, own.takeoff)
    parts += [("before adoption of 10 %", np.nan, np.nan, early), ("from adoption of 10 % on", np.nan, np.nan, late)]
    for part, start, stop, gap in parts:
        found = nested(gap).interval
        row = {"part": part, "from": start, "to": stop - 1, "share": _share(found.mean, total), "n": len(gap)}
        rows.append(row | dict(zip(GAP, found, strict=True)))
    return pd.DataFrame(rows, columns=list(QUARTER_COLUMNS))


def by_setting(made: Sequence[MadeVariant]) -> "pd.DataFrame":
    """Return a row per variant (SETTING_COLUMNS), as those by start or by budget.

    `per_unit` is the difference in welfare per unit of money raised, both discounted alike, where the outcome is
    welfare: the mean of what the two raise counts. The next columns split the difference at take-off.
    `research_before_one` is public over planned private R&D under the first policy before take-off, and so forth.
    """
    import pandas as pd

    return pd.DataFrame([_setting(one) for one in made], columns=list(SETTING_COLUMNS))


def _setting(made: MadeVariant) -> dict[str, Any]:
    gap = made.gap()
    row: dict[str, Any] = {"setting": made.variant.label, "n": int(gap.notna().sum()), "equal_money": made.equal_money}
    row |= dict(zip(GAP, nested(gap).interval, strict=True))
    row |= {f"mean_{arm}": made.mean(name, made.outcome) for arm, name in _arms(made)}
    row |= dict(zip(SETTING_COLUMNS[7:10], _per_unit(made), strict=True))
    if made.quarters is not None:
        early, late = (nested(part).interval for part in split_at(made.quarters, made.takeoff))
        row |= dict(zip(SETTING_COLUMNS[10:16], (*early, *late), strict=True))
    for when in ("before", "after"):
        for arm, name in _arms(made):
            public, planned = (made.mean(name, f"{kind}_rd_{when}_takeoff") for kind in ("public", "planned"))
            row[f"research_{when}_{arm}"] = public / planned if planned > 0.0 else np.nan
    return row


def _arms(made: MadeVariant) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("one", made.one), ("other", made.other)


def _per_unit(made: MadeVariant) -> Interval:
    """Return discounted welfare per unit of discounted money raised, the mean of what the two raise."""
    raised = sum(made.mean(name, present_value_name("tax", UNIT_RATE)) for _, name in _arms(made)) / 2.0
    if made.outcome != "welfare" or not raised > 0.0:
        return Interval(np.nan, np.nan, np.nan)
    return Interval(*(value / raised for value in nested(made.gap(present_value_name("welfare", UNIT_RATE))).interval))


def favoured(own: MadeVariant, effect: Interval, better: str) -> str:
    """Return the policy that an effect on the difference speaks for, "" where the data show none."""
    ahead = sign(effect) * (-1 if better == "lower" else 1)
    return {1: own.one, -1: own.other, 0: ""}[ahead]


def _beyond_rounding(effect: "pd.Series", own: MadeVariant) -> "pd.Series":
    """Return an effect with 0 where it is no more than rounding of the two outcomes it is a difference of."""
    level = max(abs(own.mean(name, own.outcome)) for _, name in _arms(own))
    return effect.mask(effect.abs() <= ROUNDING * level, 0.0)


def _number(values: "pd.Series") -> float:
    return float(nested(values).mean)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
