"""The one ledger through which all money moves: double entry, by account and purpose.

Accounts 0 ... N-1 are innovators' slots; the last four are the sectors below. `flows` holds the current
quarter's entries, received positive and paid negative, so that every purpose sums to zero over accounts.
"""

from enum import IntEnum
from typing import Annotated, NamedTuple

import numpy as np

from agents.kernel.arithmetic import clear, total
from agents.kernel.decorators import inlined_rule, phase
from agents.kernel.fields import Field
from agents.kernel.types import Floats, Integer

USERS, GOVERNMENT, ENGINEERS, OUTSIDE = -4, -3, -2, -1
SECTORS = 4


class Entry(IntEnum):
    """The purposes for which money moves."""

    TAX = 0  # users -> government
    REFUND = 1  # government -> users: the rebate
    RETURNED = 2  # government -> users: money never placed (users -> government after a last overrun)
    ADMINISTRATION = 3  # government -> outside
    LEAKAGE = 4  # government -> outside
    GRANT = 5  # government -> innovators: public R&D money
    EQUITY = 6  # government -> innovators: public R&D money for equity
    REPAID = 7  # innovators -> government: equity bought back
    SUBSIDY = 8  # government -> innovators: its part of the price
    ADOPTION = 9  # government -> users: integration and risk of first adopters
    ENTRY = 10  # government -> innovators: addition to seed cash
    LABORATORIES = 11  # government -> engineers: public R&D and suppliers' R&D
    SERVICES = 12  # government -> outside: platforms, roadmaps, infrastructure, training, and the like
    SALES = 13  # users -> innovators: their own part of the price
    RESEARCH = 14  # innovators -> engineers
    ENGINEERING = 15  # users -> engineers: improvement of the old technology
    PRODUCTION = 16  # innovators -> outside
    FIXED = 17  # innovators -> outside
    ABROAD = 18  # foreign innovators -> outside: all their costs, less what they earn in other markets
    OLD_TECHNOLOGY = 19  # users -> outside
    INTEGRATION = 20  # users -> outside
    SEED = 21  # outside -> innovators: seed cash and refinancing
    DIVIDENDS = 22  # innovators -> outside
    LIQUIDATION = 23  # innovators -> outside at exit; negative: creditors' loss


PLACED = (
    Entry.REFUND, Entry.GRANT, Entry.EQUITY, Entry.SUBSIDY, Entry.ADOPTION, Entry.ENTRY,
    Entry.LABORATORIES, Entry.SERVICES,
)  # fmt: skip
"""Purposes for which government places money, before equity that is repaid."""

RESOURCE_COSTS = (
    Entry.PRODUCTION, Entry.OLD_TECHNOLOGY, Entry.INTEGRATION, Entry.FIXED, Entry.ADMINISTRATION, Entry.SERVICES,
)  # fmt: skip
"""Purposes whose money pays for resources other than engineers: what welfare takes off output, beside imports."""


class Ledger(NamedTuple):
    """Money of all accounts. T quarters, A = N + 4 accounts, P purposes."""

    cash: Annotated[np.ndarray, Field("A", "money", "balance")]
    opening: Annotated[np.ndarray, Field("A", "money", "balance at the start of the quarter")]
    flows: Annotated[np.ndarray, Field("A, P", "money", "the quarter's entries", order="F")]
    moved: Annotated[np.ndarray, Field("T, P", "money", "moved per quarter and purpose")]


@phase
def open_quarter(ledger: Ledger) -> None:
    """Remember balances and clear the quarter's entries."""
    opening, cash = ledger.opening, ledger.cash
    for account in range(cash.shape[0]):
        opening[account] = cash[account]
    clear(ledger.flows)


@inlined_rule
def transfer(t: int, ledger: Ledger, payer: Integer, payee: Integer, purpose: Integer, amount: float) -> None:
    """Move money between two accounts (given from 0) for a purpose."""
    # numbers that are known when compiling would each have a version of their own
    _move(t, ledger, np.int64(payer), np.int64(payee), np.int64(purpose), amount)


@phase
def _move(t: int, ledger: Ledger, payer: Integer, payee: Integer, purpose: Integer, amount: float) -> None:
    ledger.cash[payer] -= amount
    ledger.cash[payee] += amount
    ledger.flows[payer, purpose] -= amount
    ledger.flows[payee, purpose] += amount
    ledger.moved[t, purpose] += amount


@inlined_rule
def firms_pay(t: int, ledger: Ledger, payee: Integer, purpose: Integer, amounts: Floats) -> None:
    """Transfers from every slot to one account; `amounts` from slot 0."""
    _book(t, ledger, np.int64(payee), np.int64(purpose), amounts, -1.0)


@inlined_rule
def firms_receive(t: int, ledger: Ledger, payer: Integer, purpose: Integer, amounts: Floats) -> None:
    """Transfers from one account to every slot; `amounts` from slot 0."""
    _book(t, ledger, np.int64(payer), np.int64(purpose), amounts, 1.0)


@phase
def _book(t: int, ledger: Ledger, other: Integer, purpose: Integer, amounts: Floats, sign: float) -> None:
    """Slots' entries, and their sum as the other account's."""
    cash, flows = ledger.cash, ledger.flows
    for i in range(amounts.shape[0]):
        cash[i] += sign * amounts[i]
    for i in range(amounts.shape[0]):
        flows[i, purpose] += sign * amounts[i]
    moved = total(amounts)
    cash[other] -= sign * moved
    flows[other, purpose] -= sign * moved
    ledger.moved[t, purpose] += moved
