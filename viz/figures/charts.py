"""The report's drawings as inline SVG: fan charts, small interval plots and bars.

They are drawn by hand rather than with a plotting library, so that text stays text and every panel fits a phone.
Series take their colour from a class and everything else is currentColor, so one drawing serves light pages, dark
pages and paper. No element has an id, so any number of drawings share a page. Equal data give equal bytes.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from viz.figures.styles import SOLID, STYLES, dashed

WIDTH, HEIGHT = 340, 214  # of a panel, in units of the drawing; the plot lies within LEFT, TOP and FLOOR
LEFT, TOP, FLOOR = 40, 20, HEIGHT - 36
QUARTER_STEPS = (1, 2, 4, 8, 20, 40, 80, 120, 200, 400)  # whole years where there is room
LOWEST, LOWER_QUARTER, MEDIAN, UPPER_QUARTER, HIGHEST = range(5)  # rows of a fan's quantiles: 5, 25, 50, 75, 95 %


class Fan(NamedTuple):
    """A quantity over time: its quantiles over seeds, shape (5, periods), and how to draw it."""

    label: str
    slot: int | None  # index into STYLES; None is drawn in the text's own colour
    quantiles: np.ndarray
    banded: bool = True
    dash: str | None = None  # the slot's own pattern unless given


class Frame(NamedTuple):
    """Axes that panels share: number of periods, range and name of y, and room for labels at the lines' ends."""

    periods: int
    low: float
    high: float
    label: str
    room: int = 48

    def across(self, period: Any) -> Any:
        """Return the horizontal position of a period in the drawing."""
        return LEFT + (WIDTH - LEFT - self.room) * period / self.periods

    def height(self, value: Any) -> Any:
        """Return the vertical position of a value in the drawing."""
        return FLOOR - (FLOOR - TOP) * (value - self.low) / ((self.high - self.low) or 1.0)


def frame_of(fans: Sequence[np.ndarray], label: str) -> Frame:
    """Return axes that hold all the quantiles, from zero (or below it) up to a round number."""
    finite = np.concatenate([fan[np.isfinite(fan)] for fan in fans])
    low, high = min(0.0, float(finite.min())), max(float(finite.max()), 1e-9)
    step = float(np.diff(ticks(low, high, 4)[:2])[0])
    return Frame(max(fan.shape[1] for fan in fans), low, step * float(np.ceil(high / step - 1e-9)), label)


def fan_panel(fans: Sequence[Fan], frame: Frame, policy_period: tuple[int, int] | None, description: str) -> str:
    """Draw one panel: the median of each fan, its 50 % and 90 % bands, a label at its end, and the policy period."""
    x = frame.across(np.arange(frame.periods))
    body = [_axes(frame), _policy_mark(frame, policy_period)]
    body += [_bands(x, frame.height(fan.quantiles), fan.slot) for fan in fans if fan.banded]
    body += [_line(x, frame.height(fan.quantiles[MEDIAN]), fan) for fan in fans]
    ends = [(fan.label, fan.slot, _last(frame.height(fan.quantiles[MEDIAN]))) for fan in fans if fan.label]
    body += _end_labels(ends, WIDTH - frame.room + 4)
    return drawing("chart", WIDTH, HEIGHT, description, "".join(body))


def interval_plot(mean: float, low: float, high: float, span: tuple[float, float], slot: int) -> str:
    """Draw a dot with its interval on the scale `span`, and a line at zero.

    Decorative: the row holds the numbers. A hollow dot's interval includes zero.
    """
    width, middle = 150.0, 8.0
    if not np.isfinite(mean):
        return ""
    at = np.clip((np.array([0.0, mean, low, high]) - span[0]) / ((span[1] - span[0]) or 1.0), 0.0, 1.0)
    zero, dot, left, right = 4.0 + (width - 8.0) * np.where(np.isfinite(at), at, at[1])
    clear = low > 0.0 or high < 0.0
    parts = [
        f'<path d="M{zero:.1f} 0V16" stroke="currentColor" stroke-width="1" opacity=".45"/>',
        f'<g class="s{slot}"><path d="M{left:.1f} {middle}H{right:.1f}" stroke="currentColor" stroke-width="2.5"/>',
        f'<circle cx="{dot:.1f}" cy="{middle}" r="3.6" stroke="currentColor" stroke-width="2" '
        f'class="{"clear" if clear else "unclear"}"/></g>',
    ]
    return (
        f'<svg class="interval" viewBox="0 0 150 16" width="150" height="16" aria-hidden="true">{"".join(parts)}</svg>'
    )


def stacked_bar(parts: Sequence[float], total: float, description: str) -> str:
    """Draw a horizontal bar of non-negative parts, as a share of `total`, in tones from strong to faint."""
    edges = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.maximum(parts, 0.0)))]) / (total or 1.0) * 1000.0
    body = "".join(
        f'<rect class="part{number}" x="{left:.1f}" y="0" width="{right - left:.1f}" height="20"/>'
        for number, (left, right) in enumerate(pairwise(edges))
        if right - left > 0.05
    )
    stretch = ' preserveAspectRatio="none"'
    return drawing("bar", 1000, 20, description, body, stretch)


def timeline(outlays: np.ndarray, largest: float, slot: int, description: str) -> str:
    """Draw outlays over quarters, shape (T,), as a band whose height is the share of output."""
    width = 1000.0 / len(outlays)
    height = 18.0 * outlays / (largest or 1.0)
    changes = np.flatnonzero(np.diff(height, prepend=0.0, append=0.0))
    outline = ["0,20"]
    for quarter in changes:
        before = height[quarter - 1] if quarter else 0.0
        after = height[quarter] if quarter < len(height) else 0.0
        outline += [f"{quarter * width:.1f},{20.0 - before:.2f}", f"{quarter * width:.1f},{20.0 - after:.2f}"]
    corners = " ".join([*outline, "1000,20"])
    body = f'<path class="rule" d="M0 19.5H1000"/><polygon class="s{slot}" points="{corners}" fill="currentColor"/>'
    return drawing("bar", 1000, 20, description, body, ' preserveAspectRatio="none"')


def ticks(low: float, high: float, count: int = 5) -> np.ndarray:
    """Return about `count` round numbers within [low, high]."""
    span = high - low
    if not np.isfinite(span) or span <= 0.0:
        return np.array([low]) if np.isfinite(low) else np.array([0.0])
    rough = span / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * min((factor for factor in (1.0, 2.0, 5.0, 10.0)), key=lambda factor: abs(factor - rough / power))
    first = np.ceil(low / step - 1e-9)
    steps = np.arange(first, np.floor(high / step + 1e-9) + 1.0)
    return np.asarray(step * steps + 0.0)  # adding zero leaves no negative zero


def drawing(kind: str, width: int, height: int, description: str, body: str, extra: str = "") -> str:
    """Return an SVG of a kind that report.css styles, with a description for readers who cannot see it."""
    label = f'role="img" aria-label="{escape(description)}"'
    return f'<svg class="{kind}" viewBox="0 0 {width} {height}" {label}{extra}>{body}</svg>'


def _last(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if len(finite) else np.nan


def _colour(slot: int | None) -> str:
    return "own" if slot is None else f"s{slot}"


def _axes(frame: Frame) -> str:
    """Draw hairlines at round values of y, ticks on x, and the two names."""
    right = WIDTH - frame.room
    parts = []
    for value in ticks(frame.low, frame.high, 4):
        height = frame.height(value)
        parts.append(f'<path class="rule" d="M{LEFT} {height:.1f}H{right}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{height + 3.8:.1f}" text-anchor="end">{value:g}</text>')
    quarters = min(QUARTER_STEPS, key=lambda step: abs(step - frame.periods / 4))
    for value in range(0, frame.periods + 1, quarters):
        across = frame.across(value)
        parts.append(f'<path class="axis" d="M{across:.1f} {FLOOR}v4"/>')
        parts.append(f'<text x="{across:.1f}" y="{FLOOR + 15}" text-anchor="middle">{value:g}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {FLOOR}H{right}"/>')
    parts.append(f'<text x="{(LEFT + right) / 2:g}" y="{HEIGHT - 5}" text-anchor="middle">quarter</text>')
    parts.append(f'<text x="4" y="11">{escape(frame.label)}</text>')
    return "".join(parts)


def _policy_mark(frame: Frame, period: tuple[int, int] | None) -> str:
    """Draw a faint ground while the policy runs and a line where it ends."""
    if period is None or period[1] <= period[0] or period[0] >= frame.periods:
        return ""
    start, end = frame.across(np.minimum(period, frame.periods))
    ground = f'<rect class="ground" x="{start:.1f}" y="{TOP}" width="{end - start:.1f}" height="{FLOOR - TOP}"/>'
    if period[1] >= frame.periods:
        return ground
    line = f'<path class="withdrawal" d="M{end:.1f} {TOP}V{FLOOR}"/>'
    return f'{ground}{line}<text x="{end:.1f}" y="{TOP - 3}" text-anchor="middle">policy ends</text>'


def _points(x: np.ndarray, y: np.ndarray) -> str:
    return " ".join(f"{across:.1f},{height:.1f}" for across, height in zip(x, y, strict=True))


def _bands(x: np.ndarray, y: np.ndarray, slot: int | None) -> str:
    """Draw the 90 % band under the 50 % band. `y` has shape (5, periods), in units of the drawing."""
    parts = []
    for lower, upper in ((LOWEST, HIGHEST), (LOWER_QUARTER, UPPER_QUARTER)):
        seen = np.isfinite(y[lower]) & np.isfinite(y[upper])
        if seen.sum() > 1:
            outline = _points(np.r_[x[seen], x[seen][::-1]], np.r_[y[lower][seen], y[upper][seen][::-1]])
            parts.append(
                f'<polygon points="{outline}" fill="currentColor" opacity="{0.14 if lower == LOWEST else 0.24}"/>'
            )
    return f'<g class="{_colour(slot)}">{"".join(parts)}</g>'


def _line(x: np.ndarray, y: np.ndarray, fan: Fan) -> str:
    seen = np.isfinite(y)
    if not seen.any():
        return ""
    dash = fan.dash if fan.dash is not None else STYLES[fan.slot].dash if fan.slot is not None else SOLID
    weight = 1.2 if fan.slot is None else 2
    path = f'<polyline points="{_points(x[seen], y[seen])}" fill="none" stroke="currentColor" stroke-width="{weight}"'
    return f'<g class="{_colour(fan.slot)}">{path}{dashed(dash)}/></g>'


def _end_labels(labels: list[tuple[str, int | None, float]], x: int) -> list[str]:
    """Draw names at the lines' right ends, moved apart where they would overlap."""
    placed = sorted((label for label in labels if np.isfinite(label[2])), key=lambda label: label[2])
    heights = np.array([height for *_, height in placed])
    gap = min(11.5, (FLOOR - TOP) / max(len(placed) - 1, 1))
    for row in range(1, len(heights)):
        heights[row] = max(heights[row], heights[row - 1] + gap)
    if len(heights):
        heights -= max(0.0, heights[-1] - FLOOR)
    for row in range(len(heights) - 2, -1, -1):
        heights[row] = min(heights[row], heights[row + 1] - gap)
    return [
        f'<text class="{_colour(slot)} name" x="{x}" y="{height + 3.8:.1f}">{escape(label)}</text>'
        for (label, slot, _), height in zip(placed, heights, strict=True)
    ]
