"""Views of single runs: an indicator against a factor or another indicator, and its distribution by policy."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.exploration.folder import ResultsFolder
from experiments.exploration.provenance import made_by
from experiments.exploration.tables import failures_in
from experiments.exploration.view import ACROSS, INDICATOR, POINT, POLICIES, FolderView, ViewRecipe, ViewRequest
from experiments.inquiries.inquiry import Answer, Picture

if TYPE_CHECKING:
    import pandas as pd

BOX_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of a distribution."""


def _runs(request: ViewRequest, *indicators: str) -> "pd.DataFrame":
    """Return the stored runs at a request's values of factors, of all policies: a row per run and its outcomes."""
    from experiments.analysis.plane import Plane, on_plane
    from experiments.analysis.sweep import Sweep
    from experiments.exploration.view import swept_for
    from experiments.results.reader import StoredRuns

    folder = request.folder
    if not folder.is_adaptive:
        return swept_for(request, *indicators).runs
    columns = ["point", "set", "policy", "seed", "run_id", "status", "error", *folder.factors, *indicators]
    runs = StoredRuns(folder.path).runs(columns=list(dict.fromkeys(columns))).to_pandas()
    assert folder.study is not None
    swept = Sweep(folder.study, folder.factors, 0, 0, runs)
    return on_plane(swept, Plane("", "", request.at)).runs if request.at else runs


def _chosen(runs: "pd.DataFrame", request: ViewRequest) -> "pd.DataFrame":
    return runs[runs["policy"].isin(request.policies)] if request.policies else runs


def _scatter(request: ViewRequest) -> Answer:
    from model.indicators.summary import SUMMARY_NAMES

    factors = request.folder.factors
    x = request.x or (factors[0] if factors else _other_than(request.indicator))
    extra = (x,) if x in SUMMARY_NAMES else ()
    runs = _chosen(_runs(request, *dict.fromkeys((request.indicator, *extra))), request)
    ok = runs[runs["status"] == "ok"]
    table = ok[list(dict.fromkeys(["policy", "point", "seed", x, request.indicator]))]
    words = f"{request.indicator} against {x}: a dot per run, coloured by policy"
    picture = Picture("scatter", "scatter", table, words, {"x": x, "y": request.indicator})
    line = "A dot is one run. Policies of one seed have the same random draws, which the dots do not show."
    return Answer((line, *failures_in(runs)), {}, {"runs": table, "every-column": runs}, (picture,))


def _other_than(indicator: str) -> str:
    from experiments.analysis.table import HEADLINE

    return next(name for name in ("money_placed", *HEADLINE) if name != indicator and name in HEADLINE)


def _distribution(request: ViewRequest) -> Answer:
    """Return the distribution of an indicator over runs by policy, and of its paired difference to the reference."""
    from experiments.analysis.paired import gaps

    every = _runs(request, request.indicator)
    runs, study = _chosen(every, request), request.folder.study
    assert study is not None
    ok = runs[runs["status"] == "ok"]
    levels = {str(name): rows[request.indicator].to_numpy(float) for name, rows in ok.groupby("policy", sort=False)}
    pictures = [_boxes("level", levels, request.indicator, f"{request.indicator} by policy, over runs")]
    tables = {"distribution": _summary(levels)}
    if study.reference in set(every.loc[every["status"] == "ok", "policy"]):
        paired = gaps(every, study.reference, request.indicator)
        names = [name for name in paired if not request.policies or name in request.policies]
        found = {str(name): paired[name].to_numpy(float) for name in names}
        label = f"{request.indicator}, less {study.reference}"
        if found:
            pictures.append(_boxes("difference", found, label, f"{label}, pair by pair with the same random draws"))
            tables["differences"] = _summary(found)
    tables["runs"] = ok[["policy", "point", "seed", request.indicator]]
    over = "points and seeds" if request.folder.factors else "seeds"
    line = (
        f"Boxes hold the middle half of the runs and lines nine in ten, over {over}. They show how much runs differ, "
        "and are wider than the interval of a mean."
    )
    return Answer((line, *failures_in(runs)), {}, tables, tuple(pictures))


def _boxes(name: str, values: dict[str, np.ndarray], label: str, words: str) -> Picture:
    return Picture(name, "boxes", _summary(values), words, {"value": label})


def _summary(values: dict[str, np.ndarray]) -> "pd.DataFrame":
    """Return number, mean and quantiles of the finite values of each policy."""
    import pandas as pd

    rows = []
    for policy, every in values.items():
        own = every[np.isfinite(every)]
        ends = np.quantile(own, BOX_SHARES) if len(own) else np.full(len(BOX_SHARES), np.nan)
        rows.append((policy, len(own), own.mean() if len(own) else np.nan, *ends))
    return pd.DataFrame(rows, columns=["policy", "n", "mean", *(f"q{100 * share:02.0f}" for share in BOX_SHARES)])


def _always(folder: ResultsFolder) -> bool:
    return True


def _recipe(request: ViewRequest) -> ViewRecipe:
    """Return the recipe that reads the folder's own files, for runs are plain Parquet."""
    columns = dict.fromkeys(["policy", "seed", *request.folder.factors, request.indicator])
    listed = ", ".join(f'"{name}"' for name in columns)
    python = (
        f'import pandas as pd\n\nruns = pd.read_parquet("{request.folder.name}/runs", columns=["status", {listed}])\n'
        f'runs[runs["status"] == "ok"].groupby("policy")["{request.indicator}"].describe()'
    )
    return ViewRecipe(made_by(request.folder).command, python)


SCATTER = FolderView(
    name="scatter",
    title="Scatter",
    question="How does an indicator go with a factor, or with another indicator, run by run?",
    takes=(INDICATOR, POLICIES, ACROSS, POINT),
    suits=_always,
    answer=_scatter,
    recipe=_recipe,
)
DISTRIBUTION = FolderView(
    name="distribution",
    title="Distribution",
    question="How much does an indicator differ from run to run under each policy?",
    takes=(INDICATOR, POLICIES, POINT),
    suits=_always,
    answer=_distribution,
    recipe=_recipe,
)
