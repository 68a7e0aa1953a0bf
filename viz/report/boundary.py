"""The boundary between two policies: where in the plane of two factors the one gives way to the other.

One self-contained page with a drawing as inline SVG and the figures behind it as a table.
"""

from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation
from scipy.spatial import QhullError

from experiments.analysis.effects import sign
from experiments.analysis.statistics import Interval
from experiments.study.addresses import ADDRESSES
from model.indicators.summary import declaration
from viz.report import wording

if TYPE_CHECKING:
    from experiments.analysis.sweep import Sweep

COLOURS = "PuOr"  # diverging, told apart by the colour-blind
DRAWN_IN_LOGS = 10.0  # ratio of the largest to the smallest value from which a factor above zero is
MOST_TICKS = 8


def render_boundary(swept: "Sweep", edge: pd.DataFrame, one: str, other: str) -> str:
    """The page as HTML; equal tables give equal bytes. `edge` is what `experiments.analysis.sweep.boundary` returns."""
    outcome = declaration(swept.outcomes[0])
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"capital": wording.capital, "plain": wording.plain}
    page = environment.from_string(files("viz.report").joinpath("boundary.html").read_text(encoding="utf-8"))
    return page.render(
        css=Markup(files("viz.report").joinpath("report.css").read_text(encoding="utf-8")),
        study=swept.study,
        points=swept.points,
        outcome=outcome,
        one=one,
        other=other,
        factors=[_declared(name) for name in swept.factors],
        drawing=Markup(draw_plane(edge, f"{one} less {other}")),
        rows=_rows(edge),
        crosses=bool((edge["difference"] > 0.0).any() and (edge["difference"] < 0.0).any()),
        answer=_answer(edge, one, other, outcome.better),
        apart=not edge["equal_money"].astype(bool).all(),
    )


def draw_plane(edge: pd.DataFrame, label: str) -> str:
    """The plane as SVG: colour is the mean paired difference, the line where it is zero; a dot per place.

    `edge` has the two factors as its first columns, then `n, difference, low, high, equal_money`. A filled dot's 95 %
    interval leaves out zero; a cross is a place without equal money.
    """
    known = edge[np.isfinite(edge["difference"].astype(float))].astype(float)
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "boundary", "font.size": 10}):
        figure = Figure(figsize=(7.4, 4.8), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.set(xlabel=str(edge.columns[0]), ylabel=str(edge.columns[1]))
        if len(known):
            _draw_plane(figure, axes, known, label)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None}, facecolor="white")
    return text.getvalue()[text.getvalue().index("<svg") :]


def _draw_plane(figure: Figure, axes: Axes, known: pd.DataFrame, label: str) -> None:
    x, y, gap = (known[column].to_numpy() for column in (known.columns[0], known.columns[1], "difference"))
    most = float(np.abs(gap).max()) or 1.0
    for scale, axis, values in ((axes.set_xscale, axes.xaxis, x), (axes.set_yscale, axes.yaxis, y)):
        if _in_logs(values):
            scale("log")
            _name_few(axis, values)
    axes.margins(0.03)
    mesh = _triangulation(*(np.log(values) if _in_logs(values) else values for values in (x, y)))
    if mesh is not None:
        mesh = Triangulation(x, y, mesh.triangles)
        axes.tricontourf(mesh, gap, levels=np.linspace(-most, most, 21), cmap=COLOURS)
        if gap.min() < 0.0 < gap.max():
            axes.tricontour(mesh, gap, levels=[0.0], colors="black", linewidths=2.0)
    equal = (known["equal_money"] > 0.0).to_numpy()
    told = ((known["low"] > 0.0) | (known["high"] < 0.0)).to_numpy() & equal
    shown = axes.scatter(x[told], y[told], s=42, c=gap[told], cmap=COLOURS, vmin=-most, vmax=most, edgecolors="black")
    open_dots = equal & ~told
    axes.scatter(x[open_dots], y[open_dots], s=42, facecolors="white", edgecolors="black")
    axes.scatter(x[~equal], y[~equal], s=42, marker="x", color="black")
    for dots, width in zip(axes.collections[-3:], (2.4, 0.9, 1.6), strict=True):  # a filled dot is lost on its ground
        dots.set(clip_on=False, zorder=3, linewidths=width)
    figure.colorbar(shown, ax=axes, label=label)


def _in_logs(values: np.ndarray) -> bool:
    return bool(values.min() > 0.0 and values.max() / values.min() >= DRAWN_IN_LOGS)


def _name_few(axis: Axis, values: np.ndarray) -> None:
    """Ticks in plain numbers at the values themselves, where they are few."""
    few = np.unique(values)
    if len(few) <= MOST_TICKS:
        axis.set_ticks(list(few), [f"{value:g}" for value in few])
        axis.set_ticks([], minor=True)


def _triangulation(x: np.ndarray, y: np.ndarray) -> Triangulation | None:
    """Delaunay's triangles over places on a common scale; None where they lie on a line."""
    spread = [float(np.ptp(values)) for values in (x, y)]
    if len(x) < 3 or not all(spread):
        return None
    try:
        return Triangulation(x / spread[0], y / spread[1])
    except (RuntimeError, ValueError, QhullError):
        return None


def _declared(address: str) -> dict[str, Any]:
    kind, field = ADDRESSES[address]
    entry = next(entry for entry in kind.declarations() if entry["name"] == field)
    return entry | {"name": address}


def _rows(edge: pd.DataFrame) -> list[dict[str, Any]]:
    decimals = wording.places([*edge["difference"], *edge["low"], *edge["high"]])
    rows = []
    for x, y, n, *gap, equal in edge.itertuples(index=False, name=None):
        interval = Interval(*gap)
        rows.append(
            {
                "place": [f"{x:g}", f"{y:g}"],
                "n": n,
                "mean": wording.number(interval.mean, decimals, signed=True),
                "span": wording.span(interval, decimals),
                "told": ("yes" if sign(interval) else "no") if equal else "money not equal",
            }
        )
    return rows


def _answer(edge: pd.DataFrame, one: str, other: str, better: str) -> str:
    """In how many places each of the two does better, beyond doubt, and in how many it cannot be told."""
    ranked = edge[edge["equal_money"].astype(bool)]
    signs = [sign(Interval(*gap)) for gap in ranked[["difference", "low", "high"]].itertuples(index=False, name=None)]
    words = {"higher": ("better", "worse"), "lower": ("worse", "better")}.get(better, ("higher", "lower"))
    apart = len(edge) - len(ranked)
    said = f" {apart} more are left out: there one of the two did not spend the same money." if apart else ""
    return (
        f"Of {len(signs)} places, {one} is {words[0]} than {other} in {signs.count(1)}, {words[1]} in "
        f"{signs.count(-1)}; in {signs.count(0)} no difference can be told.{said} Each place is judged by itself: "
        "without any difference, 1 in 20 would be told apart by chance."
    )
