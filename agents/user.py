"""Users: firms of existing industries that choose a technology, learn to use it and send problems back."""

from typing import Annotated, NamedTuple

import numpy as np

from agents.kernel.arithmetic import log, power
from agents.kernel.decorators import inlined_rule
from agents.kernel.fields import DRAWN, Field

OLD_TECHNOLOGY = -1
ORPHANED = -2  # the provider has gone; the user must choose next quarter


class Users(NamedTuple):
    """State of U users."""

    # fmt: off
    industry: Annotated[np.ndarray, Field("U", "", "industry index", np.int16, first=DRAWN)]
    region: Annotated[np.ndarray, Field("U", "", "region index", np.int16, first=DRAWN)]
    size: Annotated[np.ndarray, Field("U", "units", "economic size, sums to 1,000 * market_size", first=DRAWN)]
    valuation: Annotated[np.ndarray, Field("U", "", "val_u, valuation of quality, mean-one log-normal", first=DRAWN)]
    lead: Annotated[np.ndarray, Field("U", "", "lead-user flag", bool, first=DRAWN)]
    old_quality: Annotated[np.ndarray, Field("U", "quality", "q0, quality of the own old technology", first=DRAWN)]
    mastery: Annotated[np.ndarray, Field("U", "share", "share of a product's quality that the user gets out of it", first="mastery_start")]
    provider: Annotated[np.ndarray, Field("U", "", "innovator slot, OLD_TECHNOLOGY or ORPHANED", np.int16, first=OLD_TECHNOLOGY)]
    contacts: Annotated[np.ndarray, Field("U, M", "", "innovator slots known, -1 where none", np.int16, first=-1)]
    peer_start: Annotated[np.ndarray, Field("U + 1", "", "where a user's peers begin in `peers`", np.int64, first=DRAWN)]
    peers: Annotated[np.ndarray, Field("ties", "", "peers of all users, one after another", np.int32, first=DRAWN)]
    watcher_start: Annotated[np.ndarray, Field("U + 1", "", "where those who have a user as peer begin in `watchers`", np.int64, first=DRAWN)]
    watchers: Annotated[np.ndarray, Field("ties", "", "the same ties from the other end", np.int32, first=DRAWN)]
    adopted: Annotated[np.ndarray, Field("U", "", "the user had the new technology when users last chose", bool, first=False)]
    adopting_peers: Annotated[np.ndarray, Field("U", "", "number of its peers that had", np.int32, first=0)]
    output: Annotated[np.ndarray, Field("U", "money per quarter", "output of the quarter just past", first=DRAWN)]
    spending: Annotated[np.ndarray, Field("U", "money per quarter", "own payments to the provider, net of subsidy")]
    productivity: Annotated[np.ndarray, Field("U", "money per size and quarter", "output less technology at unsubsidised prices", first=DRAWN)]
    technology: Annotated[np.ndarray, Field("U", "", "provider of the quarter just past, or OLD_TECHNOLOGY", np.int16, first=OLD_TECHNOLOGY)]
    quality_used: Annotated[np.ndarray, Field("U", "quality", "quality * mastery as used. 0 on the old technology")]
    reconsiders: Annotated[np.ndarray, Field("U", "", "random draw of the quarter: the user reviews its provider", bool, first=False)]
    has_problem: Annotated[np.ndarray, Field("U", "", "likewise: it meets a problem with the product that it uses", bool, first=False)]
    meets_firm: Annotated[np.ndarray, Field("U", "", "likewise: it meets one more innovator", bool, first=False)]
    # fmt: on


@inlined_rule
def gross_utility(value_of_quality: float, valuation: float, quality: float, mastery: float, net_price: float) -> float:
    """Return the utility of a quarter per unit of size: v * val_u * quality * mastery - net price."""
    return value_of_quality * valuation * quality * mastery - net_price


@inlined_rule
def mean_gap(learning: float, quarters: float) -> float:
    """Return the mean gap of mastery to 1 over some quarters of use, the first gap being 1.

    It is [1 - (1 - l)^T] / (T * l), and 1 where l = 0: mean mastery is 1 - (1 - m) * gap.
    """
    if learning <= 0.0:
        return 1.0
    left = power(1.0 - learning, quarters) if learning < 1.0 else 0.0
    return (1.0 - left) / (quarters * learning)


@inlined_rule
def subsidy_horizon(belief: float, quarters: float, remaining: float) -> float:
    """Return the quarters for which users count on a subsidy: min(max(1, belief * T), max(1, quarters left of it))."""
    return min(max(1.0, belief * quarters), max(1.0, remaining))


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
