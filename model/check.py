"""Accounting identities, each read from two sides that are written independently. Checked every quarter on request."""

from collections.abc import Callable

import numpy as np

from agents.user import ORPHANED
from model.state.ledger import ENGINEERS, GOVERNMENT, PLACED, Entry
from model.state.state import State

_TOLERANCE = 1e-9
_Sides = tuple[np.ndarray | float, np.ndarray | float]


def _sales(s: State, t: int) -> _Sides:
    """Users' payments + purchase subsidies = innovators' revenue."""
    subsidies = -s.ledger.flows[GOVERNMENT, Entry.SUBSIDY]
    return s.users.spending.sum() + subsidies, s.innovators.revenue.sum()


def _government(s: State, t: int) -> _Sides:
    """Carried in + taxes + equity recovered = outlays + administration + leakage + returned + carried out."""
    opening, closing, flows = s.ledger.opening[GOVERNMENT], s.ledger.cash[GOVERNMENT], s.ledger.flows[GOVERNMENT]
    spent = -flows[[*PLACED, Entry.ADMINISTRATION, Entry.LEAKAGE]].sum()
    return opening + flows[Entry.TAX] + flows[Entry.REPAID], spent - flows[Entry.RETURNED] + closing


def _purses(s: State, t: int) -> _Sides:
    """Sum of the purses of instruments = cash of government."""
    return s.government.purse.sum(), s.ledger.cash[GOVERNMENT]


def _cash(s: State, t: int) -> _Sides:
    """Change in cash of every account = sum of its flows."""
    return s.ledger.cash - s.ledger.opening, s.ledger.flows.sum(axis=1)


def _double_entry(s: State, t: int) -> _Sides:
    """Sum of each entry over all accounts = 0: one account receives what another pays."""
    return s.ledger.flows.sum(axis=0), np.zeros(len(Entry))


def _firms(s: State, t: int) -> _Sides:
    """Flows of a firm = revenue, public money and costs as the firm itself states them."""
    i, firms = s.innovators, s.ledger.flows[: s.innovators.alive.shape[0]]
    income = firms[:, [Entry.SALES, Entry.SUBSIDY, Entry.GRANT, Entry.EQUITY]].sum(axis=1)
    booked = income + firms[:, [Entry.PRODUCTION, Entry.RESEARCH, Entry.FIXED, Entry.ABROAD]].sum(axis=1)
    fixed = i.fixed_real * np.where(i.foreign, 1.0, s.market[0].wage / s.market[0].initial_wage)
    stated = i.revenue + i.income_abroad - i.units * i.unit_cost - i.own_research - fixed
    return booked, np.where(i.alive & (i.birth < t) | (i.death == t), stated, 0.0)


def _public_money(s: State, t: int) -> _Sides:
    """Grants, subsidies and additions to seed cash given = received, firm by firm."""
    flows, i = s.ledger.flows[GOVERNMENT], s.innovators
    given = -np.array([flows[Entry.GRANT] + flows[Entry.EQUITY], flows[Entry.SUBSIDY], flows[Entry.ENTRY]])
    entered = i.alive & (i.birth == t)
    received = [i.public_research.sum(), i.subsidised.sum(), i.public_total[entered].sum()]
    return given, np.array(received)


def _instruments(s: State, t: int) -> _Sides:
    """Money placed by instruments = money that government paid for it."""
    return s.government.placed[t].sum(), -s.ledger.flows[GOVERNMENT, list(PLACED)].sum()


def _engineers(s: State, t: int) -> _Sides:
    """Engineer hours used = H, and their pay = w * H."""
    flows, domestic = s.ledger.flows[ENGINEERS], ~s.innovators.foreign
    pay = flows[[Entry.RESEARCH, Entry.ENGINEERING, Entry.LABORATORIES]].sum()
    others = (flows[Entry.ENGINEERING] + flows[Entry.LABORATORIES] + s.support.lost.sum()) / s.market[0].wage
    used = s.innovators.hours[domestic].sum() + others
    return np.array([used, pay]), np.array([s.market[0].hours, s.market[0].hours * s.market[0].wage])


def _shares(s: State, t: int) -> _Sides:
    """Needs, beliefs, directions of R&D, the plan and market shares sum to 1."""
    alive = s.innovators.alive
    belief = s.innovators.belief[alive] / s.innovators.belief[alive].sum(axis=1, keepdims=True)
    direction = s.innovators.direction[alive & (s.innovators.birth < t)]
    sold = [s.innovators.share.sum()] if s.innovators.units.sum() > 0.0 else []
    sums = [s.industries.needs.sum(axis=0), belief.sum(axis=1), direction.sum(axis=1), [s.government.plan.sum()], sold]
    left = np.concatenate(sums)
    return left, np.ones(left.shape)


def _ties(s: State, t: int) -> _Sides:
    """Ties point to living agents, and a provider is among its user's contacts."""
    users, alive = s.users, s.innovators.alive
    known = users.contacts[users.contacts >= 0]
    served = users.provider >= 0
    met = (users.contacts[served] == users.provider[served, None]).any(axis=1)
    broken = np.count_nonzero(~alive[known]) + np.count_nonzero(~met) + np.count_nonzero(users.provider < ORPHANED)
    return float(broken), 0.0


IDENTITIES: dict[str, Callable[[State, int], _Sides]] = {
    "sales": _sales,
    "government": _government,
    "purses": _purses,
    "cash": _cash,
    "double entry": _double_entry,
    "firms": _firms,
    "public money": _public_money,
    "instruments": _instruments,
    "engineers": _engineers,
    "shares": _shares,
    "ties": _ties,
}


def discrepancy(name: str, state: State, t: int) -> float:
    """Return the largest gap between the two sides of an identity after quarter t, relative to money in circulation.

    Balances of the sectors grow without bound, so a gap is measured against the largest amount on either side.
    """
    left, right = (np.atleast_1d(side) for side in IDENTITIES[name](state, t))
    scale = max(
        1.0, float(np.abs(left).max()), float(np.abs(right).max()), float(np.abs(state.ledger.cash).max()) * 1e-3
    )
    return float(np.abs(left - right).max()) / scale


def check_identities(state: State, t: int) -> None:
    """Raise AssertionError naming the first identity that fails after quarter t."""
    for name in IDENTITIES:
        gap = discrepancy(name, state, t)
        if not gap <= _TOLERANCE:
            raise AssertionError(f"identity '{name}' fails in quarter {t}: relative gap {gap:.3g}")
