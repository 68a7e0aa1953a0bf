"""Summaries over sets and seeds: an indicator by pair and policy, its means, differences and quantiles over time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.nested import nested
from experiments.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

PATH_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles over runs in each period: the 90 % band, the 50 % band and the median."""


def by_seed(runs: "pd.DataFrame", policies: Sequence[str], indicator: str) -> "pd.DataFrame":
    """Return an indicator as a table of sets and seeds by policies, NaN where a run failed or has no value."""
    import pandas as pd

    names = list(policies)
    if indicator not in runs:
        return pd.DataFrame(columns=names, dtype=float)
    values = runs[indicator].where(runs["status"] == "ok").to_numpy(float)
    keys = pd.MultiIndex.from_arrays([runs["set"], runs["seed"], runs["policy"]])
    return pd.Series(values, keys).unstack("policy").reindex(columns=names)


def whole_pairs(runs: "pd.DataFrame", policies: Sequence[str], reference: str) -> "pd.DataFrame":
    """Return a table of sets and seeds by policies but the reference: whether its run and the reference's succeeded."""
    import pandas as pd

    keys = pd.MultiIndex.from_arrays([runs["set"], runs["seed"], runs["policy"]], names=["set", "seed", "policy"])
    succeeded = pd.Series(runs["status"].eq("ok").to_numpy(), keys).unstack("policy", fill_value=False)
    succeeded = succeeded.reindex(columns=list(policies), fill_value=False)
    return succeeded.drop(columns=reference).mul(succeeded[reference], axis=0)


def interval_over_seeds(values: "pd.Series") -> Interval:
    """Return the mean with its 95 % interval over the seeds that have a value, over sets where there are several."""
    return nested(values).interval


def summarise_arms(values: "pd.DataFrame", reference: str | None = None) -> "pd.DataFrame":
    """Summarise a table of sets and seeds by policies: a row per policy with `level, mean, low, high`.

    `level` is the mean over the policy's own seeds. `mean, low, high` are the paired difference to the reference with
    its 95 % interval or, without a reference, the mean itself with its interval.
    """
    import pandas as pd

    paired = values if reference is None else values.sub(values[reference], axis=0)
    rows = [(values[policy].mean(), *interval_over_seeds(paired[policy])) for policy in values]
    return pd.DataFrame(rows, index=values.columns, columns=["level", "mean", "low", "high"], dtype=float)


def means(runs: "pd.DataFrame", policies: Sequence[str], indicators: Sequence[str]) -> "pd.DataFrame":
    """Return means over the runs that succeeded: a row per policy, a column per indicator."""
    import pandas as pd

    found = {name: by_seed(runs, policies, name).mean() for name in indicators}
    return pd.DataFrame(found, index=list(policies), columns=list(indicators), dtype=float)


def quantile_paths(series: "pd.DataFrame", indicator: str) -> dict[str, np.ndarray]:
    """Return quantiles over runs per policy, each of shape (len(PATH_QUANTILES), periods); empty without a series."""
    if indicator not in series or not series[indicator].notna().any():
        return {}
    own = series[["set", "policy", "seed", "period", indicator]]
    return {
        str(policy): rows.pivot(index=["set", "seed"], columns="period", values=indicator)
        .quantile(list(PATH_QUANTILES))
        .to_numpy()
        for policy, rows in own.groupby("policy")
    }
