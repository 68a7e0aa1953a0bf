"""`nqpf sweep`: the sweep, the boundary between two policies, and its table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.commands.json import ensemble_content, to_json
from experiments.commands.outcome import (
    default_folder,
    kept_in,
    mention_failures,
    mention_graphs,
    mention_seeds,
    mention_warnings,
)
from experiments.files import write_whole
from experiments.running.engines import Execution
from experiments.study.design import Design
from experiments.study.plan import Shard
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.plane import Plane
    from experiments.analysis.sweep import Sweep


class SweepRequest(NamedTuple):
    """A sweep as asked for: the study and its file, its shard, series kept or not.

    `between` names the boundary's two policies, `over` its two axes.
    """

    study: Study
    place: str
    shard: Shard
    series: bool
    between: str | None
    over: str | None = None


class _Drawn(NamedTuple):
    """The boundary that was drawn over a plane, or why none was."""

    edge: "pd.DataFrame | None" = None
    plane: "Plane | None" = None
    why_not: str = ""


def sweep_command(asked: SweepRequest, out: Path | None, execution: Execution, as_json: bool) -> int:
    """Sweep, draw the boundary where there are two factors, print the table or JSON. Return the exit code."""
    from experiments.analysis.sweep import run_sweep, summarise_sweep

    one, other = _pair(asked)
    plane = _plane(asked)
    folder = out or default_folder(asked.study)
    mention_graphs(asked.study.parameters, execution.quiet)
    try:
        swept = run_sweep(asked.study, folder, execution, asked.shard, asked.series, asked.place)
        drawn = _boundary(swept, one, other, plane, folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_seeds(folder, asked.study.seeds, execution.quiet)
    mention_warnings(swept.runs, execution.quiet)
    table = summarise_sweep(swept)
    if as_json:
        print(to_json(_content(swept, table, drawn, (one, other), folder)))
    else:
        _print(swept, table, drawn, (one, other), folder)
    return mention_failures(swept.runs, folder)


def _print(swept: "Sweep", table: "pd.DataFrame", drawn: _Drawn, pair: tuple[str, str], folder: Path) -> None:
    from experiments.commands.sweep_text import boundary_lines, sweep_lines
    from experiments.plain_text import wrapped

    print("\n".join(sweep_lines(swept, table)))
    if drawn.edge is not None and drawn.plane is not None:
        print("\n".join(boundary_lines(swept, drawn.edge, *pair, drawn.plane)))
        print(f"\nreport: {folder / 'report.html'}")
    elif drawn.why_not:
        print("", *wrapped(f"no boundary is drawn: {drawn.why_not}"), sep="\n")
    print(f"\nresults: {folder}")


def _plane(asked: SweepRequest) -> "Plane | None":
    """Return the plane of `--over`, or of the two factors that a study has. Raises BadInput before anything is run."""
    from experiments.analysis.plane import EXAMPLE, check_plane, find_plane

    factors, place = Design(asked.study, asked.place).factors, f"--between {asked.between}"
    plane = find_plane(factors, asked.over)
    if plane is not None:
        check_plane(asked.study, plane, asked.over or ",".join(plane.axes))
    elif asked.between is not None and len(factors) > 2:
        raise BadInput(f"{len(factors)} factors vary; name two axes by {EXAMPLE}", place=place)
    elif asked.between is not None:
        raise BadInput("a boundary needs a study whose first two factors are numbers", place=place)
    return plane


def _pair(asked: SweepRequest) -> tuple[str, str]:
    """Return the two policies of `--between A,B`, by default the study's last and the one before it."""
    names = [policy.name for policy in asked.study.policies]
    if asked.between is None:
        return names[-1], names[max(len(names) - 2, 0)]
    place, pair = f"--between {asked.between}", [name.strip() for name in asked.between.split(",")]
    if len(pair) != 2 or pair[0] == pair[1]:
        raise BadInput("must be two policies of the study, as application,selective", place=place)
    for name in pair:
        if name not in names:
            raise unknown("policy", name, names).at(place)
    return pair[0], pair[1]


def _boundary(swept: "Sweep", one: str, other: str, plane: "Plane | None", folder: Path) -> _Drawn:
    """Draw the boundary over a plane as report.html and return it, or why there is none."""
    from experiments.analysis.boundary import boundary, misleading
    from experiments.analysis.plane import EXAMPLE

    if plane is None:
        many = len(swept.factors) > 2
        return _Drawn(why_not=f"{len(swept.factors)} factors vary. Name two axes by {EXAMPLE}" if many else "")
    if one == other:
        return _Drawn()
    if why_not := misleading(swept, one, other, plane):
        return _Drawn(why_not=f"{why_not}. Hold what is no axis at a value, as {EXAMPLE.split(', or ')[1]}")
    from viz.report.boundary import render_boundary

    edge = boundary(swept, one, other, plane)
    write_whole(folder / "report.html", render_boundary(swept, edge, one, other, plane).encode(errors="replace"))
    return _Drawn(edge, plane)


def _content(
    swept: "Sweep", table: "pd.DataFrame", drawn: _Drawn, pair: tuple[str, str], folder: Path
) -> dict[str, Any]:
    edge, plane = drawn.edge, drawn.plane
    named: dict[str, Any] = {"one": pair[0], "other": pair[1], "outcome": swept.outcomes[0]}
    if plane is not None:
        named |= {"over": plane.axes, "fixed": dict(plane.fixed), "averaged": list(plane.averaged)}
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
        "boundary": None if edge is None else {**named, "table": edge.to_dict("records")},
        "no_boundary": drawn.why_not,
        "ensemble": ensemble_content(swept.study),
        "out": str(folder),
    }
