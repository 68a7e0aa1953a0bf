"""The drawing of a boundary: the plane of two factors, and where in it one policy gives way to the other.

It is drawn twice, for light and for dark pages. Text and lines take the page's own ink, so only colours differ.
"""

from collections.abc import Callable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation
from scipy.spatial import QhullError

from experiments.analysis.boundary import changes_sign, decided
from experiments.analysis.verdicts import NOT_RANKED

if TYPE_CHECKING:
    from experiments.inquiries.inquiry import Picture

COLOURS = {"light": "PuOr", "dark": "managua"}
"""Diverging colours, distinct also for colour-blind readers. Their middle is the ground of the page."""

INK, PAPER = "#010203", "#fdfcfb"
"""Stand for the page's ink and ground until the drawing is text."""

SIZE = (4.4, 4.3)
"""Inches. A phone shows the drawing at about its own size, so that its letters can be read."""

LABEL_ROOM = {"x": 34, "y": 22}
"""Characters of tick labels that fit beside each other on an axis: across by width, up by lines."""

MOST_SHAPES = 1500
"""Positions up to which each is a shape of its own. More are one image within the drawing."""

FEW = 12
"""Most values that are drawn as levels, evenly spaced, rather than on a linear axis."""

_STYLE: Any = {
    "svg.fonttype": "none", "axes.facecolor": "none", "font.size": 10, "text.color": INK, "axes.edgecolor": INK,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
}  # fmt: skip


def draw_plane(
    edge: pd.DataFrame, label: str, scales: Sequence[str] = ("linear", "linear"), scheme: str = "light"
) -> str:
    """Draw the plane as SVG: colour is the mean paired difference, the line where it is zero; a dot per position.

    `edge` is the table of experiments.analysis.boundary.boundary, `scales` those of its two axes
    (experiments.analysis.plane.axis_scale), `scheme` one of COLOURS. A filled dot is a difference for one of the two,
    an open dot shows none; a cross is a position without equal money.
    """
    known = edge[np.isfinite(edge["difference"].astype(float))]
    with rc_context({**_STYLE, "svg.hashsalt": scheme}):
        figure = Figure(figsize=SIZE, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.set(xlabel=str(edge.columns[0]), ylabel=str(edge.columns[1]), facecolor="none")
        if len(known):
            _draw_plane(figure, axes, known, label, scales, COLOURS[scheme], (INK, PAPER))
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None}, facecolor="none")
    drawn = text.getvalue()[text.getvalue().index("<svg") :]
    return drawn.replace(INK, "currentColor").replace(PAPER, "var(--paper)")


def draw_boundary(figure: Figure, picture: "Picture", colours: tuple[str, str]) -> None:
    """Draw a boundary as `draw_plane` does, as the picture of an inquiry."""
    known = picture.table[np.isfinite(picture.table["difference"].astype(float))]
    figure.set_size_inches(5.2, 4.9)
    axes = figure.add_subplot()
    axes.set(xlabel=picture.labels["x"], ylabel=picture.labels["y"])
    if len(known):
        scales = [picture.labels[f"{axis}_scale"] for axis in "xy"]
        scheme = "light" if colours[1] == "#ffffff" else "dark"
        _draw_plane(figure, axes, known, picture.labels["value"], scales, COLOURS[scheme], colours)


def _draw_plane(
    figure: Figure,
    axes: Axes,
    known: pd.DataFrame,
    label: str,
    scales: Sequence[str],
    colours: str,
    inks: tuple[str, str],
) -> None:
    ink, paper = inks
    gap = known["difference"].to_numpy(float)
    most = float(np.abs(gap).max()) or 1.0
    x = _scaled(axes.xaxis, known.iloc[:, 0].to_numpy(float), scales[0], axes.set_xscale)
    y = _scaled(axes.yaxis, known.iloc[:, 1].to_numpy(float), scales[1], axes.set_yscale)
    axes.margins(0.03)
    logs = (axes.get_xscale() == "log", axes.get_yscale() == "log")
    mesh = _triangulation(*(np.log(at) if log else at for at, log in zip((x, y), logs, strict=True)))
    if mesh is not None:
        mesh = Triangulation(x, y, mesh.triangles)
        filled = axes.tricontourf(mesh, gap, levels=np.linspace(-most, most, 21), cmap=colours)
        filled.set_rasterized(len(known) > MOST_SHAPES)
        if changes_sign(known):
            axes.tricontour(mesh, gap, levels=[0.0], colors=ink, linewidths=2.0)
    crosses, dots = (known["reading"] == NOT_RANKED).to_numpy(), decided(known).to_numpy()
    rings = ~crosses & ~dots
    shown = axes.scatter(x[dots], y[dots], s=42, c=gap[dots], cmap=colours, vmin=-most, vmax=most, edgecolors=ink)
    axes.scatter(x[rings], y[rings], s=42, facecolors=paper, edgecolors=ink)
    axes.scatter(x[crosses], y[crosses], s=42, marker="x", color=ink)
    for marks, width in zip(axes.collections[-3:], (2.4, 0.9, 1.6), strict=True):  # a filled dot is lost on its ground
        marks.set(clip_on=False, zorder=3, linewidths=width, rasterized=len(known) > MOST_SHAPES)
    bar = figure.colorbar(shown, ax=axes, label=label, location="bottom", aspect=30)
    bar.ax.locator_params(nbins=5)


def _scaled(axis: Axis, values: np.ndarray, scale: str, set_scale: Callable[[str], Any]) -> np.ndarray:
    """Give an axis its scale and ticks, and return the positions of values on it."""
    few = np.unique(values)
    if scale == "levels" and len(few) <= FEW:
        _name(axis, np.arange(len(few)), [f"{value:g}" for value in few])
        return np.searchsorted(few, values).astype(float)
    if scale == "log" and values.min() > 0.0:
        set_scale("log")
        if len(few) <= FEW:
            _name(axis, few, [f"{value:.3g}" for value in few])
    return values


def _name(axis: Axis, at: np.ndarray, labels: Sequence[str]) -> None:
    """Write ticks in plain numbers, as many as fit without overprinting: every second, third, ... of them."""
    across = isinstance(axis, XAxis)
    step = 1
    while len(labels[::step]) > 1 and _length(labels[::step], across) > LABEL_ROOM["x" if across else "y"]:
        step += 1
    axis.set_ticks(list(at), minor=False)
    axis.set_ticklabels([label if number % step == 0 else "" for number, label in enumerate(labels)])
    axis.set_ticks([], minor=True)


def _length(labels: Sequence[str], across: bool) -> int:
    """Return the room that labels need: characters and gaps across, lines up."""
    return sum(len(label) + 2 for label in labels) if across else len(labels)


def _triangulation(x: np.ndarray, y: np.ndarray) -> Triangulation | None:
    """Return Delaunay's triangles over positions on a common scale; None where they lie on a line."""
    spread = [float(np.ptp(values)) for values in (x, y)]
    if len(x) < 3 or not all(spread):
        return None
    try:
        return Triangulation(x / spread[0], y / spread[1])
    except (RuntimeError, ValueError, QhullError):
        return None
