"""`nqpf validate --policy-facts`: the model against published effects of policy."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.commands.json import to_json
from experiments.commands.options import QUICK_SEEDS, OneRun, seeds_asked
from experiments.commands.outcome import default_folder, kept_in, mention_failures, mention_seeds, mention_warnings
from experiments.commands.validate import shown
from experiments.files import write_whole
from experiments.plain_text import wrapped
from experiments.running.engines import Execution
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from experiments.evidence.check import PolicyEvidence
    from experiments.study.study import Study


def policy_facts_command(
    facts: Sequence[str],
    one: OneRun,
    seeds: int | None,
    out: Path | None,
    execution: Execution,
    *,
    quick: bool,
    as_json: bool,
) -> int:
    """Hold the model against published effects of policy. Print the table or JSON. Return the exit code."""
    from experiments.evidence.check import check_study, find_policy_facts, policy_study
    from experiments.study.study import DEFAULT_SEEDS

    chosen = find_policy_facts(facts)
    own_seeds = seeds_asked(seeds, QUICK_SEEDS if quick else DEFAULT_SEEDS, one.seed)
    study = policy_study(one.parameters, own_seeds)
    folder = out or default_folder(study)
    try:
        found = check_study(study, chosen, folder, execution)
        _write_report(study, found, tuple(dict.fromkeys(facts)), folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_seeds(folder, study.seeds, execution.quiet)
    mention_warnings(found.runs, execution.quiet)
    if as_json:
        print(to_json(found.table.to_dict("records")))
    else:
        print("\n".join(evidence_lines(found.table)))
        print(f"\nreport: {folder / 'report.html'}")
        print(f"results: {folder}")
    return mention_failures(found.runs, folder)


def refuse_traits(settings: Iterable[str]) -> None:
    """Raise BadInput for an option that sets a trait: each fact declares its policies."""
    for setting in settings:
        name = setting.partition("=")[0].strip()
        if name.startswith("policy."):
            raise BadInput("policy facts declare their policies, set parameters only", name, place="--set")


def _write_report(study: "Study", found: "PolicyEvidence", asked: Sequence[str], folder: Path) -> None:
    from viz.report.policy_facts import render_policy_facts

    write_whole(folder / "report.html", render_policy_facts(study, found, asked).encode(errors="replace"))


def evidence_lines(table: "pd.DataFrame") -> Iterator[str]:
    """Yield the table as text of at most 80 columns."""
    yield f"{'fact':<33} {'value':>7} {'from':>7} {'to':>7} {'published':>12} verdict"
    for row in table.itertuples():
        numbers = (f"{shown(number):>7.7}" for number in (row.value, row.lower, row.upper))
        published, verdict = _range(row.low, row.high), _SHORT.get(row.verdict, row.verdict)
        yield f"{row.fact:<33.33} {' '.join(numbers)} {published:>12} {verdict}".rstrip()
    yield ""
    counts = table["verdict"].value_counts()
    yield from wrapped(", ".join(f"{counts[name]} {name}" for name in counts.index) + f", of {len(table)} facts")
    for row in table[table["verdict"] == "does not agree"].itertuples():
        yield from wrapped(f"{row.fact}: {row.failure}")


_SHORT = {"does not agree": "no", "agrees": "yes", "not judged": "", "no value": "-"}


def _range(low: float, high: float) -> str:
    if np.isnan(low):
        return "-"
    return f"> {low:g}" if np.isinf(high) else f"< {high:g}" if np.isinf(low) else f"{low:g}..{high:g}"
