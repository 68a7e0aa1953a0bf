"""Equal money: whether arms had it, and reruns at an amount or a calendar that gives it to them."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.nested import nested
from experiments.analysis.paired import intervals
from experiments.statistics import Interval
from experiments.study.plan import Plan
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

MONEY_MARGIN = 0.05
"""Sums count as equal where the whole 95 % interval of their paired gap lies within this share of the sum.

The margin is a convention. It is wide against what an instrument leaves over by chance, and an effect that follows from
it would be small against the interval of the effect. More seeds narrow the interval and do nothing else: they never
turn a gap that lies within the margin into unequal money.
"""

NEARLY_ALL = 0.99
"""A rerun at a smaller amount is done where an arm of that seed spent less than this share."""

ROUNDS = 3
"""The most reruns at smaller amounts: with less money an arm may place less again."""

SPENT = ("budget_placed", "equity_recovered", "budget_leaked", "budget_administration")
"""Money that was spent: placed (equity that came back later was placed too), leaked, on administration."""

MONEY_COLUMNS = ("budget_raised", *SPENT)
"""Columns that `equal_money` reads."""


def equal_money(arm: "pd.DataFrame", reference: "pd.DataFrame") -> bool | None:
    """Return whether an arm is shown to have raised as much as the reference and to have spent it.

    Both paired gaps must lie within MONEY_MARGIN. None where nothing was raised: there is no money to compare. A
    reference that raises nothing sets no sum. Rows of the two are paired by their index.
    """
    raised, owed = arm["budget_raised"], reference["budget_raised"]
    if not raised.sum() > 0.0:
        return None
    same_sum = not owed.mean() > 0.0 or _within_margin(_relative_gap(raised, owed))
    return same_sum and _within_margin(_relative_gap(_spent(arm), raised))


def unequal_points(runs: "pd.DataFrame", reference: str) -> dict[str, list[int]]:
    """Return per policy the points of a sweep in which `equal_money` is False, for all points at once."""
    ok = runs[runs["status"] == "ok"]
    wide = ok.assign(spent=_spent(ok)).pivot(
        index=["point", "set", "seed"], columns="policy", values=["budget_raised", "spent"]
    )
    raised, spent = wide["budget_raised"].astype(float), wide["spent"].astype(float)
    owed = raised.apply(lambda _: raised[reference])
    beyond = _beyond_margin(spent - raised, raised) | _beyond_margin(raised - owed, owed)
    unequal = beyond[beyond & (raised.groupby("point").sum().unstack() > 0.0)]
    return {str(policy): list(points) for policy, points in unequal.reset_index().groupby("policy")["point"]}


def _beyond_margin(gap: "pd.DataFrame", level: "pd.DataFrame") -> "pd.Series":
    """Return by policy and point if the interval of a paired gap leaves the margin, as `_within_margin` has it."""
    found = intervals(gap, ["point"]).set_index(["policy", "point"])
    sums = level.groupby("point").mean().unstack()
    low, high = (found[end].fillna(found["difference"]) / sums for end in ("low", "high"))
    return (sums > 0.0) & ~((low >= -MONEY_MARGIN) & (high <= MONEY_MARGIN))


def share_spent(arm: "pd.DataFrame") -> Interval:
    """Return the share of the money raised that an arm spent, with its 95 % interval; NaN where it raised none."""
    gap = _relative_gap(_spent(arm), arm["budget_raised"])
    return Interval(1.0 + gap.mean, 1.0 + gap.low, 1.0 + gap.high)


def _spent(arm: "pd.DataFrame") -> "pd.Series":
    return arm[list(SPENT)].sum(axis=1)


def _relative_gap(ours: "pd.Series", theirs: "pd.Series") -> Interval:
    """Return the paired difference of two sums as a share of the mean of the second."""
    level = float(theirs.mean())
    if not level > 0.0:
        return Interval(np.nan, np.nan, np.nan)
    gap = nested(ours - theirs)
    return Interval(gap.mean / level, gap.low / level, gap.high / level)


def _within_margin(gap: Interval) -> bool:
    """Return whether an interval lies within the margin. One seed has no interval, its own gap is judged."""
    low, high = (gap.mean, gap.mean) if np.isnan(gap.low) else (gap.low, gap.high)
    return bool(low >= -MONEY_MARGIN and high <= MONEY_MARGIN)


def matched(plan: Plan, runs: "pd.DataFrame") -> Plan:
    """Return the plan at the amount that every arm of a set and seed can place: budgets times the smallest share spent.

    The plan itself where all arms spent nearly all already.
    """
    share = _shares_spent(runs).groupby(["set", "seed"]).min()
    by_pair = {
        pair: policies if share.get(pair, 1.0) >= NEARLY_ALL else _scaled(policies, float(share[pair]))
        for pair, policies in plan.by_pair.items()
    }
    return plan.with_policies(by_pair)


def unmatched(runs: "pd.DataFrame") -> list[str]:
    """Return the policies that spent less than nearly all of what they raised under some seed."""
    lowest = _shares_spent(runs).groupby("policy").min()
    return [str(policy) for policy in lowest.index[lowest < NEARLY_ALL]]


def _shares_spent(runs: "pd.DataFrame") -> "pd.Series":
    """Return the share of the money raised that was spent, by policy, set and seed, of runs that raised any."""
    taxed = runs[(runs["status"] == "ok") & (runs["budget_raised"] > 0.0)].set_index(["policy", "set", "seed"])
    return taxed[list(SPENT)].sum(axis=1) / taxed["budget_raised"]


def _scaled(policies: tuple[Policy, ...], factor: float) -> tuple[Policy, ...]:
    return tuple(policy.replace(budget=policy.budget * factor) for policy in policies)


def yoked(plan: Plan, runs: "pd.DataFrame", series: "pd.DataFrame") -> Plan:
    """Return the plan with the slowest arm's calendar in all arms of a set and seed.

    By no quarter has an arm spent less than this calendar. Each quarter's budget becomes the rise of the slowest
    cumulative outlay over the money that was raised in that quarter.
    """
    arm_keys = ["policy", "set", "seed"]
    taxed = series.merge(runs.loc[runs["budget_raised"] > 0.0, arm_keys], on=arm_keys)
    taxed = taxed.assign(spent=taxed[list(SPENT)].sum(axis=1))
    by_pair = plan.by_pair
    for (number, seed), arm in taxed.groupby(["set", "seed"]):
        spent = arm.pivot(index="period", columns="policy", values="spent").cumsum().min(axis=1).to_numpy()
        raised = arm.groupby("period")["budget_raised"].max().to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            multiples = np.where(raised > 0.0, np.diff(spent, prepend=0.0) / raised, 0.0)
        pair = (int(number), int(seed))
        by_pair[pair] = tuple(_on_calendar(policy, multiples) for policy in by_pair[pair])
    return plan.with_policies(by_pair)


def _on_calendar(policy: Policy, multiples: np.ndarray) -> Policy:
    """Return the policy with a multiple of its budget per quarter from its start on, never below zero."""
    own = np.maximum(multiples[policy.start : policy.end], 0.0)
    return policy.replace(calendar=tuple(own.tolist())) if policy.mix and own.size else policy
