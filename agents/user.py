"""Users: firms of existing industries that choose a technology, learn to use it and send problems back."""

from typing import NamedTuple

import numpy as np

from agents.kernel.arithmetic import log
from agents.kernel.decorators import inlined_rule

OLD_TECHNOLOGY = -1
ORPHANED = -2  # the provider has gone; the user must choose next quarter


class Users(NamedTuple):
    """State of U users as arrays of shape (U,), unless said otherwise."""

    industry: np.ndarray  # industry index
    region: np.ndarray  # region index
    size: np.ndarray  # economic size; sums to 1,000 * market_size
    valuation: np.ndarray  # val_u: valuation of quality, mean-one log-normal
    lead: np.ndarray  # lead-user flag
    old_quality: np.ndarray  # q0: quality of the own old technology
    mastery: np.ndarray  # share of a product's quality that the user gets out of it, 0-1
    provider: np.ndarray  # innovator slot, OLD_TECHNOLOGY or ORPHANED
    contacts: np.ndarray  # (U, contacts): innovator slots known, -1 where none
    peer_start: np.ndarray  # (U + 1,): where a user's peers begin in `peers`
    peers: np.ndarray  # (ties,): peers of all users, one after another
    watcher_start: np.ndarray  # (U + 1,): where those who have a user as peer begin in `watchers`
    watchers: np.ndarray  # (ties,): the same ties from the other end
    adopted: np.ndarray  # whether the user had the new technology when users last chose
    adopting_peers: np.ndarray  # number of its peers that had
    output: np.ndarray  # money per quarter: output of the quarter just past
    spending: np.ndarray  # money per quarter: own payments to the provider, net of subsidy
    productivity: np.ndarray  # money per size and quarter: output less technology at unsubsidised prices
    technology: np.ndarray  # provider with which the quarter just past was produced, or OLD_TECHNOLOGY
    quality_used: np.ndarray  # quality * mastery as used; 0 on the old technology
    reconsiders: np.ndarray  # luck of the quarter: whether it reviews its provider
    has_problem: np.ndarray  # likewise: whether it meets a problem with the product that it uses
    meets_firm: np.ndarray  # likewise: whether it meets one more innovator


@inlined_rule
def gross_utility(value_of_quality: float, valuation: float, quality: float, mastery: float, net_price: float) -> float:
    """Return the utility per unit of size before costs of change: v * val_u * quality * mastery - net price."""
    return value_of_quality * valuation * quality * mastery - net_price


@inlined_rule
def perceived_risk(risk: float, peer_adoption: float, lead: bool, lead_risk: float) -> float:
    """Return the perceived risk of leaving the old technology.

    It is risk * (1 - adoption share among peers), a lead user's share of it.
    """
    felt = risk * (1.0 - peer_adoption)
    return felt * lead_risk if lead else felt


@inlined_rule
def change_cost(integration: float, risk: float, waived: float, aid: float) -> float:
    """Return the cost of changing technology or provider: (integration + (1 - waived) * risk) * (1 - aid)."""
    return (integration + (1.0 - waived) * risk) * (1.0 - aid)


@inlined_rule
def taste(scale: float, u: float) -> float:
    """Return Gumbel taste noise: -scale * log(-log u) (McFadden, 1974)."""
    return -scale * log(-log(u))


@inlined_rule
def output(size: float, value_of_quality: float, valuation: float, useful_quality: float) -> float:
    """Return output = size * [1 + v * val_u * (useful quality - 1)].

    Useful quality is quality * mastery, or q0.
    """
    return size * (1.0 + value_of_quality * valuation * (useful_quality - 1.0))


@inlined_rule
def mastery_after_use(mastery: float, learning: float) -> float:
    """Return mastery after a quarter of use, which closes a share `learning` of its distance to 1."""
    return mastery + learning * (1.0 - mastery)


@inlined_rule
def mastery_after_switch(mastery: float, start: float, carried: float) -> float:
    """Return mastery after a switch: a share `carried` of what was gained above `start` survives."""
    return start + carried * (mastery - start)


@inlined_rule
def old_quality_gain(sailing_ship: float, hours_per_size: float, old_quality: float) -> float:
    """Return the sailing-ship effect: dq0 = sailing_ship * engineer hours per unit of size / (1 + q0)."""
    return sailing_ship * hours_per_size / (1.0 + old_quality)


@inlined_rule
def report_chance(report: float, lead: bool, omega: float) -> float:
    """Return the probability of meeting a problem in a quarter: report * min(1, omega), twice that for lead users.

    A user that stands for less than one unit of economic size meets fewer problems, not smaller ones: their number
    and weight then do not depend on how many users the economy is cut into.
    """
    return (2.0 * report if lead else report) * min(1.0, omega)
