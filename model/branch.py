"""The change of policy in mid-run: what the new policy takes over from the old one."""

import numpy as np

from model.policy.policy import Policy
from model.state.ledger import GOVERNMENT, USERS, Entry
from model.state.state import State


def hand_over(state: State, outlays: np.ndarray, quarter: int) -> None:
    """Hand what the old policy has not spent to the instruments that the new one uses, in proportion to its outlays.

    `outlays` (quarters, instruments) are the new policy's. The first quarter from `quarter` on in which it spends
    anything gives the proportions. Where there is none, the money goes back to taxpayers as at the end of a policy,
    booked in the quarter before.
    """
    purse = state.government.purse
    spending = outlays[quarter:]
    spending = spending[spending.sum(axis=1) > 0.0]
    left = float(purse.sum())
    purse[:] = 0.0
    if spending.shape[0]:
        purse += left * spending[0] / spending[0].sum()
    elif left:
        _return_to_taxpayers(state, left, quarter - 1)


def _return_to_taxpayers(state: State, amount: float, quarter: int) -> None:
    """Book money that is never placed: government pays users."""
    ledger = state.ledger
    for account, sign in ((GOVERNMENT, -1.0), (USERS, 1.0)):
        ledger.cash[account] += sign * amount
        ledger.flows[account, Entry.RETURNED] += sign * amount
    ledger.moved[quarter, Entry.RETURNED] += amount


def starting_now(policy: Policy, quarter: int) -> Policy:
    """Return the policy with its start moved to `quarter` if it would have started before, so that it plans afresh.

    Its outlays from `quarter` on stay as they were. A policy that has ended by then, or is being phased out, keeps its
    start.
    """
    passed = quarter - policy.start
    over = quarter >= policy.end - policy.phase_out or 0 < len(policy.calendar) <= passed
    if passed <= 0 or over:
        return policy
    return policy.replace(start=quarter, calendar=policy.calendar[passed:])
