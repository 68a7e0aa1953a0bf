"""The page of `nqpf validate --policy-facts`: a picture, sentences and what a failure means, per published effect."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.evidence.policy_fact import AGREES, DISAGREES, NO_VALUE, NOT_JUDGED, OPEN
from experiments.evidence.policy_facts import NOT_BUILT
from experiments.fact_words import cited
from viz.report import wording
from viz.report.validation import FactsPage, command, picture, render_page

if TYPE_CHECKING:
    from experiments.evidence.check import PolicyEvidence
    from experiments.study.study import Study

_HEADINGS = {
    DISAGREES: "The model does not agree", OPEN: "Open", AGREES: "The model agrees", NOT_JUDGED: "Not judged",
    NO_VALUE: "Without a value",
}  # fmt: skip
"""Headings by verdict, in the order of the page."""

NOTES = {
    "difference": "mean over {n} paired seeds with a 95 % interval, bars are seeds",
    "ratio": "ratio of sums over {n} paired seeds, with a 95 % interval",
    "ratios": "difference of two ratios of sums over {n} paired seeds, with a 95 % interval",
}
_LEGEND = (
    "The band is the published range or direction. A filled dot has its whole interval in it. "
    "None of these facts was a target: nothing is fitted to them."
)


def render_policy_facts(study: "Study", found: "PolicyEvidence", facts: Sequence[str]) -> str:
    """Return the page of published effects as HTML. `facts` are those that were asked for, none if all were."""
    rows = found.table.to_dict("records")
    groups: dict[str, list[dict[str, Any]]] = {heading: [] for heading in _HEADINGS.values()}
    for row in rows:
        groups[_HEADINGS[row["verdict"]]].append(_card(row, found.values.get(row["fact"], np.zeros(0))))
    judged = [row for row in rows if row["verdict"] in (AGREES, DISAGREES, OPEN)]
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in _HEADINGS}
    answer = [
        f"Of {len(judged)} published effects that are judged, the model agrees with {counts[AGREES]} and does not "
        f"agree with {counts[DISAGREES]}. {counts[OPEN]} are open over {len(study.seeds)} seeds.",
        *(f"Not built: {effect.finding} ({cited(effect.source)}). {effect.reason}" for effect in NOT_BUILT),
    ]
    page = FactsPage("Do policies work here as they worked where they were studied?", answer, groups, _LEGEND)
    return render_page(study, found.runs, page, _numbers(rows), command(study, ("validate", "--policy-facts", *facts)))


def _card(row: Mapping[str, Any], seeds: np.ndarray) -> dict[str, Any]:
    why = f"What this means: {row['failure']}" if row["verdict"] == DISAGREES else ""
    return {
        "name": row["fact"],
        "verdict": row["verdict"],
        "sentence": wording.typeset(row["sentence"]).replace(" %", "\N{NO-BREAK SPACE}%"),
        "why": why,
        "note": f"{row['treatment']}. {wording.capital(NOTES[row['statistic']].format(n=row['n']))}.",
        **picture(row, seeds, row["verdict"] == AGREES),
    }


def _numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of all effects as text."""
    names = ("value", "lower", "upper", "low", "high")
    return {
        "columns": ["value", "from", "to", "published from", "published to", "verdict", "seeds"],
        "rows": [
            {
                "name": row["fact"],
                "unit": row["unit"],
                "meaning": row["treatment"],
                "source": row["source"],
                "cells": [*(wording.number(row[name]) for name in names), row["verdict"], row["n"]],
            }
            for row in rows
        ],
    }
