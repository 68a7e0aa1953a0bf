"""The answer of a comparison: per indicator, the 2x2's verdicts, the policies that differ, and which comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from experiments.analysis.effects import QUESTION
from experiments.analysis.over_seeds import by_seed, interval_over_seeds
from experiments.analysis.verdicts import WEAKLY, sign, turned
from experiments.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.comparison import Comparison


class Effect(NamedTuple):
    """An effect of the 2x2 and the verdict on the essay's claim (None where it makes none)."""

    interval: Interval
    verdict: str | None


class Lead(NamedTuple):
    """The first two policies by rank, and by how much the first is ahead, or the difference if it is not clear."""

    first: str
    second: str
    gap: Interval
    clear: bool
    all_ranked: bool


@dataclass(frozen=True)
class Finding:
    """The answer on one indicator.

    `effects` of the 2x2 by name, empty where a cell is missing. Policies that can be judged, largest difference to
    the reference first, each in one of five groups: `higher` and `lower`, `weakly_higher` and `weakly_lower` where
    Holm's adjusted test does not reject, and `open` where the data show no difference. `gaps` are their differences,
    `level` is the reference's mean. `lead` is None where fewer than two are ranked. `judged` is False where no policy
    but the reference had comparable money.
    """

    indicator: str
    effects: Mapping[str, Effect]
    judged: bool
    higher: tuple[str, ...]
    weakly_higher: tuple[str, ...]
    open: tuple[str, ...]
    weakly_lower: tuple[str, ...]
    lower: tuple[str, ...]
    gaps: Mapping[str, Interval]
    level: float
    lead: Lead | None


def findings(comparison: "Comparison") -> list[Finding]:
    """Return the answer on the essay's indicators, or on the table's first two where it has neither of them."""
    table = comparison.table
    known = [name for name, rows in table.groupby("indicator", sort=False) if rows["mean"].notna().any()]
    return [_finding(comparison, name) for name in [one for one in QUESTION if one in known] or known[:2]]


def _finding(comparison: "Comparison", name: str) -> Finding:
    table = comparison.table[comparison.table["indicator"] == name].set_index("policy")
    equal = [policy for policy, money in comparison.standing.items() if money == "equal"]
    rows = table[table.index.isin(equal) & (table.index != comparison.reference)]
    rows = rows[rows["difference"].notna()].sort_values("difference", ascending=False, kind="stable")
    gaps = {str(row.Index): Interval(row.difference, row.low, row.high) for row in rows.itertuples()}
    weak = {policy for policy in gaps if WEAKLY in rows["reading"][policy]}

    def group(wanted: int, weakly: bool = False) -> tuple[str, ...]:
        return tuple(policy for policy in gaps if sign(gaps[policy]) == wanted and (policy in weak) == weakly)

    judged = any(policy != comparison.reference for policy in equal)
    return Finding(
        indicator=name,
        effects=_effects(comparison, name),
        judged=judged,
        higher=group(1),
        weakly_higher=group(1, True),
        open=group(0),
        weakly_lower=group(-1, True),
        lower=group(-1),
        gaps=gaps,
        level=float(table["mean"][comparison.reference]),
        lead=_lead(comparison, name, table["rank"]) if judged else None,
    )


def _effects(comparison: "Comparison", name: str) -> dict[str, Effect]:
    rows = comparison.effects[comparison.effects["indicator"] == name]
    return {str(row.effect): Effect(Interval(row.mean, row.low, row.high), row.verdict) for row in rows.itertuples()}


def _lead(comparison: "Comparison", name: str, rank: "pd.Series") -> Lead | None:
    """The first two by rank and their paired difference, turned so that a clear lead is above zero."""
    ranked = rank.dropna().sort_values(kind="stable")
    if len(ranked) < 2:
        return None
    first, second = map(str, ranked.index[:2])
    values = by_seed(comparison.runs, comparison.policies, name)
    gap = interval_over_seeds(values[first] - values[second])
    clear = sign(gap) != 0
    return Lead(first, second, turned(gap) if clear and gap.mean < 0.0 else gap, clear, len(ranked) == len(rank))
