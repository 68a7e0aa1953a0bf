"""The answer of an optimisation in words and as a table."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.sentences import counted, plain
from experiments.optimisation.mixes import mix_in_words
from experiments.plain_text import beside_names, places_for, plain_number, wrapped
from experiments.statistics import Interval

if TYPE_CHECKING:
    from experiments.optimisation.optimum import Optimum
    from experiments.optimisation.search import Candidate


def optimum_sentences(found: "Optimum") -> Iterator[str]:
    """Yield the answer: the best mix, how it stands against the best preset, and how far both may be believed."""
    declared = found.declared
    if not found.final:
        yield "No mix is shown to spend the same money as the reference, so that none can be called best."
    elif len(declared.objectives) == 1:
        yield from _best(found)
    else:
        first, second = map(plain, declared.objectives)
        yield (
            f"{len(found.final)} mixes are best for {first} and {second}: in the search no other beat one of them in "
            "both. The first is best for the first, the last for the second."
        )
    yield (
        f"{len(found.tried)} mixes of {', '.join(declared.space.instruments)} were tried on {counted(declared.study)}, "
        f"{sum(one.given_up for one in found.tried)} given up early, "
        f"{sum(not one.equal for one in found.tried)} without equal money. "
        f"The table is of {declared.fresh} fresh seeds, which the search has not seen."
    )
    if declared.space.calendar:
        yield "A calendar moves money between quarters and adds none. But money that is spent early works for longer."


def _best(found: "Optimum") -> Iterator[str]:
    declared, (best, *_) = found.declared, found.final
    (objective,), reference = declared.objectives, declared.study.reference
    seen = found.seen(best.policy.name)
    yield f"The best mix for {plain(objective)} is {mix_in_words(best.policy)}."
    yield (
        f"It changes {plain(objective)} by {_ends(best.gaps[0])} against {reference}. On the seeds that chose it, that "
        f"was {_ends(seen.gaps[0])}: the best of many tends to look better there than it is."
    )
    if not math.isnan(found.ahead.mean):
        yield f"{_against(found.ahead)} {found.rival}, the best preset of the search: by {_ends(found.ahead)}."
    if not best.equal:
        yield "! On fresh seeds its money is not shown to be equal."


def _against(ahead: Interval) -> str:
    if ahead.low > 0.0:
        return "It is better than"
    return "It is worse than" if ahead.high < 0.0 else "It is not shown to differ from"


def _ends(gap: Interval) -> str:
    places = max(places_for(gap) - 1, 0)
    mean, low, high = (plain_number(value, places, True) for value in gap)
    return f"{mean} [{low}, {high}]"


def policy_lines(found: "Optimum") -> Iterator[str]:
    """Yield a row per mix and preset with its differences to the reference on fresh seeds."""
    rows: list[tuple[str, str]] = []
    shown = (*found.final, *found.presets)
    head = "".join(f" {plain(name)[:28]:>28}" for name in found.declared.objectives)
    rows.append((f"less {found.declared.study.reference}", f"  {head}"))
    places = [
        max(places_for([end for one in shown for end in one.gaps[place]]) - 1, 0)
        for place in range(len(found.declared.objectives))
    ]
    for one in shown:
        rows.append((one.policy.name, f"{' ' if one.equal else '!'} {_cells(one, places)}"))
    yield from beside_names(rows)
    if not all(one.equal for one in shown):
        yield "! its money is not shown to be equal to the reference's"


def _cells(one: "Candidate", places: list[int]) -> str:
    cells = ""
    for gap, decimals in zip(one.gaps, places, strict=True):
        mean, low, high = (plain_number(value, decimals, True, 8) for value in gap)
        cells += f" {mean:>8} [{low:>8},{high:>8}]"
    return cells


def mix_lines(found: "Optimum") -> Iterator[str]:
    """Yield each final mix in words."""
    for one in found.final:
        yield from wrapped(f"{one.policy.name}: {mix_in_words(one.policy)}")
