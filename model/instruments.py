"""Instruments of policy: each turns money into support, seeing only a read-only signal.

An instrument takes (its number, money net of administration and leakage, the policy's traits, the signal, the
support to fill) and returns the money it has committed now. Subsidies on prices commit nothing now: they set a
share of the price, and the purse is charged for what users then buy.
"""

from typing import Any, NamedTuple

import numpy as np

from agents.compiled import rule
from agents.government import subsidy_rate
from model.policy import INSTRUMENTS


class Signal(NamedTuple):
    """What instruments may see; N slots."""

    eligible: np.ndarray  # (N,): living domestic firms
    chosen: np.ndarray  # (N,): champions among them
    research: np.ndarray  # (N,): money: own R&D planned for this quarter
    sales: np.ndarray  # (N,): money: last quarter's sales before subsidy


@rule
def _share_out_research(net, takers, signal, equal, tied, explore, support):
    """R&D money to the takers in proportion to own R&D, or equally; shares of it tied to plan and exploration."""
    base = 0.0
    for i in range(takers.shape[0]):
        if takers[i]:
            base += 1.0 if equal else signal.research[i]
    if base <= 0.0 or net <= 0.0:
        return 0.0
    for i in range(takers.shape[0]):
        if takers[i]:
            amount = net * ((1.0 if equal else signal.research[i]) / base)
            support.research[i] += amount
            support.tied[i] += tied * amount
            support.explore[i] += explore * amount
    return net


@rule
def _pay_part_of_price(number, net, takers, cap, signal, support):
    """One subsidy rate on the takers' products."""
    base = 0.0
    for i in range(takers.shape[0]):
        if takers[i]:
            base += signal.sales[i]
    rate = subsidy_rate(net, base, cap)
    for i in range(takers.shape[0]):
        if takers[i]:
            support.purchase[number, i] = rate
    return 0.0


@rule
def rebate(number, net, policy, signal, support):
    """The tax, handed straight back."""
    support.refund[0] += net
    return net


@rule
def rd_credit(number, net, policy, signal, support):
    """Matching credit on everyone's own R&D."""
    return _share_out_research(net, signal.eligible, signal, False, 0.0, 0.0, support)


@rule
def grants(number, net, policy, signal, support):
    """R&D money for champions, a share tied to the plan, a share earmarked for exploration."""
    equal = policy.equal_award == 1
    return _share_out_research(net, signal.chosen, signal, equal, policy.compliance, policy.explore, support)


@rule
def vouchers(number, net, policy, signal, support):
    """A part of the price of any domestic product."""
    return _pay_part_of_price(number, net, signal.eligible, policy.subsidy_cap, signal, support)


@rule
def procurement(number, net, policy, signal, support):
    """A part of the price of champions' products."""
    return _pay_part_of_price(number, net, signal.chosen, policy.subsidy_cap, signal, support)


def _dispatcher() -> Any:
    """act(number, …) calls the instrument of that number in the order of the declarations.

    Written out as a chain of comparisons, because compiled code cannot index a tuple of different functions.
    """
    arguments = "number, net, policy, signal, support"
    cases = [f"    if number == {k}: return {name}({arguments})" for k, name in enumerate(INSTRUMENTS)]
    scope = {name: globals()[name] for name in INSTRUMENTS}
    exec("\n".join([f"def act({arguments}):", *cases, "    return 0.0"]), scope)
    return rule(scope["act"])


act = _dispatcher()
