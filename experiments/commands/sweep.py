"""`nqpf sweep`: the sweep, the boundary between two policies, and its table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.commands.json import to_json
from experiments.commands.outcome import default_folder, kept_in, mention_failures, mention_warnings
from experiments.files import write_whole
from experiments.running.engines import Execution
from experiments.study.addresses import ADDRESSES
from experiments.study.design import Design
from experiments.study.plan import Shard
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown
from model.declaration.settings import bounds

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.sweep import Sweep


class SweepRequest(NamedTuple):
    """A sweep as asked for: the study and its file, its shard, series kept or not, the boundary's two policies."""

    study: Study
    place: str
    shard: Shard
    series: bool
    between: str | None


def sweep_command(asked: SweepRequest, out: Path | None, execution: Execution, as_json: bool) -> int:
    """Sweep, draw the boundary where there are two factors, print the table or JSON. Return the exit code."""
    from experiments.analysis.sweep import run_sweep, summarise_sweep

    one, other = _pair(asked)
    folder = out or default_folder(asked.study)
    try:
        swept = run_sweep(asked.study, folder, execution, asked.shard, asked.series, asked.place)
        edge = _boundary(swept, one, other, folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_warnings(swept.runs, execution.quiet)
    table = summarise_sweep(swept)
    if as_json:
        print(to_json(_content(swept, table, edge, (one, other), folder)))
    else:
        from experiments.commands.sweep_text import boundary_lines, sweep_lines

        print("\n".join(sweep_lines(swept, table)))
        if edge is not None:
            print("\n".join(boundary_lines(swept, edge, one, other)))
            print(f"\nreport: {folder / 'report.html'}")
        print(f"\nresults: {folder}")
    return mention_failures(swept.runs, folder)


def _pair(asked: SweepRequest) -> tuple[str, str]:
    """Return the two policies of `--between A,B`, by default the study's last and the one before it."""
    names = [policy.name for policy in asked.study.policies]
    if asked.between is not None and not _has_plane(Design(asked.study, asked.place).factors):
        raise BadInput(f"--between {asked.between}: a boundary needs a study whose first two factors are numbers")
    if asked.between is None:
        return names[-1], names[max(len(names) - 2, 0)]
    pair = [name.strip() for name in asked.between.split(",")]
    if len(pair) != 2 or pair[0] == pair[1]:
        raise BadInput(f"--between {asked.between}: must be two policies of the study, as application,selective")
    for name in pair:
        if name not in names:
            raise BadInput(f"--between {asked.between}: {unknown('policy', name, names)}")
    return pair[0], pair[1]


def _has_plane(factors: Sequence[str]) -> bool:
    """Return whether the first two factors are numbers."""
    declared = [kind.model_fields[field] for kind, field in map(ADDRESSES.__getitem__, factors[:2])]
    return len(declared) == 2 and all(bounds(field)[0] is not None for field in declared)


def _boundary(swept: "Sweep", one: str, other: str, folder: Path) -> "pd.DataFrame | None":
    """Draw the boundary over the first two factors as report.html and return it, None if they are not two numbers."""
    if not _has_plane(swept.factors) or one == other:
        return None
    from experiments.analysis.boundary import boundary
    from viz.report.boundary import render_boundary

    edge = boundary(swept, one, other)
    write_whole(folder / "report.html", render_boundary(swept, edge, one, other).encode(errors="replace"))
    return edge


def _content(
    swept: "Sweep", table: "pd.DataFrame", edge: "pd.DataFrame | None", pair: tuple[str, str], folder: Path
) -> dict[str, Any]:
    drawn = {"one": pair[0], "other": pair[1], "outcome": swept.outcomes[0]}
    return {
        "study": swept.study.name,
        "policies": [policy.name for policy in swept.study.policies],
        "seeds": list(swept.study.seeds),
        "reference": swept.study.reference,
        "factors": list(swept.factors),
        "points": swept.points,
        "asked": swept.asked,
        "runs": len(swept.runs),
        "failed": int((swept.runs["status"] == "failed").sum()),
        "table": table.to_dict("records"),
        "boundary": None if edge is None else {**drawn, "table": edge.to_dict("records")},
        "out": str(folder),
    }
