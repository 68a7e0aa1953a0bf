"""The drawing of a decomposition: a difference, the contributions that are taken away, and what they leave."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from experiments.inquiries.inquiry import Picture

UP, DOWN, LEFT_OVER = "#2a76bd", "#b95a00", "#7d868f"
"""A bar towards more, a bar towards less, and the first and last bar. Colour-blind readers see them apart."""


def draw_waterfall(figure: Figure, picture: "Picture", colours: tuple[str, str]) -> None:
    """Draw a bar per row of `label, start, end`, the first on top, with the interval `low` to `high` of its length."""
    table = picture.table
    figure.set_size_inches(6.4, 1.2 + 0.32 * len(table))
    axes = figure.add_subplot()
    rows, last = np.arange(len(table)), len(table) - 1
    start, end = table["start"].to_numpy(float), table["end"].to_numpy(float)
    whole = np.isin(rows, (0, last))
    fills = np.where(whole, LEFT_OVER, np.where(end > start, UP, DOWN))
    axes.barh(rows, end - start, left=start, height=0.62, color=fills)
    for row in rows[:-1]:
        axes.plot([end[row]] * 2, [row, row + 1], color=colours[0], linewidth=0.6)
    known = np.isfinite(table["low"].to_numpy(float))
    sign = np.where(rows == 0, 1.0, -1.0)[known]
    ends = np.sort(start[known] + sign * table.loc[known, ["low", "high"]].to_numpy(float).T, axis=0)
    axes.hlines(rows[known], ends[0], ends[1], color=colours[0], linewidth=1.4)
    axes.axvline(0.0, color=colours[0], linewidth=0.8)
    axes.set_yticks(rows, list(table["label"]))
    axes.set_ylim(last + 0.5, -0.5)
    axes.set_xlabel(picture.labels["value"])
    axes.spines[["top", "right", "left"]].set_visible(False)
