"""The drawing of a response: how a difference changes from setting to setting."""

from collections.abc import Sequence
from html import escape

import numpy as np

from experiments.statistics import Interval
from viz.figures.charts import FLOOR, HEIGHT, LEFT, TOP, WIDTH, drawing, ticks

ROOM = 12  # right of the last setting, in units of the drawing


def response_panel(
    intervals: Sequence[Interval],
    names: Sequence[str],
    span: tuple[float, float],
    slot: int,
    axes: tuple[str, str],
    description: str,
) -> str:
    """Draw a dot with its interval per setting, joined by a line, over a line at zero.

    Settings are spaced evenly. `axes` names the vertical and the horizontal axis.
    """
    low, high = span
    x = LEFT + 14 + (WIDTH - LEFT - 28 - ROOM) * np.arange(len(intervals)) / max(len(intervals) - 1, 1)

    def height(value: float) -> float:
        return float(FLOOR - (FLOOR - TOP) * (value - low) / ((high - low) or 1.0))

    body = []
    for value in ticks(low, high, 4):
        body.append(f'<path class="rule" d="M{LEFT} {height(value):.1f}H{WIDTH - ROOM}"/>')
        body.append(f'<text x="{LEFT - 5}" y="{height(value) + 3.8:.1f}" text-anchor="end">{_short(value)}</text>')
    body.append(f'<path class="axis" d="M{LEFT} {height(0.0):.1f}H{WIDTH - ROOM}"/>')
    known = [(across, gap) for across, gap in zip(x, intervals, strict=True) if np.isfinite(gap.mean)]
    points = " ".join(f"{across:.1f},{height(gap.mean):.1f}" for across, gap in known)
    marks = [f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/>']
    for across, gap in known:
        if np.isfinite(gap.low):
            line = f"M{across:.1f} {height(gap.low):.1f}V{height(gap.high):.1f}"
            marks.append(f'<path d="{line}" stroke="currentColor" stroke-width="2.5" opacity=".5"/>')
        marks.append(f'<circle cx="{across:.1f}" cy="{height(gap.mean):.1f}" r="3" fill="currentColor"/>')
    body.append(f'<g class="s{slot}">{"".join(marks)}</g>')
    for across, name in zip(x, names, strict=True):
        body.append(f'<text x="{across:.1f}" y="{FLOOR + 15}" text-anchor="middle">{escape(name)}</text>')
    body.append(
        f'<text x="{(LEFT + WIDTH - ROOM) / 2:g}" y="{HEIGHT - 5}" text-anchor="middle">{escape(axes[1])}</text>'
    )
    body.append(f'<text x="4" y="11">{escape(axes[0])}</text>')
    return drawing("chart", WIDTH, HEIGHT, description, "".join(body))


def _short(value: float) -> str:
    return f"{value / 1000.0:g}k" if abs(value) >= 10_000.0 else f"{value:g}"
