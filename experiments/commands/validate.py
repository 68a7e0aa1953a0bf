"""`nqpf validate`: the economy without policy against stylised facts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.commands.json import to_json
from experiments.commands.options import QUICK_SEEDS, OneRun, seeds_asked
from experiments.commands.outcome import default_folder, kept_in, mention_failures, mention_seeds, mention_warnings
from experiments.files import write_whole
from experiments.plain_text import plain_number
from experiments.running.engines import Execution

if TYPE_CHECKING:
    import pandas as pd

    from experiments.study.study import Study
    from experiments.validation.validate import Validation


def validate_command(
    facts: Sequence[str],
    one: OneRun,
    seeds: int | None,
    out: Path | None,
    execution: Execution,
    *,
    quick: bool,
    as_json: bool,
) -> int:
    """Hold the economy without policy against stylised facts. Print the table or JSON. Return the exit code."""
    from experiments.study.study import DEFAULT_SEEDS
    from experiments.validation.validate import find_facts, validate_study, validation_study

    chosen = find_facts(facts)
    own_seeds = seeds_asked(seeds, QUICK_SEEDS if quick else DEFAULT_SEEDS, one.seed)
    study = validation_study(one.parameters, own_seeds)
    folder = out or default_folder(study)
    try:
        found = validate_study(study, chosen, folder, execution)
        _write_report(study, found, tuple(dict.fromkeys(facts)), folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_seeds(folder, study.seeds, execution.quiet)
    mention_warnings(found.runs, execution.quiet)
    if as_json:
        print(to_json(found.table.to_dict("records")))
    else:
        print("\n".join(validation_lines(found.table)))
        print(f"\nreport: {folder / 'report.html'}")
        print(f"results: {folder}")
    return mention_failures(found.runs, folder)


def _write_report(study: "Study", found: "Validation", asked: Sequence[str], folder: Path) -> None:
    from viz.report.validation import render_validation

    write_whole(folder / "report.html", render_validation(study, found, asked).encode(errors="replace"))


def validation_lines(table: "pd.DataFrame") -> Iterator[str]:
    """Return the table as text of at most 80 columns."""
    yield f"{'fact':<24} {'unit':<15} {'value':>7} {'from':>7} {'to':>7} {'target':>10} {'met':>3}"
    for row in table.itertuples():
        target = f"{row.low:g}-{row.high:g}" if row.low >= 0 else f"{row.low:g}..{row.high:g}"
        met = "yes" if row.met else "NO"
        numbers = (f"{shown(number):>7}" for number in (row.value, row.lower, row.upper))
        yield f"{row.fact:<24} {row.unit[:15]:<15} {' '.join(numbers)} {target:>10} {met:>3}"
    yield ""
    yield f"{int(table['met'].sum())} of {len(table)} facts met over {int(table['n'].max())} seeds"
    yield "value: the median over seeds, from quartile to quartile. Of shares of runs, spreads"
    yield "(ratio - 1) and rd_benefit: over all seeds, with a 95 % interval."


def shown(value: float) -> str:
    """Return a fact's value as text of at most 10 columns."""
    return "never" if np.isinf(value) else plain_number(value, 3 if abs(value) < 10 else 1)
