"""The HTML report of a comparison: one self-contained file that reads the same on a phone, a screen and paper.

`render_report` gathers each section as plain data. report.html lays it out and escapes every text, report.css styles
it. Numbers come from the comparison and experiments.analysis, sentences from viz.report.wording, drawings from
viz.figures.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.analysis.equal_money import MONEY_MARGIN
from experiments.analysis.sentences import counted, over_ensemble
from experiments.study.study import TIMINGS
from experiments.study.written import ensemble_words, study_text
from model.declaration.errors import BadInput
from model.indicators.series import INDICATORS
from model.policy.policy import Policy
from model.policy.presets import policies
from viz.figures.styles import colour_css, order_policies
from viz.report import pages, paths, responses, sections, wording
from viz.report.content import ReportContent
from viz.report.opening import opening, shared_traits

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison


def render_report(comparison: "Comparison") -> str:
    """Return the report as one HTML page that needs no network. Equal comparisons give equal bytes."""
    page = ReportContent(comparison, order_policies(comparison.study.policies))
    content = {
        "opening": opening(page),
        "headlines": [sections.headline(page, name) | {"alike": sections.alike(page, name)} for name in page.headlines],
        "grid": sections.grid(page),
        "adoption": paths.adoption(page),
        "technology": paths.technology(page),
        "withdrawal": sections.withdrawal(page),
        "bonsai": sections.bonsai(page),
        "gains": sections.gains(page),
        "money": sections.money_spent(page),
        "benefit": sections.benefit(page),
        "instruments": responses.instruments(page),
        "calendar": responses.calendar(page),
        "doses": responses.doses(page, comparison.responses),
        "efficacy": responses.efficacy(page, comparison.responses),
        "settings": _settings(comparison, page.order),
        "reruns": wording.reruns(comparison.study.match, comparison.study.timing == "yoked"),
    }
    return pages.template("report.html").render(
        content,
        css=pages.style(colour_css()),
        study=comparison.study,
        reference=comparison.reference,
        counted=wording.times(counted(comparison.study, comparison.whole_pairs.sum())),
        ending_apart=comparison.ending_apart,
        seed_ranges=wording.seed_ranges(comparison.seeds),
        rows=page.rows,
        failures=pages.failures(comparison.runs),
        ensemble=over_ensemble(comparison.study),
        definitions=[entry for name, entry in INDICATORS.items() if name in page.used],
        margin=wording.share(MONEY_MARGIN),
        glyphs=wording.GLYPHS,
    )


def _settings(comparison: "Comparison", order: Sequence[Policy]) -> dict[str, Any]:
    """Return the settings of the comparison, and how to make it again."""
    study, model = comparison.study, comparison.versions.get("model")
    changed = pages.changed_parameters(study.parameters)
    apart, shared = shared_traits(
        [
            entry | {"values": [_trait(policy, entry["name"]) for policy in order]}
            for entry in Policy.declarations()
            if entry["name"] != "name"
        ]
    )
    return {
        "changed": changed,
        "traits": apart,
        "shared": shared,
        "facts": {
            "Study": study.name,
            "Content hash": study.identity(model) if model else "",
            "Results": str(comparison.out or "not kept"),
            **{"model sources" if name == "model" else name: text for name, text in comparison.versions.items()},
        },
        "command": _command(comparison, {entry["name"]: entry["value"] for entry in changed}),
        "study_file": study_text(study),
        "responses": comparison.responses is not None,
        "ensemble": "".join(f" {word}" for word in ensemble_words(study)),
    }


def _trait(policy: Policy, name: str) -> str:
    value = policy.model_dump(mode="json")[name]
    if isinstance(value, dict):
        return ", ".join(f"{instrument} {part:g}" for instrument, part in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(f"{part:g}" for part in value[:4]) + (", …" if len(value) > 4 else "") or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _command(comparison: "Comparison", changed: Mapping[str, Any]) -> str:
    """Return the command that makes this comparison again; empty where only a study file can do so."""
    study = comparison.study
    first, count, names = study.seeds[0], len(study.seeds), [policy.name for policy in study.policies]
    traits = _common_traits(study.policies)
    if traits is None or study.name != "compare" or study.outcomes or study.seeds != tuple(range(first, first + count)):
        return ""
    words = ["nqpf", "compare", "--policies", ",".join(names), "--reference", study.reference]
    words += ["--seeds", str(count), "--seed", str(first)]
    words += ["--match"] * study.match + ["--timing", study.timing] * (study.timing != TIMINGS[0])
    words += ["--no-responses"] * (comparison.responses is None) + ensemble_words(study)
    for name, value in {**changed, **{f"policy.{name}": value for name, value in traits.items()}}.items():
        words += ["--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    return shlex.join(words)


def _common_traits(arms: Sequence[Policy]) -> dict[str, Any] | None:
    """Return the traits that, set on every preset of the arms' names, give these arms; None where none do."""
    if any(policy.name not in policies for policy in arms):
        return None
    traits: dict[str, Any] = {}
    for policy in arms:
        own, preset = policy.model_dump(), policies[policy.name].model_dump()
        traits |= {name: value for name, value in own.items() if value != preset[name]}
    try:
        return traits if all(policies[policy.name].replace(**traits) == policy for policy in arms) else None
    except BadInput:
        return None
