"""Pictures of inquiries: one entry of DRAWINGS draws one kind. A table goes in, nothing is computed here."""

from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.inquiries.inquiry import Picture
from viz.figures.by_policy import draw_boxes, draw_curve, draw_scatter
from viz.figures.frontier import draw_frontier
from viz.figures.plane import draw_boundary
from viz.figures.waterfall import draw_waterfall

INKS = {"light": ("#1c2126", "#ffffff"), "dark": ("#e4e7eb", "#14181c")}
"""Ink and ground of a scheme."""

LOW, HIGH = "#b95a00", "#2a76bd"
"""The two ends of a factor. Colour-blind readers see them apart."""

DOTS_PER_INCH = 200


def as_svg(picture: Picture, scheme: str = "light") -> str:
    """Draw a picture as the text of an SVG with its text alternative, for a light or a dark page."""
    text = StringIO()
    with rc_context(_style(scheme)):
        figure = _figure(picture, INKS[scheme])
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": picture.words})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :]


def as_files(picture: Picture) -> dict[str, bytes]:
    """Return a picture as the contents of files by suffix: SVG and PNG as on paper, and its table as CSV."""
    image = BytesIO()
    with rc_context(_style("light")):
        figure = _figure(picture, INKS["light"])
        FigureCanvasAgg(figure)
        figure.savefig(image, format="png", dpi=DOTS_PER_INCH)
    return {
        "svg": as_svg(picture).encode(),
        "png": image.getvalue(),
        "csv": picture.table.to_csv(index=False).encode(),
    }


def _style(scheme: str) -> Any:
    ink, paper = INKS[scheme]
    inked = dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), ink)
    plain = {"svg.fonttype": "none", "svg.hashsalt": "nqpf", "font.size": 10, "text.parse_math": False}
    return {**plain, **inked, "axes.facecolor": paper, "figure.facecolor": paper, "savefig.facecolor": paper}


def _figure(picture: Picture, colours: tuple[str, str]) -> Figure:
    figure = Figure(layout="constrained")
    DRAWINGS[picture.kind](figure, picture, colours)
    return figure


def _draw_tornado(figure: Figure, picture: Picture, colours: tuple[str, str]) -> None:
    """Draw a bar per factor from the value at its lower to that at its upper end, the first factor on top."""
    table = picture.table
    figure.set_size_inches(6.4, 1.3 + 0.32 * len(table))
    axes = figure.add_subplot()
    rows = np.arange(len(table))
    for column, colour, name in (("low", LOW, "lowest tenth of the factor"), ("high", HIGH, "highest tenth")):
        axes.barh(rows, table[column], height=0.62, color=colour, label=name)
    axes.axvline(0.0, color=colours[0], linewidth=0.8)
    _name_rows(axes, table["factor"])
    axes.set_xlabel(picture.labels["value"])
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(loc="outside upper left", frameon=False, ncols=2)


def _draw_heat(figure: Figure, picture: Picture, colours: tuple[str, str]) -> None:
    """Draw a cell per row and column of a table whose first column names the rows. The number stands in the cell."""
    table = picture.table
    values = table.iloc[:, 1:].to_numpy(float)
    figure.set_size_inches(2.6 + 0.95 * values.shape[1], 1.2 + 0.32 * len(table))
    axes = figure.add_subplot()
    shown = axes.imshow(values, cmap="cividis", vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", color="#fff" if value < 0.5 else "#000")
    axes.set_xticks(range(values.shape[1]), table.columns[1:])
    _name_rows(axes, table.iloc[:, 0])
    axes.tick_params(length=0)
    figure.colorbar(shown, ax=axes, label=picture.labels["value"])


def _draw_trajectory(figure: Figure, picture: Picture, colours: tuple[str, str]) -> None:
    """Draw boxes by coverage and density: those on the way as a line, the one found, and the same held out."""
    table = picture.table
    figure.set_size_inches(4.6, 4.2)
    axes = figure.add_subplot()
    looks: dict[str, Any] = {
        "peeling": {"marker": ".", "color": "#7d858c"},
        "found": {"marker": "o", "color": HIGH, "linestyle": ""},
        "held out": {"marker": "s", "color": LOW, "linestyle": ""},
    }
    for step, rows in ((step, table[table["step"] == step]) for step in looks):
        axes.plot(rows["coverage"], rows["density"], label=step, **looks[step])
    axes.set(xlabel="coverage", ylabel="density", xlim=(0, 1.03), ylim=(0, 1.03))
    axes.set_title(picture.labels["title"], fontsize=9, wrap=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def _name_rows(axes: Axes, names: Any) -> None:
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.5, -0.5)


DRAWINGS: dict[str, Callable[[Figure, Picture, tuple[str, str]], None]] = {
    "tornado": _draw_tornado,
    "heat": _draw_heat,
    "trajectory": _draw_trajectory,
    "frontier": draw_frontier,
    "waterfall": draw_waterfall,
    "plane": draw_boundary,
    "curve": draw_curve,
    "scatter": draw_scatter,
    "boxes": draw_boxes,
}
"""Kinds of picture, and the functions that draw them: figure, picture, ink and ground."""
