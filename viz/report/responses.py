"""The report on what a comparison takes as given: calendars, money by instrument, the budget, assumed efficacies."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.analysis.response import Responses, break_even, efficacies, shown_multiple
from experiments.analysis.statistics import Interval
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from viz.figures.charts import FLOOR, HEIGHT, LEFT, TOP, WIDTH, drawing, ticks
from viz.report import wording
from viz.report.sections import ReportContent

ROOM = 12  # right of the last setting, in units of the drawing


def calendar(page: ReportContent) -> list[dict[str, Any]]:
    """Per policy with money, a band per instrument: when it spends which share of output."""
    horizon = page.comparison.study.parameters.horizon
    outlays = {policy.name: policy.outlays(horizon) for policy in page.order}
    largest = max((planned.sum(axis=1).max() for planned in outlays.values()), default=0.0)
    shown = []
    for row in page.rows:
        planned = outlays[row["name"]]
        bands = [
            _band(row["name"], instrument, own, planned.sum(), largest, page.slots[row["name"]])
            for instrument, own in zip(INSTRUMENTS, planned.T, strict=True)
            if own.any()
        ]
        if bands:
            shown.append(row | {"bands": bands})
    return shown


def _band(policy: str, instrument: str, own: np.ndarray, total: float, largest: float, slot: int) -> dict[str, Any]:
    """An instrument's outlays over quarters, shape (T,), drawn and in words."""
    first, last = np.flatnonzero(own)[[0, -1]]
    name, share, when = wording.plain(instrument), wording.share(own.sum() / total), f"quarters {first} to {last}"
    svg = timeline(own, largest, slot, f"{policy}: {name}, {share} of its money, {when}")
    return {"name": name, "says": f"{share}, {when}", "svg": Markup(svg)}


def instruments(page: ReportContent) -> dict[str, Any]:
    """Money placed by each instrument that any arm uses, means over seeds."""
    used = page.present([f"placed_{name}" for name in INSTRUMENTS])
    means = {name: page.values(name).mean() for name in used if page.comparison.runs[name].gt(0.0).any()}
    decimals = wording.places(value for mean in means.values() for value in mean)
    rows = [
        row | {"numbers": [wording.number(mean[row["name"]] or np.nan, decimals) for mean in means.values()]}
        for row in page.rows
    ]
    columns = [page.declared(name, wording.plain(name.removeprefix("placed_"))) for name in means]
    return {"columns": columns, "rows": rows}


def doses(page: ReportContent, responses: Responses | None) -> dict[str, Any]:
    """Per policy the outcome's difference to the reference by budget, on shared axes."""
    if responses is None or responses.dose.empty:
        return {}
    declared = page.declared(responses.outcome)
    settings = sorted(responses.dose["setting"].unique())
    names = [f"{100.0 * setting:g}" for setting in settings]
    panels = _panels(page, responses.dose, settings, names, declared, "budget, % of output")
    return {"outcome": declared, "seeds": responses.seeds, "panels": panels}


def efficacy(page: ReportContent, responses: Responses | None) -> dict[str, Any]:
    """Per policy that rests on assumed efficacies: its response to their multiple, and where it breaks even."""
    if responses is None or responses.efficacy.empty:
        return {}
    declared = page.declared(responses.outcome)
    settings = sorted(responses.efficacy["setting"].unique())
    names = [f"×{setting:.2g}" for setting in settings]
    panels = _panels(page, responses.efficacy, settings, names, declared, "multiple of the assumed efficacy")
    rows = []
    for policy, row in zip(page.order, page.rows, strict=True):
        assumed = efficacies(policy)
        if assumed and policy.name in set(responses.efficacy["policy"]):
            rows.append(row | {"says": _break_even(responses, policy), "assumed": _assumed(page, assumed)})
    return {"outcome": declared, "seeds": responses.seeds, "panels": panels, "rows": rows}


def _break_even(responses: Responses, policy: Policy) -> str:
    tried = responses.efficacy["setting"]
    multiple, *ends = break_even(responses.efficacy, policy.name)
    between = " to ".join(dict.fromkeys(shown_multiple(end, tried, "×") for end in ends))
    if np.isnan(multiple):
        return "cannot be told: no pair of runs succeeded"
    if np.isinf(multiple):
        said = f"not above the reference up to ×{tried.max():g}, the most that was tried"
    elif multiple == 0.0:
        said = f"above the reference at ×{tried.min():g} already, the least that was tried"
    else:
        said = f"above the reference from ×{multiple:.2g} on"
    return said if np.isnan(ends).any() else f"{said} (95 % interval: {between})"


def _assumed(page: ReportContent, names: Sequence[str]) -> list[str]:
    own = page.comparison.study.parameters
    return [
        f"{wording.plain(name)} {getattr(own, name):g} ({entry['unit']})"
        for entry in Parameters.declarations()
        if (name := entry["name"]) in names
    ]


def _panels(
    page: ReportContent,
    table: pd.DataFrame,
    settings: Sequence[float],
    names: Sequence[str],
    declared: Mapping[str, str],
    across: str,
) -> list[dict[str, Any]]:
    values = table[["difference", "low", "high"]].to_numpy(float)
    finite = np.append(values[np.isfinite(values)], 0.0)
    panels = []
    for policy in page.order:
        own = table[table["policy"] == policy.name].set_index("setting").reindex(settings)
        if own["difference"].notna().any():
            found = [Interval(row.difference, row.low, row.high) for row in own.itertuples()]
            said = ", ".join(f"{name}: {wording.number(gap.mean)}" for name, gap in zip(names, found, strict=True))
            svg = response_panel(
                found, names, (float(finite.min()), float(finite.max())), page.slots[policy.name],
                (declared["unit"], across), f"{policy.name}, by {across}. {said}.",
            )  # fmt: skip
            panels.append({"name": policy.name, "svg": Markup(svg)})
    return panels


def response_panel(
    found: Sequence[Interval],
    names: Sequence[str],
    span: tuple[float, float],
    slot: int,
    axes: tuple[str, str],
    description: str,
) -> str:
    """A dot with its interval per setting, joined by a line, over a line at zero; settings are spaced evenly."""
    low, high = span
    x = LEFT + 14 + (WIDTH - LEFT - 28 - ROOM) * np.arange(len(found)) / max(len(found) - 1, 1)

    def height(value: float) -> float:
        return float(FLOOR - (FLOOR - TOP) * (value - low) / ((high - low) or 1.0))

    body = []
    for value in ticks(low, high, 4):
        body.append(f'<path class="rule" d="M{LEFT} {height(value):.1f}H{WIDTH - ROOM}"/>')
        body.append(f'<text x="{LEFT - 5}" y="{height(value) + 3.8:.1f}" text-anchor="end">{_short(value)}</text>')
    body.append(f'<path class="axis" d="M{LEFT} {height(0.0):.1f}H{WIDTH - ROOM}"/>')
    known = [(across, gap) for across, gap in zip(x, found, strict=True) if np.isfinite(gap.mean)]
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


def timeline(outlays: np.ndarray, largest: float, slot: int, description: str) -> str:
    """Outlays over quarters as a band from the left, its height the share of output; shape (T,)."""
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
