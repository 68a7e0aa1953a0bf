"""The facts and their stored results, without policy and of policy, as plain texts and drawings."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.evidence.policy_fact import AGREES
from experiments.evidence.policy_facts import POLICY_FACTS
from experiments.fact_words import range_in_words, shown_unit, unit_scale
from experiments.statistics import Interval
from experiments.validation.facts import FACTS
from viz.figures.evidence import Evidence, evidence_chart
from viz.figures.standalone import download_link
from viz.report.wording import capital, number, typeset

MET, NOT_MET = "met", "not met"
_ENDS = {"median": "from quartile to quartile of {n} seeds"}
_USUAL_ENDS = "95 % interval over {n} seeds"


def facts_shown(stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the stored facts without policy, those that are not met first."""
    rows = [_fact(row) for row in stored["facts"] if row["fact"] in FACTS]
    return sorted(rows, key=lambda row: row["verdict"] == MET)


def policy_facts_shown(stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the stored facts of policy in the order of the registry."""
    return [_policy_fact(row) for row in stored["facts"] if row["fact"] in POLICY_FACTS]


def _fact(row: Mapping[str, Any]) -> dict[str, Any]:
    declared = FACTS[row["fact"]]
    target = range_in_words(declared.low, declared.high, declared.unit)
    return {
        **_measured(row, (declared.low, declared.high), row["met"]),
        "verdict": MET if row["met"] else NOT_MET,
        "meaning": f"{capital(declared.meaning)}.",
        "target": _set(f"Target {target}: {declared.source}."),
    }


def _policy_fact(row: Mapping[str, Any]) -> dict[str, Any]:
    declared = POLICY_FACTS[row["fact"]]
    ends = (declared.published.low, declared.published.high) if declared.published else None
    published = range_in_words(*ends, declared.unit) if ends else "not at hand"
    return {
        **_measured(row, ends, row["verdict"] == AGREES),
        "verdict": row["verdict"],
        "meaning": f"{capital(declared.treatment)}.",
        "target": _set(f"Published {published}: {declared.source.rstrip('.')}. A failure means: {declared.failure}"),
    }


def _measured(row: Mapping[str, Any], target: tuple[float, float] | None, inside: bool) -> dict[str, Any]:
    """Return what both kinds of facts show of a measurement."""
    unit, scale = shown_unit(row["unit"]), unit_scale(row["unit"])
    found = Interval(*(np.nan if row[name] is None else scale * row[name] for name in ("value", "lower", "upper")))
    band = None if target is None else (scale * target[0], scale * target[1])
    ends = f"{number(found.low)} to {number(found.high)}"
    drawing = evidence_chart(Evidence(np.zeros(0), found, band, inside, unit), row["sentence"])
    return {
        "name": row["fact"],
        "sentence": _set(row["sentence"]),
        "value": _set(f"{number(found.mean)} {unit}".rstrip()),
        "interval": f"{ends}, {_ENDS.get(row['statistic'], _USUAL_ENDS).format(n=row['n'])}",
        "svg": drawing,
        "file": download_link(drawing),
    }


def _set(text: str) -> str:
    """Return a text with true minus signs, and with no line that begins with a percent sign."""
    return typeset(text).replace(" %", "\N{NO-BREAK SPACE}%")
