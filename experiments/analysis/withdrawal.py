"""Comparisons around withdrawal: in which quarter each policy ends, and what happens to differences afterwards."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.over_seeds import by_seed, summarise_arms
from experiments.study.study import Study
from model.indicators.summary import AT_WITHDRAWAL
from model.policy.policy import withdrawn

if TYPE_CHECKING:
    import pandas as pd

MOMENTS = ("at withdrawal", "at the end", "end less withdrawal")


def last_quarters(study: Study) -> dict[str, int]:
    """Return the quarter in which each policy ends, within the run."""
    p = study.parameters
    return {policy.name: min(withdrawn(policy, p.withdrawal).end, p.horizon) for policy in study.policies}


def ending_apart(study: Study) -> list[str]:
    """Return policies that end in another quarter than the reference: at withdrawal the two cannot be compared."""
    ends = last_quarters(study)
    return [name for name, end in ends.items() if end != ends[study.reference]]


def around_withdrawal(study: Study, runs: "pd.DataFrame", indicator: str) -> dict[str, "pd.DataFrame"]:
    """Return paired differences to the reference at each of MOMENTS (rows as in `over_seeds.summarise_arms`).

    Policies that end in another quarter than the reference have none at withdrawal.
    """
    names = [policy.name for policy in study.policies]
    then, end = by_seed(runs, names, indicator + AT_WITHDRAWAL), by_seed(runs, names, indicator)
    then.loc[:, ending_apart(study)] = np.nan
    return {
        moment: summarise_arms(values, study.reference)
        for moment, values in zip(MOMENTS, (then, end, end - then), strict=True)
    }
