"""The answer of a comparison: per indicator, the 2x2's verdicts, the policies that differ, and which comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from experiments.analysis.effects import QUESTION
from experiments.analysis.over_seeds import by_seed, interval_over_seeds
from experiments.analysis.statistics import Interval
from experiments.analysis.verdicts import WEAKLY, sign, turned

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
    the reference first: `higher`, `lower`, or `open` where the data show no difference. `weak`: those whose interval
    leaves out zero although Holm's adjusted test does not reject. `lead` is None where fewer than two are ranked.
    `judged` is False where no policy but the reference had comparable money.
    """

    indicator: str
    effects: Mapping[str, Effect]
    judged: bool
    higher: tuple[str, ...]
    open: tuple[str, ...]
    lower: tuple[str, ...]
    weak: tuple[str, ...]
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
    signs = {str(row.Index): sign(Interval(row.difference, row.low, row.high)) for row in rows.itertuples()}
    higher, open_, lower = (tuple(policy for policy in signs if signs[policy] == wanted) for wanted in (1, 0, -1))
    weak = tuple(str(policy) for policy in table.index if policy in signs and WEAKLY in table["reading"][policy])
    judged = any(policy != comparison.reference for policy in equal)
    lead = _lead(comparison, name, table["rank"]) if judged else None
    return Finding(name, _effects(comparison, name), judged, higher, open_, lower, weak, lead)


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
