"""The stored runs that an inquiry reads: of a folder that is there, or of a study whose missing runs are made first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from experiments.inquiries.inquiry import Request

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.by_point import ByPoint
    from experiments.expressions import Sum


def made_by_point(
    request: Request, wanted: "Sum", check: Callable[[int, int], None]
) -> tuple["ByPoint", "pd.DataFrame | None"]:
    """Return a sum of outcomes at the points of a request, and the runs where they were made for it.

    `check` takes the numbers of points and factors. It raises BadInput before any run where they cannot suffice.
    """
    from experiments.analysis.by_point import read_by_point, with_factors
    from experiments.analysis.sweep import run_sweep

    if request.stored:
        return read_by_point(request.folder, wanted), None
    design = with_factors(request.study, request.place)
    check(design.count, len(design.factors))
    swept = run_sweep(request.study, request.folder, request.execution, place=request.place)
    return read_by_point(request.folder, wanted, request.study.seeds), swept.runs


def left_out(evidence: "ByPoint", points: int) -> list[str]:
    """Return sentences on the points and runs that do not count, and on unequal money."""
    found = []
    if missing := points - int(evidence.known.sum()):
        found.append(f"{missing} of {points} points have no value and are left out.")
    if evidence.failed:
        found.append(f"{evidence.failed} runs failed and are left out.")
    if evidence.unequal:
        found.append(
            f"! At {len(evidence.unequal)} of these points the policies did not spend the same money: a difference "
            "there is an effect of money too."
        )
    return found
