"""The view of a folder's table: that of `nqpf compare` or `nqpf sweep`, from the stored runs alone."""

from typing import TYPE_CHECKING

from experiments.exploration.folder import ResultsFolder
from experiments.exploration.provenance import made_by
from experiments.exploration.view import (
    INDICATOR,
    POINT,
    POLICIES,
    FolderView,
    ViewRecipe,
    ViewRequest,
    swept_for,
)
from experiments.inquiries.inquiry import Answer

if TYPE_CHECKING:
    import pandas as pd

COMPARED = (
    "policy", "mean", "difference", "low", "high", "percent", "share_better", "p_holm", "money_placed", "rank",
    "benefit_cost", "reading", "n",
)  # fmt: skip
SWEPT = ("policy", "mean", "q05", "q50", "q95", "share_better", "points", "unequal_money")
"""Columns that the page shows. The file has all of them."""

MOST_REASONS = 3


def _answer(request: ViewRequest) -> Answer:
    lines, whole, runs = (_swept if request.folder.factors else _compared)(request)
    rows = whole[whole["indicator"] == request.indicator]
    if request.policies:
        rows = rows[rows["policy"].isin(request.policies)]
    shown = rows[[name for name in (COMPARED if not request.folder.factors else SWEPT) if name in rows]]
    return Answer(
        lines=(*lines, *failures_in(runs)),
        content={"indicator": request.indicator},
        tables={"table": shown, "every-indicator": whole},
        runs=runs,
    )


def _compared(request: ViewRequest) -> tuple[list[str], "pd.DataFrame", "pd.DataFrame"]:
    """Return the answer of a comparison in sentences, its table and its runs."""
    from experiments.analysis.comparison import read_comparison
    from experiments.analysis.sentences import answer
    from experiments.analysis.table import HEADLINE

    study = request.folder.study
    assert study is not None
    own = study.outcomes or HEADLINE
    comparison = read_comparison(request.folder.path, () if request.indicator in own else (request.indicator,))
    return answer(comparison) if request.indicator in own else [], comparison.table, comparison.runs


def _swept(request: ViewRequest) -> tuple[list[str], "pd.DataFrame", "pd.DataFrame"]:
    """Return what the table of a sweep holds, its table and its runs."""
    from experiments.analysis.sweep import summarise_sweep
    from experiments.analysis.table import HEADLINE

    study = request.folder.study
    assert study is not None
    own = study.outcomes or HEADLINE
    swept = swept_for(request, *(own if request.indicator in own else (request.indicator,)))
    line = (
        f"Paired differences to {swept.study.reference}: mean and quantiles over points. The share better is that of "
        "the points at which the policy does better with equal money."
    )
    return [line], summarise_sweep(swept), swept.runs


def failures_in(runs: "pd.DataFrame") -> list[str]:
    """Return sentences on the runs that failed: their number, and the first few reasons."""
    failed = runs[runs["status"] == "failed"]
    if failed.empty:
        return [f"{len(runs)} runs are stored. None failed."]
    reasons = dict.fromkeys(str(error).strip().splitlines()[-1] for error in failed["error"] if str(error).strip())
    return [f"{len(failed)} of {len(runs)} runs failed and are left out: {'. '.join(list(reasons)[:MOST_REASONS])}."]


def _recipe(request: ViewRequest) -> ViewRecipe:
    return made_by(request.folder, *(["--full"] if not request.folder.factors else []))


def _suits(folder: ResultsFolder) -> bool:
    return not folder.is_adaptive


STORED_TABLE = FolderView(
    name="table",
    title="Table",
    question="What does each policy do, against the reference?",
    takes=(INDICATOR, POLICIES, POINT),
    suits=_suits,
    answer=_answer,
    recipe=_recipe,
)
