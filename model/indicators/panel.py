"""Panels of a run: living firms by quarter, and users when they adopt. They are read from the state after a quarter."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.innovator import buyers_price, firm_number
from agents.user import OLD_TECHNOLOGY, mastery_after_switch, mean_gap
from model.parameters import Parameters
from model.state.state import State

Panel = dict[str, np.ndarray]
"""Columns of equal length by name."""


def firm_rows(state: State, t: int) -> Panel:
    """Return the columns of the firm-by-quarter panel for living firms at quarter t. Arrays of shape (firms,).

    `firm` is a firm's own number. Its slot goes to another firm once it has left.
    """
    innovators = state.innovators
    alive = innovators.alive
    columns = {
        name: values[alive]
        for name, values in zip(innovators._fields, innovators, strict=True)
        if values.ndim == 1 and name not in ("alive", "death", "watched")
    }
    slot = np.flatnonzero(alive)
    capability = innovators.capability[alive].mean(axis=1)
    return {
        "period": np.full(slot.shape, t),
        "firm": firm_number(slot, innovators.birth[slot]),
        "slot": slot,
        "cash": state.ledger.cash[slot],
        "capability": capability,
        **columns,
    }


def adopter_rows(p: Parameters, state: State, t: int, technology: Any, mastery: Any) -> Panel:
    """Return the columns of users that took up the new technology in quarter t. Arrays of shape (adopters,).

    `technology` and `mastery` (users,) are those before the quarter. `cost` of integration, `price` that the user pays
    and `gain` are money per unit of size: gain is what it expects of a quarter, v val (Q * mean mastery - q0) - (price
    - old price), mastery being its mean over `payback` quarters.
    """
    users, innovators = state.users, state.innovators
    u = np.flatnonzero((technology == OLD_TECHNOLOGY) & (users.technology != OLD_TECHNOLOGY))
    firm = users.technology[u]
    fresh = np.array([mastery_after_switch(m, p.mastery_start, p.mastery_carried) for m in mastery[u]])
    mean = 1.0 - (1.0 - fresh) * mean_gap(p.mastery_learning, p.payback)
    listed, subsidy = innovators.price[firm], innovators.subsidy[firm]
    price = np.array([buyers_price(*each, p.incidence) for each in zip(listed, subsidy, strict=True)])
    useful = innovators.quality[firm, users.industry[u]] * mean - users.old_quality[u]
    return {
        "period": np.full(u.shape, t),
        "user": u,
        "firm": firm_number(firm.astype(np.int64), innovators.birth[firm]),
        "size": users.size[u],
        "cost": np.full(u.shape, state.market[0].integration),
        "price": price,
        "gain": p.value_of_quality * users.valuation[u] * useful - (price - p.old_price),
    }


def joined(rows: Sequence[Panel]) -> Panel | None:
    """Return the columns of several quarters one after the other, None of no quarter."""
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]} if rows else None
