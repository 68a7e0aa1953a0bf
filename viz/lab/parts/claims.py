"""The claims and their stored results, as plain texts and drawings."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from experiments.claims.claim import Claim
from experiments.claims.claims import CLAIMS
from experiments.claims.pair import no_pair, preset_pair
from experiments.claims.stored import claims_command_of
from experiments.claims.verdict import CONDITIONAL
from experiments.claims.words import figure
from viz.figures.forest import forest_chart
from viz.figures.standalone import download_link
from viz.lab.address import link_to
from viz.report.claims import SIGNS, forest_rows
from viz.report.wording import DASH, MINUS, share, typeset

_OVERVIEW = "Compare takes the defaults, which are one cell of the claim's grid."
_OTHER = "It has no indicator of this outcome, and opens with welfare."


def claims_shown(stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every declared claim in the order of the registry, with its stored result if there is one."""
    results = {one["id"]: one for one in stored["claims"]}
    return [{**_declared(claim), **_result(claim, results.get(name), stored)} for name, claim in CLAIMS.items()]


def _declared(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "title": claim.title,
        "words": [passage._asdict() for passage in claim.passages],
        "statement": claim.statement,
        "expects": _expected(claim.expected),
        "facts": [
            ("Treatment", claim.treatment_words),
            ("Reference", claim.reference_words),
            ("Falsified by", claim.falsified_by),
            ("Why a fair model may find the opposite", claim.opposite),
            *([("Limits", claim.limits)] if claim.limits else []),
        ],
        "compare": _compare(claim),
    }


def _compare(claim: Claim) -> dict[str, str]:
    """Return the address of a claim in Compare, or why it has none."""
    pair = preset_pair(claim)
    if pair is None:
        return {"link": "", "remark": f"Compare cannot show this claim. {no_pair(claim)}"}
    values = {"policies": f"{pair.reference},{pair.treatment}", **pair.settings}
    if pair.indicator:
        values["indicator"] = pair.indicator
    return {"link": link_to("/compare", values), "remark": f"{_OVERVIEW}{'' if pair.indicator else f' {_OTHER}'}"}


def _result(claim: Claim, found: Mapping[str, Any] | None, stored: Mapping[str, Any]) -> dict[str, Any]:
    if found is None:
        return {"verdict": "not tried", "sign": DASH, "paragraph": "The stored result does not hold this claim."}
    where = list(found["condition"])
    rest = found["paragraph"]
    for sentence in where:
        rest = rest.replace(sentence, "")
    words = f"{claim.outcome.words}, {claim.outcome.unit}"
    drawing = forest_chart(forest_rows(found), claim.expected, words, claim.statement)
    return {
        "verdict": found["verdict"],
        "sign": SIGNS[found["verdict"]],
        "effect": _amount(found["effect"], found["unit"]),
        "interval": next(_intervals(found), ("", ""))[1],
        "numbers": [*_numbers(claim, found)],
        "paragraph": typeset(" ".join(rest.split())),
        "condition": [typeset(sentence) for sentence in where] if found["verdict"] == CONDITIONAL else [],
        "svg": drawing,
        "file": download_link(drawing),
        "command": claims_command_of(dict(stored), claim.id),
    }


def _numbers(claim: Claim, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the numbers of a result, each with its name."""
    yield f"Difference in {claim.outcome.words}", _amount(found["effect"], found["unit"])
    yield "The essay expects", _expected(found["expected"])
    yield from _intervals(found)
    if found["share_sets"] is not None:
        yield "Sets with the sign that the essay expects", share(found["share_sets"])
    judged = {name: count for name, count in found["cells"].items() if count}
    yield "Cells of the grid", ", ".join(f"{count} {name}" for name, count in judged.items())


def _intervals(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the intervals that a result has, the one over parameter sets first."""
    for name in ("sets", "seeds"):
        low, high = found[f"low_{name}"], found[f"high_{name}"]
        if low is not None and high is not None:
            of = f"{found[name]} {'parameter sets' if name == 'sets' else 'seeds'}"
            yield f"95 % interval over {of}", f"{_figure(low)} to {_figure(high)}"


def _expected(sign: float) -> str:
    return "above 0" if sign > 0 else "below 0"


def _amount(value: float | None, unit: str) -> str:
    return DASH if value is None else f"{_figure(value)} {unit}"


def _figure(value: float | None) -> str:
    text = figure(np.nan if value is None else value)
    return text.replace("-", MINUS)
