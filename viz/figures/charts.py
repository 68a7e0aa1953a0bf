"""The report's drawings as inline SVG, and the one declaration of policies' order, colours and line styles.

Drawn by hand rather than with a plotting library so that text stays text, every panel fits a phone, and one
drawing serves light, dark and paper: series take their colour from a class, everything else is currentColor.
No element has an id, so any number of drawings share a page, and equal data give equal bytes.
"""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import cycle, pairwise
from typing import Any, NamedTuple

import numpy as np

from model.policy.policy import Policy

WIDTH, HEIGHT = 340, 214  # of a panel, in units of the drawing; the plot lies within LEFT, TOP and FLOOR
LEFT, TOP, FLOOR = 40, 20, HEIGHT - 36
QUARTER_STEPS = (1, 2, 4, 8, 20, 40, 80, 120, 200, 400)  # whole years where there is room
FAN_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)  # the 90 % band, the 50 % band and the median


class Style(NamedTuple):
    """How a policy is drawn: colours on a light and on a dark page, and an SVG dash pattern."""

    light: str
    dark: str
    dash: str = ""


SOLID, DASHED, DOTTED, DASH_DOT = "", "6 3", "1.5 3", "8 3 1.5 3"

# Colour says the side of the 2x2 and the line says its reach, so neither eye nor printer must tell six hues apart.
POLICY_STYLES: dict[str, Style] = {
    "laissez_faire": Style("#66707a", "#9aa5b1", DOTTED),
    "rebate": Style("#1f2933", "#e4e7eb", SOLID),
    "rd_credit": Style("#004a86", "#5aa9f5", SOLID),
    "grants": Style("#2a76bd", "#a3d0fb", DASHED),
    "vouchers": Style("#8f3300", "#ff9440", SOLID),
    "procurement": Style("#b95a00", "#ffc68f", DASHED),
    "community": Style("#00796b", "#4fd1bd", SOLID),
    "feng": Style("#b0306a", "#f58ab8", DASH_DOT),
    "new_national_system": Style("#7b3fa0", "#cfa3f0", DASHED),
    "sequenced": Style("#5f6500", "#cdd05c", SOLID),
}
OTHER_STYLES: tuple[Style, ...] = tuple(
    Style(light, dark, dash)
    for dash in (DASH_DOT, DOTTED, DASHED, SOLID)
    for light, dark in (
        ("#3d5a80", "#9db9dd"), ("#8a1c7c", "#e79ade"), ("#7a4a2b", "#d9ab88"), ("#00695c", "#80e0d0"),
        ("#5b3fb0", "#b9a8f5"),
    )
)  # fmt: skip
STYLES = (*POLICY_STYLES.values(), *OTHER_STYLES)


class Fan(NamedTuple):
    """A quantity over time: quantiles over seeds, shape (len(QUANTILES), periods), and how to draw it."""

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
        """Horizontal place of a period in the drawing."""
        return LEFT + (WIDTH - LEFT - self.room) * period / self.periods

    def height(self, value: Any) -> Any:
        """Vertical place of a value in the drawing."""
        return FLOOR - (FLOOR - TOP) * (value - self.low) / ((self.high - self.low) or 1.0)


def frame_of(fans: Sequence[np.ndarray], label: str) -> Frame:
    """Axes that hold all the quantiles, from zero (or below it) up to a round number."""
    finite = np.concatenate([fan[np.isfinite(fan)] for fan in fans])
    low, high = min(0.0, float(finite.min())), max(float(finite.max()), 1e-9)
    step = float(np.diff(ticks(low, high, 4)[:2])[0])
    return Frame(max(fan.shape[1] for fan in fans), low, step * float(np.ceil(high / step - 1e-9)), label)


def order_policies(policies: Iterable[Policy]) -> list[Policy]:
    """Policies in the report's order: the declared ones first, the others as given."""
    rank = {name: place for place, name in enumerate(POLICY_STYLES)}
    return sorted(policies, key=lambda policy: rank.get(home(policy), len(rank)))


def home(policy: Policy) -> str:
    """The declared style a policy belongs to: its own name's, or that of the only instrument in its mix."""
    if policy.name in POLICY_STYLES:
        return policy.name
    used = [name for name, share in policy.mix if share > 0.0]
    return used[0] if len(used) == 1 and used[0] in POLICY_STYLES else ""


def style_slots(policies: Iterable[Policy]) -> dict[str, int]:
    """Index into STYLES per policy name; two policies share a style only when there are more than styles."""
    slots: dict[str, int] = {}
    names = list(POLICY_STYLES)
    others = cycle(range(len(names), len(STYLES)))
    for policy in sorted(policies, key=lambda policy: policy.name not in POLICY_STYLES):
        own = names.index(home(policy)) if home(policy) else None
        slots[policy.name] = next(others) if own is None or own in slots.values() else own
    return slots


def colour_css() -> str:
    """Style sheet that gives the class `.s<slot>` its colour on light and on dark pages; paper is light."""
    light = "".join(f".s{slot}{{color:{style.light}}}" for slot, style in enumerate(STYLES))
    dark = "".join(f".s{slot}{{color:{style.dark}}}" for slot, style in enumerate(STYLES))
    return f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}"


def swatch(slot: int) -> str:
    """A short sample of a policy's line, for legends and table rows; decorative."""
    line = f'<path d="M1 5H31" fill="none" stroke="currentColor" stroke-width="2.5"{_dashed(STYLES[slot].dash)}/>'
    return f'<svg class="swatch s{slot}" viewBox="0 0 32 10" width="32" height="10" aria-hidden="true">{line}</svg>'


def fan_panel(fans: Sequence[Fan], frame: Frame, policy_period: tuple[int, int] | None, description: str) -> str:
    """One panel: the median of each fan, its 50 % and 90 % bands, a label at its end, and the policy period."""
    x = frame.across(np.arange(frame.periods))
    body = [_axes(frame), _policy_mark(frame, policy_period)]
    body += [_bands(x, frame.height(fan.quantiles), fan.slot) for fan in fans if fan.banded]
    body += [_line(x, frame.height(fan.quantiles)[2], fan) for fan in fans]
    ends = [(fan.label, fan.slot, _last(frame.height(fan.quantiles)[2])) for fan in fans if fan.label]
    body += _end_labels(ends, WIDTH - frame.room + 4)
    return drawing("chart", WIDTH, HEIGHT, description, "".join(body))


def interval_plot(mean: float, low: float, high: float, span: tuple[float, float], slot: int) -> str:
    """A dot with its interval on the scale `span`, and a line at zero; decorative (the row says the numbers)."""
    width, middle = 150.0, 8.0
    if not np.isfinite(mean):
        return ""
    at = np.clip((np.array([0.0, mean, low, high]) - span[0]) / ((span[1] - span[0]) or 1.0), 0.0, 1.0)
    zero, dot, left, right = 4.0 + (width - 8.0) * np.where(np.isfinite(at), at, at[1])
    told = low > 0.0 or high < 0.0
    parts = [
        f'<path d="M{zero:.1f} 0V16" stroke="currentColor" stroke-width="1" opacity=".45"/>',
        f'<g class="s{slot}"><path d="M{left:.1f} {middle}H{right:.1f}" stroke="currentColor" stroke-width="2.5"/>',
        f'<circle cx="{dot:.1f}" cy="{middle}" r="3.6" stroke="currentColor" stroke-width="2" '
        f'class="{"told" if told else "untold"}"/></g>',
    ]
    return (
        f'<svg class="interval" viewBox="0 0 150 16" width="150" height="16" aria-hidden="true">{"".join(parts)}</svg>'
    )


def stacked_bar(parts: Sequence[float], total: float, description: str) -> str:
    """A horizontal bar of non-negative parts, as a share of `total`, in tones from strong to faint."""
    edges = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.maximum(parts, 0.0)))]) / (total or 1.0) * 1000.0
    body = "".join(
        f'<rect class="part{place}" x="{left:.1f}" y="0" width="{right - left:.1f}" height="20"/>'
        for place, (left, right) in enumerate(pairwise(edges))
        if right - left > 0.05
    )
    stretch = ' preserveAspectRatio="none"'
    return drawing("bar", 1000, 20, description, body, stretch)


def ticks(low: float, high: float, count: int = 5) -> np.ndarray:
    """About `count` round numbers within [low, high]."""
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
    """An SVG of a kind that report.css dresses, with words for those who cannot see it."""
    label = f'role="img" aria-label="{escape(description)}"'
    return f'<svg class="{kind}" viewBox="0 0 {width} {height}" {label}{extra}>{body}</svg>'


def _dashed(pattern: str) -> str:
    return f' stroke-dasharray="{pattern}"' if pattern else ""


def _last(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if len(finite) else np.nan


def _colour(slot: int | None) -> str:
    return "own" if slot is None else f"s{slot}"


def _axes(frame: Frame) -> str:
    """Hairlines at round values of y, ticks on x, and the two names."""
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
    """A faint ground while the policy runs and a line where it ends."""
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
    """The 90 % band under the 50 % band. `y` has shape (len(QUANTILES), periods), in units of the drawing."""
    parts = []
    for lower, upper in ((0, 4), (1, 3)):
        seen = np.isfinite(y[lower]) & np.isfinite(y[upper])
        if seen.sum() > 1:
            outline = _points(np.r_[x[seen], x[seen][::-1]], np.r_[y[lower][seen], y[upper][seen][::-1]])
            parts.append(f'<polygon points="{outline}" fill="currentColor" opacity="{0.14 if lower == 0 else 0.24}"/>')
    return f'<g class="{_colour(slot)}">{"".join(parts)}</g>'


def _line(x: np.ndarray, y: np.ndarray, fan: Fan) -> str:
    seen = np.isfinite(y)
    if not seen.any():
        return ""
    dash = fan.dash if fan.dash is not None else STYLES[fan.slot].dash if fan.slot is not None else SOLID
    weight = 1.2 if fan.slot is None else 2
    path = f'<polyline points="{_points(x[seen], y[seen])}" fill="none" stroke="currentColor" stroke-width="{weight}"'
    return f'<g class="{_colour(fan.slot)}">{path}{_dashed(dash)}/></g>'


def _end_labels(labels: list[tuple[str, int | None, float]], x: int) -> list[str]:
    """Names at the lines' right ends, moved apart where they would overlap."""
    placed = sorted((label for label in labels if np.isfinite(label[2])), key=lambda label: label[2])
    heights = np.array([height for *_, height in placed])
    gap = min(11.5, (FLOOR - TOP) / max(len(placed) - 1, 1))
    for place in range(1, len(heights)):
        heights[place] = max(heights[place], heights[place - 1] + gap)
    if len(heights):
        heights -= max(0.0, heights[-1] - FLOOR)
    for place in range(len(heights) - 2, -1, -1):
        heights[place] = min(heights[place], heights[place + 1] - gap)
    return [
        f'<text class="{_colour(slot)} name" x="{x}" y="{height + 3.8:.1f}">{escape(label)}</text>'
        for (label, slot, _), height in zip(placed, heights, strict=True)
    ]
