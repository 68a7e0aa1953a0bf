"""The pages of `nqpf validate`: a picture and a sentence per fact, what is not met first, and numbers as a table."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.fact_words import shown_unit, unit_scale
from experiments.statistics import Interval
from viz.figures.evidence import Evidence, evidence_chart
from viz.figures.standalone import download_link
from viz.report import pages, wording

if TYPE_CHECKING:
    from experiments.study.study import Study
    from experiments.validation.validate import Validation

OVER_SEEDS = {
    "median": "median over {n} seeds, line from quartile to quartile, bars are seeds",
    "mean": "share of {n} seeds, with a 95 % interval",
    "spread": "largest median over the smallest, {n} seeds, with a 95 % interval",
    "ratio": "sums over {n} seeds, with a 95 % interval",
}
"""A note below a picture on what it shows, by the statistic of the fact."""

_LEGEND = (
    "The band is the target. A filled dot lies in it, a hollow dot does not. "
    "A number at an end of the axis counts seeds beyond it."
)


class FactsPage(NamedTuple):
    """The texts of a page of facts: its question, the answer in sentences, groups of cards, and a legend."""

    question: str
    answer: Sequence[str]
    groups: Mapping[str, Sequence[dict[str, Any]]]
    legend: str


def render_validation(study: "Study", found: "Validation", facts: Sequence[str]) -> str:
    """Return the page of the facts without policy as HTML. `facts` are those that were asked for, none if all were.

    Equal validations give equal bytes.
    """
    rows = found.table.to_dict("records")
    cards: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for row in rows:
        cards[row["met"]].append(_card(row, found.values.get(row["fact"], np.zeros(0))))
    answer = [f"{len(cards[True])} of {len(rows)} facts are met over {len(study.seeds)} seeds."]
    if cards[False]:
        answer.append("Those that are not met come first.")
    page = FactsPage(
        "Does the economy without policy look like an innovating industry?",
        answer,
        {"Not met": cards[False], "Met": cards[True]},
        _LEGEND,
    )
    return render_page(study, found.runs, page, _numbers(rows), command(study, ("validate", *facts)))


def render_page(study: "Study", runs: pd.DataFrame, page: FactsPage, numbers: Mapping[str, Any], again: str) -> str:
    """Return a page of facts as HTML. `numbers` is its table, `again` the command that makes it again."""
    return pages.template("validation.html").render(
        css=pages.style(),
        study=study,
        page=page,
        numbers=numbers,
        again=again,
        failures=pages.failures(runs),
        changed=pages.changed_parameters(study.parameters),
        seed_ranges=wording.seed_ranges(study.seeds),
    )


def command(study: "Study", words: Sequence[str]) -> str:
    """Return the command line that runs a study of one point again."""
    line = ["nqpf", *words, "--seeds", str(len(study.seeds)), "--seed", str(study.seeds[0])]
    for entry in pages.changed_parameters(study.parameters):
        value = entry["value"]
        line += ["--set", f"{entry['name']}={value if isinstance(value, str) else json.dumps(value)}"]
    return shlex.join(line)


def picture(row: Mapping[str, Any], seeds: np.ndarray, inside: bool) -> dict[str, Any]:
    """Return the drawing of a fact's row, and the same as a file."""
    scale = unit_scale(row["unit"])
    gap = Interval(*(scale * row[name] for name in ("value", "lower", "upper")))
    target = None if np.isnan(row["low"]) else (scale * row["low"], scale * row["high"])
    shown = Evidence(scale * seeds, gap, target, inside, shown_unit(row["unit"]) or row["unit"])
    svg = evidence_chart(shown, wording.typeset(row["sentence"]))
    return {"svg": Markup(svg), "file": download_link(svg)}


def _card(row: Mapping[str, Any], seeds: np.ndarray) -> dict[str, Any]:
    return {
        "name": row["fact"],
        "verdict": "met" if row["met"] else "not met",
        "sentence": wording.typeset(row["sentence"]).replace(" %", "\N{NO-BREAK SPACE}%"),
        "why": "",
        "note": OVER_SEEDS[row["statistic"]].format(n=len(seeds) if row["statistic"] == "median" else row["n"]),
        **picture(row, seeds, row["met"]),
    }


def _numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of all facts as text."""
    names = ("value", "lower", "upper", "low", "high")
    return {
        "columns": ["value", "from", "to", "target from", "target to", "met", "seeds"],
        "rows": [
            {
                "name": row["fact"],
                "unit": row["unit"],
                "meaning": row["meaning"],
                "source": row["source"],
                "cells": [
                    *("never" if np.isinf(row[name]) else wording.number(row[name]) for name in names),
                    "yes" if row["met"] else "no",
                    row["n"],
                ],
            }
            for row in rows
        ],
    }
