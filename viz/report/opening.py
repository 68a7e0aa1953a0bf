"""The report's first screen: the answer, one large chart, what each policy does, and the table of all policies."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from experiments.analysis.sentences import amount, answer
from experiments.statistics import Interval
from model.policy.policy import Policy
from viz.figures.differences import Difference, differences_chart
from viz.figures.standalone import download_link
from viz.report import wording
from viz.report.content import ReportContent

MARKS = {"unequal": " !", "none": "", "equal": "", "unknown": ""}


def opening(page: ReportContent) -> dict[str, Any]:
    """Return sentences, chart and policies of the first screen. The chart shows the first indicator."""
    comparison = page.comparison
    return {
        "sentences": _linked([wording.typeset(sentence) for sentence in answer(comparison)], page.order),
        "chart": _chart(page),
        "policies": [
            row | {"deed": wording.deed(policy), "anchor": _anchor(page.order, policy)}
            for row, policy in zip(page.rows, page.order, strict=True)
        ],
    }


def _anchor(order: Sequence[Policy], policy: Policy) -> str:
    return f"policy-{order.index(policy)}"


def _linked(sentences: Sequence[str], order: Sequence[Policy]) -> list[Markup]:
    """Escape sentences and link each policy, where it is first named, to the sentence on what it does."""
    text = str(escape("\n".join(sentences)))
    by_name = {str(escape(policy.name)): policy for policy in order}
    longest_first = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    linked: set[str] = set()

    def link(found: re.Match[str]) -> str:
        name = found[0]
        if name in linked:
            return name
        linked.add(name)
        policy = by_name[name]
        return f'<a href="#{_anchor(order, policy)}" title="{escape(wording.deed(policy))}">{name}</a>'

    # a policy's name only as a whole word, and never inside an escaped character
    text = re.sub(rf"(?<![\w&#-])(?:{longest_first})(?![\w;-])", link, text)
    return [Markup(sentence) for sentence in text.split("\n") if sentence]


def _chart(page: ReportContent) -> dict[str, Any]:
    """Return the differences in the first indicator, in % of the reference where it has a mean; empty without any."""
    comparison = page.comparison
    if not page.headlines:
        return {}
    name = page.headlines[0]
    table = comparison.table[comparison.table["indicator"] == name].set_index("policy")
    level, declared = float(table["mean"][comparison.reference]), page.declared(name)
    in_percent = bool(np.isfinite(level) and level)
    scale = 100.0 / abs(level) if in_percent else 1.0
    rows = []
    for row in page.rows:
        if row["reference"]:
            continue
        low, mean, high = (scale * float(table[column][row["name"]]) for column in ("low", "difference", "high"))
        mark = " ?" if row["name"] in comparison.assumed else MARKS[row["money"]]
        rows.append(Difference(row["name"], page.slots[row["name"]], Interval(mean, low, high), mark))
    if not any(np.isfinite(row.gap.mean) for row in rows):
        return {}
    unit = f"% of {comparison.reference}" if in_percent else declared["unit"]
    title = f"{wording.capital(declared['label'])}, difference to {comparison.reference}"
    numbers = "; ".join(
        f"{row.name} {amount(row.gap.mean / scale, level)}" for row in rows if np.isfinite(row.gap.mean)
    )
    svg = differences_chart(rows, f"{title}, {unit}", f"{title}: {numbers}.")
    marks = "".join(row.mark for row in rows)
    return {"svg": Markup(svg), "file": Markup(download_link(svg)), "title": title, "unit": unit, "marks": marks}


def shared_traits(traits: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the traits in which the policies differ, and those that all share, each with its one value."""
    apart = [trait for trait in traits if len(set(trait["values"])) > 1]
    shared = [trait | {"value": trait["values"][0]} for trait in traits if len(set(trait["values"])) == 1]
    return apart, shared
