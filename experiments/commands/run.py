"""`nqpf run`: one run, its summary, and files on request."""

import os
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from agents.kernel.decorators import source_hash
from experiments.analysis.table import HEADLINE
from experiments.commands.ending import DONE
from experiments.commands.json import to_json
from experiments.commands.options import OneRun
from experiments.commands.outcome import mention_graphs
from experiments.files import check_writable, write_whole
from experiments.results.manifest import versions
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.running.runner import prepare
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    from model.simulation import Run

RUN_HEADLINE = (*HEADLINE, "budget_raised", "budget_placed", "budget_returned")
"""Indicators that are printed first, and alone without `--full`."""


class Files(NamedTuple):
    """Files that `nqpf run` writes on request."""

    series: Path | None = None
    agents: Path | None = None
    graph: Path | None = None


def run_command(one: OneRun, files: Files, execution: Execution, *, as_json: bool, full: bool) -> int:
    """Make one run, write the files asked for, print its headline indicators or all. Return the exit code."""
    from model.indicators.summary import declaration
    from model.simulation import simulate

    wanted = [os.path.realpath(check_writable(path)) for path in files if path is not None]
    for path in wanted:
        if wanted.count(path) > 1:
            raise BadInput("asked for twice. Give each output a file of its own", place=path)
    mention_graphs(one.parameters, execution.quiet)
    prepare(execution.quiet)
    threads = execution.jobs or os.cpu_count() or 1
    run = simulate(*one, check=execution.check, panel=files.agents is not None, threads=threads)
    _write_files(run, one, files)
    for warning in run.warnings:
        say(f"warning: {warning}", execution.quiet)
    if as_json:
        print(to_json(_run_content(run, one)))
    else:
        from experiments.commands.text import summary_lines

        units = {name: declaration(name).unit for name in run.summary}
        shown = {name: run.summary[name] for name in (*RUN_HEADLINE, *(run.summary if full else ()))}
        print(f"{one.policy.name}, seed {one.seed}, {one.parameters.users} users, {one.parameters.horizon} quarters\n")
        print("\n".join(summary_lines(shown, units)))
        if not full:
            print(f"\nall {len(run.summary)} indicators: --full")
    return DONE


def _run_content(run: "Run", one: OneRun) -> dict[str, Any]:
    return {
        "policy": one.policy.name,
        "seed": one.seed,
        "parameters": one.parameters.model_dump(mode="json"),
        "summary": dict(run.summary),
        "versions": {**versions(), "model": source_hash()},
    }


def _write_files(run: "Run", one: OneRun, files: Files) -> None:
    """Write series and firms as Parquet, the network at the end as GraphML; each whole or not at all."""
    from model.indicators.columns import firm_column, series_column

    if files.series is not None:
        series = {"period": list(range(one.parameters.horizon)), **run.series}
        write_whole(files.series, _columns_parquet(series, series_column))
    if files.agents is not None:
        write_whole(files.agents, _columns_parquet(run.firms or {}, firm_column))
    if files.graph is not None:
        write_whole(files.graph, _graphml(one))


def _columns_parquet(columns: Mapping[str, Any], describe: Callable[[str], dict[str, str]]) -> bytes:
    """Return columns as Parquet, each with its unit, kind and meaning in the schema."""
    import pyarrow as pa

    from experiments.results.shards import to_parquet

    table = pa.table(dict(columns))
    described = [field.with_metadata(describe(field.name)) for field in table.schema]
    return to_parquet(table.cast(pa.schema(described)))


def _graphml(one: OneRun) -> bytes:
    """Return the network after the last period, from the same economy stepped period by period."""
    import networkx as nx

    from model.economy import Economy

    economy = Economy(policy=one.policy, seed=one.seed, parameters=one.parameters, collect=False)
    for _ in range(one.parameters.horizon):
        economy.step()
    sink = BytesIO()
    nx.write_graphml(economy.network(), sink)
    return sink.getvalue()
