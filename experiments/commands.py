"""What `nqpf compare` and `nqpf run` do once their options are understood."""

import json
import math
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from agents.compiled import source_hash
from experiments.files import check_writable, write_whole
from experiments.manifest import versions
from experiments.options import QUICK_SEEDS, OneRun
from experiments.progress import say
from experiments.runner import How, prepare
from experiments.study import Study
from model.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison
    from model.simulation import Run

DONE, RUNS_FAILED = 0, 3


class Files(NamedTuple):
    """Files that `nqpf run` writes on request."""

    series: Path | None = None
    agents: Path | None = None
    graph: Path | None = None


def compare_command(study: Study, out: Path | None, how: How, responses: bool, as_json: bool) -> int:
    """Compare, write the report, print the table or JSON. Returns the exit code."""
    from experiments.comparison import compare_study

    folder = out or default_folder(study)
    try:
        comparison = compare_study(study, folder, how, responses)
        _write_report(comparison, folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_warnings(comparison.runs, how.quiet)
    if as_json:
        print(to_json(_comparison_content(comparison)))
    else:
        from experiments.tables import comparison_lines

        print("\n".join(comparison_lines(comparison)))
        print(f"\nreport: {folder / 'report.html'}")
    return mention_failures(comparison.runs, comparison.out)


def default_folder(study: Study) -> Path:
    """Where a study's results go unless `--out` says otherwise."""
    return Path("results") / f"{study.name}-{study.identity(source_hash())[:8]}"


def kept_in(folder: Path) -> KeyboardInterrupt:
    """What an interrupted command says."""
    return KeyboardInterrupt(f"what was done is kept in {folder}; the same command goes on from there")


def run_command(one: OneRun, files: Files, how: How, *, as_json: bool) -> int:
    """Make one run, write the files asked for, print its summary. Returns the exit code."""
    from model.simulation import simulate
    from model.summary import declaration

    wanted = [os.path.realpath(check_writable(path)) for path in files if path is not None]
    for path in wanted:
        if wanted.count(path) > 1:
            raise BadInput(f"{path}: is asked for twice; give each output a file of its own")
    prepare(how.quiet)
    threads = how.jobs or os.cpu_count() or 1
    run = simulate(*one, check=how.check, panel=files.agents is not None, threads=threads)
    _write_files(run, one, files)
    for warning in run.warnings:
        say(f"warning: {warning}", how.quiet)
    if as_json:
        print(to_json(_run_content(run, one)))
    else:
        from experiments.tables import summary_lines

        units = {name: declaration(name).unit for name in run.summary}
        print(f"{one.policy.name}, seed {one.seed}, {one.parameters.users} users, {one.parameters.horizon} quarters\n")
        print("\n".join(summary_lines(run.summary, units)))
    return DONE


def validate_command(
    facts: Iterable[str], one: OneRun, seeds: int | None, *, jobs: int | None, quick: bool, as_json: bool, quiet: bool
) -> int:
    """Hold the economy without policy against stylised facts; print the table or JSON. Returns the exit code."""
    from experiments.study import seeds_from
    from experiments.validation import DEFAULT_SEEDS, validate, validation_lines

    count = (QUICK_SEEDS if quick else DEFAULT_SEEDS) if seeds is None else seeds
    luck = seeds_from(count, one.seed)
    table = validate(facts, one.parameters, luck, How(jobs, quiet=quiet))
    if as_json:
        print(to_json(table.to_dict("records")))
    else:
        print("\n".join(validation_lines(table)))
    return DONE


def _write_report(comparison: "Comparison", folder: Path) -> None:
    from viz.report import render

    write_whole(folder / "report.html", render(comparison).encode())


def _comparison_content(comparison: "Comparison") -> dict[str, Any]:
    return {
        "study": comparison.study.name,
        "policies": list(comparison.policies),
        "seeds": list(comparison.seeds),
        "reference": comparison.reference,
        "table": comparison.table.to_dict("records"),
        "out": str(comparison.out),
    }


def _run_content(run: "Run", one: OneRun) -> dict[str, Any]:
    return {
        "policy": one.policy.name,
        "seed": one.seed,
        "parameters": one.parameters.model_dump(mode="json"),
        "summary": dict(run.summary),
        "versions": {**versions(), "model": source_hash()},
    }


def mention_warnings(runs: "pd.DataFrame", quiet: bool) -> None:
    """Each kind of warning once, with the number of runs that it concerns; kinds differ in more than numbers."""
    kinds = defaultdict(list)
    for text in runs["warnings"].dropna():
        if text:
            kinds[re.sub(r"\d+", "", text)].append(text)
    for texts in kinds.values():
        say(f"warning: {max(texts)} ({len(texts)} of {len(runs)} runs)", quiet)


def mention_failures(runs: "pd.DataFrame", out: Path | None) -> int:
    """One line on failed runs, said even when quiet, and the exit code."""
    failed = runs[runs["status"] == "failed"]
    if failed.empty:
        return DONE
    first = failed.iloc[0]
    reason = str(first["error"]).strip().splitlines()[-1]
    print(
        f"nqpf: {len(failed)} of {len(runs)} runs failed, "
        f"first {first['policy']} with seed {first['seed']}: {reason} (rows with tracebacks in {out})",
        file=sys.stderr,
    )
    return RUNS_FAILED


def _write_files(run: "Run", one: OneRun, files: Files) -> None:
    """Series and firms as Parquet, the network at the end as GraphML; each whole or not at all."""
    if files.series is not None:
        write_whole(files.series, _columns_parquet({"period": list(range(one.parameters.horizon)), **run.series}))
    if files.agents is not None:
        write_whole(files.agents, _columns_parquet(run.firms or {}))
    if files.graph is not None:
        write_whole(files.graph, _graphml(one))


def _columns_parquet(columns: Mapping[str, Any]) -> bytes:
    import pyarrow as pa

    from experiments.store import to_parquet

    return to_parquet(pa.table(dict(columns)))


def _graphml(one: OneRun) -> bytes:
    """The network after the last period, from the same economy stepped period by period."""
    import networkx as nx

    from model.economy import Economy

    economy = Economy(policy=one.policy, seed=one.seed, parameters=one.parameters, collect=False)
    for _ in range(one.parameters.horizon):
        economy.step()
    sink = BytesIO()
    nx.write_graphml(economy.network(), sink)
    return sink.getvalue()


def to_json(content: Any) -> str:
    """Plain data as JSON text."""
    return json.dumps(_finite(content), indent=1, allow_nan=False)


def _finite(value: Any) -> Any:
    """Plain data that JSON can hold: NumPy numbers as Python's, NaN (never reached, not compared) as null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
