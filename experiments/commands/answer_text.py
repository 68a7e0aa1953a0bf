"""The first screen of `nqpf compare`: the answer in at most ten lines of words, and one table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.analysis.benefit import HEADLINE_RATE
from experiments.analysis.effects import QUESTION
from experiments.analysis.precision import goal_sentences
from experiments.analysis.ranks import levels
from experiments.analysis.sentences import answer, counted, of_asked, over_ensemble, plain
from experiments.plain_text import (
    beside_names,
    places_for,
    plain_number,
    shortened,
    wrapped,
)
from model.indicators.summary import declaration

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison

MOST_LINES = 10
OVERVIEW = (*QUESTION, "time_to_50", "hhi")
"""Indicators of the table unless a study names its own outcomes, of which the first four are shown."""

SHORT_NAMES = {"useful_technology": "useful techn.", "time_to_50": "time to half", "hhi": "concen- tration"}
_GAP, _ENDS, _CELL = 8, 16, 8


def answer_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield what was compared, the answer in words and the table."""
    yield from wrapped(_head(comparison))
    yield ""
    unequal = [policy for policy, money in comparison.standing.items() if money == "unequal"]
    goal = goal_sentences(comparison.goal, of_asked(comparison.paired_seeds, len(comparison.seeds)), unequal)
    yield from fitting([*goal, *answer(comparison)])
    yield ""
    yield from _table_lines(comparison)


def fitting(sentences: list[str], most: int = MOST_LINES) -> list[str]:
    """Return sentences as lines, most important first, as many as fit."""
    lines: list[str] = []
    for paragraph in map(wrapped, sentences):
        if len(lines) + len(paragraph) <= most:
            lines += paragraph
    return lines


def _head(comparison: "Comparison") -> str:
    study = comparison.study
    return (
        f"{study.name}: {len(comparison.policies)} policies, {counted(study, comparison.whole_pairs.sum())} "
        f"({_span(comparison.seeds)}), {study.parameters.users} users, {study.parameters.horizon} quarters"
        + ("; budgets of a seed cut to what every arm could place" if study.match else "")
        + ("; all arms at the slowest arm's calendar" if study.timing == "yoked" else "")
    )


def _span(seeds: tuple[int, ...]) -> str:
    low, high = min(seeds), max(seeds)
    if len(seeds) == high - low + 1:
        return f"{low} to {high}" if high > low else f"seed {low}"
    return ", ".join(map(str, seeds[:5])) + (", ..." if len(seeds) > 5 else "")


class _Column(NamedTuple):
    """A column of the table: its heading of two lines, and the cell of each policy."""

    heading: tuple[str, str]
    cell: Callable[[str], str]


def _table_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield a row per policy: the first indicator in % of the reference, benefit-cost, and levels of the others."""
    table, reference = comparison.table, comparison.reference
    first, *others = [name for name in comparison.study.outcomes or OVERVIEW if name in set(table["indicator"])][:4]
    rows = table[table["indicator"] == first].set_index("policy")
    columns = [_benefit(comparison), *(_levels(comparison, name) for name in others)]
    in_percent = bool(rows["percent"].notna().any())
    head = _fitted(f"{plain(first)}, {'% of' if in_percent else 'less'} {reference}", _GAP + 1 + _ENDS)
    lines = [("", f"  {head:>{_GAP + 1 + _ENDS}}" + _cells(column.heading[0] for column in columns))]
    ends = f"{'diff.':>{_GAP}} {'95 % of sets' if comparison.study.sets > 1 else '95 % interval':>{_ENDS}}"
    lines.append(("policy", f"  {ends}" + _cells(column.heading[1] for column in columns)))
    gaps = rows[["difference", "low", "high"]].astype(float)
    gaps *= 100.0 / abs(rows["mean"][reference]) if in_percent else 1.0
    places = max(places_for(gaps.to_numpy().ravel()) - 1, 0)
    for policy in map(str, rows.index):
        mark = "?" if policy in comparison.assumed else "!" if comparison.standing[policy] == "unequal" else " "
        gap = _level(rows["mean"][policy]) if policy == reference else _gap(gaps.loc[policy], places)
        lines.append((policy, f"{mark} {gap}{_cells(column.cell(policy) for column in columns)}"))
    yield from beside_names(lines)
    yield from _marks(comparison)
    for sentence in over_ensemble(comparison.study):
        yield from wrapped(sentence)


def _cells(texts: Iterable[str]) -> str:
    return "".join(f" {text:>{_CELL}}" for text in texts)


def _level(mean: float) -> str:
    """Return the reference's own mean, to which the other rows are differences."""
    return f"{plain_number(mean, places_for([mean]), width=_GAP):>{_GAP}} {'(its mean)':>{_ENDS}}"


def _gap(gap: Mapping[str, float], places: int) -> str:
    """Return a difference and its interval in two columns."""
    interval = "-"
    if np.isfinite(gap["low"]):
        interval = f"[{plain_number(gap['low'], places, True, 6)}, {plain_number(gap['high'], places, True, 6)}]"
    if len(interval) > _ENDS:
        interval = f"[{gap['low']:+.0e}, {gap['high']:+.0e}]"
    return f"{plain_number(gap['difference'], places, True, _GAP):>{_GAP}} {interval:>{_ENDS}}"


def _marks(comparison: "Comparison") -> Iterator[str]:
    """Yield the meaning of the marks that the table has."""
    if "unequal" in comparison.standing.values():
        yield from wrapped("! not ranked: its money is not shown to equal the others'")
    if comparison.assumed:
        where = "" if comparison.responses is None else " (break-even: see the report)"
        yield from wrapped(f"? not ranked: rests on efficacies that nobody knows{where}")


def _benefit(comparison: "Comparison") -> _Column:
    """The benefit of each policy's money over its cost."""
    found = comparison.benefit["benefit_cost"]

    def cell(policy: str) -> str:
        return plain_number(found[policy], 2, width=_CELL)

    return _Column(("benefit-", f"cost {HEADLINE_RATE:g} %"), cell)


def _levels(comparison: "Comparison", name: str) -> _Column:
    """The level of an indicator: the mean over seeds, of a time the median."""
    found = levels(comparison.runs, name)
    places = places_for(found.values())
    is_time = declaration(name).kind == "time"

    def cell(policy: str) -> str:
        level = found.get(policy, np.nan)
        return "never" if np.isinf(level) else plain_number(level, 0 if is_time else min(places, 3), width=_CELL)

    first, _, second = SHORT_NAMES.get(name, plain(name)).partition(" ")
    return _Column((_fitted(first, _CELL), _fitted(second, _CELL)), cell)


def _fitted(text: str, width: int) -> str:
    return shortened([text], width)[text]
