"""The drawing of a frontier: the plane of two factors, the line of no difference, its band, and the points run."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from experiments.inquiries.inquiry import Picture

COLOURS_BY_INK = {"#1c2126": "PuOr", "#e4e7eb": "managua"}
"""Diverging colours for the ink of a light and of a dark page, distinct also for colour-blind readers."""


def draw_frontier(figure: Figure, picture: "Picture", colours: tuple[str, str]) -> None:
    """Draw the difference as colour, its sign's change as a line, the ends of its band as dashes, a dot per point.

    Hatches cover where money is not shown to be equal.
    """
    ink, paper = colours
    surface = picture.table[picture.table["part"] == "surface"]
    run = picture.table[picture.table["part"] == "run"]
    figure.set_size_inches(5.2, 4.9)
    axes = figure.add_subplot()
    names = [picture.labels["x"], picture.labels["y"]]
    x, y = (np.unique(surface[name].to_numpy(float)) for name in names)
    shape = (len(y), len(x))
    values = {name: surface[name].to_numpy(float).reshape(shape) for name in ("difference", "low", "high")}
    most = float(np.abs(values["difference"]).max()) or 1.0
    across = _scaled(axes.xaxis, x, picture.labels["x_scale"], axes.set_xscale)
    up = _scaled(axes.yaxis, y, picture.labels["y_scale"], axes.set_yscale)
    shown = axes.contourf(
        across, up, values["difference"], np.linspace(-most, most, 21), cmap=COLOURS_BY_INK.get(ink, "PuOr")
    )
    _line(axes, across, up, values["difference"], ink, "solid", 2.0)
    for end in ("low", "high"):
        _line(axes, across, up, values[end], ink, "dashed", 1.0)
    unequal = (surface["side"] == "unequal money").to_numpy().reshape(shape).astype(float)
    if unequal.any():
        axes.contourf(across, up, unequal, [0.5, 1.5], colors="none", hatches=["///"])
    at = [
        _place(run[name].to_numpy(float), levels, picture.labels[f"{side}_scale"])
        for name, levels, side in zip(names, (x, y), "xy", strict=True)
    ]
    axes.scatter(at[0], at[1], s=12, facecolors=paper, edgecolors=ink, linewidths=0.8, zorder=3, clip_on=False)
    axes.set(xlabel=names[0], ylabel=names[1])
    ticks = MaxNLocator(5, symmetric=True)
    figure.colorbar(shown, ax=axes, label=picture.labels["value"], location="bottom", aspect=30, ticks=ticks)


def _line(axes: Axes, x: np.ndarray, y: np.ndarray, values: np.ndarray, ink: str, style: str, width: float) -> None:
    """Draw where values are zero, if they are anywhere."""
    if values.min() < 0.0 < values.max():
        axes.contour(x, y, values, [0.0], colors=ink, linestyles=style, linewidths=width)


def _scaled(axis: Axis, values: np.ndarray, scale: str, set_scale: Callable[[str], Any]) -> np.ndarray:
    """Give an axis its scale and return the positions of its values."""
    if scale == "levels":
        axis.set_ticks(list(range(len(values))), labels=[f"{value:g}" for value in values])
    elif scale == "log":
        set_scale("log")
    return _place(values, values, scale)


def _place(values: np.ndarray, levels: np.ndarray, scale: str) -> np.ndarray:
    return np.searchsorted(levels, values).astype(float) if scale == "levels" else values
