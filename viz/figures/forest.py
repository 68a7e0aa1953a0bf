"""The drawing of a claim: its effect with both intervals and each parameter set, then the levels of the grid."""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from viz.figures.charts import drawing, ticks

ACROSS = 360  # in units of the drawing
LABELS, END, ROW, TOP, BELOW = 128, 10, 16, 26, 34


class ForestRow(NamedTuple):
    """A row: a label, a mean, a thin line from `low` to `high` and a thick one within, or a `heading` alone.

    `points` are small marks on the line. A row without mean has its label and nothing drawn.
    """

    label: str
    mean: float = np.nan
    low: float = np.nan
    high: float = np.nan
    inner: tuple[float, float] = (np.nan, np.nan)
    points: Sequence[float] = ()
    heading: bool = False


def forest_chart(rows: Sequence[ForestRow], expected: int, unit: str, description: str) -> str:
    """Draw rows on one axis with zero in it. The side of zero that is expected (1 or -1) has a ground."""
    low, high = _ends(rows)
    height = TOP + ROW * len(rows) + BELOW
    floor = height - BELOW

    def across(value: float) -> float:
        return float(LABELS + (ACROSS - LABELS - END) * (np.clip(value, low, high) - low) / ((high - low) or 1.0))

    zero = across(0.0)
    left, right = (zero, ACROSS - END) if expected > 0 else (LABELS, zero)
    anchor, at = ("end", right) if expected > 0 else ("start", left)
    body = [
        f'<rect class="ground" x="{left:.1f}" y="{TOP - 6}" width="{right - left:.1f}" height="{floor - TOP + 6}"/>',
        f'<text x="{at:.1f}" y="{TOP - 12}" text-anchor="{anchor}">as the essay expects</text>',
        f'<path class="axis" d="M{zero:.1f} {TOP - 6}V{floor}"/>',
        f'<path class="axis" d="M{LABELS} {floor}H{ACROSS - END}"/>',
    ]
    for value in ticks(low, high, 4):
        body.append(f'<path class="axis" d="M{across(value):.1f} {floor}v3"/>')
        body.append(f'<text x="{across(value):.1f}" y="{floor + 15}" text-anchor="middle">{value:g}</text>')
    body.append(f'<text x="{ACROSS - END}" y="{height - 4}" text-anchor="end">{escape(unit)}</text>')
    for number, row in enumerate(rows):
        body += _row(row, TOP + ROW * (number + 0.5), across)
    return drawing("chart", ACROSS, height, description, f'<g class="own">{"".join(body)}</g>')


def _ends(rows: Sequence[ForestRow]) -> tuple[float, float]:
    ends = [0.0, *(end for row in rows for end in (row.mean, row.low, row.high, *row.inner, *row.points))]
    known = [end for end in ends if np.isfinite(end)]
    low, high = min(known), max(known)
    margin = 0.05 * ((high - low) or 1.0)
    return low - margin, high + margin


def _row(row: ForestRow, height: float, across: Callable[[float], float]) -> list[str]:
    name, indent = (' class="name"', 0) if row.heading else ("", 8)
    parts = [f'<text{name} x="{indent}" y="{height + 3.8:.1f}">{escape(row.label)}</text>']
    if not np.isfinite(row.mean):
        return parts
    for value in row.points:
        parts.append(f'<path d="M{across(value):.1f} {height - 5:.1f}v10" stroke="currentColor" opacity=".35"/>')
    for (start, end), width in (((row.low, row.high), 1.2), (row.inner, 3.6)):
        if np.isfinite(start) and np.isfinite(end):
            line = f"M{across(start):.1f} {height:.1f}H{across(end):.1f}"
            parts.append(f'<path d="{line}" stroke="currentColor" stroke-width="{width}"/>')
    parts.append(f'<circle cx="{across(row.mean):.1f}" cy="{height:.1f}" r="3.6" class="clear"/>')
    return parts
