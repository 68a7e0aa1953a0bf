"""The tables of `nqpf sweep`: plain text of at most 80 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.sentences import counted, over_ensemble
from experiments.plain_text import (
    NAME_ROOM,
    beside_names,
    places_for,
    plain_number,
    shortened,
    wrapped,
)
from model.indicators.summary import declaration

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.plane import Plane
    from experiments.analysis.sweep import Sweep

MOST_CELLS = 60
"""Rows of the boundary that are printed; the report has them all."""


def sweep_lines(swept: "Sweep", table: "pd.DataFrame") -> Iterator[str]:
    """Yield the sweep as text: its size, then a block per outcome with a row per policy."""
    study, failed = swept.study, int((swept.runs["status"] == "failed").sum())
    yield from wrapped(
        f"{study.name}: {swept.points} points over {', '.join(swept.factors) or 'no factor'}; {len(study.policies)} "
        f"policies, {counted(study)}; {len(swept.runs)} of {swept.asked} runs, {failed} failed; "
        f"paired differences to {study.reference}"
    )
    for indicator, block in table.groupby("indicator", sort=False):
        yield ""
        yield from _block_lines(str(indicator), block)
    yield ""
    yield from wrapped(
        "mean and quantiles: over points, of the mean paired difference; better: share of points in which the policy "
        f"does better than {study.reference}; points: the number with a difference."
    )
    for sentence in over_ensemble(study):
        yield from wrapped(sentence)
    if table["unequal_money"].any():
        yield from wrapped("! some points are without equal money and are left out of 'better'.")


def boundary_lines(
    swept: "Sweep", edge: "pd.DataFrame", one: str, other: str, plane: "Plane | None" = None
) -> Iterator[str]:
    """Yield the numbers behind the picture: a matrix where the plane is a grid, else a row per position."""
    from experiments.analysis.plane import Plane, gridded, in_words

    plane = plane or Plane(swept.factors[0], swept.factors[1])
    others = in_words(swept, plane)
    yield ""
    yield from wrapped(
        f"boundary: {swept.outcomes[0]} of {one} less {other}, over {plane.x} and {plane.y}"
        + (f", {others}" if others else "")
    )
    yield from (_matrix_lines if gridded(edge) else _position_lines)(edge)
    yield "* the interval leaves out zero, as by chance it would in 1 of 20 positions"
    if not edge["equal_money"].all():
        yield from wrapped(f"! without equal money: {one} or {other} did not spend the same, which is no merit")


def _mark(equal_money: bool, clear: bool) -> str:
    return "!" if not equal_money else "*" if clear else " "


def _matrix_lines(edge: "pd.DataFrame") -> Iterator[str]:
    """Yield the mean differences with the axis of more values down, in blocks of columns that fit the screen."""
    from experiments.analysis.boundary import decided

    across, down = edge.columns[:2]
    if edge[across].nunique() > edge[down].nunique():
        across, down = down, across
    places = places_for(edge["difference"])
    texts = [
        plain_number(gap, places, True, _CELL - 2) + _mark(equal, clear)
        for gap, equal, clear in zip(edge["difference"], edge["equal_money"], decided(edge), strict=True)
    ]
    cells = edge.assign(text=texts).pivot(index=down, columns=across, values="text")
    for first in range(0, cells.shape[1], _ACROSS):
        block = cells.iloc[:, first : first + _ACROSS]
        yield f"{down} by {across}"
        yield f"{'':17}" + "".join(f"{value:>{_CELL}.6g} " for value in block.columns).rstrip()
        for value, row in block.iterrows():
            yield (f"{value:<17.6g}" + "".join(f"{text:>{_CELL + 1}}" for text in row)).rstrip()


_CELL, _ACROSS = 11, 5
"""Width of a cell of the matrix without its mark, and the columns beside each other."""


def _position_lines(edge: "pd.DataFrame") -> Iterator[str]:
    """Yield a row per position, with its interval."""
    from experiments.analysis.boundary import decided

    x, y = edge.columns[:2]
    name = shortened([x, y], NAME_ROOM)
    yield f"{name[x]:<17} {name[y]:<17} {'difference':>10} {'95 % interval':>23} {'':1} {'n':>6}"
    places = places_for([*edge["difference"], *edge["low"], *edge["high"]])
    for row, clear in zip(edge.head(MOST_CELLS).itertuples(index=False), decided(edge), strict=False):
        interval = "-"
        if not np.isnan(row.low):
            interval = f"[{plain_number(row.low, places, True)}, {plain_number(row.high, places, True)}]"
        mark, difference = _mark(row.equal_money, clear), plain_number(row.difference, places, True)
        yield f"{row[0]:<17.6g} {row[1]:<17.6g} {difference:>10} {interval:>23} {mark:1} {row.n:>6}"
    if len(edge) > MOST_CELLS:
        yield f"... and {len(edge) - MOST_CELLS} more in the report"


def _block_lines(name: str, block: "pd.DataFrame") -> Iterator[str]:
    indicator = declaration(name)
    better = f", {indicator.better} is better" if indicator.better else ""
    yield from wrapped(f"{name} ({indicator.unit}{better})")
    head = f" {'mean':>10} {'5 %':>10} {'median':>10} {'95 %':>10} {'better':>6} {'':1} {'points':>6}"
    lines = [("policy", head)]
    shown = ["mean", "q05", "q50", "q95"]
    places = places_for(block[shown].to_numpy().ravel())
    for _, row in block.iterrows():
        figures = " ".join(f"{plain_number(row[column], places, True):>10}" for column in shown)
        share = "-" if np.isnan(row["share_better"]) else f"{row['share_better']:.0%}"
        mark = "!" if row["unequal_money"] else ""
        lines.append((row["policy"], f" {figures} {share:>6} {mark:1} {row['points']:>6}"))
    yield from beside_names(lines)
