"""Ranks: the standing of each policy's money, the level that a rank compares, and the rank itself."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from model.indicators.summary import declaration

if TYPE_CHECKING:
    import pandas as pd


def money_standing(table: "pd.DataFrame") -> dict[str, str]:
    """Return "equal" or "unequal" money per policy, "none" where none is raised, "unknown" where no run succeeded."""
    import pandas as pd

    standing = {}
    for row in table.drop_duplicates("policy").itertuples():
        if not pd.isna(row.equal_money):
            standing[str(row.policy)] = "equal" if row.equal_money else "unequal"
        else:
            standing[str(row.policy)] = "unknown" if pd.isna(row.money_placed) else "none"
    return standing


def levels(runs: "pd.DataFrame", indicator: str) -> dict[str, float]:
    """Return the level by which each policy is ranked: the mean over seeds, of a time the median.

    A time that is never reached counts as infinite. The mean of the seeds that reached it would favour a policy that
    does so in a few quick ones.
    """
    succeeded = runs[runs["status"] == "ok"]
    values = succeeded[indicator].astype(float)
    if declaration(indicator).kind == "time":
        found = values.fillna(np.inf).groupby(succeeded["policy"]).median()
    else:
        found = values.groupby(succeeded["policy"]).mean()
    return {str(policy): float(level) for policy, level in found.items()}


def ranks(levels: Mapping[str, float], better: str) -> dict[str, int]:
    """Return the rank of each policy by its level, 1 for the best.

    Policies with equal levels share a rank. Empty where neither direction is better.
    """
    if better not in ("higher", "lower"):
        return {}
    cost = {policy: -level if better == "higher" else level for policy, level in levels.items() if not np.isnan(level)}
    return {policy: 1 + sum(other < own for other in cost.values()) for policy, own in cost.items()}


def rank_column(table: "pd.DataFrame", runs: "pd.DataFrame", assumed: Collection[str]) -> "pd.Series":
    """Return the rank of each row of a comparison's table among the policies that can be ranked.

    Policies without equal money and policies that rest on assumed efficacies have none.
    """
    import pandas as pd

    standing = money_standing(table)
    ranked = {policy for policy, money in standing.items() if money == "equal" and policy not in assumed}
    found: dict[tuple[str, str], int] = {}
    for indicator in table["indicator"].unique():
        known = {policy: level for policy, level in levels(runs, indicator).items() if policy in ranked}
        places = ranks(known, declaration(indicator).better)
        found |= {(policy, indicator): place for policy, place in places.items()}
    keys = zip(table["policy"], table["indicator"], strict=True)
    return pd.Series([found.get(key) for key in keys], index=table.index, dtype="Int64")
