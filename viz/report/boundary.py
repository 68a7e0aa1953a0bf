"""The boundary between two policies as one self-contained page: a drawing as inline SVG, and its numbers as a table."""

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from experiments.analysis.boundary import changes_sign, count_readings, decided
from experiments.analysis.plane import Plane, axis_scale, in_words
from experiments.analysis.sentences import counted, over_ensemble
from experiments.analysis.verdicts import IDENTICAL, NO_DATA, NOT_RANKED, OPEN_READING, comparatives
from experiments.statistics import Interval
from experiments.study.addresses import ADDRESSES
from model.indicators.summary import declaration
from viz.figures.plane import draw_plane
from viz.report import pages, wording

if TYPE_CHECKING:
    from experiments.analysis.sweep import Sweep


def render_boundary(swept: "Sweep", edge: pd.DataFrame, one: str, other: str, plane: Plane | None = None) -> str:
    """Return the page as HTML; equal tables give equal bytes. `edge`: experiments.analysis.boundary.boundary's."""
    plane = plane or Plane(swept.factors[0], swept.factors[1])
    outcome = declaration(swept.outcomes[0])
    scales = [axis_scale(swept.study, name) for name in plane.axes]
    return pages.template("boundary.html").render(
        css=pages.style(),
        study=swept.study,
        points=swept.points,
        counted=wording.times(counted(swept.study)),
        outcome=outcome,
        one=one,
        other=other,
        factors=[_declared(name) for name in (*plane.axes, *plane.fixed, *plane.averaged)],
        others=in_words(swept, plane),
        ensemble=over_ensemble(swept.study),
        drawings={
            scheme: Markup(draw_plane(edge, f"{one} less {other}", scales, scheme)) for scheme in ("light", "dark")
        },
        rows=_rows(edge),
        crosses=changes_sign(edge),
        answer=_answer(edge, one, other, outcome.better),
        apart=NOT_RANKED in set(edge["reading"]),
    )


def _declared(address: str) -> dict[str, Any]:
    kind, field = ADDRESSES[address]
    entry = next(entry for entry in kind.declarations() if entry["name"] == field)
    return entry | {"name": address}


def _rows(edge: pd.DataFrame) -> list[dict[str, Any]]:
    decimals = wording.places([*edge["difference"], *edge["low"], *edge["high"]])
    rows = []
    for (x, y, n, *gap, _, reading), clear in zip(edge.itertuples(index=False, name=None), decided(edge), strict=True):
        interval = Interval(*gap)
        rows.append(
            {
                "position": [f"{x:g}", f"{y:g}"],
                "n": n,
                "mean": wording.number(interval.mean, decimals, signed=True),
                "span": wording.span(interval, decimals),
                "zero_left_out": "money not equal" if reading == NOT_RANKED else "yes" if clear else "no",
            }
        )
    return rows


def _answer(edge: pd.DataFrame, one: str, other: str, better: str) -> str:
    """The number of positions in which each of the two does better, and in which the data show no difference."""
    counts, (first, second) = count_readings(edge), comparatives(better)
    apart = counts.get(NOT_RANKED, 0)
    left_out = f" {apart} more are left out, as one of the two did not spend the same money there." if apart else ""
    undecided = sum(counts.get(name, 0) for name in (OPEN_READING, IDENTICAL, NO_DATA))
    return (
        f"Of {len(edge) - apart} positions, {one} is {first} than {other} in {counts.get(first, 0)} "
        f"and {second} in {counts.get(second, 0)}. "
        f"In {undecided} the data show no difference.{left_out} Each position is judged by itself: "
        "without any difference, 1 in 20 would show one by chance."
    )
