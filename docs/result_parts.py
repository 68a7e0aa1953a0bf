"""Parts of pages that show committed tables of results: facts, comparisons, planes, the ensemble."""

import csv
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from docs.ensemble import PINNED, differ_at_most, distances, search_counts, values_met
from docs.facts import facts_of_table, policy_facts_of_table
from docs.markdown import shown, signed, table
from docs.patches import FILE as PATCHES
from docs.result import Result
from docs.results import stored
from experiments.evidence.policy_facts import NOT_BUILT, POLICY_FACTS
from experiments.fact_words import cited, range_in_words
from experiments.validation.facts import FACTS


def facts() -> Iterator[str]:
    """Yield a row per stylised fact: its target, the source of the target, and its value over the runs."""
    found = facts_of_table()
    rows = []
    for fact in FACTS.values():
        value = _significant(found[fact.name]["value"]) if fact.name in found else ""
        rows.append((f"`{fact.name}`", fact.meaning, fact.unit, f"{fact.low:g} to {fact.high:g}", value, fact.source))
    return table(["fact", "meaning", "unit", "target", "value", "source of the target"], rows)


def policy_facts() -> Iterator[str]:
    """Yield a row per published effect of policy with its value, and then those that cannot be measured."""
    header = ["fact", "treatment and statistic", "unit", "published", "value", "verdict", "source", "a failure means"]
    found = policy_facts_of_table()
    rows = [
        (f"`{fact.name}`", fact.treatment, fact.unit,
         range_in_words(*fact.published, fact.unit) if fact.published else "not at hand",
         *_with_verdict(found.get(fact.name)), fact.source, fact.failure)
        for fact in POLICY_FACTS.values()
    ]  # fmt: skip
    yield from table(header, rows)
    yield from ("", "Not built:", "")
    yield from (f"- {effect.finding} ({cited(effect.source)}). {effect.reason}" for effect in NOT_BUILT)


def _with_verdict(found: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the value of a policy fact with its interval, and its verdict."""
    if found is None or found["value"] is None:
        return "none", "none"
    value, low, high = (_significant(found[name]) for name in ("value", "lower", "upper"))
    return f"{value} [{low},\u00a0{high}]", found["verdict"]


def _significant(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"


def compared() -> Iterator[str]:
    """Yield the table of `nqpf compare`."""
    header = [
        "policy", "welfare", "benefit-cost", "return, % a quarter", "output at the end", "quarters to half adoption",
        "concentration (HHI)",
    ]  # fmt: skip
    signs, plain = ("output", "time_to_50", "hhi"), ("benefit_cost", "rate_of_return")
    rows = [
        [f"`{name}`", shown(row["welfare"]), *(row[column].value or "none" for column in plain),
         *(shown(row[column]) for column in signs)]
        for name, row in _by_row("compare").items()
    ]  # fmt: skip
    return table(header, rows)


def timed() -> Iterator[str]:
    """Yield welfare on own calendars and on the slowest arm's."""
    own, yoked = _by_row("compare"), _by_row("yoked")
    header = ["policy", "own calendar", "2 % a quarter", "slowest calendar", "2 % a quarter"]
    rows = [
        [f"`{name}`", *(shown(cells[column], False) for cells in (own[name], yoked[name]) for column in
         ("welfare", "welfare_r2"))]
        for name in yoked
    ]  # fmt: skip
    return table(header, rows)


def varied() -> Iterator[str]:
    """Yield the welfare of the 2x2 by what was changed."""
    return _plane("varied", "changed", "")


def patched() -> Iterator[str]:
    """Yield the welfare of the 2x2 by the rule that is put back, with intervals."""
    found: dict[str, list[str]] = {}
    for result in stored(PATCHES):
        found.setdefault(result.row, []).append(shown(result._replace(column="welfare")))
    policies_shown = dict.fromkeys(f"`{result.column}`" for result in stored(PATCHES))
    return table(["rule", *policies_shown], [[label, *cells] for label, cells in found.items()])


def starts() -> Iterator[str]:
    """Yield the welfare of the 2x2, and its benefit-cost, by the quarter in which policy starts."""
    found = _by_row("starts")
    names = [name for name in next(iter(found.values())) if not name.endswith(" benefit-cost")]
    rows = [
        [start, *(f"{shown(row[name], False)} ({row[f'{name} benefit-cost'].value or 'none'})" for name in names)]
        for start, row in found.items()
    ]
    return table(["from quarter", *names], rows)


def over_sets() -> Iterator[str]:
    """Yield the welfare of the 2x2 over the ensemble, by what facts cannot pin: range over sets, and share of sets."""
    return _nested_table("sets", "policy parameters")


def china_sets() -> Iterator[str]:
    """Yield the same with China's industries, over all sets and over those that meet the facts there."""
    return _nested_table("china_sets", "industries")


def _nested_table(name: str, first: str) -> Iterator[str]:
    found = {label: row for label, row in _by_row(name).items() if "rd_credit" in row}
    policies_shown = [column for column in next(iter(found.values())) if not column.endswith(" seeds")]
    rows = [[label, *(_with_sets(row[column]) for column in policies_shown)] for label, row in found.items()]
    return table([first, *policies_shown], rows)


def _with_sets(result: Result) -> str:
    """Return a mean over sets with the range of the middle 95 % of sets, and the share of sets with its sign."""
    low, high = signed(result.low), signed(result.high)
    return f"{signed(result.value)} [{low},\u00a0{high}] {float(result.mark):.0%}"


def pinned() -> Iterator[str]:
    """Yield prior and posterior of each parameter of the ensemble, and the facts that pin it."""
    with PINNED.open(newline="", encoding="utf-8") as lines:
        rows = [
            (f"`{row['parameter']}`", f"{float(row['low']):g} to {float(row['high']):g}",
             *(f"{float(row[name]):.3g}" for name in ("q05", "q50", "q95")), f"{float(row['width']):.0%}",
             ", ".join(f"`{fact}`" for fact in row["pinned_by"].split()))
            for row in csv.DictReader(lines)
        ]  # fmt: skip
    return table(["parameter", "range", "5 %", "median", "95 %", "filled", "pinned by"], rows)


_ALIKE = 0.12
"""The most by which the share of entrants should differ between 1,000 and 4,000 users."""


def ensemble() -> Iterator[str]:
    """Yield what the search for the ensemble came to, and the facts that not all sets meet."""
    count = search_counts()
    met = ((name, sets) for name, sets in values_met() if sets < count.sets)
    some = ", ".join(f"`{name}` ({sets})" for name, sets in sorted(met, key=itemgetter(1)))
    yield f"- There are {count.sets} parameter sets in `--ensemble default`."
    yield f"- They took {count.trials} trials of waves, of which {count.met} met the targets on the seeds of the waves."
    apart = distances()
    yield (
        f"- Two sets lie {apart.pair:.1f} apart in the median, in widths of the ranges over all parameters together. "
        f"Two points drawn evenly from the ranges lie {apart.even:.1f} apart. "
        f"{apart.near} sets lie within 1 of the first."
    )
    alike = differ_at_most("entrant_share", "entrant_share_4000", _ALIKE)
    yield f"- `entrant_share` and `entrant_share_4000` differ by at most {_ALIKE:g} in {alike} sets. No target asks it."
    yield f"- Facts whose value is out of range in some sets, with the number of sets in which it is not: {some}."


def exploration() -> Iterator[str]:
    """Yield application less selection by exploration and kappa."""
    return _plane("exploration", "exploration, share of hours", "kappa")


def dose() -> Iterator[str]:
    """Yield application less selection by budget and returns to concentration."""
    return _plane("dose", "budget, share of output", "lambda")


def _plane(name: str, first: str, second: str) -> Iterator[str]:
    rows = _by_row(name)
    columns = list(dict.fromkeys(result.column for result in _of(name)))
    header = [first, *(f"{second} {column}".strip() for column in columns)]
    return table(header, [[key, *(shown(row[column], False) for column in columns)] for key, row in rows.items()])


def resolutions() -> Iterator[str]:
    """Yield medians by the number of users."""
    rows = _by_row("resolution")
    header = ["users", "concentration (HHI)", "quarters to half adoption"]
    return table(header, [[f"{int(n):,}", row["hhi"].value, row["time_to_50"].value] for n, row in rows.items()])


def _of(name: str) -> list[Result]:
    return [result for result in stored() if result.table == name]


def _by_row(name: str) -> dict[str, dict[str, Result]]:
    found: dict[str, dict[str, Result]] = {}
    for result in _of(name):
        found.setdefault(result.row, {})[result.column] = result
    return found
