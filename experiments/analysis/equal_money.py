"""Equal money: whether arms had it, and how to give it to them by reruns at an amount or a calendar all can place."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.arms import Arms
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

EQUAL_MONEY = 0.99
"""Sums of money count as equal if the smaller is at least this share of the larger."""

ROUNDS = 3
"""Reruns at smaller amounts, at most: with less money an arm may place less again."""

SPENT = ("budget_placed", "equity_recovered", "budget_leaked", "budget_administration")
"""What was spent: placed (equity that came back later was placed too), leaked, on administration."""

MONEY_COLUMNS = ("budget_raised", *SPENT)
"""What `equal_money` looks at."""


def equal_money(arm: "pd.DataFrame", reference: "pd.DataFrame") -> bool | None:
    """Whether an arm raised what the reference raised and spent it, to 1 % (placed, leaked, on administration).

    None where nothing was raised: there is no money to compare. A reference that raises nothing sets no sum.
    """
    raised = arm["budget_raised"].sum()
    if not raised > 0.0:
        return None
    owed = reference["budget_raised"].mean()
    same_sum = not owed > 0.0 or _alike(arm["budget_raised"].mean(), owed)
    return same_sum and _alike(arm[list(SPENT)].to_numpy().sum(), raised)


def _alike(one: float, other: float) -> bool:
    return bool(EQUAL_MONEY <= one / other <= 1.0 / EQUAL_MONEY)


def matched(arms: Arms, runs: "pd.DataFrame") -> Arms:
    """The arms at the amount that every arm of a seed can place: budgets times the smallest share that one spent.

    The same arms where all of them spent 99 % already.
    """
    share = _shares_spent(runs).groupby("seed").min()
    by_seed = {
        seed: policies if share.get(seed, 1.0) >= EQUAL_MONEY else _scaled(policies, float(share[seed]))
        for seed, policies in arms.by_seed.items()
    }
    return replace(arms, by_seed=by_seed)


def unmatched(runs: "pd.DataFrame") -> list[str]:
    """Policies that spent less than 99 % of what they raised under some seed."""
    lowest = _shares_spent(runs).groupby("policy").min()
    return [str(policy) for policy in lowest.index[lowest < EQUAL_MONEY]]


def _shares_spent(runs: "pd.DataFrame") -> "pd.Series":
    """Share of the money raised that was spent, by policy and seed, of runs that raised any."""
    taxed = runs[(runs["status"] == "ok") & (runs["budget_raised"] > 0.0)].set_index(["policy", "seed"])
    return taxed[list(SPENT)].sum(axis=1) / taxed["budget_raised"]


def _scaled(policies: tuple[Policy, ...], factor: float) -> tuple[Policy, ...]:
    return tuple(policy.replace(budget=policy.budget * factor) for policy in policies)


def yoked(arms: Arms, runs: "pd.DataFrame", series: "pd.DataFrame") -> Arms:
    """All arms of a seed with the slowest arm's calendar: in no quarter had all arms together spent more by then.

    Each quarter's budget becomes what the slowest cumulative outlay rose by, over what was raised in that quarter.
    """
    taxed = series.merge(runs.loc[runs["budget_raised"] > 0.0, ["policy", "seed"]], on=["policy", "seed"])
    taxed = taxed.assign(spent=taxed[list(SPENT)].sum(axis=1))
    by_seed = dict(arms.by_seed)
    for seed, arm in taxed.groupby("seed"):
        spent = arm.pivot(index="period", columns="policy", values="spent").cumsum().min(axis=1).to_numpy()
        raised = arm.groupby("period")["budget_raised"].max().to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            multiples = np.where(raised > 0.0, np.diff(spent, prepend=0.0) / raised, 0.0)
        by_seed[int(seed)] = tuple(_on_calendar(policy, multiples) for policy in arms.by_seed[int(seed)])
    return replace(arms, by_seed=by_seed)


def _on_calendar(policy: Policy, multiples: np.ndarray) -> Policy:
    """The policy with a multiple of its budget per quarter from its start on, never below zero."""
    own = np.maximum(multiples[policy.start : policy.end], 0.0)
    return policy.replace(calendar=tuple(own.tolist())) if policy.mix and own.size else policy
