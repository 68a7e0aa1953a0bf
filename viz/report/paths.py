"""The report's sections on what happens over time: fan charts of adoption, useful against lab technology."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from experiments.analysis.over_seeds import quantile_paths
from model.policy.policy import Policy
from viz.figures.charts import HIGHEST, LOWEST, MEDIAN, Fan, Frame, fan_panel, frame_of
from viz.figures.standalone import download_link
from viz.report import wording
from viz.report.content import ReportContent


def _fans(page: ReportContent, name: str) -> dict[str, np.ndarray]:
    """Quantiles over seeds per policy, in the report's order; empty without the series."""
    paths = quantile_paths(page.comparison.series, name)
    if paths:
        page.declared(name)
    return {policy.name: paths[policy.name] for policy in page.order if policy.name in paths}


def _panel(policy: Policy, fans: Sequence[Fan], frame: Frame, description: str) -> dict[str, Any]:
    """Return a policy's panel, with a mark on the time in which it spends money."""
    spends = (policy.start, policy.end) if policy.budget > 0.0 and policy.mix else None
    svg = fan_panel(fans, frame, spends, description)
    return {"name": policy.name, "svg": Markup(svg), "file": Markup(download_link(svg))}


def _ends(quantiles: np.ndarray) -> str:
    """Write the last period of a fan in words."""
    low, median, high = (wording.number(value) for value in quantiles[[LOWEST, MEDIAN, HIGHEST], -1])
    return f"{median} (90 % of seeds from {low} to {high})"


def adoption(page: ReportContent) -> dict[str, Any]:
    """Return fan charts of adoption: all medians together, then a panel per policy over the reference's median."""
    fans = _fans(page, "adoption")
    if not fans:
        return {}
    frame = frame_of(list(fans.values()), page.declared("adoption")["unit"])
    panels = []
    for policy in (policy for policy in page.order if policy.name in fans):
        own = fans[policy.name]
        drawn = [Fan(wording.number(own[MEDIAN, -1], 2), page.slots[policy.name], own)]
        if page.reference in fans and policy.name != page.reference:
            drawn.insert(0, Fan("", None, fans[page.reference], banded=False, dash="3 2"))
        panels.append(_panel(policy, drawn, frame, f"Adoption under {policy.name}: median at the end {_ends(own)}."))
    lines = [Fan(_short(name), page.slots[name], own, banded=False) for name, own in fans.items()]
    ends = "; ".join(f"{name} {wording.number(own[MEDIAN, -1])}" for name, own in fans.items())
    together = fan_panel(lines, frame._replace(room=128), None, f"Median adoption of all policies. At the end: {ends}.")
    ended = {wording.number(own[MEDIAN, -1], 2) for own in fans.values()}
    alike = f"It ends at {ended.pop()} under every policy." if len(ended) == 1 < len(fans) else ""
    return {"together": Markup(together), "file": Markup(download_link(together)), "panels": panels, "alike": alike}


def _short(name: str, length: int = 19) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"


def technology(page: ReportContent) -> list[dict[str, Any]]:
    """Return a panel per policy: useful technology against lab technology, on shared axes."""
    useful, lab = _fans(page, "useful_technology"), _fans(page, "lab_technology")
    both = [policy for policy in page.order if policy.name in useful and policy.name in lab]
    if not both:
        return []
    frame = frame_of([*useful.values(), *lab.values()], "quality or capability")
    panels = []
    for policy in both:
        ours, theirs = useful[policy.name], lab[policy.name]
        drawn = [Fan("lab", None, theirs, dash="2 2"), Fan("useful", page.slots[policy.name], ours, dash="")]
        words = f"Under {policy.name}, at the end: useful technology {_ends(ours)}, lab technology {_ends(theirs)}."
        panels.append(_panel(policy, drawn, frame, words))
    return panels
