"""Drawings with a colour for each policy: curves along a factor, a dot per run, and boxes of a distribution."""

from collections.abc import Iterable
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from viz.figures.styles import OTHER_STYLES, POLICY_STYLES

if TYPE_CHECKING:
    from experiments.inquiries.inquiry import Picture

MOST_DOTS = 1500
"""Dots up to which each is a shape of its own. More are one image within the drawing."""

POLICY_MARKS = "osD^vPX*<>"
"""Marks of policies, so that colour is never the only difference."""


class _Look(NamedTuple):
    """The look of a policy: its colour and its mark."""

    colour: str
    mark: str


def draw_curve(figure: Figure, picture: "Picture", colours: tuple[str, str]) -> None:
    """Draw a line per policy with an interval at each value of a factor, over a line at zero."""
    table, labels = picture.table, picture.labels
    figure.set_size_inches(6.4, 4.4)
    axes = figure.add_subplot()
    axes.axhline(0.0, color=colours[0], linewidth=0.8)
    for name, look in _looks(table["policy"], colours).items():
        rows = table[table["policy"] == name]
        x, gap = rows[labels["x"]].to_numpy(float), rows["difference"].to_numpy(float)
        reach = np.abs(rows[["low", "high"]].to_numpy(float).T - gap)
        axes.errorbar(
            x, gap, np.nan_to_num(reach), color=look.colour, marker=look.mark, markersize=4.5, capsize=2, label=name
        )
    if labels["x_scale"] == "log":
        axes.set_xscale("log")
    axes.set(xlabel=labels["x"], ylabel=labels["value"])
    _finish(figure, axes)


def draw_scatter(figure: Figure, picture: "Picture", colours: tuple[str, str]) -> None:
    """Draw a dot per run. An axis of words has a place for each."""
    table, labels = picture.table, picture.labels
    figure.set_size_inches(6.4, 4.8)
    axes = figure.add_subplot()
    for name, look in _looks(table["policy"], colours).items():
        rows = table[table["policy"] == name]
        across = rows[labels["x"]]
        x = across.astype(str) if across.dtype == object else across.to_numpy(float)
        axes.scatter(
            x, rows[labels["y"]], s=13, alpha=0.6, color=look.colour, marker=look.mark, linewidths=0, label=name,
            rasterized=len(table) > MOST_DOTS,
        )  # fmt: skip
    axes.set(xlabel=labels["x"], ylabel=labels["y"])
    _finish(figure, axes)


def draw_boxes(figure: Figure, picture: "Picture", colours: tuple[str, str]) -> None:
    """Draw a box and its lines per policy from quantiles, a stroke at the median and a dot at the mean."""
    table = picture.table
    figure.set_size_inches(6.4, 1.2 + 0.42 * len(table))
    axes = figure.add_subplot()
    looks = _looks(table["policy"], colours)
    for place, row in enumerate(table.itertuples(index=False)):
        colour = looks[row.policy].colour
        axes.plot([row.q05, row.q95], [place, place], color=colour, linewidth=1.2)
        axes.barh(place, row.q75 - row.q25, left=row.q25, height=0.56, color=colour, alpha=0.35)
        axes.plot([row.q50, row.q50], [place - 0.28, place + 0.28], color=colour, linewidth=2.4)
        axes.plot(row.mean, place, "o", markersize=5, markerfacecolor=colours[1], markeredgecolor=colour)
    low, high = axes.get_xlim()
    if low < 0.0 < high:
        axes.axvline(0.0, color=colours[0], linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(table)), list(table["policy"]))
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlabel(picture.labels["value"])
    axes.spines[["top", "right", "left"]].set_visible(False)


def _looks(policies: Iterable[str], colours: tuple[str, str]) -> dict[str, _Look]:
    """Return the look of each policy, on light or on dark ground: its own colour where it has one."""
    dark, others = colours[1] != "#ffffff", cycle(OTHER_STYLES)
    looks = {}
    for place, name in enumerate(dict.fromkeys(policies)):
        style = POLICY_STYLES.get(name) or next(others)
        looks[name] = _Look(style.dark if dark else style.light, POLICY_MARKS[place % len(POLICY_MARKS)])
    return looks


def _finish(figure: Figure, axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc="outside upper left", frameon=False, ncols=3, fontsize=9)
