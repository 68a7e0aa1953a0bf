"""The drawing of a fact: seeds as a histogram, their value with its interval, and the range where it should lie."""

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import numpy as np

from experiments.statistics import Interval
from viz.figures.charts import drawing, ticks

ACROSS, HIGH = 340, 104  # in units of the drawing
SIDE, TOP, FLOOR, ROW = 12, 24, 70, 14  # the plot lies within SIDE, TOP and FLOOR, the interval on ROW
BINS = 48
REACH = 1.5
"""Widths of target and interval together, that the axis reaches beyond them at most. What lies beyond is counted."""


class Evidence(NamedTuple):
    """A fact to be drawn: values of seeds (none: not drawn), the value with its interval, and the target.

    `target` may be open to one side: an infinite end. A value `inside` is drawn filled, another one hollow.
    """

    seeds: np.ndarray
    value: Interval
    target: tuple[float, float] | None
    inside: bool
    unit: str


def evidence_chart(shown: Evidence, description: str) -> str:
    """Draw the target as a band, the histogram of seeds over it, and a dot with its interval on top."""
    seeds = shown.seeds
    low, high = _span(shown, seeds[np.isfinite(seeds)])

    def across(value: float) -> float:
        return float(SIDE + (ACROSS - 2 * SIDE) * (np.clip(value, low, high) - low) / ((high - low) or 1.0))

    body = []
    if shown.target:
        left, right = (across(end) for end in shown.target)
        width = max(right - left, 2.0)  # a target of one number is a line
        body.append(f'<rect class="target" x="{left:.1f}" y="4" width="{width:.1f}" height="{FLOOR - 4}"/>')
    body.append(f'<path class="axis" d="M{SIDE} {FLOOR}H{ACROSS - SIDE}"/>')
    for value in ticks(low, high, 4):
        body.append(f'<path class="axis" d="M{across(value):.1f} {FLOOR}v3"/>')
        body.append(f'<text x="{across(value):.1f}" y="{FLOOR + 15}" text-anchor="middle">{value:g}</text>')
    body += _bars(seeds[(seeds >= low) & (seeds <= high)], low, high)
    body += _beyond(int((seeds < low).sum()), int((seeds > high).sum()))
    body += _dot(shown, across)
    if shown.unit:
        body.append(f'<text x="{ACROSS / 2:g}" y="{HIGH - 5}" text-anchor="middle">{escape(shown.unit)}</text>')
    return drawing("chart", ACROSS, HIGH, description, f'<g class="own">{"".join(body)}</g>')


def _span(shown: Evidence, seeds: np.ndarray) -> tuple[float, float]:
    """Return the ends of the axis: around target and interval, and seeds as far as REACH allows."""
    ends = np.array([*shown.value, *(shown.target or ())], dtype=float)
    ends = ends[np.isfinite(ends)]
    if not ends.size:
        ends = seeds if seeds.size else np.zeros(1)
    low, high = float(ends.min()), float(ends.max())
    width = (high - low) or abs(high) or 1.0
    if seeds.size:
        low, high = min(low, float(seeds.min())), max(high, float(seeds.max()))
        low, high = (max(low, float(ends.min()) - REACH * width), min(high, float(ends.max()) + REACH * width))
    if shown.target and np.isinf(shown.target[0]):
        low -= 0.3 * width
    if shown.target and np.isinf(shown.target[1]):
        high += 0.3 * width
    margin = 0.04 * ((high - low) or width)
    return low - margin, high + margin


def _bars(seeds: np.ndarray, low: float, high: float) -> list[str]:
    """Draw how many seeds fall into each of BINS parts of the axis."""
    counts = np.histogram(seeds, BINS, (low, high))[0]
    step, most = (ACROSS - 2 * SIDE) / BINS, max(int(counts.max()), 1)
    tall = (FLOOR - TOP) * counts / most
    return [
        f'<rect class="seeds" x="{SIDE + step * place:.1f}" y="{FLOOR - tall[place]:.1f}" width="{step:.1f}" '
        f'height="{tall[place]:.1f}"/>'
        for place in np.flatnonzero(counts)
    ]


def _beyond(before: int, after: int) -> list[str]:
    """Write below the ends of the axis how many seeds lie beyond them."""
    ends = (
        f'<text x="{SIDE}" y="{HIGH - 5}">{before} &lt;</text>' if before else "",
        f'<text x="{ACROSS - SIDE}" y="{HIGH - 5}" text-anchor="end">&gt; {after}</text>' if after else "",
    )
    return [text for text in ends if text]


def _dot(shown: Evidence, across: Callable[[float], float]) -> list[str]:
    value, lower, upper = shown.value
    if np.isnan(value):
        return []
    parts = []
    if np.isfinite([lower, upper]).any():
        line = f"M{across(np.nan_to_num(lower, nan=value)):.1f} {ROW}H{across(np.nan_to_num(upper, nan=value)):.1f}"
        parts.append(f'<path d="{line}" stroke="currentColor" stroke-width="2.5"/>')
    look = "clear" if shown.inside else "unclear"
    parts.append(
        f'<circle cx="{across(value):.1f}" cy="{ROW}" r="5" stroke="currentColor" stroke-width="2" class="{look}"/>'
    )
    return parts
