"""The drawing of a boundary: the plane of two factors, and where in it one policy gives way to the other."""

from io import StringIO

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation
from scipy.spatial import QhullError

from experiments.analysis.boundary import changes_sign, decided
from experiments.analysis.verdicts import NOT_RANKED

COLOURS = "PuOr"  # diverging, distinct also for colour-blind readers
DRAWN_IN_LOGS = 10.0  # ratio of the largest to the smallest value from which a positive factor is drawn in logs
MOST_TICKS = 8


def draw_plane(edge: pd.DataFrame, label: str) -> str:
    """Draw the plane as SVG: colour is the mean paired difference, the line where it is zero; a dot per position.

    `edge` is the table of experiments.analysis.boundary.boundary. A filled dot is a difference for one of the two, an
    open dot shows none; a cross is a position without equal money.
    """
    known = edge[np.isfinite(edge["difference"].astype(float))]
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
    x, y, gap = (known[column].to_numpy(float) for column in (known.columns[0], known.columns[1], "difference"))
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
        if changes_sign(known):
            axes.tricontour(mesh, gap, levels=[0.0], colors="black", linewidths=2.0)
    crosses, dots = (known["reading"] == NOT_RANKED).to_numpy(), decided(known).to_numpy()
    rings = ~crosses & ~dots
    shown = axes.scatter(x[dots], y[dots], s=42, c=gap[dots], cmap=COLOURS, vmin=-most, vmax=most, edgecolors="black")
    axes.scatter(x[rings], y[rings], s=42, facecolors="white", edgecolors="black")
    axes.scatter(x[crosses], y[crosses], s=42, marker="x", color="black")
    for marks, width in zip(axes.collections[-3:], (2.4, 0.9, 1.6), strict=True):  # a filled dot is lost on its ground
        marks.set(clip_on=False, zorder=3, linewidths=width)
    figure.colorbar(shown, ax=axes, label=label)


def _in_logs(values: np.ndarray) -> bool:
    return bool(values.min() > 0.0 and values.max() / values.min() >= DRAWN_IN_LOGS)


def _name_few(axis: Axis, values: np.ndarray) -> None:
    """Write ticks in plain numbers at the values themselves, where they are few."""
    few = np.unique(values)
    if len(few) <= MOST_TICKS:
        axis.set_ticks(list(few), [f"{value:g}" for value in few])
        axis.set_ticks([], minor=True)


def _triangulation(x: np.ndarray, y: np.ndarray) -> Triangulation | None:
    """Return Delaunay's triangles over positions on a common scale; None where they lie on a line."""
    spread = [float(np.ptp(values)) for values in (x, y)]
    if len(x) < 3 or not all(spread):
        return None
    try:
        return Triangulation(x / spread[0], y / spread[1])
    except (RuntimeError, ValueError, QhullError):
        return None
