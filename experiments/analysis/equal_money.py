"""Equal money: whether arms had it, and reruns at an amount or a calendar that gives it to them."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.study.plan import Plan
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

EQUAL_MONEY = 0.99
"""Sums of money count as equal if the smaller is at least this share of the larger."""

ROUNDS = 3
"""The most reruns at smaller amounts: with less money an arm may place less again."""

SPENT = ("budget_placed", "equity_recovered", "budget_leaked", "budget_administration")
"""Money that was spent: placed (equity that came back later was placed too), leaked, on administration."""

MONEY_COLUMNS = ("budget_raised", *SPENT)
"""Columns that `equal_money` reads."""


def equal_money(arm: "pd.DataFrame", reference: "pd.DataFrame") -> bool | None:
    """Return whether an arm raised as much as the reference and spent it, to 1 %.

    Spent is placed, leaked or used on administration. None where nothing was raised: there is no money to compare.
    A reference that raises nothing sets no sum.
    """
    raised = arm["budget_raised"].sum()
    if not raised > 0.0:
        return None
    owed = reference["budget_raised"].mean()
    same_sum = not owed > 0.0 or _alike(arm["budget_raised"].mean(), owed)
    return same_sum and _alike(arm[list(SPENT)].to_numpy().sum(), raised)


def _alike(one: float, other: float) -> bool:
    return bool(EQUAL_MONEY <= one / other <= 1.0 / EQUAL_MONEY)


def matched(plan: Plan, runs: "pd.DataFrame") -> Plan:
    """Return the plan at the amount that every arm of a seed can place: budgets times the smallest share spent.

    The plan itself where all arms spent 99 % already.
    """
    share = _shares_spent(runs).groupby("seed").min()
    by_seed = {
        seed: policies if share.get(seed, 1.0) >= EQUAL_MONEY else _scaled(policies, float(share[seed]))
        for seed, policies in plan.by_seed.items()
    }
    return plan.with_policies(by_seed)


def unmatched(runs: "pd.DataFrame") -> list[str]:
    """Return the policies that spent less than 99 % of what they raised under some seed."""
    lowest = _shares_spent(runs).groupby("policy").min()
    return [str(policy) for policy in lowest.index[lowest < EQUAL_MONEY]]


def _shares_spent(runs: "pd.DataFrame") -> "pd.Series":
    """Return the share of the money raised that was spent, by policy and seed, of runs that raised any."""
    taxed = runs[(runs["status"] == "ok") & (runs["budget_raised"] > 0.0)].set_index(["policy", "seed"])
    return taxed[list(SPENT)].sum(axis=1) / taxed["budget_raised"]


def _scaled(policies: tuple[Policy, ...], factor: float) -> tuple[Policy, ...]:
    return tuple(policy.replace(budget=policy.budget * factor) for policy in policies)


def yoked(plan: Plan, runs: "pd.DataFrame", series: "pd.DataFrame") -> Plan:
    """Return the plan with the slowest arm's calendar in all arms of a seed.

    By no quarter has an arm spent less than this calendar. Each quarter's budget becomes the rise of the slowest
    cumulative outlay over the money that was raised in that quarter.
    """
    taxed = series.merge(runs.loc[runs["budget_raised"] > 0.0, ["policy", "seed"]], on=["policy", "seed"])
    taxed = taxed.assign(spent=taxed[list(SPENT)].sum(axis=1))
    by_seed = plan.by_seed
    for seed, arm in taxed.groupby("seed"):
        spent = arm.pivot(index="period", columns="policy", values="spent").cumsum().min(axis=1).to_numpy()
        raised = arm.groupby("period")["budget_raised"].max().to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            multiples = np.where(raised > 0.0, np.diff(spent, prepend=0.0) / raised, 0.0)
        by_seed[int(seed)] = tuple(_on_calendar(policy, multiples) for policy in by_seed[int(seed)])
    return plan.with_policies(by_seed)


def _on_calendar(policy: Policy, multiples: np.ndarray) -> Policy:
    """Return the policy with a multiple of its budget per quarter from its start on, never below zero."""
    own = np.maximum(multiples[policy.start : policy.end], 0.0)
    return policy.replace(calendar=tuple(own.tolist())) if policy.mix and own.size else policy
