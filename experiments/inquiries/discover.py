"""Discovery: the boxes in the space of factors in which a condition holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.inquiries.inquiry import Answer, Inquiry, Needs, Option, Picture, Request

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.by_point import ByPoint
    from experiments.discovery.boxes import Box, Boxes
    from experiments.expressions import Condition

DENSITY = 0.8
BOX_COLUMNS = (
    "box", "factor", "low", "high", "values", "coverage", "density", "held_out_coverage", "held_out_density",
    "held_out_low", "held_out_high", "held_out_points",
)  # fmt: skip


def discover(source: Path | str, where: str, density: float = DENSITY) -> "pd.DataFrame":
    """Return the boxes of factors in which a condition holds, a row per box and restricted factor (BOX_COLUMNS).

    `source` is a results folder, `where` a condition as `welfare[application] < welfare[selective]`, `density` the
    share of a box's points at which it shall hold. No row where no box stands on points held out. `attrs["why_not"]`
    then says why. Raises BadInput for a condition that cannot be read, and for too few points.
    """

    from experiments.analysis.by_point import read_by_point
    from experiments.discovery.boxes import find_boxes
    from experiments.results.merge import held, study_in

    folder = Path(source)
    condition = _condition(study_in(folder, held(folder)), where)
    evidence = read_by_point(folder, condition.gap).of_known()
    return _table(find_boxes(evidence.settings, condition.holds(evidence.mean), density, str(folder)))


def _condition(study: Any, where: str) -> "Condition":
    from experiments.analysis.by_point import policies_of
    from experiments.expressions import parse_condition

    return parse_condition(where, policies_of(study), "--where")


def _table(found: "Boxes") -> "pd.DataFrame":
    import pandas as pd

    rows = [
        (number, name, *limits, box.found.coverage, box.found.density, *box.held_out)
        for number, box in enumerate(found.boxes, 1)
        for name, limits in box.limits.items()
    ]
    table = pd.DataFrame(rows, columns=list(BOX_COLUMNS))
    table.attrs["why_not"] = found.why_not
    return table


def _answer(request: Request) -> Answer:

    from experiments.discovery.boxes import check_search, find_boxes
    from experiments.inquiries.stored import made_by_point

    condition, density = _condition(request.study, request.options["where"]), request.options["density"]
    evidence, runs = made_by_point(
        request, condition.gap, lambda points, _: check_search(points, density, request.place)
    )
    known = evidence.of_known()
    found = find_boxes(known.settings, condition.holds(known.mean), density, request.place)
    return Answer(
        lines=tuple(_lines(condition, evidence, found)),
        content=_content(condition, evidence, found),
        tables={"boxes": _table(found)},
        pictures=tuple(_pictures(condition, found)),
        runs=runs,
    )


def _lines(condition: "Condition", evidence: "ByPoint", found: "Boxes") -> Iterator[str]:
    """Yield the boxes in words, or why there is none, then how far they may be believed."""
    from experiments.inquiries.stored import left_out
    from experiments.plain_text import wrapped

    sentences = [_box_sentence(condition, number, box) for number, box in enumerate(found.boxes, 1)]
    if not sentences:
        sentences = [f"No box for {condition}: {found.why_not}."]
    elif found.why_not:
        sentences.append(f"No further box: {found.why_not}.")
    for sentence in [*sentences, *_limits(condition, evidence, found), *left_out(evidence, len(evidence.pairs))]:
        yield from wrapped(sentence)
    if found.boxes:
        yield ""
        yield from _trajectory_lines(found.boxes[0])
        yield ""
        yield from wrapped(
            "coverage: share of the points where the condition holds that lie in the box. density: share of the box's "
            "points at which it holds. Half of the points found the boxes, the other half, held out, judged them."
        )


def _box_sentence(condition: "Condition", number: int, box: "Box") -> str:
    held = box.held_out
    first = f"{condition} holds where {box}" if number == 1 else f"Also where {box}"
    return (
        f"{first}: at {held.density:.0%} of the {held.points} points held out there (95 % interval {held.low:.0%} to "
        f"{held.high:.0%}), which covers {held.coverage:.0%} of the points held out at which it holds. On the points "
        f"that found the box: density {box.found.density:.0%}, coverage {box.found.coverage:.0%}."
    )


def _limits(condition: "Condition", evidence: "ByPoint", found: "Boxes") -> Iterator[str]:
    """Yield the share of points at which the condition holds, and at how many the seeds leave that open."""
    yield f"The condition holds at {found.share:.0%} of all {found.points} points."
    if (unsettled := _unsettled(evidence)) is not None:
        yield f"At {unsettled} of them the seeds leave open on which side of it the point lies."


def _unsettled(evidence: "ByPoint") -> int | None:
    """Return the number of points whose 95 % interval over pairs holds zero, None where there is none to compute."""
    import numpy as np

    from experiments.statistics import half_width

    n = evidence.pairs.count(axis=1).to_numpy()
    if not (n > 1).any():
        return None
    return int((np.abs(evidence.mean) < half_width(np.sqrt(evidence.noise * n), n)).sum())


def _trajectory_lines(box: "Box") -> Iterator[str]:
    """Yield the first box's peeling trajectory, in at most ten rows."""

    rows = box.trajectory
    shown = sorted({round(step * (len(rows) - 1) / 9) for step in range(10)})
    yield "peeling trajectory of the first box"
    yield f"{'step':>6} {'coverage':>9} {'density':>9} {'share of points':>16} {'restricted':>11}"
    for step in shown:
        row = rows.iloc[step]
        yield f"{step:>6} {row['coverage']:>9.2f} {row['density']:>9.2f} {row['mass']:>16.2f} {row['res_dim']:>11.0f}"


def _content(condition: "Condition", evidence: "ByPoint", found: "Boxes") -> dict[str, Any]:
    return {
        "where": str(condition),
        "density": found.density,
        "points": found.points,
        "asked": len(evidence.pairs),
        "share": found.share,
        "unsettled": _unsettled(evidence),
        "unequal_money": list(evidence.unequal),
        "boxes": [_box_content(box) for box in found.boxes],
        "why_not": found.why_not,
        "rejected": None if found.rejected is None else _box_content(found.rejected),
    }


def _box_content(box: "Box") -> dict[str, Any]:
    return {
        "words": str(box),
        "limits": {name: limits._asdict() for name, limits in box.limits.items()},
        "found": box.found._asdict(),
        "held_out": box.held_out._asdict(),
        "trajectory": box.trajectory.to_dict("records"),
    }


def _pictures(condition: "Condition", found: "Boxes") -> Iterator[Picture]:
    """Yield the trajectory of each box in coverage and density, with the box on the points held out."""
    import pandas as pd

    for number, box in enumerate(found.boxes, 1):
        chosen = {"step": "found", "coverage": box.found.coverage, "density": box.found.density}
        held = {"step": "held out", "coverage": box.held_out.coverage, "density": box.held_out.density}
        steps = box.trajectory.assign(step="peeling")[["step", "coverage", "density"]]
        table = pd.concat([steps, pd.DataFrame([chosen, held])], ignore_index=True)
        words = f"coverage and density of the boxes that PRIM went through for {condition}, and of the box {box}"
        yield Picture(f"box-{number}", "trajectory", table, words, {"title": str(condition)})


DISCOVER = Inquiry(
    name="discover",
    question="Where, in the space of factors, does a condition hold?",
    needs=Needs.RESULTS_OR_STUDY,
    answer=_answer,
    options=(
        Option("where", "The condition, as 'welfare[grants] < welfare[rebate]'.", "CONDITION", default=...),
        Option("density", "Share of a box's points at which it shall hold.", "SHARE", float, DENSITY),
    ),
)
