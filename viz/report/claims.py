"""The page of `nqpf claims`: the table of verdicts on the first screen, then a section per claim."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from experiments.claims.content import claim_content
from experiments.claims.support_claims import UNTESTED
from experiments.claims.verdict import (
    CLAIM_VERDICTS,
    CONDITIONAL,
    CONTRADICTED_CLAIM,
    SHARE_OF_CELLS,
    SHARE_OF_SETS,
    SOME_CELLS,
    SUPPORTED,
    UNDETERMINED,
)
from experiments.claims.words import figure, first_line, paragraph
from viz.figures.forest import ForestRow, forest_chart
from viz.figures.standalone import download_link
from viz.report import pages, wording

if TYPE_CHECKING:
    from experiments.claims.trial import Trial, TriedClaim

SIGNS = {SUPPORTED: "▲", CONTRADICTED_CLAIM: "▼", CONDITIONAL: "◆", UNDETERMINED: "~"}
"""A sign for each verdict, for the table at a glance."""

VERDICT_RULE = (
    f"A cell of the grid is for a claim where the interval over seeds lies on its side of zero, and at least "
    f"{SHARE_OF_SETS:.0%} of parameter sets do once the noise of seeds is taken out. It is against it where the same "
    f"holds on the other side. It is split where parameter sets differ. A claim is supported where at least "
    f"{SHARE_OF_CELLS:.0%} of its cells are for it and none is against it, and contradicted the other way round. It is "
    f"conditional where at least {SOME_CELLS:.0%} of cells have a verdict, and undetermined otherwise. Cells without "
    "equal money do not count."
).replace("%", " %")
"""The rule of verdicts in words."""


def render_claims(trial: "Trial", names: Sequence[str]) -> str:
    """Return the page of a trial as HTML. `names` are the claims that were asked for, none if all were.

    Equal trials give equal bytes.
    """
    return pages.template("claims.html").render(
        css=pages.style(),
        study=trial.study,
        first=first_line(trial),
        rows=[_row(tried) for tried in trial.tried],
        sections=[_section(tried) for tried in trial.tried],
        counts=_counts(trial),
        untested=[one for one in UNTESTED if any(tried.claim.number == one.number for tried in trial.tried)],
        rule=VERDICT_RULE,
        runs=len(trial.runs),
        failures=pages.failures(trial.runs),
        changed=pages.changed_parameters(trial.study.parameters),
        again=_command(trial, names),
        seed_ranges=wording.seed_ranges(trial.study.seeds),
    )


def _counts(trial: "Trial") -> str:
    verdicts = [tried.verdict for tried in trial.tried]
    parts = [f"{verdicts.count(name)} {name}" for name in CLAIM_VERDICTS if name in verdicts]
    return f"Of {len(verdicts)} claims: {', '.join(parts)}."


def _command(trial: "Trial", names: Sequence[str]) -> str:
    study = trial.study
    line = ["nqpf", "claims", *names, *(["--quick"] if trial.quick else [])]
    ensemble = ["none"] if study.ensemble is None else [study.ensemble.file, "--sets", str(study.sets)]
    line += ["--ensemble", *ensemble, "--seeds", str(len(study.seeds)), "--seed", str(study.seeds[0])]
    for entry in pages.changed_parameters(study.parameters):
        line += ["--set", f"{entry['name']}={entry['value']}"]
    return shlex.join(line)


def _minus(text: str) -> str:
    return text.replace("-", wording.MINUS) if text != "-" else wording.DASH


def _span(low: float, high: float) -> str:
    return f"{_minus(figure(low))} to {_minus(figure(high))}" if np.isfinite(low) else wording.DASH


def _row(tried: "TriedClaim") -> dict[str, Any]:
    """Return a row of the table."""
    mean, low_sets, high_sets, low_seeds, high_seeds = tried.raw
    return {
        "id": tried.claim.id,
        "title": tried.claim.title,
        "verdict": tried.verdict,
        "sign": SIGNS[tried.verdict],
        "effect": f"{_minus(figure(mean))} {tried.claim.outcome.unit}",
        "expected": "above 0" if tried.claim.expected > 0 else "below 0",
        "sets": _span(low_sets, high_sets),
        "seeds": _span(low_seeds, high_seeds),
        **{name: wording.share(share) for name, share in zip(("for", "against"), tried.shares, strict=True)},
        "share": wording.share(tried.share_sets) if tried.sets > 1 else wording.DASH,
    }


def _section(tried: "TriedClaim") -> dict[str, Any]:
    """Return the content of a claim's section."""
    claim = tried.claim
    content = claim_content(tried)
    svg = forest_chart(
        forest_rows(content), claim.expected, f"{claim.outcome.words}, {claim.outcome.unit}", claim.statement
    )
    return {
        **_row(tried),
        "claim": claim,
        "paragraph": [wording.typeset(sentence) for sentence in paragraph(tried)],
        "svg": Markup(svg),
        "file": download_link(svg),
        "instruments": _instruments(tried),
        "levels": _levels(content["levels"]),
        "note": _note(tried),
    }


def _note(tried: "TriedClaim") -> str:
    sets = "Thin line: middle 95 % of parameter sets, which are the ticks. " if tried.sets > 1 else ""
    below = " Below, lines go from the worst to the best cell." if len(tried.cells) > 1 else ""
    return f"{sets}Thick line: 95 % interval over seeds.{below}"


def forest_rows(content: Mapping[str, Any]) -> list[ForestRow]:
    """Return the rows of a claim's picture, from its plain data: the effect, then the levels of each axis."""
    ends = [_known(content[name]) for name in ("effect", "low_sets", "high_sets", "low_seeds", "high_seeds")]
    points = content["by_set"] if content["sets"] > 1 else []
    name = "all cells" if content["levels"] else "effect"
    rows = [ForestRow(name, ends[0], ends[1], ends[2], (ends[3], ends[4]), points)]
    last = ""
    for found in content["levels"]:
        if found["axis"] != last:
            rows.append(ForestRow(found["axis"], heading=True))
            last = found["axis"]
        mean = _known(found["mean"])
        if np.isnan(mean):
            rows.append(ForestRow(f"{found['level']} (not judged)"))
            continue
        rows.append(ForestRow(found["level"], mean, *sorted((found["worst"], found["best"]))))
    return rows


def _known(value: float | None) -> float:
    return np.nan if value is None else value


def _levels(levels: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            **{name: found[name] for name in ("axis", "level")},
            **{name: _minus(figure(found[name])) for name in ("mean", "worst", "best")},
            **{name: wording.share(found[name]) for name in ("for", "against")},
        }
        for found in levels
    ]


def _instruments(tried: "TriedClaim") -> list[Mapping[str, str]]:
    if tried.instruments is None:
        return []
    return [
        {
            "side": tried.claim.treatment_words if row.side == "treatment" else tried.claim.reference_words,
            "budget": f"{100.0 * row.budget:.3g} %" if np.isfinite(row.budget) else wording.DASH,
            "instrument": wording.plain(str(row.instrument)),
            "spent": wording.share(row.spent),
            "benefit": wording.number(row.benefit_cost, 2),
            "worst": wording.number(row.benefit_worst, 2),
            "best": wording.number(row.benefit_best, 2),
            "chosen": wording.share(row.chosen),
        }
        for row in tried.instruments.itertuples()
    ]
