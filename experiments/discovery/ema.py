"""A sweep in the form of the EMA workbench: a table of experiments and an array per outcome."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.analysis.table import HEADLINE
from experiments.results.reader import stored_runs
from experiments.study.design import Design
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def ema_form(folder: Path | str, outcomes: Sequence[str] = ()) -> tuple["pd.DataFrame", dict[str, "np.ndarray"]]:
    """Return `(experiments, outcomes)` of a results folder, as the workbench's own functions take them.

    `experiments` has a row per point and policy: the factors, then `scenario` (the point), `policy` and `model` (the
    study). An outcome is the mean over the seeds of such a row, NaN where it has no value. Without names the outcomes
    are the study's, or the headline indicators.
    """
    import pandas as pd

    from experiments.results.merge import held, study_in
    from experiments.study.study import check_outcomes

    place = Path(folder)
    names = check_outcomes(outcomes) or study_in(place, held(place)).outcomes or HEADLINE
    study, runs = stored_runs(place, ["status", *names])
    design = Design(study, str(place))
    if not design.factors:
        raise BadInput("holds no uncertain factors", place=str(place))
    settings = pd.DataFrame(list(design.settings()), columns=list(design.factors)).infer_objects()
    ok = runs[runs["status"] == "ok"]
    means = ok.groupby(["point", "policy"], sort=False)[list(names)].mean().reset_index()
    experiments = settings.iloc[means["point"]].reset_index(drop=True)
    experiments = experiments.assign(scenario=means["point"], policy=means["policy"], model=study.name)
    return experiments, {name: means[name].to_numpy(float) for name in names}
