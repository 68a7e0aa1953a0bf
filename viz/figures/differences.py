"""The overview of a comparison as one large chart: each policy's difference to the reference with its interval."""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from experiments.statistics import Interval
from viz.figures.charts import drawing, ticks

ACROSS, NAMES, ROW, HEAD, FOOT = 400, 150, 23, 8, 38  # in units of the drawing; names stand left of the plot
LONGEST_NAME = 20


class Difference(NamedTuple):
    """A row of the chart: a policy, its style, its difference, and a short mark behind its name."""

    name: str
    slot: int
    gap: Interval
    mark: str = ""


def differences_chart(rows: Sequence[Difference], label: str, description: str) -> str:
    """Draw a dot with its interval per policy on one scale, and a line at zero. A hollow dot shows no difference."""
    ends = [value for row in rows for value in row.gap if np.isfinite(value)] + [0.0]
    margin = 0.05 * (max(ends) - min(ends)) or 1.0
    low, high = min(ends) - margin, max(ends) + margin
    floor = HEAD + ROW * len(rows)

    def across(value: float) -> float:
        return float(NAMES + (ACROSS - NAMES - 10) * (value - low) / (high - low))

    body = []
    for value in ticks(low, high, 5):
        body.append(f'<path class="rule" d="M{across(value):.1f} {HEAD}V{floor}"/>')
        body.append(f'<text x="{across(value):.1f}" y="{floor + 14}" text-anchor="middle">{_tick(value)}</text>')
    body.append(f'<path class="axis" d="M{across(0.0):.1f} {HEAD}V{floor}"/>')
    body.append(f'<text x="{(NAMES + ACROSS) / 2:g}" y="{floor + 31}" text-anchor="middle">{escape(label)}</text>')
    body += [_row(row, HEAD + ROW * (number + 0.5), across) for number, row in enumerate(rows)]
    return drawing("chart", ACROSS, floor + FOOT, description, "".join(body))


def _row(row: Difference, height: float, across: Callable[[float], float]) -> str:
    """Draw a policy's name, its interval and its dot."""
    name = row.name if len(row.name) <= LONGEST_NAME else f"{row.name[: LONGEST_NAME - 1]}…"
    text = f'<text class="name" x="{NAMES - 8}" y="{height + 4:.1f}" text-anchor="end">{escape(name + row.mark)}</text>'
    if not np.isfinite(row.gap.mean):
        return f'<g class="s{row.slot}">{text}</g>'
    clear = row.gap.low > 0.0 or row.gap.high < 0.0
    ends = (row.gap.low, row.gap.high) if np.isfinite(row.gap.low) else (row.gap.mean, row.gap.mean)
    line = f'<path d="M{across(ends[0]):.1f} {height:.1f}H{across(ends[1]):.1f}" stroke="currentColor" stroke-width="3"'
    dot = f'<circle cx="{across(row.gap.mean):.1f}" cy="{height:.1f}" r="5" stroke="currentColor" stroke-width="2.5"'
    look = "clear" if clear else "unclear"
    return f'<g class="s{row.slot}">{text}{line}/>{dot} class="{look}"/></g>'


def _tick(value: float) -> str:
    return f"{value / 1000.0:g}k" if abs(value) >= 10_000.0 else f"{value:g}"
