"""The frontier in words: where one policy overtakes the other, how much of the area is decided, and at what cost.

Both policies are spoken of alike. Plain ASCII, so that every terminal shows it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.equal_money import MONEY_MARGIN
from experiments.analysis.sentences import plain
from experiments.analysis.verdicts import comparatives
from experiments.frontier.edge import ABOVE, BELOW, UNEQUAL
from experiments.frontier.result import ALL_EQUAL, NARROW_ENOUGH, NO_MONEY, NO_PAIRS, Frontier
from model.indicators.summary import declaration

if TYPE_CHECKING:
    import pandas as pd

SURE = 0.95
"""Chance of one sign everywhere from which there is no boundary."""


def frontier_sentences(found: Frontier) -> Iterator[str]:
    """Yield the answer, most important first."""
    if found.stopped == NO_PAIRS:
        yield f"No answer: too few pairs of runs of {found.one} and {found.other} succeeded."
        return
    if found.stopped == ALL_EQUAL:
        yield f"No boundary: {plain(found.outcome)} is the same under {found.one} and {found.other} at all points."
        return
    yield _headline(found)
    yield _area(found)
    yield _cost(found)
    yield _skill(found)
    if money := _money(found):
        yield money


def progress_sentence(found: Frontier) -> str:
    """Return how far a search is that has not ended."""
    most = found.study.design["runs"]
    apart = f", and on {_percent(found.area.unequal)} money is not shown to be equal" if found.area.unequal else ""
    return f"So far {len(found.runs)} of at most {most} runs: {_percent(found.area.open)} of the area is open{apart}."


def level_sentences(found: Frontier) -> Iterator[tuple[str, str]]:
    """Yield each level of the second factor, and where along the first one `one` does better or worse there."""
    if found.surface.empty or "difference" not in found.surface:
        return
    name = found.square.y.name
    for level in found.square.y.levels:
        value = found.square.y.reading(float(level))
        row = found.surface[np.isclose(found.surface[name], value, rtol=1e-9, atol=0.0)]
        changes = found.edge[np.isclose(found.edge[name].astype(float), value, rtol=1e-9, atol=0.0)]
        yield f"{name} = {value:.3g}", _at_level(found, row, changes)


def has_boundary(found: Frontier) -> bool:
    """Return whether each of the two is shown to do better somewhere, over all positions at once."""
    return found.sign.both


def _headline(found: Frontier) -> str:
    first, second = comparatives(declaration(found.outcome).better)
    subject = f"{found.one} is {{}} than {found.other} in {plain(found.outcome)}"
    above, below, _ = found.sign
    where = "wherever money is equal" if found.area.unequal else "everywhere"
    if found.stopped == NO_MONEY or found.area.unequal == 1.0:
        return (
            f"No answer: on {_percent(found.area.unequal)} of the area money is not shown to be equal, so that neither "
            "counts as ahead. A smaller budget may be spent by both."
        )
    if max(above, below) >= SURE:
        word = first if above > below else second
        return f"No boundary: {subject.format(word)} {where}, with probability {_chance(max(above, below))}."
    if not has_boundary(found):
        return (
            f"No boundary is shown: {subject.format(first)} {where} with probability {_chance(above)}, "
            f"{second} {where} with probability {_chance(below)}."
        )
    return f"There is a boundary over {found.square.x.name} and {found.square.y.name}. {_example(found)}"


def _example(found: Frontier) -> str:
    """Return the level at whose change of sign the band is narrowest, as a sentence."""
    texts = dict(level_sentences(found))
    known = found.edge[found.edge["known_below"] & found.edge["known_above"]]
    if known.empty:
        return "No level has a change of sign with both ends of its band within the range."
    narrowest = known.assign(width=(known["high"] - known["low"]).abs()).sort_values("width", kind="stable").iloc[0]
    level = f"{found.square.y.name} = {narrowest[found.square.y.name]:.3g}"
    return f"At {level}, {texts[level]}."


def _at_level(found: Frontier, row: "pd.DataFrame", changes: "pd.DataFrame") -> str:
    """Return where along the first factor the first policy does better, at one level of the second."""
    first, second = comparatives(declaration(found.outcome).better)
    sides = row["side"].value_counts(normalize=True)
    known = changes[changes["known_below"] | changes["known_above"]]
    if sides.get(UNEQUAL, 0.0) == 1.0:
        return "money is not shown to be equal"
    if not sides.get(ABOVE, 0.0) and not sides.get(BELOW, 0.0):
        return "cannot tell"
    if known.empty or not (sides.get(ABOVE, 0.0) and sides.get(BELOW, 0.0)):
        word, share = (first, sides.get(ABOVE, 0.0)) if sides.get(ABOVE, 0.0) else (second, sides.get(BELOW, 0.0))
        where = "everywhere" if share == 1.0 else f"on {_percent(share)} of the range and open on the rest"
        return f"{found.one} is {word} {where}"
    return ", ".join(_change(found, change, first, second) for change in known.to_dict("records"))


def _change(found: Frontier, change: dict[str, float], first: str, second: str) -> str:
    word = first if change["rises"] else second
    low = f"{change['low']:.3g}" if change["known_below"] else "below the range"
    high = f"{change['high']:.3g}" if change["known_above"] else "beyond the range"
    return f"{found.one} is {word} above {found.square.x.name} {change['value']:.3g} ({low} to {high})"


def _area(found: Frontier) -> str:
    first, second = comparatives(declaration(found.outcome).better)
    above, below, open_, unequal = map(_percent, found.area)
    apart = f", and on {unequal} money is not shown to be equal" if found.area.unequal else ""
    return (
        f"Of the area, {found.one} is {first} on {above} and {second} on {below}; {open_} is open{apart}. Each place "
        "is judged by itself: its 95 % interval leaves out zero."
    )


def _cost(found: Frontier) -> str:
    seeds = found.runs["seed"]
    ended = {NARROW_ENOUGH: "the band was narrow enough", NO_MONEY: "money was unequal"}.get(
        found.stopped, "the budget of runs was spent"
    )
    each = int(found.points["n"].max())
    return (
        f"{len(found.runs)} runs at {len(found.points)} points, {each} fresh seeds at each (seeds {seeds.min()} to "
        f"{seeds.max()}); the search ended since {ended}."
    )


_NO_SHAPE = " The surface predicts no better than its mean, so do not read its shape."


def _skill(found: Frontier) -> str:
    skill = found.skill
    if skill is None:
        return ""
    return (
        f"At points left out of the fit, R2 is {skill.r2:.2f} of at most {1.0 - skill.noise:.2f} (the rest is noise of "
        f"the seeds). The sign is right at {_percent(skill.signs)}, and 95 % intervals hold {_percent(skill.covered)}."
        f"{_NO_SHAPE if skill.r2 <= 0.0 else ''}"
    )


_NEAR = " Between points, money counts as equal only where its band is narrow enough to show it."


def _money(found: Frontier) -> str:
    apart = found.points[found.points["money_gap"].abs() > MONEY_MARGIN]
    if apart.empty:
        return f"Money is equal within {_percent(MONEY_MARGIN)} at every point."
    return (
        f"At {len(apart)} of {len(found.points)} points one of the two did not spend the same money (margin "
        f"{_percent(MONEY_MARGIN)}). Where that holds, neither counts as ahead: an effect of more money is no merit."
        f"{_NEAR if found.area.unequal > len(apart) / len(found.points) else ''}"
    )


def _chance(share: float) -> str:
    return "more than 0.99" if share > 0.99 else "less than 0.01" if share < 0.01 else f"{share:.2f}"


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"
