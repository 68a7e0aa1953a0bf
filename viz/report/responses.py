"""The report's section on what a comparison takes as given: calendars, instruments, the budget, assumed efficacies."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.analysis.over_seeds import means
from experiments.analysis.response import Responses, efficacies, shown_multiple
from experiments.statistics import Interval
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from viz.figures.charts import timeline
from viz.figures.response import response_panel
from viz.figures.standalone import download_link
from viz.report import wording
from viz.report.content import ReportContent


def calendar(page: ReportContent) -> list[dict[str, Any]]:
    """Return a band per instrument for each policy with money: when it spends which share of output."""
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
    """Return an instrument's outlays over quarters, shape (T,), drawn and in words."""
    first, last = np.flatnonzero(own)[[0, -1]]
    name, share, when = wording.plain(instrument), wording.share(own.sum() / total), f"quarters {first} to {last}"
    svg = timeline(own, largest, slot, f"{policy}: {name}, {share} of its money, {when}")
    return {"name": name, "says": f"{share}, {when}", "svg": Markup(svg)}


def instruments(page: ReportContent) -> dict[str, Any]:
    """Return the money placed by each instrument that any arm uses, means over seeds."""
    comparison = page.comparison
    used = page.present([f"placed_{name}" for name in INSTRUMENTS])
    used = [name for name in used if comparison.runs[name].gt(0.0).any()]
    placed = means(comparison.runs, comparison.policies, used)
    decimals = wording.places(placed.to_numpy().ravel())
    rows = [
        row | {"numbers": [wording.number(mean or np.nan, decimals) for mean in placed.loc[row["name"]]]}
        for row in page.rows
    ]
    columns = [page.declared(name, wording.plain(name.removeprefix("placed_"))) for name in used]
    return {"columns": columns, "rows": rows}


def doses(page: ReportContent, responses: Responses | None) -> dict[str, Any]:
    """Return a panel per policy: the outcome's difference to the reference by budget, on shared axes."""
    if responses is None or responses.dose.empty:
        return {}
    declared = page.declared(responses.outcome)
    settings = sorted(responses.dose["setting"].unique())
    names = [f"{100.0 * setting:g}" for setting in settings]
    panels = _panels(page, responses.dose, settings, names, declared, "budget, % of output")
    return {"outcome": declared, "seeds": responses.seeds, "panels": panels}


def efficacy(page: ReportContent, responses: Responses | None) -> dict[str, Any]:
    """Return response to a multiple of the assumed efficacies and break-even, for policies that rest on any."""
    if responses is None or responses.efficacy.empty:
        return {}
    declared = page.declared(responses.outcome)
    settings = sorted(responses.efficacy["setting"].unique())
    names = [f"×{setting:.2g}" for setting in settings]
    panels = _panels(page, responses.efficacy, settings, names, declared, "multiple of the assumed efficacy")
    break_even = page.comparison.break_even.set_index("policy")
    tried = responses.efficacy["setting"]
    rows = []
    for policy, row in zip(page.order, page.rows, strict=True):
        assumed = efficacies(policy)
        if assumed and policy.name in break_even.index:
            found = Interval(*break_even.loc[policy.name])
            rows.append(row | {"says": _break_even(found, tried), "assumed": _assumed(page, assumed)})
    return {"outcome": declared, "seeds": responses.seeds, "panels": panels, "rows": rows}


def _break_even(found: Interval, tried: pd.Series) -> str:
    """A break-even multiple and its interval in words, by the multiples that were tried."""
    multiple, *ends = found
    between = " to ".join(dict.fromkeys(shown_multiple(end, tried, "×") for end in ends))
    if np.isnan(multiple):
        return "unknown: no pair of runs succeeded"
    if np.isinf(multiple):
        text = f"not above the reference up to ×{tried.max():g}, the most that was tried"
    elif multiple == 0.0:
        text = f"above the reference at ×{tried.min():g} already, the least that was tried"
    else:
        text = f"above the reference from ×{multiple:.2g} on"
    return text if np.isnan(ends).any() else f"{text} (95 % interval: {between})"


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
            numbers = ", ".join(f"{name}: {wording.number(gap.mean)}" for name, gap in zip(names, found, strict=True))
            svg = response_panel(
                found, names, (float(finite.min()), float(finite.max())), page.slots[policy.name],
                (declared["unit"], across), f"{policy.name}, by {across}. {numbers}.",
            )  # fmt: skip
            panels.append({"name": policy.name, "svg": Markup(svg), "file": Markup(download_link(svg))})
    return panels
